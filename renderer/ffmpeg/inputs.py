"""Opening inputs safely: local files only, the demuxer forced, so that no file can make ffmpeg fetch another.

A playlist that calls itself `clip.mp4` would otherwise be followed wherever it points.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

PICTURE = ("-reinit_filter", "0")
"""Options of an input whose picture is filtered: through the same filters to its end. Begun anew where a clip first says
which colours it has, they would lose a frame (measured). ffmpeg turns it upright unasked: to ask takes a value up to version 6, and none from 7 on."""
MP4_DEMUXER = "mov,mp4,m4a,3gp,3g2,mj2"


def input_arguments(path: Path, *, container: str, seek_s: Fraction = Fraction(0)) -> list[str]:
    """Arguments that open one local file with the demuxer named, from at most `seek_s` on.

    With a seek, time stamps stay those of the file only where `-copyts` stands before all inputs.
    """
    seek = ["-ss", seconds(seek_s)] if seek_s else []
    return ["-protocol_whitelist", "file", *seek, "-f", container, "-i", local_url(path)]


def concat_arguments(script: Path) -> list[str]:
    """Arguments that open a concat script of local MP4 files, their packets passed on as they are."""
    return [
        *("-protocol_whitelist", "file", "-format_whitelist", f"concat,{MP4_DEMUXER}"),
        *("-f", "concat", "-safe", "0", "-auto_convert", "0", "-i", local_url(script)),
    ]


def concat_script(pictures: Iterable[tuple[Path, int]], *, fps: Fraction) -> str:
    """The concat demuxer's script for pictures and their frames, in cut order.

    Durations are written in microseconds, the demuxer's own clock, rounded on the running total: each
    picture starts within half a microsecond of its place however many there are. Raises `ValueError` for
    a path with a line break, which the script cannot carry.
    """
    lines, until = ["ffconcat version 1.0"], 0
    start_us = 0
    for path, frames in pictures:
        until += frames
        end_us = round(until * 1_000_000 / fps)
        lines += [f"file {quoted(local_url(path))}", f"duration {end_us - start_us}us"]
        start_us = end_us
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    r"""A word as ffmpeg's scripts quote it; raises `ValueError` for a line break.

    >>> quoted("it's")
    "'it'\\''s'"
    """
    if "\n" in text or "\r" in text:
        raise ValueError(f"a line break cannot stand in a script of ffmpeg: {text!r}")
    return "'" + text.replace("'", r"'\''") + "'"


def local_url(path: Path) -> str:
    """The path as a URL of ffmpeg's file protocol, so that a colon in it names no other protocol."""
    return f"file:{path}"


def seconds(time_s: Fraction) -> str:
    """A time in the microseconds that ffmpeg's options can carry.

    >>> seconds(Fraction(1, 3))
    '333333us'
    """
    return f"{round(time_s * 1_000_000)}us"
