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


def _as_rgb(picture: Image.Image, ground: tuple[int, int, int]) -> Image.Image:
    picture = _to_eight_bits(picture)
    if "A" in picture.getbands() or "a" in picture.getbands() or "transparency" in picture.info:
        above = picture.convert("RGBA")
        below = Image.new("RGBA", picture.size, (*ground, 255))
        return Image.alpha_composite(below, above).convert("RGB")
    return _to_srgb(picture)


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
