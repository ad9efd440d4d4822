"""The one common format that we encode to, as values: its settings name it in manifests and on the command line.

Picture is H.264 in 4:2:0 with BT.709 limited range, one thread. libx264 gives the same bytes for the same
thread count only (measured), so the count is written out and is part of every manifest that encodes.
Sound is AAC, 48 kHz stereo, encoded once per film.
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
STILL: Mapping[str, str] = {
    "codec": "png",
    "pixel_format": "rgb24",
    "prediction": "mixed",
    "compression": "6",
    "threads": "1",
}
SOUND_RATE_HZ = 48_000
SOUND: Mapping[str, str] = {
    "codec": "aac",
    "coder": "twoloop",
    "bit_rate": "192k",
    "rate_hz": str(SOUND_RATE_HZ),
    "layout": "stereo",
    "threads": "1",
}
MONO_BIT_RATE = "96k"
LAYOUTS = {1: "mono", 2: "stereo"}
TIMESCALE_MIN = 10_000


def timescale(fps: Fraction) -> int:
    """Ticks per second of an MP4 track in which every frame lasts a whole number of ticks.

    >>> timescale(Fraction(24)), timescale(Fraction(24000, 1001))
    (12288, 24000)
    """
    ticks = fps.numerator
    while ticks < TIMESCALE_MIN:
        ticks *= 2
    return ticks


def ticks_per_frame(fps: Fraction, *, time_base: Fraction) -> Fraction:
    """How many ticks of a time base one frame lasts; whole where that base can carry the rate exactly.

    >>> ticks_per_frame(Fraction(24), time_base=Fraction(1, 12288))
    Fraction(512, 1)
    """
    return 1 / (fps * time_base)


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


def still_arguments() -> list[str]:
    """Output arguments that encode one picture as a PNG without date or tool name, byte for byte repeatable."""
    return [
        *("-frames:v", "1", "-update", "1", "-c:v", STILL["codec"], "-pix_fmt", STILL["pixel_format"]),
        *("-pred", STILL["prediction"], "-compression_level", STILL["compression"]),
        *("-threads:v", STILL["threads"], "-map_metadata", "-1"),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", "image2"),
    ]


def container_arguments(fps: Fraction) -> list[str]:
    """Output arguments for an MP4 without dates or tool names, `moov` first, in our time scale.

    The film's own clock is the picture's too: ffmpeg's default of 1000 ticks rounds the edit list, and a
    clip of 50 frames at 24 fps is then written 0.3 ms short.
    """
    ticks = str(timescale(fps))
    return [
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"),
        *("-video_track_timescale", ticks, "-movie_timescale", ticks),
        *("-movflags", "+faststart", "-f", "mp4"),
    ]


def sound_encoder(*, rate_hz: int, channels: int) -> dict[str, str]:
    """The settings of sound at another rate, in 1 or 2 channels."""
    own = {"rate_hz": str(rate_hz), "layout": LAYOUTS[channels]}
    return {**SOUND, **own, **({"bit_rate": MONO_BIT_RATE} if channels == 1 else {})}


def sound_arguments(encoder: Mapping[str, str] = SOUND) -> list[str]:
    """Output arguments that encode one sound track as AAC in an MP4, byte for byte repeatable.

    The encoder's 1024 samples of priming stand before time 0, behind an edit list, and the last packet
    lasts only as long as there was sound: the track lasts exactly as many samples as went in.
    """
    return [
        *("-c:a", encoder["codec"], "-aac_coder", encoder["coder"], "-b:a", encoder["bit_rate"]),
        *("-ar:a", encoder["rate_hz"], "-ac:a", str(channels_of(encoder)), "-threads:a", encoder["threads"]),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"),
        *("-movie_timescale", encoder["rate_hz"], "-movflags", "+faststart", "-f", "mp4"),
    ]


def channels_of(encoder: Mapping[str, str]) -> int:
    """How many channels the settings of sound name.

    >>> channels_of(SOUND)
    2
    """
    return next(channels for channels, layout in LAYOUTS.items() if layout == encoder["layout"])
