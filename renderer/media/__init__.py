"""Pictures, clips and films as files: what they are, what must be made of them, and the joined film checked.

Judging (`conform`) is pure; the rest reads and writes files and runs ffmpeg. Nothing here knows of stores,
shots or plans.
"""
