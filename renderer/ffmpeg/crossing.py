"""Filter graphs for transitions: the streams `[from]` and `[to]` become `[out]`, counted in frames. Pure.

Frame n of an overlap of m shows the share n/m of what comes, so its first frame is all of what goes. What fades is laid over
the other, ever less transparent, in the film's own pixels; all else is ffmpeg's `xfade`, which knows no picture whose colours
are coarser than its light, and is given what it knows by a scaler that does the same on every processor.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from renderer.ffmpeg.inputs import seconds
from renderer.ffmpeg.picture import flat_filters, ground_source, over_formats
from renderer.model import Size

DIP, FADE, XFADE = "dip", "fade", "xfade"
FINER = "flags=bicubic+accurate_rnd+full_chroma_int+bitexact"
"""Colours as fine as the light and back: what is not asked of a scaler is done as the processor at hand does it fastest, and by each in another way."""
OLD = frozenset({"wipeleft", "wiperight", "wipeup", "wipedown"})
"""What every ffmpeg can make that has `xfade`."""


def filters_of(kind: str) -> tuple[str, ...]:
    """The filters that make a transition of this kind, of those that not every ffmpeg has."""
    return ("fade", "overlay") if kind in (DIP, FADE) else (XFADE,)


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
    fade = partial(_fade, pixel_format=pixel_format)
    if kind == FADE:
        return fade("[from]", "[to]", before=before, after=after, overlap=overlap) + "[out]"
    if kind != DIP:
        return _xfade(kind, overlap=overlap, at=before - overlap, fps=fps, pixel_format=pixel_format)
    going = overlap // 2 if before else 0
    coming = overlap - going
    into = f"[to]{_part(going, after, fps=fps)}[rest]"
    up = fade("[ground]", "[rest]", before=coming, after=after - going, overlap=coming)
    ground = f"{ground_of(coming)}[ground]"
    if not before:
        return f"{ground};{into};{up}[out]"
    first = before - coming
    out_of = f"[from]{_part(0, first, fps=fps)}[first]" if first else "[from]nullsink"
    graph = [ground, into, f"{up}[up]", out_of]
    if going:
        graph += [
            f"{ground_of(going)}[sink]",
            fade("[first]", "[sink]", before=first, after=going, overlap=going, name="sinking") + "[down]",
        ]
    joined = f"[{'down' if going else 'first'}][up]concat=n=2:v=1:a=0[out]" if first else "[up]null[out]"
    return ";".join([*graph, joined])


def _ground(colour: str, frames: int, *, size: Size, fps: Fraction, pixel_format: str) -> str:
    source = ground_source(colour, size=size, fps=fps)
    return ",".join([source, *flat_filters(pixel_format), *clock_filters(fps, frames=frames)])


def _fade(
    one: str,
    other: str,
    *,
    before: int,
    after: int,
    overlap: int,
    pixel_format: str,
    name: str = "coming",
) -> str:
    """One stream of `before` frames fades into another of `after`, over so many; both count them from 0 on. The graph's last output has no label; `name` is that of one within."""
    see_through, kind = over_formats(pixel_format)
    shares = f"format={see_through},fade=t=in:s=0:n={overlap}:alpha=1,setpts=PTS+{before - overlap}"
    under = f"{one}tpad=stop={after - overlap}:stop_mode=clone[under{name}]"
    return f"{other}{shares}[{name}];{under};[under{name}][{name}]overlay=format={kind}"


def _xfade(kind: str, *, overlap: int, at: int, fps: Fraction, pixel_format: str) -> str:
    whole = pixel_format.replace("420", "444").replace("422", "444")
    sides = [f"[{side}]scale={FINER},format={whole}[{side}whole]" for side in ("from", "to")]
    times = f"duration={seconds(overlap / fps)}:offset={seconds(at / fps)}"
    crossed = f"[fromwhole][towhole]xfade=transition={kind}:{times}"
    return ";".join([*sides, f"{crossed},scale={FINER},format={pixel_format}[out]"])


def _part(first: int, end: int, *, fps: Fraction) -> str:
    return f"trim=start_frame={first}:end_frame={end},setpts=N,fps=fps={fps}:start_time=0"
