"""Typesetting: fonts, measures, and the breaking of a text into lines that fit a box and look even.

Widths are measured once in ems and scaled, so fitting is arithmetic. Inter draws the scripts of Europe, the other fonts that
ship with the program theirs. Of what all of them lack, a letter becomes a dot and a symbol is left out, as are invisible and
control characters: no text is an error. Right-to-left scripts and kerning are Raqm's where this Pillow has it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Literal

from PIL import ImageDraw, ImageFont

from renderer.lettering.find import DISPLAY, TEXT, Font, shipped
from renderer.lettering.lines import balance, is_rightward, pieces, wrap
from renderer.lettering.setting import draw_line, set_line
from renderer.row import Row

Face = Literal["text", "display"]

FILES: dict[Face, str] = {"text": TEXT, "display": DISPLAY}
MEASURE_PX = 100
LINES_MAX = 60
TEXT_MAX = 1200
ELLIPSIS, DOT = "…", "·"
UNKNOWN = "\U0010fffd"
"""A character that no font has: what is drawn for it is drawn for every other one that this font lacks."""
LEADING_EM, TALL_LEADING_EM = 1.2, 1.5
EUROPE = ((0, 0x58F), (0x1E00, 0x2E7F))
"""Where the scripts and signs stand of which Inter alone decides what can be drawn."""


class Block(Row):
    """Lines of text from top to bottom, the size of their type and the step from one base line to the next."""

    lines: tuple[str, ...]
    size_px: int
    leading_px: float


@cache
def _face_bytes(face: Face) -> bytes:
    return files("renderer").joinpath("fonts", FILES[face]).read_bytes()


@cache
def font(face: Face, size_px: int) -> ImageFont.FreeTypeFont:
    """A face at a size, at least 1 px."""
    return ImageFont.truetype(BytesIO(_face_bytes(face)), max(1, size_px))


@cache
def _fonts(face: Face) -> tuple[Font, ...]:
    # To know what is in them takes a quarter of a second, so they are read for texts of other scripts alone.
    return shipped(FILES[face])


def width_em(face: Face, text: str) -> float:
    """The width of a text in ems."""
    if _is_european(text):
        return font(face, MEASURE_PX).getlength(text) / MEASURE_PX
    return sum(part.width_px for part in set_line(text, _fonts(face), MEASURE_PX)) / MEASURE_PX


def draw_words(
    pen: ImageDraw.ImageDraw,
    place: tuple[int, int],
    text: str,
    *,
    face: Face,
    size_px: int,
    fill: tuple[int, ...],
    right: bool = False,
) -> None:
    """Draw a line of printable text with its base line's left end at a place, or its right end."""
    x, base = place
    if _is_european(text):
        pen.text((x, base), text, font=font(face, size_px), fill=fill, anchor="rs" if right else "ls")
        return
    line = set_line(text, _fonts(face), max(1, size_px))
    if right:
        x -= sum(round(part.width_px) for part in line)
    draw_line(pen, (x, base), line, fill=fill)


def leading_em(text: str) -> float:
    """The step from one base line to the next, in ems: scripts with marks above and below need more of it."""
    return LEADING_EM if _is_european(text) else TALL_LEADING_EM


def is_leftward(text: str) -> bool:
    """Whether a text is read from right to left, so that its lines begin at the right."""
    return not is_rightward(text)


def printable(text: str) -> str:
    r"""A text on one line of which the fonts can draw every character; runs of white space become one space.

    >>> printable("a\x00 b\n\tc 語")
    'a b c ·'
    """
    return " ".join("".join(map(_drawable, text)).split())


def _is_european(text: str) -> bool:
    return text.isascii() or all(
        any(low <= ord(character) <= high for low, high in EUROPE) for character in text
    )


@cache
def _drawable(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category[0] == "C" or 0xFE00 <= ord(character) <= 0xFE0F:
        return ""
    if character.isascii() or _has(character):
        return character
    return DOT if category[0] in "LN" else ""


def _has(character: str) -> bool:
    if _is_european(character):
        return _shape(character) != _shape(UNKNOWN)
    return any(found.face.has(character) for found in _fonts("display"))


@cache
def _shape(character: str) -> bytes:
    return bytes(font("display", 24).getmask(character))


def fit_block(
    text: str, *, face: Face, width_px: float, height_px: float, size_px: tuple[int, int], leading: float
) -> Block:
    """The text at the largest size, between two, at which it fits the box, in lines of nearly one length.

    What does not fit even at the least size is cut off with an ellipsis. `leading` is in ems.
    """
    words = pieces(printable(text)[:TEXT_MAX])
    measure = _measure(face)
    low, high = size_px
    while low < high:
        middle = (low + high + 1) // 2
        lines = wrap(words, width_px / middle, measure)
        fits = len(lines) * middle * leading <= height_px and _longest(lines, measure) * middle <= width_px
        low, high = (middle, high) if fits else (low, middle - 1)
    lines = balance(words, width_px / low, measure)
    room = max(1, min(LINES_MAX, int(height_px / (low * leading))))
    if len(lines) > room:
        lines = [*lines[: room - 1], shorten(lines[room - 1] + ELLIPSIS, width_px / low, measure)]
    return Block(tuple(lines), low, low * leading)


def shorten(text: str, width: float, measure: Callable[[str], float]) -> str:
    """The text, or as much of its start as fits with an ellipsis; empty where not even that fits."""
    if measure(text) <= width:
        return text
    stem = text.rstrip(ELLIPSIS)
    while stem and measure(stem.rstrip() + ELLIPSIS) > width:
        stem = stem[:-1]
    return stem.rstrip() + ELLIPSIS if stem.strip() else ""


def _longest(lines: Sequence[str], measure: Callable[[str], float]) -> float:
    return max(map(measure, lines), default=0)


def _measure(face: Face) -> Callable[[str], float]:
    @cache
    def measure(text: str) -> float:
        return width_em(face, text)

    return measure
