"""Care of the store: who uses what of it, what is cleared away, and how it is shared."""
