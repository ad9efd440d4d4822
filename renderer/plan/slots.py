"""Slots of the cut: how many frames each entry lasts, known before anything is rendered."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from renderer.storyboard import Use

START = Fraction(0)


def slot_span(use: Use | None, *, available_s: Fraction) -> tuple[Fraction, Fraction]:
    """Where a slot starts in its clip and how long it lasts, in seconds, for a clip of `available_s`."""
    if use is None:
        return START, available_s
    out_s = available_s if use.out_s is None else use.out_s
    return use.in_s, out_s - use.in_s


def slot_frames(lengths_s: Iterable[Fraction], *, fps: Fraction) -> Iterator[int]:
    """The frames of each slot, lengths in cut order; rounded on the running sum as `frames_until` does, so the film's total is exact.

    >>> list(slot_frames([Fraction("0.7")] * 3, fps=Fraction(24)))
    [17, 17, 16]
    """
    lengths = tuple(lengths_s)
    # In whole multiples of one unit: fractions cost ten times as much to add, and there may be 10,000.
    unit = math.lcm(*(length_s.denominator for length_s in lengths))
    half = unit * fps.denominator
    end, end_frame = 0, 0
    for length_s in lengths:
        end += length_s.numerator * (unit // length_s.denominator)
        start_frame, end_frame = end_frame, (2 * end * fps.numerator + half) // (2 * half)
        yield end_frame - start_frame


def slot_starts(frames: Iterable[int]) -> list[int]:
    """At which frame of the film each slot begins, by the frames of all slots in cut order.

    >>> slot_starts([17, 17, 16])
    [0, 17, 34]
    """
    return list(accumulate(frames, initial=0))[:-1]
