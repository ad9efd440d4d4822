"""What each model takes, makes and costs, as data: adding a model is adding a file, never code.

`locate` finds the files and their digest, `library` gives a model, `check` says what is wrong with a
request, `resolve` what of it is sent, keyed and charged, `body` how it is written for the vendor, `neutral`
what may be asked of any model. The room owns the files under `schemas/models/` and reads nothing else; it
refuses to know addresses, job states and credentials (the providers' matter) and how a storyboard is written.
"""
