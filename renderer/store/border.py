"""The border to the operating system: every `OSError` of the store leaves it as a `StoreError` with facts.

Owns the sentences and codes E610, E611 and E613. What is on disk already is never touched by a failure.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from renderer.errors import FULL, StoreError

FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
MEND = "change the owner or mode, or choose another store with `--cache-dir` or `RENDERER_CACHE_DIR`"
MEND_OUTSIDE = "change the owner or mode of that file, or of its folder"
"""What helps where a file of the project is not to be read or written: another store would not."""
SAFE = "everything that was stored before"


@contextlib.contextmanager
def translated(act: str, path: Path | str, *, mend: str = MEND) -> Iterator[None]:
    """Whatever the operating system refuses inside is raised as `StoreError`.

    `act` is what was being done, as in `write the store`; `path` is what it was done to, and `mend` what to do where that is
    not allowed.
    """
    try:
        yield
    except OSError as error:
        raise store_error(error, act=act, path=path, mend=mend) from error


def store_error(error: OSError, *, act: str, path: Path | str, mend: str = MEND) -> StoreError:
    """The `StoreError` that an `OSError` means: E611 full, E613 forbidden, E610 for all else."""
    facts = [("path", path), ("reason", error.strerror or error), ("safe", SAFE)]
    if error.errno in FULL:
        return StoreError(
            "the file is too large for this disk" if error.errno == errno.EFBIG else "the disk is full",
            code="E611",
            facts=facts,
            hint="free some space and run the same command again",
        )
    if error.errno in FORBIDDEN:
        return StoreError(
            f"there is no permission to {act}",
            code="E613",
            facts=[*facts, ("user", _user())],
            hint=mend,
        )
    is_folder = isinstance(error, IsADirectoryError)
    hint = "a folder stands where the file belongs: move it away" if is_folder else "run `renderer doctor`"
    return StoreError(f"it was not possible to {act}", facts=facts, hint=hint)


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "unknown"
