"""A log of JSON lines that survives kills, power cuts and full disks: append only, checksummed, flushed.

Each line is the CRC-32 of its JSON as 8 hex digits, a space, the JSON, a newline. An append holds a lock, writes,
flushes, and only then returns; appends that wait for one another share one flush. A kill can leave a *torn* last line;
the next append ends it and says so in a line of its own (`{"torn": bytes}`), so that a torn line, whose append never
returned, is told from a *damaged* one, which once was whole. The log is cut into segments, never rewritten.

A small reserve of disk space is kept beside the segments, so that what became of a request can be written down on a disk
that fills up while the request runs.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from renderer.model import Json
from renderer.store.border import FULL, store_error
from renderer.store.files import ensure_folder, sync_folder, write_aside

SEGMENT_BYTES_MAX = 8 << 20
RESERVE_BYTES = 256 << 10
TAIL_BYTES = 256 << 10
CHECKSUM_LENGTH = 8
TORN = "torn"


class Position(NamedTuple):
    """A place between two lines: the number of a segment, ≥ 1, and an offset in bytes."""

    segment: int = 1
    offset: int = 0


class Line(NamedTuple):
    """A whole line: where it begins and ends, and its value; None for one that is damaged."""

    at: Position
    end: Position
    value: Json | None


class _Entry:
    """An append on its way: written by whoever holds the lock first."""

    def __init__(self, line: bytes) -> None:
        self.line = line
        self.is_written = False
        self.error: OSError | None = None


class Lines:
    """The log in a folder that need not exist. Any number of threads and processes may use it at once.

    `hold` is the lock between processes. Methods raise `StoreError` E610, E611 or E613.
    """

    def __init__(self, folder: Path, *, hold: Callable[[], AbstractContextManager[None]]) -> None:
        self._folder = folder
        self._hold = hold
        self._guard = threading.Lock()
        self._waiting: deque[_Entry] = deque()

    def append(self, value: Json, *, last_resort: bool = False) -> None:
        """Write one line so that it survives a power cut, then return.

        With `last_resort` the reserve is given up for it where the disk is full; without, a line is refused as long
        as the reserve is not whole, so that nothing is begun whose end could not be written down.
        """
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=True).encode("ascii")
        entry = _Entry(b"%08x %s\n" % (zlib.crc32(text), text))
        try:
            if not last_resort:
                self._keep_reserve()
            self._waiting.append(entry)
            with self._guard:
                if not entry.is_written and not entry.error:
                    self._write_waiting()
            if entry.error:
                raise entry.error
        except OSError as error:
            raise store_error(error, act="write the journal", path=self._folder) from error

    def read(self, after: Position = Position()) -> Iterator[Line]:  # noqa: B008 - an immutable value
        """All whole lines from a position on, in order; a torn tail is left out.

        Torn lines that were ended by a later append are left out too.
        """
        for number in self._segments():
            if number < after.segment:
                continue
            offset = after.offset if number == after.segment else 0
            with contextlib.suppress(FileNotFoundError), self._path(number).open("rb") as stream:
                stream.seek(offset)
                yield from _whole_lines(stream.readlines(), number=number, offset=offset)

    def end(self) -> Position:
        """Where the log ends now: one stat."""
        numbers = self._segments()
        if not numbers:
            return Position()
        return Position(numbers[-1], self._path(numbers[-1]).stat().st_size)

    def _segments(self) -> list[int]:
        names = self._folder.iterdir() if self._folder.is_dir() else ()
        return sorted(int(path.stem) for path in names if path.suffix == ".jsonl" and path.stem.isdecimal())

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.jsonl"

    @property
    def _reserve(self) -> Path:
        return self._folder / "reserve"

    def _write_waiting(self) -> None:
        entries: list[_Entry] = []
        while self._waiting:
            entries.append(self._waiting.popleft())
        try:
            with self._hold():
                self._write(b"".join(entry.line for entry in entries))
        except OSError as error:
            for entry in entries:
                entry.error = error
        else:
            for entry in entries:
                entry.is_written = True

    def _write(self, content: bytes) -> None:
        ensure_folder(self._folder)
        segments = self._segments()
        number = segments[-1] if segments else 1
        if segments and self._path(number).stat().st_size >= SEGMENT_BYTES_MAX:
            number += 1
        path = self._path(number)
        is_new = not path.exists()
        try:
            _append(path, content)
        except OSError as error:
            if error.errno not in FULL or not self._reserve.exists():
                raise
            self._reserve.unlink(missing_ok=True)
            _append(path, content)
        if is_new:
            sync_folder(self._folder)

    def _keep_reserve(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self._reserve.stat().st_size == RESERVE_BYTES:
                return
        with self._guard, self._hold():
            ensure_folder(self._folder)
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
    """What ends a torn last line and says that it was torn; nothing where the file ends with a whole one."""
    os.lseek(number, max(0, size - TAIL_BYTES), os.SEEK_SET)
    tail = os.read(number, TAIL_BYTES)
    rows = tail.splitlines(keepends=True)
    if not rows or (len(rows) == 1 and size > TAIL_BYTES) or _parsed(rows[-1]) is not None:
        return b""
    text = json.dumps({TORN: True}).encode("ascii")
    return (b"" if rows[-1].endswith(b"\n") else b"\n") + b"%08x %s\n" % (zlib.crc32(text), text)


def _whole_lines(rows: list[bytes], *, number: int, offset: int) -> Iterator[Line]:
    """The values of whole lines. One that does not parse is torn if the next says so, or if it is the last."""
    values = [_parsed(row) for row in rows]
    for count, value in enumerate(values):
        at, offset = Position(number, offset), offset + len(rows[count])
        is_torn = value is None and (count + 1 == len(values) or _says_torn(values[count + 1]))
        if not is_torn and not _says_torn(value):
            yield Line(at, Position(number, offset), value)


def _says_torn(value: Json | None) -> bool:
    return isinstance(value, dict) and TORN in value


def _parsed(row: bytes) -> Json | None:
    text = row[CHECKSUM_LENGTH + 1 : -1]
    if not row.endswith(b"\n") or row[:CHECKSUM_LENGTH] != b"%08x" % zlib.crc32(text):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
