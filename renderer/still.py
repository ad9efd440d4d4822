"""A picture file as pixels: upright 8-bit sRGB, whatever it was saved as, for all that draw or film stills.

Refuses formats whose reader starts another program. That a file is a picture at all, and of a size that memory holds, is
told before, by `media.stills`.
"""

from __future__ import annotations

import struct
import warnings
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from renderer.errors import MediaError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
BLACK = (0, 0, 0)

Box = tuple[float, float, float, float]
"""Left, upper, right and lower edge of a part of a picture, in its own pixels."""


def open_still(path: Path, *, ground: tuple[int, int, int] = BLACK) -> Image.Image:
    """A file's first picture as upright 8-bit sRGB; what is transparent lies over `ground`, in red, green and blue.

    Raises `MediaError` M840 for a damaged, unknown or huge one.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as picture:
                picture.load()
                return _as_rgb(ImageOps.exif_transpose(picture), ground)
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        MemoryError,
        struct.error,
        Image.DecompressionBombError,
    ) as error:
        raise MediaError(
            "a still cannot be read as a picture",
            code="M840",
            facts=[("file", path.name), ("error", error)],
            hint="replace the still: open it in an image editor and export it as PNG or JPEG",
        ) from error


def shaped_within(picture: tuple[int, int], shape: tuple[int, int]) -> tuple[float, float]:
    """Width and height of the largest part of a picture that has a shape, never larger than the picture.

    >>> shaped_within((160, 90), (64, 64))
    (90.0, 90)
    """
    width, height = picture
    scale = max(shape[0] / width, shape[1] / height)
    # Rounded, a whole side may come out larger than it is, and Pillow takes no box that stands over.
    return min(width, shape[0] / scale), min(height, shape[1] / scale)


def box_within(picture: tuple[int, int], size: tuple[float, float], *, left: float, top: float) -> Box:
    """The part of a picture of a size, not larger than it, that begins at a place, as far as the picture goes.

    >>> box_within((160, 90), (90, 90), left=100, top=-3)
    (70, 0, 160, 90)
    """
    (width, height), (wide, high) = picture, size
    left, top = min(max(0, left), width - wide), min(max(0, top), height - high)
    return left, top, min(width, left + wide), min(height, top + high)


def _as_rgb(picture: Image.Image, ground: tuple[int, int, int]) -> Image.Image:
    picture = _to_eight_bits(picture)
    if "A" not in picture.getbands() and "a" not in picture.getbands() and "transparency" not in picture.info:
        return _to_srgb(picture)
    above = picture.convert("RGBA")
    colours = _to_srgb(above.convert("RGB"))
    colours.putalpha(above.getchannel("A"))
    below = Image.new("RGBA", picture.size, (*ground, 255))
    return Image.alpha_composite(below, colours).convert("RGB")


def _to_eight_bits(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16"):
        return _scaled(picture.convert("I"), 65535)
    if picture.mode not in {"I", "F"}:
        return picture
    _, brightest = picture.getextrema()
    assert isinstance(brightest, int | float), "BUG: one band has one extremum"
    return _scaled(picture, next(full for full in (1, 255, 65535, brightest) if brightest <= full))


def _scaled(picture: Image.Image, full: float) -> Image.Image:
    return picture.convert("F").point(lambda v: v * (255 / full) + 0.5).convert("L")


def _to_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    picture = picture.convert("RGB") if picture.mode == "P" else picture
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        try:
            embedded = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, embedded, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError):
            return picture.convert("RGB")
        return converted or picture.convert("RGB")
    return picture.convert("RGB")
