"""What one film hears of each track, for editors: in whole frames, a loop turn by turn, with gain and fades."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import partial

from renderer.digest import Digest
from renderer.export.timeline import Sound
from renderer.model import Json, frames_until
from renderer.plan.film import OutputRow
from renderer.plan.mix import CueRow, TrackRow

LOOPS_MAX = 10_000
Frame = Callable[[int], int]


def sounds_of(
    output: OutputRow, tracks: tuple[TrackRow, ...], *, place: Callable[[TrackRow], tuple[str, int]]
) -> Iterator[Sound]:
    """What one film hears of each track, rounded on the running sum; a loop is heard once for each turn.

    `place` says where a track's file lies, and how many channels it has.
    """
    if output.mix is None:
        return
    frame = partial(_frame, rate_hz=output.mix.rate_hz, fps=Fraction(output.fps))
    for cue in sorted(output.mix.cues, key=lambda cue: cue.row):
        row = tracks[cue.row]
        path, channels = place(row)
        turn = cue.period or cue.samples
        for at in range(0, min(cue.samples, turn * LOOPS_MAX), turn):
            until = min(at + turn, cue.samples)
            start, end = frame(cue.start + at), frame(cue.start + until)
            if end > start:
                yield Sound(
                    row.track,
                    path,
                    Digest(row.sha256, row.size_bytes),
                    row.rate_hz,
                    row.samples,
                    start,
                    frame(cue.first),
                    end - start,
                    _how(cue),
                    channels,
                    cue.gain_db,
                    levels_of(cue, at, until, frame=frame),
                )


def levels_of(cue: CueRow, start: int, end: int, *, frame: Frame) -> tuple[tuple[int, Fraction], ...]:
    """How loud samples `start` to `end` of a cue are, 1 for not faded, at the frames where that changes; none where nothing fades.

    Fades are straight lines of loudness, as ffmpeg's `afade` draws them.
    """
    turns = sorted({start, cue.fade_in, cue.samples - cue.fade_out, end})
    points = [(sample, _level(cue, sample)) for sample in turns if start <= sample <= end]
    if all(level == 1 for _, level in points):
        return ()
    first = frame(cue.start + start)
    return tuple({frame(cue.start + sample) - first: level for sample, level in points}.items())


def _level(cue: CueRow, sample: int) -> Fraction:
    rising = Fraction(sample, cue.fade_in) if cue.fade_in else Fraction(1)
    falling = Fraction(cue.samples - sample, cue.fade_out) if cue.fade_out else Fraction(1)
    return min(Fraction(1), rising) * min(Fraction(1), falling)


def _frame(sample: int, *, rate_hz: int, fps: Fraction) -> int:
    return frames_until(Fraction(sample, rate_hz), fps)


def _how(cue: CueRow) -> Mapping[str, Json]:
    """What of it an editing program cannot be told."""
    told = {"voice": cue.voice, "duck": list(cue.duck or ())}
    return {name: value for name, value in told.items() if value}
