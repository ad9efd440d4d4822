"""The disk under a download: its refusals as errors with a code."""

from __future__ import annotations

import errno
from pathlib import Path

from renderer.errors import StoreError


def unwritten(target: Path, error: OSError) -> StoreError:
    """E611 for a full disk, E610 for any other reason why `target` cannot be written."""
    is_full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    return StoreError(
        "the disk is full" if is_full else "the fetched file cannot be written",
        code="E611" if is_full else "E610",
        facts=[("path", target), ("reason", error.strerror or error)],
        hint="free some space and run the same command again" if is_full else "run `renderer doctor`",
    )
