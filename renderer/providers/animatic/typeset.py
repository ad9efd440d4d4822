"""Typesetting: fonts, measures, and the breaking of a text into lines that fit a box and look even.

Widths are measured once in ems and scaled, so fitting is arithmetic. Of what the font lacks, a letter becomes
a dot and a symbol is left out, as are invisible and control characters: no text is an error. Right-to-left
scripts and kerning are Raqm's where this Pillow has it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Literal

from PIL import ImageFont

from renderer.row import Row

Face = Literal["text", "display"]

FILES: dict[Face, str] = {"text": "Inter-Medium.otf", "display": "InterDisplay-SemiBold.otf"}
MEASURE_PX = 100
LINES_MAX = 60
TEXT_MAX = 1200
ELLIPSIS, DOT = "…", "·"
UNKNOWN = "\U0010fffd"
"""A character that no font has: what is drawn for it is drawn for every other one that this font lacks."""
HALVINGS = 8


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


def width_em(face: Face, text: str) -> float:
    """The width of a text in ems."""
    return font(face, MEASURE_PX).getlength(text) / MEASURE_PX


def printable(text: str) -> str:
    r"""A text on one line of which the fonts can draw every character; runs of white space become one space.

    >>> printable("a\x00 b\n\tc 語")
    'a b c ·'
    """
    return " ".join("".join(map(_drawable, text)).split())


@cache
def _drawable(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category[0] == "C" or 0xFE00 <= ord(character) <= 0xFE0F:
        return ""
    if character.isascii() or _shape(character) != _shape(UNKNOWN):
        return character
    return DOT if category[0] in "LN" else ""


@cache
def _shape(character: str) -> bytes:
    return bytes(font("display", 24).getmask(character))


def fit_block(
    text: str, *, face: Face, width_px: float, height_px: float, size_px: tuple[int, int], leading: float
) -> Block:
    """The text at the largest size, between two, at which it fits the box, in lines of nearly one length.

    What does not fit even at the least size is cut off with an ellipsis. `leading` is in ems.
    """
    words = split_words(printable(text)[:TEXT_MAX])
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


def split_words(text: str) -> list[str]:
    """The pieces between which a line may break, each with the space that follows it.

    Scripts without spaces (Chinese, Japanese, Thai) may break between any two characters.
    """
    pieces: list[str] = []
    for word in text.split(" "):
        dense = sum(ord(c) >= 0x0E00 for c in word) > len(word) // 2
        pieces += [*word[:-1], word[-1:] + " "] if dense else [word + " "]
    return [piece for piece in pieces if piece.strip()]


def wrap(words: Sequence[str], width: float, measure: Callable[[str], float]) -> list[str]:
    """Lines filled greedily; a word wider than a line is broken where it must be."""
    lines, line = [], ""
    for word in words:
        if not line or measure((line + word).rstrip()) <= width:
            line += word
        else:
            lines.append(line.rstrip())
            line = word
        while len(line.rstrip()) > 1 and measure(line.rstrip()) > width:
            cut = _longest_start(line, width, measure)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() else lines


def balance(words: Sequence[str], width: float, measure: Callable[[str], float]) -> list[str]:
    """The narrowest wrapping that needs no more lines than the full width does: no lone last word."""
    lines = wrap(words, width, measure)
    # No narrower than the widest word, which would be broken.
    widest = max((measure(word.rstrip()) for word in words), default=0.0)
    low, high = min(width, max(width * 0.5, widest)), width
    if len(wrap(words, low, measure)) <= len(lines):
        return wrap(words, low, measure)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        narrower = wrap(words, middle, measure)
        if len(narrower) <= len(lines):
            lines, high = narrower, middle
        else:
            low = middle
    return lines


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


def _longest_start(text: str, width: float, measure: Callable[[str], float]) -> int:
    low, high = 1, max(1, len(text) - 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= width else (low, middle - 1)
    return low


def _measure(face: Face) -> Callable[[str], float]:
    @cache
    def measure(text: str) -> float:
        return width_em(face, text)

    return measure
