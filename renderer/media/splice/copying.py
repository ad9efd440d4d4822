"""Bytes from files into one file, in two lanes: each takes the next piece and puts it where it belongs.

A filesystem lets one lane at a time write into a file, and lets others read meanwhile: two lanes take two thirds of the
time of one, whether that one is in this process, in `cat` or in the kernel (430 MB on ext4: 88 ms against 130 to 136), and
a third one would wait. Where a filesystem can share blocks, or has a server that copies, the kernel is asked first.
"""

from __future__ import annotations

import errno
import os
import struct
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from renderer.errors import MediaError
from renderer.row import Row

LANES = 2
BLOCK_BYTES = 1 << 20
PIECE_BYTES_MAX = 16 << 20
OPEN_MAX = 8
BINARY = getattr(os, "O_BINARY", 0)
SHARE = 0x4020940D
"""`FICLONERANGE`, and below `struct file_clone_range` (linux/fs.h): source, offset, bytes, place."""
SHARED_RANGE = struct.Struct("@qQQQ")
NOT_HERE = frozenset(
    {
        errno.EXDEV,
        errno.EINVAL,
        errno.ENOSYS,
        errno.ENOTTY,
        errno.EOPNOTSUPP,
        errno.ENOTSUP,
        errno.EPERM,
        errno.EBADF,
    }
)
Way = Callable[[int, int, "Piece"], int]


class Piece(Row):
    """Bytes of a source, from `offset` on, and from which `place` on they stand in the file."""

    source: int
    offset: int
    place: int
    size_bytes: int


def by_hand(source: int, target: int, piece: Piece) -> int:
    """Read a block and write it; how many bytes were written, 0 at the source's end."""
    os.lseek(source, piece.offset, os.SEEK_SET)
    os.lseek(target, piece.place, os.SEEK_SET)
    return os.write(target, os.read(source, min(piece.size_bytes, BLOCK_BYTES)))


WAYS: Sequence[Way] = (by_hand,)

if sys.platform == "linux":
    import fcntl

    def by_kernel(source: int, target: int, piece: Piece) -> int:
        """Share blocks, or have the kernel copy where the piece does not lie as blocks do; how many bytes are there then.

        Raises `OSError`, of `NOT_HERE` where the filesystem knows of no sharing: what the kernel does there, two lanes
        do faster.
        """
        wanted = SHARED_RANGE.pack(source, piece.offset, piece.size_bytes, piece.place)
        try:
            fcntl.ioctl(target, SHARE, wanted)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            return os.copy_file_range(source, target, piece.size_bytes, piece.offset, piece.place)
        return piece.size_bytes

    WAYS = (by_kernel, by_hand)


def write_film(
    output: Path,
    head: bytes,
    runs: Iterable[tuple[int, int, int]],
    *,
    sources: Sequence[Path],
    ways: Sequence[Way] = WAYS,
    lanes_max: int = LANES,
) -> None:
    """Write a file anew: a head, and behind it runs of (source, offset, bytes), in order.

    Every byte belongs to one piece and every piece to one lane, so the file is the same whatever their number. `ways` are
    tried in order; the last one must work everywhere. Where a lane fails, the others end with the piece that they have.
    Raises `MediaError` M850 where a source is shorter than it was, and `OSError`, for a full disk before anything is copied.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - most commands join nothing

    waiting = deque(pieces(runs, start=len(head)))
    with output.open("wb") as stream:
        stream.write(head)
        stream.flush()
        reserve(stream.fileno(), waiting[-1].place + waiting[-1].size_bytes if waiting else len(head))
    lanes = max(1, min(lanes_max, len(waiting)))
    with ThreadPoolExecutor(lanes, thread_name_prefix="lane") as pool:
        running = [pool.submit(_run, waiting, output, sources, ways) for _ in range(lanes)]
    for lane in running:
        lane.result()


def reserve(target: int, size_bytes: int) -> None:
    """Give an open file its size and its place on the disk; raises `OSError` where the disk has no place for it.

    So a disk that is too small is known before a byte is copied, and lanes write to places that are found already. A
    file without a place is empty after, since a filesystem takes all that is left before it says so.
    """
    try:
        if hasattr(os, "posix_fallocate"):
            with _unless_lacking():
                os.posix_fallocate(target, 0, size_bytes)
        os.ftruncate(target, size_bytes)
    except OSError:
        os.ftruncate(target, 0)
        raise


def pieces(runs: Iterable[tuple[int, int, int]], *, start: int) -> Iterator[Piece]:
    """Runs in pieces that a lane can take, none larger than the others can wait for."""
    for source, offset, size_bytes in runs:
        for done in range(0, size_bytes, PIECE_BYTES_MAX):
            yield Piece(source, offset + done, start + done, min(PIECE_BYTES_MAX, size_bytes - done))
        start += size_bytes


def _run(waiting: deque[Piece], output: Path, sources: Sequence[Path], ways: Sequence[Way]) -> None:
    """One lane: its own opened files, whose positions are nobody else's."""
    remaining = list(ways)
    target = os.open(output, os.O_WRONLY | BINARY)
    try:
        with _Sources(sources) as opened:
            for piece in _taken(waiting):
                _copy(remaining, opened, target, piece)
    except BaseException:
        waiting.clear()
        raise
    finally:
        os.close(target)


def _taken(waiting: deque[Piece]) -> Iterator[Piece]:
    with suppress(IndexError):
        while waiting:
            yield waiting.popleft()


def _copy(remaining: list[Way], opened: _Sources, target: int, piece: Piece) -> None:
    source = opened.number(piece.source)
    while piece.size_bytes:
        copied = _copy_some(remaining, source, target, piece)
        if not copied:
            raise _shorter(opened.paths[piece.source])
        offset, place = piece.offset + copied, piece.place + copied
        piece = Piece(piece.source, offset, place, piece.size_bytes - copied)


def _copy_some(remaining: list[Way], source: int, target: int, piece: Piece) -> int:
    while len(remaining) > 1:
        with _unless_lacking():
            if copied := remaining[0](source, target, piece):
                return copied
        # Nothing copied is the end of the file, or a filesystem that the kernel cannot read by itself: reading tells.
        remaining.pop(0)
    return remaining[0](source, target, piece)


@contextmanager
def _unless_lacking() -> Iterator[None]:
    """Go on where the system cannot do something at all; what else goes wrong is an error."""
    try:
        yield
    except OSError as error:
        if error.errno not in NOT_HERE:
            raise


class _Sources:
    """Sources opened when they are first needed, a few at a time: a film has more parts than a process has files."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths
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
            found = os.open(self.paths[source], os.O_RDONLY | BINARY)
        self._opened[source] = found
        return found


def _shorter(path: Path) -> MediaError:
    return MediaError(
        "a clip became shorter while it was copied into the film",
        code="M850",
        facts=[("clip", path)],
        hint="run the same command again",
    )
