"""Cards: the type of a shot that has no still. The prompt as a title, set well, over whatever lies behind."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from renderer.model import Size
from renderer.providers.animatic.ground import Colour
from renderer.providers.animatic.typeset import (
    Block,
    draw_words,
    fit_block,
    is_leftward,
    leading_em,
    printable,
    shorten,
    width_em,
)
from renderer.row import Row

INK: Colour = (244, 241, 234)
CAPTION_ALPHA = 150
MEASURE_MAX = 1.5
"""The longest line, in units of the frame's shorter side: wider than that, the eye loses the next line."""


class Layout(Row):
    """Where a card's parts stand, in pixels: bar, title and caption hang from `top` at the left `margin`."""

    margin: int
    top: float
    bar: tuple[int, int]
    caption_px: int
    caption_width: float
    title: Block

    @property
    def first_base(self) -> float:
        return self.top + 2.0 * self.caption_px + 0.86 * self.title.size_px

    @property
    def caption_base(self) -> float:
        last = self.first_base + self.title.leading_px * max(0, len(self.title.lines) - 1)
        return last + 2.6 * self.caption_px + 0.2 * self.title.size_px


def lay_out(prompt: str, *, size: Size, foot_px: int) -> Layout:
    """The layout of a title in a frame of which the lowest `foot_px` stay free; it stands above the middle."""
    unit = min(size.width_px, size.height_px)
    margin = round(0.09 * unit + 0.02 * size.width_px)
    caption_px = max(9, round(unit * 0.026))
    width = max(1, size.width_px - 2 * margin)
    around = 4.6 * caption_px
    room = max(1.0, size.height_px - 2 * margin - foot_px - around)
    title = fit_block(
        prompt,
        face="display",
        width_px=min(width, MEASURE_MAX * unit),
        height_px=room,
        size_px=(max(5, round(unit * 0.028)), max(8, round(unit * 0.094))),
        leading=leading_em(printable(prompt)),
    )
    spare = max(0.0, room - len(title.lines) * title.leading_px)
    bar = (round(unit * 0.075), max(1, round(unit * 0.006)))
    return Layout(margin, margin + 0.46 * spare, bar, caption_px, width, title)


def draw_type(
    prompt: str, caption: Sequence[str], *, accent: Colour, size: Size, foot_px: int
) -> Image.Image:
    """The prompt, aligned to the side where its reader begins, with a bar of the accent above and a caption below; transparent elsewhere.

    `caption` is in parts, joined by dots; `foot_px` is kept free for a slate.
    """
    layout = lay_out(prompt, size=size, foot_px=foot_px)
    picture = Image.new("RGBA", (size.width_px, size.height_px), (*INK, 0))
    pen = ImageDraw.Draw(picture)
    right = is_leftward(prompt)
    side = size.width_px - layout.margin if right else layout.margin
    left, top = side - layout.bar[0] * right, round(layout.top)
    pen.rectangle((left, top, left + layout.bar[0], top + layout.bar[1] - 1), fill=(*accent, 255))
    for number, line in enumerate(layout.title.lines):
        base = round(layout.first_base + number * layout.title.leading_px)
        title_px = layout.title.size_px
        draw_words(pen, (side, base), line, face="display", size_px=title_px, fill=(*INK, 255), right=right)
    words, below = _caption(caption, layout), (side, round(layout.caption_base))
    ink = (*INK, CAPTION_ALPHA)
    draw_words(pen, below, words, face="text", size_px=layout.caption_px, fill=ink, right=right)
    return picture


def _caption(parts: Sequence[str], layout: Layout) -> str:
    words = "   ·   ".join(map(printable, parts))
    return shorten(words, layout.caption_width / layout.caption_px, lambda text: width_em("text", text))
