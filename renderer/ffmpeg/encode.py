"""The one common format that we encode to, as values: its settings name it in manifests and on the command line.

H.264 in 4:2:0 with BT.709 limited range, one thread. libx264 gives the same bytes for the same thread
count only (measured), so the count is written out and is part of every manifest that encodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

ENCODER: Mapping[str, str] = {
    "codec": "libx264",
    "preset": "veryfast",
    "crf": "18",
    "pixel_format": "yuv420p",
    "colour": "bt709/limited",
    "keyframe_every_s": "2",
    "threads": "1",
}
TIMESCALE_MIN = 10_000


def timescale(fps: Fraction) -> int:
    """Ticks per second of an MP4 track in which every frame lasts a whole number of ticks; 12288 for 24 fps."""
    ticks = fps.numerator
    while ticks < TIMESCALE_MIN:
        ticks *= 2
    return ticks


def encode_arguments(fps: Fraction) -> list[str]:
    """Output arguments that encode picture in the common format at a constant rate, byte for byte repeatable."""
    gop = max(1, round(fps * int(ENCODER["keyframe_every_s"])))
    return [
        *("-c:v", ENCODER["codec"], "-preset", ENCODER["preset"], "-crf", ENCODER["crf"]),
        *("-pix_fmt", ENCODER["pixel_format"], "-threads:v", ENCODER["threads"]),
        *("-g", str(gop), "-fps_mode", "cfr", "-r", str(fps)),
        *("-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
        *container_arguments(fps),
    ]


def container_arguments(fps: Fraction) -> list[str]:
    """Output arguments for an MP4 without dates or tool names, `moov` first, in our time scale."""
    return [
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"),
        *("-video_track_timescale", str(timescale(fps)), "-movflags", "+faststart", "-f", "mp4"),
    ]
