"""Waits until a file of a storyboard is saved. The sole use of watchfiles, which asks the operating system (inotify, FSEvents).

Folders are watched and files compared, so that an editor that renames a new file over the old one is seen like one that writes into it.
Saves in quick succession are one change. What the system does not report, as on some network disks, is found by looking every
`LOOK_MS`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

SETTLED_MS = 200
"""A change counts as over when nothing was written for so long."""
SETTLED_MAX_MS = 2000
LOOK_MS = 400
UP_MAX = 256

Signature = tuple[int, int, int] | None


def signatures(files: Iterable[Path]) -> dict[Path, Signature]:
    """What tells each file from an edited one: size, time of change, inode; None where there is none."""
    return {path: _signature(path) for path in files}


def wait_for_change(before: Mapping[Path, Signature]) -> list[Path]:
    """Return once some files are not as they were, and which; `KeyboardInterrupt` where a person ends it."""
    from watchfiles import watch  # noqa: PLC0415 - for this command alone

    while True:  # as long as a person watches
        folders = sorted({_there(path.parent) for path in before})
        try:
            seen = dict(before)
            for reported in watch(
                *folders,
                watch_filter=None,
                debounce=SETTLED_MAX_MS,
                step=SETTLED_MS,
                rust_timeout=LOOK_MS,
                yield_on_timeout=True,
                raise_interrupt=True,
                recursive=False,
            ):
                # What was reported has settled; what was found by looking has once it is the same at the next look.
                former, seen = seen, signatures(before)
                changed = [path for path, known in before.items() if seen[path] != known]
                if changed and (reported or seen == former):
                    return changed
                if folders != sorted({_there(path.parent) for path in before}):
                    break
        except FileNotFoundError:
            continue  # a folder went while it was to be watched


def _signature(path: Path) -> Signature:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino


def _there(folder: Path) -> Path:
    """The nearest folder upward that there is: a still may be named before its folder is made."""
    candidates = [folder, *folder.parents][:UP_MAX]
    return next((candidate for candidate in candidates if os.path.isdir(candidate)), Path(folder.anchor))  # noqa: PTH112
