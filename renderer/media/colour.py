"""The words for a picture's colours: range, matrix, primaries and transfer, as ffmpeg spells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

RANGES: Final = {1: "tv", 2: "pc"}
# Names and numbers of ISO/IEC 23091-2 (H.273), spelled as ffmpeg does.
MATRICES: Final = {
    0: "gbr",
    1: "bt709",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020nc",
    10: "bt2020c",
}
PRIMARIES: Final = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020",
    12: "smpte432",
}
TRANSFERS: Final = {
    1: "bt709",
    4: "gamma22",
    5: "gamma28",
    6: "smpte170m",
    7: "smpte240m",
    8: "linear",
    13: "iec61966-2-1",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    18: "arib-std-b67",
}


def look_of(frame: VideoFrame) -> dict[str, str]:
    """What kind of picture a frame is: its size, its pixel format, and of its colours what it says."""
    colours = (("range", RANGES.get(frame.color_range)), ("matrix", MATRICES.get(frame.colorspace)))
    return {
        "size": f"{frame.width}x{frame.height}",
        "pixel format": frame.format.name,
        **{name: word for name, word in colours if word},
    }


def colour_of(video: VideoStream) -> str:
    """range/matrix/primaries/transfer in ffmpeg's words, `unknown` where a clip does not say."""
    codec = video.codec_context
    return "/".join(
        names.get(int(number), "unknown")
        for names, number in (
            (RANGES, codec.color_range),
            (MATRICES, codec.colorspace),
            (PRIMARIES, codec.color_primaries),
            (TRANSFERS, codec.color_trc),
        )
    )
