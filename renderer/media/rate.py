"""The rate of a clip, by the time stamps of its frames. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

from renderer.ffmpeg.encode import ticks_per_frame


def find_rate(
    stamps: Sequence[int], *, last_ticks: int, time_base: Fraction, declared: Iterable[Fraction]
) -> tuple[Fraction, bool]:
    """The rate of frames with these time stamps (sorted, ≥ 1), and whether all keep it.

    A frame keeps a rate when it stands on its place exactly, or within a tick where the time base cannot
    carry the rate (Matroska counts milliseconds). Else the rate is the average.

    >>> find_rate([0, 42, 83, 125], last_ticks=42, time_base=Fraction(1, 1000), declared=[Fraction(24)])
    (Fraction(24, 1), True)
    """
    span = max(1, stamps[-1] - stamps[0] + last_ticks)
    average = len(stamps) / (span * time_base)
    steps = {after - before for before, after in pairwise(stamps)}
    exact = [1 / (step * time_base) for step in steps if len(steps) == 1 and step > 0]
    for rate in (*declared, *exact):
        if _keeps(stamps, rate=rate, time_base=time_base):
            return rate, True
    return average, False


def _keeps(stamps: Sequence[int], *, rate: Fraction, time_base: Fraction) -> bool:
    step = ticks_per_frame(rate, time_base=time_base)
    slack = 0 if step.denominator == 1 else step.denominator
    first = stamps[0] * step.denominator
    return all(
        abs(stamp * step.denominator - first - place * step.numerator) <= slack
        for place, stamp in enumerate(stamps)
    )
