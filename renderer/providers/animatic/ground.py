"""Grounds: what lies behind a card's type. Dark, with two soft lights, and never with visible steps.

A ground is computed in real numbers on a coarse mesh, enlarged smoothly, and dithered when it is rounded to
8 bits; the noise is SHAKE-128's, the same on every machine.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageMath

from renderer.model import Size
from renderer.row import Row

Colour = tuple[int, int, int]

MESH = (40, 24)


class Palette(Row):
    """A card's colours: the ground's dark end and light end, two lights upon it, and the accent of the type."""

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


class _Light(Row):
    """A round light at a point of the ground, both in fractions of it, fading over `reach`."""

    x: float
    y: float
    reach: tuple[float, float]
    strength: float

    def at(self, x: float, y: float) -> float:
        across, down = (x - self.x) / self.reach[0], (y - self.y) / self.reach[1]
        return self.strength * math.exp(-across * across - down * down)


def choose_palette(prompt: str, seed: int) -> Palette:
    """The palette of a card: prompts spread over them all, and takes of one prompt differ."""
    turn = int.from_bytes(hashlib.sha256(prompt.encode("utf-8", "replace")).digest()[:4]) + seed
    return PALETTES[turn % len(PALETTES)]


def draw_ground(palette: Palette, size: Size, *, seed: int) -> Image.Image:
    """The ground of a card: darker towards the top, two lights in opposite corners where the seed puts them."""
    lights, noise = _lights(seed, size), _dither(size, seed)
    return Image.merge("RGB", [_band(palette, channel, lights, size, noise=noise) for channel in range(3)])


def _lights(seed: int, size: Size) -> tuple[_Light, _Light]:
    drawn = [byte / 255 for byte in hashlib.sha256(f"ground {seed}".encode()).digest()[:5]]
    side = 1 if drawn[0] < 0.5 else -1
    ratio = size.width_px / size.height_px
    across, down = max(1.0, ratio) ** 0.5, max(1.0, 1 / ratio) ** 0.5
    glow = _Light(
        0.5 + side * (0.30 + drawn[1] * 0.14), 0.18 + drawn[2] * 0.22, (0.52 / across, 0.5 / down), 0.62
    )
    spark = _Light(
        0.5 - side * (0.26 + drawn[3] * 0.18), 0.80 + drawn[4] * 0.16, (0.42 / across, 0.36 / down), 0.34
    )
    return glow, spark


def _band(
    palette: Palette, channel: int, lights: tuple[_Light, _Light], size: Size, *, noise: Image.Image
) -> Image.Image:
    glow, spark = lights

    def colour(x: float, y: float) -> float:
        rise = 0.5 - 0.5 * math.cos(math.pi * min(1.0, 1.1 - y))
        ground = palette.deep[channel] + (palette.base[channel] - palette.deep[channel]) * rise
        lit = (palette.glow[channel] - ground) * glow.at(x, y)
        return ground + lit + (palette.spark[channel] - ground) * spark.at(x, y)

    columns, rows = MESH
    mesh = Image.new("F", MESH)
    mesh.putdata([colour((x + 0.5) / columns, (y + 0.5) / rows) for y in range(rows) for x in range(columns)])
    smooth = mesh.resize((size.width_px, size.height_px), Image.Resampling.BICUBIC)
    return _compute(lambda a: a["smooth"] + a["noise"], smooth=smooth, noise=noise).convert("L")


def _dither(size: Size, seed: int) -> Image.Image:
    """Triangular noise of one step either way, raised by a half so that the later cut to whole numbers rounds."""
    count, shape = size.width_px * size.height_px, (size.width_px, size.height_px)
    raw = hashlib.shake_128(f"dither {seed}".encode()).digest(2 * count)
    one, other = (Image.frombytes("L", shape, part).convert("F") for part in (raw[:count], raw[count:]))
    return _compute(lambda a: (a["one"] + a["other"]) * (1 / 255) - 0.5, one=one, other=other)


def _compute(formula: Callable[[dict[str, Any]], Any], **pictures: Image.Image) -> Image.Image:
    result = ImageMath.lambda_eval(formula, **pictures)
    assert isinstance(result, Image.Image), "BUG: a formula over pictures gives a picture"
    return result
