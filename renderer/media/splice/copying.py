"""Bytes from files into one file, by the kernel where it can: they do not pass through this process.

In order of speed: `copy_file_range` (Linux; shares blocks where the filesystem can), `sendfile` (Linux), reading and
writing. Which ones there are depends on the system and the filesystems, so each is tried, and the next one where the
kernel says that it cannot.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Self

from renderer.errors import MediaError

BLOCK_BYTES = 1 << 20
RUN_BYTES_MAX = 1 << 30
OPEN_MAX = 8
READING = os.O_RDONLY | getattr(os, "O_BINARY", 0)
NOT_HERE = frozenset(
    {
        errno.EXDEV,
        errno.EINVAL,
        errno.ENOSYS,
        errno.EOPNOTSUPP,
        errno.ENOTSUP,
        errno.ENOTSOCK,
        errno.EPERM,
        errno.EBADF,
    }
)
Way = Callable[[int, int, int, int], int]


def by_kernel(source: int, target: int, count: int, offset: int) -> int:
    return os.copy_file_range(source, target, count, offset_src=offset)


def by_sendfile(source: int, target: int, count: int, offset: int) -> int:
    return os.sendfile(target, source, offset, count)


def by_reading(source: int, target: int, count: int, offset: int) -> int:
    os.lseek(source, offset, os.SEEK_SET)
    return os.write(target, os.read(source, min(count, BLOCK_BYTES)))


WAYS: Sequence[Way] = (
    *([by_kernel] if hasattr(os, "copy_file_range") else []),
    *([by_sendfile] if hasattr(os, "sendfile") else []),
    by_reading,
)


def copy_runs(
    target: BinaryIO,
    runs: Iterable[tuple[int, int, int]],
    *,
    sources: Sequence[Path],
    ways: Sequence[Way] = WAYS,
) -> None:
    """Append runs of (source, offset, bytes), in order, to an open file whose own buffer is empty.

    `ways` are tried in order; the last one must work everywhere. Raises `MediaError` M850 where a source is shorter
    than it was, and `OSError`, such as for a full disk.
    """
    remaining = list(ways)
    with _Sources(sources) as opened:
        for source, start, size_bytes in runs:
            number, left = opened.number(source), size_bytes
            while left:
                place = start + size_bytes - left
                copied = _copy(remaining, number, target.fileno(), min(left, RUN_BYTES_MAX), place)
                if not copied:
                    raise _shorter(sources[source])
                left -= copied


def _copy(remaining: list[Way], source: int, target: int, count: int, offset: int) -> int:
    while len(remaining) > 1:
        try:
            copied = remaining[0](source, target, count, offset)
        except OSError as error:
            if error.errno not in NOT_HERE:
                raise
        else:
            if copied:
                return copied
        # Nothing copied is the end of the file, or a filesystem that the kernel cannot read by itself: reading tells.
        remaining.pop(0)
    return remaining[0](source, target, count, offset)


class _Sources:
    """Sources opened when they are first needed, a few at a time: a film has more parts than a process has files."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._opened: dict[int, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for number in self._opened.values():
            os.close(number)

    def number(self, source: int) -> int:
        found = self._opened.pop(source, None)
        if found is None:
            if len(self._opened) >= OPEN_MAX:
                os.close(self._opened.pop(next(iter(self._opened))))
            found = os.open(self._paths[source], READING)
        self._opened[source] = found
        return found


def _shorter(path: Path) -> MediaError:
    return MediaError(
        "a clip became shorter while it was copied into the film",
        code="M850",
        facts=[("clip", path)],
        hint="run the same command again",
    )
