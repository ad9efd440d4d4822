"""Stills: whether a file or data URI is a picture that can be sent and shown, told before anything is spent.

Refuses whatever could block, fill memory or run code: only regular files are opened, only JPEG, PNG and
WebP are decoded, and the size is read from the header before a pixel is.
"""

from __future__ import annotations

import base64
import binascii
import errno
import os
import re
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote_to_bytes

from renderer.errors import MediaError
from renderer.model import Size
from renderer.row import Row

if TYPE_CHECKING:
    from PIL.Image import Image

STILL_BYTES_MAX = 64 << 20
STILL_PIXELS_MAX = 64_000_000
FORMATS = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WebP"}
TURNED = (5, 6, 7, 8)
LFS_POINTER = b"version https://git-lfs"
CONVERT = "convert it to JPEG, PNG or WebP"
OTHER_FORMATS = (  # patterns that are compiled when a file is none of ours: most builds look at none
    (rb"GIF8", "a GIF"),
    (rb"(?s)BM.{4}\0\0\0\0", "a BMP"),
    (rb"II\*\0|MM\0\*", "a TIFF"),
    (rb"(?s).{4}ftypavi[fs]", "an AVIF"),
    (rb"(?s).{4}ftyp(?:hei|hev|mif|msf)", "a HEIC"),
    (rb"(?s).{4}ftyp|\x1aE\xdf\xa3", "a film"),
    (rb"8BPS", "a Photoshop file"),
    (rb"%PDF", "a PDF"),
    (rb"\xff\x0a|\0\0\0\x0cJXL ", "a JPEG XL"),
    (rb"(?s)\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<svg", "an SVG"),
)
# Compiled where one is met, as those are: most builds meet none.
DATA_URI = r"(?si)data:(image|video|audio)/[a-z0-9.+-]+((?:;[a-z0-9-]+=[^;,]*)*)(;base64)?,(.*)"
PERCENT_TEXT = r"(?:[!$&-;=?-Z_a-z~@]|%[0-9A-Fa-f]{2})*"


class StillFacts(Row):
    """What a still is: its size as seen (turned by its EXIF orientation) and `JPEG`, `PNG` or `WebP`."""

    size: Size
    format: str


def inspect_still(source: Path | bytes) -> StillFacts:
    """Decode a still once and say what it is; raises `MediaError` with an S4xx code when it cannot be used.

    Never blocks on a FIFO or device, and never decodes more than `STILL_PIXELS_MAX` pixels.
    """
    name = f"`{source}`" if isinstance(source, Path) else "the image"
    content = read_regular(source, size_max=STILL_BYTES_MAX) if isinstance(source, Path) else source
    if len(content) > STILL_BYTES_MAX:
        raise _too_large(name, len(content), STILL_BYTES_MAX)
    _refuse_pointer(name, content)
    return _decode(name, content)


def read_regular(path: Path, *, size_max: int) -> bytes:
    """The bytes of a regular file of at most `size_max`; raises `MediaError` (S401, S402, S405) otherwise.

    The kind of file is looked at before it is opened, and again after, without waiting for a writer.
    """
    with _opened(path) as stream:
        content = stream.read(size_max + 1)
    if len(content) > size_max:
        raise _too_large(f"`{path}`", path.stat().st_size, size_max)
    return content


def read_head(path: Path, *, head_bytes: int, size_max: int) -> bytes:
    """The first bytes of a regular file that is neither empty nor a git-lfs pointer, at most `size_max` long.

    Raises `MediaError` (S401 to S405) otherwise; the rest is not read.
    """
    name = f"`{path}`"
    with _opened(path) as stream:
        size_bytes, head = os.fstat(stream.fileno()).st_size, stream.read(head_bytes)
    if size_bytes > size_max:
        raise _too_large(name, size_bytes, size_max)
    _refuse_pointer(name, head)
    return head


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    name = f"`{path}`"
    try:
        _refuse_irregular(name, path.stat().st_mode)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            _refuse_irregular(name, os.fstat(descriptor).st_mode)
            yield stream
    except OSError as error:
        raise unreadable(name, error) from error


