"""The boxes of an MP4 file, as far as laws about its layout need them: order of the parts, order of the tracks.

Reads headers only, never `mdat`. ISO/IEC 14496-12 gives the layout: a box is a 32-bit size, a four-letter
type, and for size 1 a 64-bit size.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from renderer.errors import MediaError

BOXES_MAX = 10_000
HANDLER_OFFSET = 8


def index_stands_first(path: Path) -> bool:
    """Whether `moov` stands before `mdat`, so that a player can start before it has the whole file."""
    with path.open("rb") as stream:
        kinds = [kind for kind, _, _ in boxes(stream, 0, os.fstat(stream.fileno()).st_size)]
    return kinds.index("moov") < kinds.index("mdat") if {"moov", "mdat"} <= set(kinds) else False


def track_kinds(path: Path) -> list[str]:
    """The handler of each track in file order: `vide`, `soun`, `tmcd`, …; empty for what is no MP4."""
    with path.open("rb") as stream:
        return list(_track_kinds(stream, 0, os.fstat(stream.fileno()).st_size))


def _track_kinds(stream: BinaryIO, start: int, end: int) -> Iterator[str]:
    # A box within its parents: moov/trak/mdia/hdlr, whose type stands behind version, flags and a zero.
    for kind, body, after in boxes(stream, start, end):
        if kind in ("moov", "trak", "mdia"):
            yield from _track_kinds(stream, body, after)
        elif kind == "hdlr" and start:
            stream.seek(body + HANDLER_OFFSET)
            yield stream.read(4).decode("latin-1")


def boxes(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The boxes between two places of a file: type, start of the body, end; ends early where a size is wrong."""
    for _ in range(BOXES_MAX):
        if start + 8 > end:
            return
        stream.seek(start)
        header = stream.read(16)
        size, body = int.from_bytes(header[:4], "big"), start + 8
        if size == 1:
            size, body = int.from_bytes(header[8:16], "big"), start + 16
        after = end if size == 0 else start + size
        if not body <= after <= end:
            return
        yield header[4:8].decode("latin-1"), body, after
        start = after
    raise MediaError("the clip has more boxes than any film needs", code="M802")
