"""Appends to a log of lines: those that wait for one another share one flush, and each learns how that ended.

An append returns when its line would survive a power cut; one that fails leaves the segment as long as it was. A small
reserve of disk space is kept beside the segments, so that what became of a request can be written down on a disk that
fills up while the request runs.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from renderer.errors import FULL
from renderer.store.border import store_error
from renderer.store.files import ensure_folder, sync_folder, write_aside
from renderer.store.lines import TORN, Lines, Position

RESERVE_BYTES = 256 << 10


class _Entry:
    """An append on its way: written by whoever holds the lock first, which also says how that ended."""

    def __init__(self, line: bytes, *, last_resort: bool) -> None:
        self.line = line
        self.last_resort = last_resort
        self.is_written = False
        self.error: Exception | None = None


class Appender:
    """The end of a log where lines are added. Any number of threads and processes may do so at once.

    `hold` is the lock between processes. A segment that is `segment_bytes_max` long or longer gets no further line.
    """

    def __init__(
        self, log: Lines, *, hold: Callable[[], AbstractContextManager[None]], segment_bytes_max: int
    ) -> None:
        self._log = log
        self._hold = hold
        self._segment_bytes_max = segment_bytes_max
        self._reserve = log.folder / "reserve"
        self._guard = threading.Lock()
        self._waiting: deque[_Entry] = deque()

    def append(self, line: bytes, *, last_resort: bool) -> None:
        """Write one whole line; of the reserve and of what is raised see `Lines.append`."""
        entry = _Entry(line, last_resort=last_resort)
        self._waiting.append(entry)
        with self._guard:
            if not (entry.is_written or entry.error):
                self._write_waiting()
        if isinstance(entry.error, OSError):
            raise store_error(entry.error, act="write the journal", path=self._log.folder) from entry.error
        if entry.error:
            raise entry.error
        assert entry.is_written, "BUG: an append returns before its line is written"

    def _write_waiting(self) -> None:
        """Write all that waits, what must be written before what may be refused; each learns how that ended."""
        entries = [self._waiting.popleft() for _ in range(len(self._waiting))]
        error: Exception = OSError(errno.EINTR, os.strerror(errno.EINTR))
        try:
            with self._hold():
                self._write_all([entry for entry in entries if entry.last_resort], last_resort=True)
                self._write_all([entry for entry in entries if not entry.last_resort], last_resort=False)
        except Exception as caught:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            error = caught
        finally:
            for entry in entries:
                if not entry.is_written:
                    entry.error = entry.error or error

    def _write_all(self, entries: Sequence[_Entry], *, last_resort: bool) -> None:
        if not entries:
            return
        content = b"".join(entry.line for entry in entries)
        try:
            ensure_folder(self._log.folder)
            if last_resort:
                self._write_or_give_up_reserve(content)
            else:
                self._keep_reserve()
                self._write(content)
        except OSError as error:
            for entry in entries:
                entry.error = error
        else:
            for entry in entries:
                entry.is_written = True

    def _write_or_give_up_reserve(self, content: bytes) -> None:
        try:
            self._write(content)
        except OSError as error:
            if error.errno not in FULL or not self._reserve.exists():
                raise
            self._reserve.unlink(missing_ok=True)
            self._write(content)

    def _write(self, content: bytes) -> None:
        path = self._log.path(self._current())
        is_new = not path.exists()
        _append(path, content)
        if is_new:
            sync_folder(self._log.folder)

    def _current(self) -> int:
        """The segment to write to: the last one, or one more where that is full and its last line is whole."""
        numbers = self._log.segments()
        if not numbers:
            return 1
        last = Position(numbers[-1], self._log.path(numbers[-1]).stat().st_size)
        is_full = last.offset >= self._segment_bytes_max
        return last.segment + 1 if is_full and self._log.is_between(last) else last.segment

    def _keep_reserve(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self._reserve.stat().st_size == RESERVE_BYTES:
                return
        self._reserve.unlink(missing_ok=True)
        try:
            # Random bytes, since a filesystem that compresses would keep no room for zeros.
            write_aside(self._reserve, os.urandom(RESERVE_BYTES))
        except OSError:
            self._reserve.unlink(missing_ok=True)
            raise


def _append(path: Path, content: bytes) -> None:
    """Add bytes and flush them; where that fails the file is as long as before."""
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o644)
    try:
        size = os.fstat(number).st_size
        content = _end_of_torn(number, size) + content
        try:
            written = 0
            while written < len(content):
                written += os.write(number, content[written:])
            os.fsync(number)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(number, size)
            raise
    finally:
        os.close(number)


def _end_of_torn(number: int, size: int) -> bytes:
    """What ends a torn last line and says that it was torn; nothing where the file ends with a newline."""
    os.lseek(number, max(0, size - 1), os.SEEK_SET)
    return b"" if os.read(number, 1) in {b"", b"\n"} else TORN
