"""A log of JSON lines that survives kills, power cuts and full disks: append only, checksummed, flushed.

Each line is the CRC-32 of its JSON as 8 hex digits, a space, the JSON, a newline. An append holds a lock, writes,
flushes, and only then returns; appends that wait for one another share one flush. A kill can leave a *torn* last line,
without its newline; the next append ends it with the word ` torn` and a newline. So a torn line, whose append never
returned, is told from a *damaged* one, which once was whole, also where that next append is itself torn at any byte. The log is cut into segments, numbered from
1 on and never rewritten; a number that is missing is damage too.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.digest import read_json
from renderer.model import Json
from renderer.row import Row
from renderer.store.border import translated

if TYPE_CHECKING:
    from renderer.store.appending import Appender

SEGMENT_BYTES_MAX = 8 << 20
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
        self.folder = folder
        self._hold = hold
        self._segment_bytes_max = segment_bytes_max
        self._paths: dict[int, Path] = {}
        self._guard = threading.Lock()
        self._appender: Appender | None = None

    def append(self, value: Json, *, last_resort: bool = False) -> None:
        """Write one line so that it survives a power cut, then return.

        With `last_resort` the reserve is given up for it where the disk is full; without, a line is refused as long
        as the reserve is not whole, so that nothing is begun whose end could not be written down.
        """
        with self._guard:
            if self._appender is None:
                from renderer.store.appending import Appender  # noqa: PLC0415 - not for those who only read

                self._appender = Appender(self, hold=self._hold, segment_bytes_max=self._segment_bytes_max)
        self._appender.append(line_of(value), last_resort=last_resort)

    def read(self, after: Position = Position()) -> Iterator[Line]:  # noqa: B008 - an immutable value
        """All whole lines from a position on, in order; a torn tail is left out.

        Torn lines that were ended by a later append are left out too.
        """
        with translated("read the journal", self.folder):
            numbers = [number for number in self.segments() if number >= after.segment]
            expected = after.segment
            for number in numbers:
                if number > expected:
                    yield Line(Position(expected), Position(number), None)
                expected = number + 1
                offset = after.offset if number == after.segment else 0
                with self.path(number).open("rb") as stream:
                    stream.seek(offset)
                    place = Position(number, offset)
                    yield from _whole_lines(stream, place, may_be_torn=number == numbers[-1])

    def value_at(self, position: Position) -> Json | None:
        """The value of the one line that begins there; None where it is damaged."""
        with translated("read the journal", self.folder), self.path(position.segment).open("rb") as stream:
            stream.seek(position.offset)
            return _parsed(stream.readline())

    def is_between(self, position: Position) -> bool:
        """Whether a place between two lines still is one: a line that could not be flushed may have been taken back."""
        if not position.offset:
            return True
        with translated("read the journal", self.folder), self.path(position.segment).open("rb") as stream:
            stream.seek(position.offset - 1)
            return stream.read(1) == b"\n"

    def end(self) -> Position:
        """Where the log ends now: one listing and one stat."""
        with translated("read the journal", self.folder):
            numbers = self.segments()
            if not numbers:
                return Position()
            return Position(numbers[-1], self.path(numbers[-1]).stat().st_size)

    def size_bytes(self) -> int:
        """How much room the segments take."""
        with translated("read the journal", self.folder):
            return sum(self.path(number).stat().st_size for number in self.segments())

    def name(self, position: Position) -> str:
        """A place for people: the segment's file and the offset, as in `000001.jsonl:512`."""
        return f"{self.path(position.segment).name}:{position.offset}"

    def segments(self) -> list[int]:
        """The numbers of the segments that are there, in order."""
        try:
            stems = [path.stem for path in self.folder.iterdir() if path.suffix == ".jsonl"]
        except FileNotFoundError:
            return []
        return sorted(int(stem) for stem in stems if stem.isdecimal() and len(stem) == NUMBER_LENGTH)

    def path(self, number: int) -> Path:
        """Where a segment stands, or would stand."""
        path = self._paths.get(number)
        if path is None:  # kept, since it is asked for a dozen times a take: see `layout.Fan`
            path = self._paths[number] = self.folder / f"{number:0{NUMBER_LENGTH}d}.jsonl"
        return path


def line_of(value: Json) -> bytes:
    """A value as a whole line."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    return b"%08x %s\n" % (zlib.crc32(text), text)


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
        return read_json(text)
    except ValueError:
        return None
