"""Slates: a slim strip along the lower edge that says which take one is looking at. Type by Pillow alone."""

from __future__ import annotations

from PIL import Image, ImageDraw

from renderer.model import Size
from renderer.providers.animatic.scene import Slate
from renderer.providers.animatic.typeset import font, printable, shorten, width_em

INK = (244, 241, 234)
WARM = (255, 176, 59)
DARK = (24, 16, 4)
TYPE_MIN_PX = 10


def slate_height(size: Size) -> int:
    """The height of the strip in pixels, even: about a twentieth of the frame, never too small to read."""
    return min(size.height_px, -(-round(_type_px(size) * 2.1) // 2) * 2)


def _type_px(size: Size) -> int:
    return max(TYPE_MIN_PX, round(0.027 * min(size.width_px * 0.75, size.height_px * 1.1)))


def draw_slate(slate: Slate, size: Size) -> Image.Image:
    """The strip: a warm label for the note, shot, take and seed beside it, the model at the right where it fits."""
    height, pixels = slate_height(size), _type_px(size)
    strip = Image.new("RGBA", (size.width_px, height), (6, 7, 9, 168))
    pen = ImageDraw.Draw(strip)
    base, left, right = round(height / 2 + pixels * 0.36), pixels, size.width_px - pixels
    if slate.note:
        left = _draw_note(
            pen, printable(slate.note).upper(), left=left, right=right, height=height, pixels=pixels
        )
    left = _draw_words(pen, slate.shot, left, right, base, pixels, face_alpha=255)
    left = _draw_words(pen, f"take {slate.take}", left, right, base, pixels, face_alpha=190)
    left = _draw_words(pen, f"seed {slate.seed}", left, right, base, pixels, face_alpha=190)
    if slate.model:
        model = printable(slate.model)
        width = width_em("text", model) * pixels
        if right - width > left:
            pen.text((right, base), model, font=font("text", pixels), fill=(*INK, 190), anchor="rs")
    return strip


def _draw_words(
    pen: ImageDraw.ImageDraw, text: str, left: int, right: int, base: int, pixels: int, *, face_alpha: int
) -> int:
    words = shorten(printable(text), (right - left) / pixels, lambda part: width_em("text", part))
    pen.text((left, base), words, font=font("text", pixels), fill=(*INK, face_alpha), anchor="ls")
    return left + round(width_em("text", words) * pixels + 1.3 * pixels) if words else right


def _draw_note(
    pen: ImageDraw.ImageDraw, note: str, *, left: int, right: int, height: int, pixels: int
) -> int:
    words = shorten(note, (right - left) / pixels - 1.0, lambda part: width_em("text", part))
    if not words:
        return left
    pad, inset = round(0.5 * pixels), max(1, round(0.28 * pixels))
    end = left + round(width_em("text", words) * pixels) + 2 * pad
    pen.rounded_rectangle(
        (left, inset, end, height - 1 - inset), radius=round(0.3 * pixels), fill=(*WARM, 255)
    )
    pen.text(
        (left + pad, round(height / 2 + pixels * 0.36)),
        words,
        font=font("text", pixels),
        fill=(*DARK, 255),
        anchor="ls",
    )
    return end + pixels
