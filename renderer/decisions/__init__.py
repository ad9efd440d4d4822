"""Decisions and facts that stand in git beside a storyboard: text to value and back. Pure: reads and writes no file."""
