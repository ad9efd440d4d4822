"""A still made small enough to be sent: only what goes on the wire changes, the key knows the original alone."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.errors import MediaError
from renderer.media.stills import STILL_BYTES_MAX, inspect_still, read_regular
from renderer.model import Size

if TYPE_CHECKING:
    from PIL.Image import Image

URI_HEAD = "data:image/jpeg;base64,"
QUALITIES = (95, 90, 85, 80)
SHRUNK_QUALITY = 85
SHRINK = 0.85
SHRINKS_MAX = 24
SIDE_PX_MIN = 64
GROUND = (0, 0, 0)


def fit_still(path: Path, *, uri_max_bytes: int, scratch: Path) -> Path:
    """A still whose data URI has at most `uri_max_bytes` bytes: `path` itself where it does, else a JPEG in `scratch`.

    The quality falls first, then the size; the aspect never gets longer, so that a model's limits on it hold. The
    JPEG is upright, in 8-bit RGB, with transparency on black. The same still and limit give the same bytes by the same
    Pillow. `scratch` is a folder. Raises `MediaError` S413 where no picture of 64 pixels a side is small enough, and
    as `inspect_still`.
    """
    if uri_bytes(path.stat().st_size) <= uri_max_bytes:
        return path
    inspect_still(path)
    content = next((made for made in _ever_smaller(path) if uri_bytes(len(made)) <= uri_max_bytes), None)
    if content is None:
        raise MediaError(
            f"`{path.name}` cannot be made small enough for the model",
            code="S413",
            facts=[("limit", f"{uri_max_bytes} bytes as a data URI")],
            hint="name a still with less detail, or put it on the web and name its URL",
        )
    target = scratch / f"{path.stem}.{uri_max_bytes}.jpg"
    target.write_bytes(content)
    return target


def uri_bytes(size_bytes: int) -> int:
    """How long the data URI of a JPEG of so many bytes is (RFC 2397).

    >>> uri_bytes(3)
    27
    """
    return len(URI_HEAD) + (size_bytes + 2) // 3 * 4


def shrunk(size: Size, step: int) -> Size:
    """The size after some steps of `SHRINK`: the long side is rounded down, the short side up.

    >>> shrunk(Size(2000, 1000), 2)
    Size(width_px=1444, height_px=723)
    """
    by = SHRINK**step
    long = max(size)
    return Size(*(math.floor(side * by) if side == long else math.ceil(side * by) for side in size))


def _ever_smaller(path: Path) -> Iterator[bytes]:
    from PIL import Image  # noqa: PLC0415 - 30 ms, not needed for a build with nothing to do

    picture = _upright(path)
    for quality in QUALITIES:
        yield _jpeg(picture, quality=quality)
    for step in range(1, SHRINKS_MAX + 1):
        size = shrunk(Size(*picture.size), step)
        if min(size) < SIDE_PX_MIN:
            return
        smaller = picture.resize(size, Image.Resampling.LANCZOS)
        yield _jpeg(smaller, quality=SHRUNK_QUALITY)


def _upright(path: Path) -> Image:
    """The picture in 8-bit sRGB, as it is to be seen."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - see above

    content = BytesIO(read_regular(path, size_max=STILL_BYTES_MAX))
    with Image.open(content, formats=("JPEG", "PNG", "WEBP")) as opened:
        opened.load()
        picture: Image.Image = opened.copy()
    with contextlib.suppress(Exception):  # a damaged EXIF block leaves the picture as it is stored
        picture = ImageOps.exif_transpose(picture)
    return _in_srgb(_flat(picture), profile=picture.info.get("icc_profile"), mode=picture.mode)


def _flat(picture: Image) -> Image:
    from PIL import Image  # noqa: PLC0415 - see above

    if picture.mode.startswith("I"):
        return picture.convert("F").point(lambda value: value / 257 + 0.5).convert("L").convert("RGB")
    if not picture.has_transparency_data:
        return picture if picture.mode == "CMYK" else picture.convert("RGB")
    above = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, (*GROUND, 255)), above).convert("RGB")


def _in_srgb(picture: Image, *, profile: bytes | None, mode: str) -> Image:
    """The picture without its colour profile, which takes room, and which few models read."""
    from PIL import ImageCms  # noqa: PLC0415 - see above

    if profile and mode in {"RGB", "RGBA", "P", "CMYK"}:
        with contextlib.suppress(ImageCms.PyCMSError, OSError):
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(picture, own, srgb, outputMode="RGB") or picture.convert("RGB")
    return picture.convert("RGB")


def _jpeg(picture: Image, *, quality: int) -> bytes:
    stream = BytesIO()
    picture.save(
        stream,
        "JPEG",
        quality=quality,
        subsampling="4:4:4" if quality >= 90 else "4:2:0",
        optimize=True,
        progressive=False,
        icc_profile=b"",
        exif=b"",
    )
    return stream.getvalue()
