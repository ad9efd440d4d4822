"""The formats that we encode to, as values: their settings name them in manifests and on the command line.

The common one is H.264 in 4:2:0 with BT.709 limited range, one thread, and AAC, 48 kHz stereo, encoded once per film;
`codecs` has the others. Encoders give the same bytes for the same thread count only (measured), so the count is
written out and is part of every manifest that encodes.
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
PCM: Mapping[str, str] = {
    "codec": "pcm_s24le",
    "rate_hz": str(SOUND_RATE_HZ),
    "layout": "stereo",
    "threads": "1",
    "container": "mov",
}
"""Sound beside ProRes, as editors want it: 24 bits, not compressed."""
BIT_RATES = {1: "96k", 2: SOUND["bit_rate"], 6: "448k"}
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}
OPTIONS = (
    ("preset", "-preset"),
    ("crf", "-crf"),
    ("profile", "-profile:v"),
    ("x265", "-x265-params"),
    ("svtav1", "-svtav1-params"),
    ("vendor", "-vendor"),
    ("tag", "-tag:v"),
)
"""Settings of an encoder that it has or has not, and what they are called on the command line."""
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


def encode_arguments(fps: Fraction, *, encoder: Mapping[str, str] = ENCODER) -> list[str]:
    """Output arguments that encode picture at a constant rate, byte for byte repeatable; by default in the common format."""
    own = [word for name, option in OPTIONS if name in encoder for word in (option, encoder[name])]
    every_s = encoder.get("keyframe_every_s")
    gop = ["-g", str(max(1, round(fps * int(every_s))))] if every_s else []
    return [
        *("-c:v", encoder["codec"], *own),
        *("-pix_fmt", encoder["pixel_format"], "-threads:v", encoder["threads"]),
        *(*gop, "-fps_mode", "cfr", "-r", str(fps)),
        *("-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
        *container_arguments(fps, container=encoder.get("container", "mp4")),
    ]


def still_arguments() -> list[str]:
    """Output arguments that encode one picture as a PNG without date or tool name, byte for byte repeatable."""
    return [
        *("-frames:v", "1", "-update", "1", "-c:v", STILL["codec"], "-pix_fmt", STILL["pixel_format"]),
        *("-pred", STILL["prediction"], "-compression_level", STILL["compression"]),
        *("-threads:v", STILL["threads"], "-map_metadata", "-1"),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", "image2"),
    ]


def container_arguments(fps: Fraction, *, container: str = "mp4") -> list[str]:
    """Output arguments for an MP4 or QuickTime file without dates or tool names, `moov` first, in our time scale.

    The film's own clock is the picture's too: ffmpeg's default of 1000 ticks rounds the edit list, and a
    clip of 50 frames at 24 fps is then written 0.3 ms short.
    """
    ticks = str(timescale(fps))
    return [
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"),
        *("-video_track_timescale", ticks, "-movie_timescale", ticks),
        *("-movflags", "+faststart", "-f", container),
    ]


def sound_encoder(*, rate_hz: int, channels: int, base: Mapping[str, str] = SOUND) -> dict[str, str]:
    """The settings of sound at another rate, in 1, 2 or 6 channels; `base` is compressed sound, or `PCM`."""
    own = {"rate_hz": str(rate_hz), "layout": LAYOUTS[channels]}
    return {**base, **own, **({"bit_rate": BIT_RATES[channels]} if "bit_rate" in base else {})}


def sound_arguments(encoder: Mapping[str, str] = SOUND) -> list[str]:
    """Output arguments that encode one sound track as AAC in an MP4, or as it is in a QuickTime file, byte for byte repeatable.

    The encoder's 1024 samples of priming stand before time 0, behind an edit list, and the last packet
    lasts only as long as there was sound: the track lasts exactly as many samples as went in.
    """
    squeezed = ["-aac_coder", encoder["coder"], "-b:a", encoder["bit_rate"]] if "bit_rate" in encoder else []
    return [
        *("-c:a", encoder["codec"], *squeezed),
        *("-ar:a", encoder["rate_hz"], "-ac:a", str(channels_of(encoder)), "-threads:a", encoder["threads"]),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"),
        *("-movie_timescale", encoder["rate_hz"], "-movflags", "+faststart"),
        *("-f", encoder.get("container", "mp4")),
    ]


def channels_of(encoder: Mapping[str, str]) -> int:
    """How many channels the settings of sound name.

    >>> channels_of(SOUND)
    2
    """
    return next(channels for channels, layout in LAYOUTS.items() if layout == encoder["layout"])
