"""Filter graphs for transitions: the streams `[from]` and `[to]` become `[out]`, counted in frames. Pure.

ffmpeg's `xfade` shows in frame n of an overlap of m the share n/m of what comes, so its first frame is all of what goes.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from renderer.ffmpeg.inputs import seconds
from renderer.ffmpeg.picture import flat_filters, ground_source
from renderer.model import Size

DIP, FADE = "dip", "fade"
OLD = frozenset({DIP, FADE, "wipeleft", "wiperight", "wipeup", "wipedown"})
"""What every ffmpeg can make that has `xfade`."""


def clock_filters(fps: Fraction, *, frames: int) -> list[str]:
    """The first so many frames of a stream, from 0 on, one a tick; `xfade` refuses streams that do not state their rate."""
    return [f"trim=end_frame={frames}", f"settb={1 / fps}", "setpts=N", f"fps=fps={fps}:start_time=0"]


def crossing_filters(
    kind: str,
    *,
    before: int,
    after: int,
    overlap: int,
    colour: str,
    size: Size,
    fps: Fraction,
    pixel_format: str = "yuv420p",
) -> str:
    """The last `before` frames of one slot go over into the first `after` frames of another, over so many; without any
    before, the other fades up from the colour. `pixel_format` is both slots', in ffmpeg's words.
    """
    ground_of = partial(_ground, colour, size=size, fps=fps, pixel_format=pixel_format)
    if kind != DIP:
        return _xfade("[from]", "[to]", kind=kind, overlap=overlap, at=before - overlap, fps=fps) + "[out]"
    going = overlap // 2 if before else 0
    coming = overlap - going
    into = f"[to]{_part(going, after, fps=fps)}[rest]"
    up = _xfade("[ground]", "[rest]", kind=FADE, overlap=coming, at=0, fps=fps)
    ground = f"{ground_of(coming)}[ground]"
    if not before:
        return f"{ground};{into};{up}[out]"
    first = before - coming
    out_of = f"[from]{_part(0, first, fps=fps)}[first]" if first else "[from]nullsink"
    graph = [ground, into, f"{up}[up]", out_of]
    if going:
        graph += [
            f"{ground_of(going)}[sink]",
            _xfade("[first]", "[sink]", kind=FADE, overlap=going, at=first - going, fps=fps) + "[down]",
        ]
    joined = f"[{'down' if going else 'first'}][up]concat=n=2:v=1:a=0[out]" if first else "[up]null[out]"
    return ";".join([*graph, joined])


def _ground(colour: str, frames: int, *, size: Size, fps: Fraction, pixel_format: str) -> str:
    source = ground_source(colour, size=size, fps=fps)
    return ",".join([source, *flat_filters(pixel_format), *clock_filters(fps, frames=frames)])


def _xfade(one: str, other: str, *, kind: str, overlap: int, at: int, fps: Fraction) -> str:
    times = f"duration={seconds(overlap / fps)}:offset={seconds(at / fps)}"
    return f"{one}{other}xfade=transition={kind}:{times}"


def _part(first: int, end: int, *, fps: Fraction) -> str:
    return f"trim=start_frame={first}:end_frame={end},setpts=N,fps=fps={fps}:start_time=0"
