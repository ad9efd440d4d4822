"""Plates: stills made ready for the camera. Any picture becomes upright sRGB in the frame's own shape.

A still whose shape is near the frame's fills it, cropped so that heads stay; one that would lose too much
lies whole on a blurred, darkened copy of itself. Reads files and writes nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PIL import Image, ImageChops, ImageFilter, ImageOps

from renderer.model import Size
from renderer.providers.animatic.camera import Focus
from renderer.row import Row
from renderer.still import Box, box_within, open_still, shaped_within

OVERSIZE = 4 / 3
"""A plate's side over the frame's: bilinear sampling stays crisp, at the least cost (measured)."""
LOSS_MAX = 0.45
"""The largest part of a still that a crop may take; a square in a 16:9 frame loses 0.44."""
INSET = 0.86
GROUND = (14, 15, 18)
ADJUST_SIDE_PX = 96


class Framing(Row):
    """How a still lies in the frame: `box` is the part of it that shows, in its own pixels."""

    fit: Literal["cover", "contain"]
    box: Box
    focus: Focus


class Plate(Row):
    """A still in the frame's shape, larger than the frame, with the point that a zoom keeps."""

    picture: Image.Image
    framing: Framing


def frame_still(still: tuple[int, int], frame: Size) -> Framing:
    """The framing of a still of some width and height in a frame.

    What a crop takes from above and below it takes ever more from below the more it takes, since heads
    stand high: a tenth is taken from both sides alike, nearly half from below alone.
    """
    width, height = still
    kept_width, kept_height = kept = shaped_within(still, frame)
    loss = 1 - (kept_width / width) * (kept_height / height)
    if loss > LOSS_MAX:
        return Framing("contain", (0, 0, width, height), Focus(0.5, 0.5))
    lift = max(0.04, 0.5 - 2.35 * loss * loss)
    left, top = (width - kept_width) / 2, (height - kept_height) * lift
    portrait = height - kept_height > width - kept_width
    focus = Focus(0.5, 0.08 + 0.34 * lift / 0.5) if portrait else Focus()
    return Framing("cover", box_within(still, kept, left=left, top=top), focus)


def plate_size(frame: Size) -> Size:
    """The size of the plates of a frame: larger by `OVERSIZE`, even."""
    return Size(*(-(-round(side * OVERSIZE) // 2) * 2 for side in (frame.width_px, frame.height_px)))


def make_plate(path: Path, frame: Size) -> Plate:
    """The plate of a still; raises `MediaError` when the file is not a whole picture."""
    still, size = open_still(path, ground=GROUND), plate_size(frame)
    framing = frame_still(still.size, frame)
    if framing.fit == "cover":
        return Plate(_crispen(_resize(still, size, framing.box)), framing)
    return Plate(_lay_on_blur(still, size), framing)


def _resize(still: Image.Image, size: Size, box: Box) -> Image.Image:
    return still.resize((size.width_px, size.height_px), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _crispen(plate: Image.Image) -> Image.Image:
    return plate.filter(ImageFilter.UnsharpMask(radius=1.2, percent=45, threshold=2))


def _lay_on_blur(still: Image.Image, size: Size) -> Image.Image:
    plate = _blurred(still, size)
    scale = INSET * min(size.width_px / still.width, size.height_px / still.height)
    width, height = max(1, round(still.width * scale)), max(1, round(still.height * scale))
    left, top = (size.width_px - width) // 2, (size.height_px - height) // 2
    plate = ImageChops.multiply(plate, _shadow(size, (left, top, left + width, top + height)))
    plate.paste(_crispen(_resize(still, Size(width, height), (0, 0, still.width, still.height))), (left, top))
    return plate


def _blurred(still: Image.Image, size: Size) -> Image.Image:
    # Blurred small and enlarged: the same softness at a hundredth of the work.
    shrink = ADJUST_SIDE_PX / max(size.width_px, size.height_px)
    small = max(2, round(size.width_px * shrink)), max(2, round(size.height_px * shrink))
    copy = ImageOps.fit(still, small, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(5))
    return copy.point(lambda v: v * 0.42 + 6).resize(
        (size.width_px, size.height_px), Image.Resampling.BICUBIC
    )


def _shadow(size: Size, box: tuple[int, int, int, int]) -> Image.Image:
    shrink = ADJUST_SIDE_PX * 2 / max(size.width_px, size.height_px)
    small = max(2, round(size.width_px * shrink)), max(2, round(size.height_px * shrink))
    shade = Image.new("L", small, 255)
    drop = 0.012 * small[1]
    left, top, right, bottom = (side * shrink for side in box)
    shade.paste(95, (round(left), round(top + drop), round(right), round(bottom + drop)))
    soft = shade.filter(ImageFilter.GaussianBlur(4)).resize(
        (size.width_px, size.height_px), Image.Resampling.BICUBIC
    )
    return Image.merge("RGB", (soft, soft, soft))
