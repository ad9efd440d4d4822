"""What is to be made, and why: manifests and their keys, rows of takes and slots, differences.

Pure: values in, values out. It owns the walk that makes a key (`manifest`) and reads the same manifest
again to explain a difference (`explain`), so that the two can never disagree. It refuses to look at
files, stores or the clock.
"""
