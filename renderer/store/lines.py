"""A log of JSON lines that survives kills, power cuts and full disks: append only, checksummed, flushed.

Each line is the CRC-32 of its JSON as 8 hex digits, a space, the JSON, a newline. An append holds a lock, writes,
flushes, and only then returns; appends that wait for one another share one flush. A kill can leave a *torn* last line,
without its newline; the next append ends it with the word ` torn` and a newline. So a torn line, whose append never
returned, is told from a *damaged* one, which once was whole, also where that next append is itself torn at any byte. The log is cut into segments, numbered from
1 on and never rewritten; a number that is missing is damage too.

A small reserve of disk space is kept beside the segments, so that what became of a request can be written down on a disk
that fills up while the request runs.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from renderer.model import Json
from renderer.row import Row
from renderer.store.border import FULL, store_error, translated
from renderer.store.files import ensure_folder, sync_folder, write_aside

SEGMENT_BYTES_MAX = 8 << 20
RESERVE_BYTES = 256 << 10
CHECKSUM_LENGTH = 8
NUMBER_LENGTH = 6
TORN = b" torn\n"
"""What no whole line ends with, since JSON ends with a bracket here."""


class Position(Row):
    """A place between two lines: the number of a segment, ≥ 1, and an offset in bytes."""

    segment: int = 1
    offset: int = 0


class Line(Row):
    """A whole line: where it begins and ends, and its value; None for one that is damaged, or for missing segments."""

    at: Position
    end: Position
    value: Json | None


class _Entry:
    """An append on its way: written by whoever holds the lock first, which also says how that ended."""

    def __init__(self, line: bytes, *, last_resort: bool) -> None:
        self.line = line
        self.last_resort = last_resort
        self.is_written = False
        self.error: Exception | None = None


class Lines:
    """The log in a folder that need not exist. Any number of threads and processes may use it at once.

    `hold` is the lock between processes. Methods raise `StoreError` E610, E611 or E613, and what `hold` raises.
    """

    def __init__(
        self,
        folder: Path,
        *,
        hold: Callable[[], AbstractContextManager[None]],
        segment_bytes_max: int = SEGMENT_BYTES_MAX,
    ) -> None:
        self._folder = folder
        self._hold = hold
        self._segment_bytes_max = segment_bytes_max
        self._paths: dict[int, Path] = {}
        self._guard = threading.Lock()
        self._waiting: deque[_Entry] = deque()

    def append(self, value: Json, *, last_resort: bool = False) -> None:
        """Write one line so that it survives a power cut, then return.

        With `last_resort` the reserve is given up for it where the disk is full; without, a line is refused as long
        as the reserve is not whole, so that nothing is begun whose end could not be written down.
        """
        entry = _Entry(_line(value), last_resort=last_resort)
        self._waiting.append(entry)
        with self._guard:
            if not (entry.is_written or entry.error):
                self._write_waiting()
        if isinstance(entry.error, OSError):
            raise store_error(entry.error, act="write the journal", path=self._folder) from entry.error
        if entry.error:
            raise entry.error
        assert entry.is_written, "BUG: an append returns before its line is written"

    def read(self, after: Position = Position()) -> Iterator[Line]:  # noqa: B008 - an immutable value
        """All whole lines from a position on, in order; a torn tail is left out.

        Torn lines that were ended by a later append are left out too.
        """
        with translated("read the journal", self._folder):
            numbers = [number for number in self._segments() if number >= after.segment]
            expected = after.segment
            for number in numbers:
                if number > expected:
                    yield Line(Position(expected), Position(number), None)
                expected = number + 1
                offset = after.offset if number == after.segment else 0
                with self._path(number).open("rb") as stream:
                    stream.seek(offset)
                    place = Position(number, offset)
                    yield from _whole_lines(stream, place, may_be_torn=number == numbers[-1])

    def value_at(self, position: Position) -> Json | None:
        """The value of the one line that begins there; None where it is damaged."""
        with translated("read the journal", self._folder), self._path(position.segment).open("rb") as stream:
            stream.seek(position.offset)
            return _parsed(stream.readline())

    def is_between(self, position: Position) -> bool:
        """Whether a place between two lines still is one: a line that could not be flushed may have been taken back."""
        if not position.offset:
            return True
        with translated("read the journal", self._folder), self._path(position.segment).open("rb") as stream:
            stream.seek(position.offset - 1)
            return stream.read(1) == b"\n"

    def end(self) -> Position:
        """Where the log ends now: one listing and one stat."""
        with translated("read the journal", self._folder):
            numbers = self._segments()
            if not numbers:
                return Position()
            return Position(numbers[-1], self._path(numbers[-1]).stat().st_size)

    def size_bytes(self) -> int:
        """How much room the segments take."""
        with translated("read the journal", self._folder):
            return sum(self._path(number).stat().st_size for number in self._segments())

    def name(self, position: Position) -> str:
        """A place for people: the segment's file and the offset, as in `000001.jsonl:512`."""
        return f"{self._path(position.segment).name}:{position.offset}"

    def _segments(self) -> list[int]:
        try:
            stems = [path.stem for path in self._folder.iterdir() if path.suffix == ".jsonl"]
        except FileNotFoundError:
            return []
        return sorted(int(stem) for stem in stems if stem.isdecimal() and len(stem) == NUMBER_LENGTH)

    def _path(self, number: int) -> Path:
        path = self._paths.get(number)
        if path is None:  # kept, since it is asked for a dozen times a take: see `layout.Fan`
            path = self._paths[number] = self._folder / f"{number:0{NUMBER_LENGTH}d}.jsonl"
        return path

    @property
    def _reserve(self) -> Path:
        return self._folder / "reserve"

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
            ensure_folder(self._folder)
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
        path = self._path(self._current())
        is_new = not path.exists()
        _append(path, content)
        if is_new:
            sync_folder(self._folder)

    def _current(self) -> int:
        """The segment to write to: the last one, or one more where that is full and its last line is whole."""
        numbers = self._segments()
        if not numbers:
            return 1
        last = Position(numbers[-1], self._path(numbers[-1]).stat().st_size)
        is_full = last.offset >= self._segment_bytes_max
        return last.segment + 1 if is_full and self.is_between(last) else last.segment

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


def _line(value: Json) -> bytes:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    return b"%08x %s\n" % (zlib.crc32(text), text)


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


def _whole_lines(rows: Iterable[bytes], start: Position, *, may_be_torn: bool) -> Iterator[Line]:
    """The rows that were whole once, each by its place. With `may_be_torn` the log may end within the last row."""
    end = start
    for row in rows:
        at, end = end, end._replace(offset=end.offset + len(row))
        if may_be_torn and not row.endswith(b"\n"):
            return  # the rest may be written while this is read
        if not row.endswith(TORN):
            yield Line(at, end, _parsed(row))


def _parsed(row: bytes) -> Json | None:
    text = row[CHECKSUM_LENGTH + 1 : -1]
    if not row.endswith(b"\n") or row[: CHECKSUM_LENGTH + 1] != b"%08x " % zlib.crc32(text):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
