"""Boxes of ISO base media files (ISO/IEC 14496-12) in memory: read without trust, written exactly. Pure.

A box is a 32-bit size, a four-letter type and a body. Whatever does not add up is refused: a size that lies is no
box to guess at, since the join has another way.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable
from typing import TypeAlias

from renderer.row import Row

HEADER = struct.Struct(">I4s")
HEADER_BYTES = 8
BOXES_MAX = 1000
Numbers: TypeAlias = "array[int]"


class UnfitError(Exception):
    """A file cannot be spliced; `reason` says why, for people. No fault of the file's: the join has other ways."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Box(Row):
    """One box: its four letters, and what follows its header."""

    kind: str
    body: memoryview


def children(body: memoryview) -> list[Box]:
    """The boxes that fill a body, in order. Raises `UnfitError` where they do not fill it exactly."""
    found: list[Box] = []
    start, end = 0, len(body)
    for _ in range(BOXES_MAX):
        if start == end:
            return found
        size, kind = HEADER.unpack_from(body, start) if end - start >= HEADER_BYTES else (0, b"")
        if not HEADER_BYTES <= size <= end - start:
            raise UnfitError("the size of a box is wrong")
        found.append(Box(kind.decode("latin-1"), body[start + HEADER_BYTES : start + size]))
        start += size
    raise UnfitError("there are more boxes than any film needs")


def only(boxes: Iterable[Box], kind: str) -> memoryview:
    """The body of the one box of a kind; raises `UnfitError` where there is none, or more than one."""
    body = optional(boxes, kind)
    if body is None:
        raise UnfitError(f"it has no `{kind}`")
    return body


def optional(boxes: Iterable[Box], kind: str) -> memoryview | None:
    """The body of the box of a kind, if there is one; raises `UnfitError` where there are more."""
    bodies = [box.body for box in boxes if box.kind == kind]
    if len(bodies) > 1:
        raise UnfitError(f"it has more than one `{kind}`")
    return bodies[0] if bodies else None


def fields(layout: str, body: memoryview, start: int = 0) -> tuple[int, ...]:
    """Numbers of a body, big-endian, by `struct`'s letters; raises `UnfitError` where the body is too short."""
    try:
        return struct.unpack_from(f">{layout}", body, start)
    except struct.error as error:
        raise UnfitError("a box is cut short") from error


def table(body: memoryview, *, columns: int, width_bytes: int = 4, header: int = 4) -> Numbers:
    """The rows of a table, one after the other, behind `header` bytes and a count of them.

    The count must be that of the rows which are there, so a lie costs no memory. Raises `UnfitError` otherwise.
    """
    (count,) = fields("I", body, header)
    rows = body[header + 4 :]
    if count * columns * width_bytes != len(rows):
        raise UnfitError("a table has another length than it says")
    return numbers(rows, width_bytes=width_bytes)


def numbers(content: memoryview, *, width_bytes: int = 4) -> Numbers:
    """Big-endian unsigned numbers as an array."""
    found = array("I" if width_bytes == 4 else "Q")
    found.frombytes(content)
    return swapped(found)


def swapped(values: Numbers) -> Numbers:
    """Between big-endian and this machine's order, in place."""
    if sys.byteorder == "little":
        values.byteswap()
    return values


def written(values: Iterable[int], *, width_bytes: int = 4) -> bytes:
    """Unsigned numbers, big-endian, as they stand in a table."""
    return swapped(array("I" if width_bytes == 4 else "Q", values)).tobytes()


def box(kind: str, *parts: bytes) -> bytes:
    """A box of these parts."""
    body = b"".join(parts)
    return HEADER.pack(HEADER_BYTES + len(body), kind.encode("latin-1")) + body


def full_box(kind: str, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    """A box whose body begins with a version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)
