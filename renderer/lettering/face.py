"""Faces: what one font can draw, how wide, and by which name libass knows it. Reads font files, and nothing else."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from renderer.errors import MediaError
from renderer.row import Row

ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
COLLECTION_MAGIC = b"ttcf"
FACES_MAX = 64
OUTLINES = ("glyf", "CFF ", "CFF2")
FULL_NAME, POSTSCRIPT_NAME = 4, 6
FACES_KEPT_MAX = 64


class Face(Row):
    """One face of a font file: `name` is the one by which libass finds it, `number` its place in a collection.

    `advances` holds, by code point, how far each character moves on, in units of which `units` make an em; so do
    `ascent` and `descent`, the heights above and below the base line by which libass counts a font's size.
    """

    name: str
    number: int
    units: int
    ascent: int
    descent: int
    advances: Mapping[int, int]

    def has(self, text: str) -> bool:
        """Whether it can draw every character of a text that leaves a mark."""
        return all(ord(character) in self.advances or is_invisible(character) for character in text)

    def width_em(self, character: str) -> float:
        """How far a character moves on, in ems; nothing for one that it lacks."""
        return self.advances.get(ord(character), 0) / self.units


@lru_cache(maxsize=FACES_KEPT_MAX)
def read_faces(path: Path) -> tuple[Face, ...]:
    """The faces of a font file that can be drawn in any size, in order, ≥ 1.

    Raises `MediaError` M872 where the file cannot be read as a font, or holds pictures alone.
    """
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - 150 ms, and only where text is drawn

    found = []
    try:
        with path.open("rb") as stream:
            for number in range(_count(stream)):
                stream.seek(0)
                font = TTFont(stream, fontNumber=number, lazy=True)
                if any(table in font for table in OUTLINES):
                    found.append(_read(font, number))
        if not found:
            raise ValueError("it has no outlines")  # noqa: TRY301 - one way out for whatever is wrong with a font
    except Exception as error:
        # fontTools raises what its parsers meet: struct.error, KeyError, AssertionError, TTLibError, and so on.
        raise MediaError(
            f"`{path.name}` cannot be read as a font",
            code="M872",
            facts=[("error", f"{type(error).__name__}: {error}")],
            hint="give a TrueType or OpenType file: `.ttf`, `.otf`, `.ttc`",
        ) from error
    return tuple(found)


def is_invisible(character: str) -> bool:
    """Whether a character leaves no mark, so that no font needs to have it: joiners, marks of direction, variants."""
    return unicodedata.category(character) in {"Cf", "Cc"} or 0xFE00 <= ord(character) <= 0xFE0F


def _count(stream: BinaryIO) -> int:
    """How many faces a file has: those of a collection are counted in its head (OpenType, TTC header)."""
    magic, _, count = struct.unpack(">4sII", stream.read(12))
    return min(count, FACES_MAX) if magic == COLLECTION_MAGIC else 1


def _read(font: Any, number: int) -> Face:
    # As GDI does, libass knows outlines of TrueType by their full name and those of PostScript by the other.
    name = font["name"].getDebugName(FULL_NAME if "glyf" in font else POSTSCRIPT_NAME)
    if not name or set(name) & set("{}\\,"):
        raise ValueError("it has no name that could be asked for")
    advances, glyphs = font["hmtx"].metrics, font.getBestCmap() or {}
    ascent, descent = _heights(font)
    return Face(
        name=name,
        number=number,
        units=font["head"].unitsPerEm,
        ascent=ascent,
        descent=descent,
        advances={point: advances[glyph][0] for point, glyph in glyphs.items()},
    )


def _heights(font: Any) -> tuple[int, int]:
    # What libass takes, as VSFilter did: those of OS/2 for Windows, where they are set, else those of hhea.
    windows = font.get("OS/2")
    if windows and windows.usWinAscent + windows.usWinDescent:
        return windows.usWinAscent, windows.usWinDescent
    return font["hhea"].ascent, -font["hhea"].descent
