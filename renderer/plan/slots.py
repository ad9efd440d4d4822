"""Slots of the cut: how many frames each entry lasts, known before anything is rendered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from renderer.model import frames_until
from renderer.storyboard import Use


def slot_span(use: Use | None, *, available_s: Fraction) -> tuple[Fraction, Fraction]:
    """Where a slot starts in its clip and how long it lasts, in seconds, for a clip of `available_s`."""
    if use is None:
        return Fraction(0), available_s
    out_s = available_s if use.out_s is None else use.out_s
    return use.in_s, out_s - use.in_s


def slot_frames(lengths_s: Iterable[Fraction], *, fps: Fraction) -> Iterator[int]:
    """The frames of each slot, lengths in cut order; rounded on the running sum, so the film's total is exact.

    >>> list(slot_frames([Fraction("0.7")] * 3, fps=Fraction(24)))
    [17, 17, 16]
    """
    end_s, end_frame = Fraction(0), 0
    for length_s in lengths_s:
        end_s += length_s
        start_frame, end_frame = end_frame, frames_until(end_s, fps)
        yield end_frame - start_frame
