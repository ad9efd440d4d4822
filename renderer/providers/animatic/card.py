"""Cards: the picture of a shot that has no still. A dark ground with drifting light, and the prompt, set well.

The ground is computed in real numbers and dithered when it is rounded, so that a dark gradient shows no steps;
its noise is SHAKE-128's, the same everywhere. The type stands still while the ground moves behind it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageMath

from renderer.model import Size
from renderer.providers.animatic.typeset import fit_block, font, printable, shorten, width_em

Colour = tuple[int, int, int]

MESH = (40, 24)
INK: Colour = (244, 241, 234)


@dataclass(frozen=True, slots=True)
class Palette:
    """A card's colours: the ground's dark end, its light end, two lights on it, and the accent of the type."""

    deep: Colour
    base: Colour
    glow: Colour
    spark: Colour
    accent: Colour


PALETTES = (
    Palette((7, 9, 16), (16, 25, 48), (40, 66, 130), (94, 70, 140), (242, 178, 99)),
    Palette((13, 8, 8), (40, 18, 17), (128, 50, 34), (96, 34, 62), (246, 172, 96)),
    Palette((6, 11, 10), (13, 32, 29), (30, 92, 78), (40, 78, 104), (234, 212, 139)),
    Palette((11, 7, 15), (34, 17, 43), (98, 44, 106), (44, 54, 118), (242, 168, 186)),
    Palette((6, 10, 14), (11, 31, 44), (26, 86, 108), (66, 66, 128), (244, 200, 122)),
    Palette((12, 10, 8), (36, 29, 17), (110, 86, 40), (104, 52, 34), (246, 224, 170)),
)


def choose_palette(prompt: str, seed: int) -> Palette:
    """The palette of a card: prompts spread over them all, and takes of one prompt differ."""
    turn = int.from_bytes(hashlib.sha256(prompt.encode("utf-8", "replace")).digest()[:4]) + seed
    return PALETTES[turn % len(PALETTES)]


def draw_ground(palette: Palette, size: Size, *, seed: int) -> Image.Image:
    """The ground of a card: dark above and below, two soft lights where the seed puts them."""
    grain = _noise(size, seed)
    bands = [_band(palette, channel, size, seed, grain) for channel in range(3)]
    return Image.merge("RGB", bands)


def _band(palette: Palette, channel: int, size: Size, seed: int, grain: Image.Image) -> Image.Image:
    light = _lighting(palette, channel, seed, size.width_px / size.height_px)
    columns, rows = MESH
    mesh = Image.new("F", MESH)
    mesh.putdata([light((x + 0.5) / columns, (y + 0.5) / rows) for y in range(rows) for x in range(columns)])
    smooth = mesh.resize((size.width_px, size.height_px), Image.Resampling.BICUBIC)
    dithered = ImageMath.lambda_eval(lambda a: a["light"] + a["grain"], light=smooth, grain=grain)
    return dithered.convert("L")  # type: ignore[union-attr]


def _lighting(palette: Palette, channel: int, seed: int, ratio: float) -> Callable[[float, float], float]:
    draw = hashlib.sha256(f"ground {seed}".encode()).digest()
    side = 1 if draw[0] % 2 else -1
    glow_x, glow_y = 0.5 + side * (0.30 + draw[1] / 255 * 0.14), 0.18 + draw[2] / 255 * 0.22
    spark_x, spark_y = 0.5 - side * (0.26 + draw[3] / 255 * 0.18), 0.80 + draw[4] / 255 * 0.16
    deep, base = palette.deep[channel], palette.base[channel]
    stretch_x, stretch_y = max(1.0, ratio) ** 0.5, max(1.0, 1 / ratio) ** 0.5

    def at(x: float, y: float) -> float:
        glow = math.exp(-(((x - glow_x) * stretch_x / 0.52) ** 2) - ((y - glow_y) * stretch_y / 0.5) ** 2)
        spark = math.exp(-(((x - spark_x) * stretch_x / 0.42) ** 2) - ((y - spark_y) * stretch_y / 0.36) ** 2)
        ground = deep + (base - deep) * (0.5 - 0.5 * math.cos(math.pi * min(1.0, max(0.0, 1.1 - y))))
        return (
            ground
            + (palette.glow[channel] - ground) * 0.62 * glow
            + (palette.spark[channel] - ground) * 0.34 * spark
        )

    return at


def _noise(size: Size, seed: int) -> Image.Image:
    """Triangular noise of one step either way, centred so that the later cut to whole numbers rounds."""
    count = size.width_px * size.height_px
    raw = hashlib.shake_128(f"dither {seed}".encode()).digest(2 * count)
    shape = (size.width_px, size.height_px)
    first, second = (Image.frombytes("L", shape, part).convert("F") for part in (raw[:count], raw[count:]))
    mixed = ImageMath.lambda_eval(
        lambda a: (a["first"] + a["second"]) * (1 / 255) - 0.5, first=first, second=second
    )
    return mixed  # type: ignore[return-value]


def draw_type(
    prompt: str, caption: Sequence[str], *, palette: Palette, size: Size, foot_px: int
) -> Image.Image:
    """The prompt as a title, left-aligned, with an accent above and a caption below; transparent elsewhere.

    `caption` is in parts, joined by dots; `foot_px` is kept free for a slate.
    """
    picture = Image.new("RGBA", (size.width_px, size.height_px), (*INK, 0))
    pen = ImageDraw.Draw(picture)
    unit = min(size.width_px, size.height_px)
    margin = round(0.09 * unit + 0.02 * size.width_px)
    width, height = size.width_px - 2 * margin, size.height_px - 2 * margin - foot_px
    small = max(7, round(unit * 0.026))
    block = fit_block(
        prompt,
        face="display",
        width_px=min(width, 1.5 * unit),
        height_px=max(1.0, height - 4.6 * small),
        size_px=(max(5, round(unit * 0.028)), max(8, round(unit * 0.105))),
        leading=1.2,
    )
    text_px = len(block.lines) * block.leading_px
    top = margin + max(0.0, (height - text_px - 4.6 * small) * 0.46)
    bar = max(1, round(unit * 0.006))
    pen.rectangle(
        (margin, round(top), margin + round(unit * 0.075), round(top) + bar - 1), fill=(*palette.accent, 255)
    )
    base = top + 2.0 * small + block.size_px * 0.86
    face = font("display", block.size_px)
    for line in block.lines:
        pen.text((margin, round(base)), line, font=face, fill=(*INK, 255), anchor="ls")
        base += block.leading_px
    words = shorten(
        "  ·  ".join(map(printable, caption)).upper(), width / small, lambda text: width_em("text", text)
    )
    pen.text(
        (margin, round(base - block.leading_px + 2.6 * small + 0.2 * block.size_px)),
        words,
        font=font("text", small),
        fill=(*INK, 150),
        anchor="ls",
    )
    return picture
