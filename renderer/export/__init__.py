"""What leaves for other programs: timelines for editors, lists, graphs, and the dependencies of a film.

Pure: a `Timeline` goes in, a text comes out. Nothing here knows a run, a store, a clock or an absolute path, so the
same state gives the same bytes on every machine. No text of an author leaves unguarded: see `plain`.
"""
