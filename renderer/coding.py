"""How a film's picture is written down: codecs, steps of quality, pixel formats and files, and what goes with what. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from renderer.row import Row

Codec = Literal["h264", "h265", "av1", "prores"]
Quality = Literal["draft", "good", "high", "master"]
CODECS: tuple[Codec, ...] = get_args(Codec)
MP4, MOV = ".mp4", ".mov"


class Coding(Row):
    """How the picture of a film is encoded; what the author leaves out is as in every film of before.

    `pixel_format` is in the author's words, without the order of its bytes.
    """

    codec: Codec = "h264"
    quality: Quality = "high"
    pixel_format: str = "yuv420p"


class Scope(Row):
    """What goes with a codec: pixel formats and endings of files, the usual one first of each."""

    pixel_formats: tuple[str, ...]
    endings: tuple[str, ...]


ALL_FORMATS = ("yuv420p", "yuv420p10", "yuv422p", "yuv422p10", "yuv444p", "yuv444p10")
SCOPES: Mapping[Codec, Scope] = MappingProxyType(
    {
        "h264": Scope(ALL_FORMATS, (MP4, MOV)),
        "h265": Scope(ALL_FORMATS, (MP4, MOV)),
        # SVT-AV1 encodes 4:2:0 alone.
        "av1": Scope(("yuv420p", "yuv420p10"), (MP4,)),
        # ProRes has 10 bits and at least 4:2:2, and stands in QuickTime files alone (Apple, ProRes white paper, 2022).
        "prores": Scope(("yuv422p10", "yuv444p10"), (MOV,)),
    }
)
ENDINGS = (MP4, MOV)


def stored_format(pixel_format: str) -> str:
    """A pixel format in ffmpeg's words: more than 8 bits take two bytes, the lower one first.

    >>> stored_format("yuv422p10"), stored_format("yuv420p")
    ('yuv422p10le', 'yuv420p')
    """
    return f"{pixel_format}le" if pixel_format.endswith("10") else pixel_format
