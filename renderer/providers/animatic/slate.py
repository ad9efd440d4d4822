"""Slates: a slim strip along the lower edge that says which take one is looking at. Type by Pillow alone."""

from __future__ import annotations

from PIL import Image, ImageDraw

from renderer.model import Size
from renderer.providers.animatic.scene import Slate
from renderer.providers.animatic.typeset import font, printable, shorten, width_em
from renderer.row import Row

STRIP = (6, 7, 9, 168)
INK, FAINT = (244, 241, 234, 255), (244, 241, 234, 190)
WARM, ON_WARM = (255, 176, 59, 255), (24, 16, 4, 255)
TYPE_MIN_PX = 10


def slate_height(size: Size) -> int:
    """The height of the strip in pixels, even: about a twentieth of the frame, never too small to read."""
    return min(size.height_px, -(-round(_type_px(size) * 2.1) // 2) * 2)


def draw_slate(slate: Slate, size: Size) -> Image.Image:
    """The strip: the note on a warm label, then shot, take and seed; the model at the right where it fits."""
    strip = Image.new("RGBA", (size.width_px, slate_height(size)), STRIP)
    row = _Row(ImageDraw.Draw(strip), strip.height, _type_px(size), size.width_px)
    left = row.pixels
    if slate.note:
        left = _draw_note(row, slate.note, left)
    left = _draw_words(row, slate.shot, left, INK)
    left = _draw_words(row, f"take {slate.take}", left, FAINT)
    left = _draw_words(row, f"seed {slate.seed}", left, FAINT)
    if slate.model:
        _draw_model(row, slate.model, left)
    return strip


class _Row(Row):
    """One line of type on the strip, and how wide a text is on it."""

    pen: ImageDraw.ImageDraw
    height: int
    pixels: int
    strip_width: int

    @property
    def right(self) -> int:
        return self.strip_width - self.pixels

    @property
    def base(self) -> int:
        return round(self.height / 2 + self.pixels * 0.36)

    def width(self, text: str) -> float:
        return width_em("text", text) * self.pixels


def _draw_words(row: _Row, text: str, left: int, ink: tuple[int, ...]) -> int:
    """Draw as much of a text as fits; returns where the next one starts."""
    words = shorten(printable(text), row.right - left, row.width)
    if not words:
        return row.right
    row.pen.text((left, row.base), words, font=font("text", row.pixels), fill=ink, anchor="ls")
    return left + round(row.width(words) + 1.3 * row.pixels)


def _draw_note(row: _Row, note: str, left: int) -> int:
    words = shorten(printable(note).upper(), row.right - left - row.pixels, row.width)
    if not words:
        return left
    pad, inset = round(0.5 * row.pixels), max(1, round(0.28 * row.pixels))
    end = left + round(row.width(words)) + 2 * pad
    label = (left, inset, end, row.height - 1 - inset)
    row.pen.rounded_rectangle(label, radius=round(0.3 * row.pixels), fill=WARM)
    row.pen.text((left + pad, row.base), words, font=font("text", row.pixels), fill=ON_WARM, anchor="ls")
    return end + row.pixels


def _draw_model(row: _Row, model: str, left: int) -> None:
    words = shorten(printable(model), row.right - left, row.width)
    if len(words) > 3:
        row.pen.text((row.right, row.base), words, font=font("text", row.pixels), fill=FAINT, anchor="rs")


def _type_px(size: Size) -> int:
    return max(TYPE_MIN_PX, round(0.027 * min(size.width_px, size.height_px * 1.1)))
