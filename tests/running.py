"""Whether a process runs."""

import os
from pathlib import Path


def runs(number: int) -> bool:
    """Whether a process of this number is at work."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return not _is_gone(number)


def _is_gone(number: int) -> bool:
    # A child that was killed and that nobody has waited for still has a number.
    try:
        return (Path("/proc") / str(number) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
