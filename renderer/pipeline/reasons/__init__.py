"""Why something is made again: today against what was built, and the lines that made the difference."""