def parse_data_uri(text: str, *, size_max: int, sort: str = "image") -> bytes:
    """The bytes of a data URI (RFC 2397) of one sort of media, base64 or percent-encoded, read strictly.

    `sort` is `image`, `video` or `audio`. Raises `MediaError`: S410 when the URI is malformed or of another sort,
    S405 beyond `size_max` bytes.

    >>> parse_data_uri("data:image/png;base64,aGk=", size_max=10)
    b'hi'
    """
    parts = re.fullmatch(DATA_URI, text)
    if not parts or parts[1].lower() != sort:
        raise _malformed(f"it is not of the form `data:{sort}/…;base64,…`")
    encoded, payload = parts[3], parts[4]
    if len(payload) > size_max * (4 if encoded else 3):
        raise _too_large("the data URI", len(payload), size_max)
    content = _from_base64(payload) if encoded else _from_percent(payload)
    if len(content) > size_max:
        raise _too_large("the data URI", len(content), size_max)
    return content


def _from_base64(payload: str) -> bytes:
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed("its base64 text is damaged") from error


def _from_percent(payload: str) -> bytes:
    if not re.fullmatch(PERCENT_TEXT, payload):
        raise _malformed("a character in it must be percent-encoded")
    return unquote_to_bytes(payload)


def _decode(name: str, content: bytes) -> StillFacts:
    from PIL import Image  # noqa: PLC0415 - 30 ms, not needed for a build with nothing to do

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of notes that cannot be read we need none
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return _read(name, content)


def _read(name: str, content: bytes) -> StillFacts:
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - as above

    try:
        picture = Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
    except UnidentifiedImageError as error:
        raise _unidentified(name, content) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(name) from error
    except Exception as error:
        raise _damaged(name, error) from error
    with picture:
        if picture.width * picture.height > STILL_PIXELS_MAX:
            raise _too_many_pixels(name)
        try:
            picture.load()
        except Exception as error:
            raise _damaged(name, error) from error
        return StillFacts(_seen_size(picture), FORMATS[picture.format or ""])


def _seen_size(picture: Image) -> Size:
    orientation = 1
    with suppress(Exception):  # a damaged EXIF block leaves the picture as it is stored
        orientation = picture.getexif().get(0x0112, 1)
    width, height = picture.size
    return Size(height, width) if orientation in TURNED else Size(width, height)


def _refuse_irregular(name: str, mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket"}
    kind = kinds.get(stat.S_IFMT(mode), "a device")
    raise MediaError(f"{name} is {kind}, not a file", code="S402", hint="name a regular file")


def _refuse_pointer(name: str, content: bytes) -> None:
    if not content:
        raise MediaError(f"{name} is empty", code="S404", hint="restore the file, or name another")
    if content.startswith(LFS_POINTER):
        raise MediaError(
            f"{name} is a git-lfs pointer, not the file itself", code="S403", hint="run `git lfs pull`"
        )


def unreadable(name: str, error: OSError) -> MediaError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return MediaError(
            f"{name} does not exist", code="S401", hint="check the path; it is relative to the storyboard"
        )
    hint = "change its owner or mode" if isinstance(error, PermissionError) else None
    return MediaError(
        f"{name} cannot be read", code="S411", facts=[("error", error.strerror or error)], hint=hint
    )


def _too_large(name: str, size_bytes: int, size_max: int) -> MediaError:
    return MediaError(
        f"{name} has {size_bytes:,} bytes, beyond the limit of {size_max:,}",
        code="S405",
        hint="save it smaller; no model takes more",
    )


def _too_many_pixels(name: str) -> MediaError:
    limit = STILL_PIXELS_MAX // 1_000_000
    return MediaError(
        f"{name} has more than {limit} million pixels, the limit",
        code="S409",
        hint="scale it down; no model takes more",
    )


def _damaged(name: str, error: Exception) -> MediaError:
    return MediaError(
        f"{name} is damaged or cut short",
        code="S408",
        facts=[("decoder", error)],
        hint="save or download it again",
    )


def _unidentified(name: str, content: bytes) -> MediaError:
    for magic, kind in OTHER_FORMATS:
        if re.match(magic, content):
            return MediaError(f"{name} is {kind}, which models do not take", code="S407", hint=CONVERT)
    return MediaError(f"{name} is not an image", code="S406", hint="stills are JPEG, PNG or WebP")


def _malformed(reason: str) -> MediaError:
    return MediaError(f"the data URI cannot be read: {reason}", code="S410", hint="or name a file instead")
