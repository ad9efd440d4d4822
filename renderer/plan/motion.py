"""Slots whose clip is shown faster, slower, backwards, or with its last frame held: how long they last, as rows.

Such a slot counts the frames of its clip as that would be at its speed: `first` and `frames` of its row. So twice as fast,
a clip of 48 frames has 24. Played backwards, a slot shows the same frames in the opposite order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from renderer.model import frames_until
from renderer.row import Row

if TYPE_CHECKING:
    from renderer.storyboard import Motion

Moving = tuple[str, bool, str]
"""Speed, whether backwards, and the seconds that the last frame is held, exact, as text."""
Dialogue = tuple[tuple[str | None, str, str, str | None], ...]
"""Lines of a shot: who says it, what, and from when to when in exact seconds of the clip, as text."""


class MotionRow(Row):
    """How the clip in one slot moves, where not as it is: `moving` frames of the slot, the rest hold the last of them."""

    slot: int
    speed: str
    reverse: bool
    moving: int

    @property
    def words(self) -> str:
        """The speed and the way, for people; empty where only the last frame is held."""
        speed = [f"at {float(Fraction(self.speed)):g} times its speed"] if self.speed != "1" else []
        return " and ".join([*speed, *(["backwards"] if self.reverse else [])])


def moving_of(motion: Motion) -> Moving | None:
    """The row of a motion; None where a clip is shown as it is."""
    speed, is_reversed, hold_s = motion.speed or 1, bool(motion.reverse), motion.hold_s or 0
    if speed == 1 and not is_reversed and not hold_s:
        return None
    return str(speed), is_reversed, str(hold_s)


def over(own: Motion, below: Moving | None) -> Moving | None:
    """How a slot moves that says so much itself, over a shot that moves in a way."""
    from renderer.storyboard import Motion  # noqa: PLC0415 - a storyboard's nouns, where one is compiled

    if own == Motion():
        return below
    speed, is_reversed, hold_s = below or ("1", False, "0")
    return moving_of(
        Motion(
            Fraction(speed) if own.speed is None else own.speed,
            is_reversed if own.reverse is None else own.reverse,
            Fraction(hold_s) if own.hold_s is None else own.hold_s,
        )
    )


def held_alone(moving: Moving) -> Moving | None:
    """The same for what has but one picture: of all that moves it, only the hold is left."""
    return ("1", False, moving[2]) if Fraction(moving[2]) else None


def said_at(dialogue: Dialogue, moving: Moving) -> Dialogue:
    """When lines are said in a slot that moves so, in order; of what runs backwards nothing is.

    >>> said_at(((None, "lift off", "1", None),), ("2", False, "0"))
    ((None, 'lift off', '1/2', None),)
    """
    speed, is_reversed = Fraction(moving[0]), moving[1]
    said = (
        (who, line, str(Fraction(at_s) / speed), until_s and str(Fraction(until_s) / speed))
        for who, line, at_s, until_s in dialogue
    )
    return () if is_reversed else tuple(said)


def on_screen(span: tuple[Fraction, Fraction], moving: Moving | None) -> tuple[Fraction, Fraction]:
    """Where a slot begins in its clip as that would be at its speed, and how long it lasts, for its span of the clip itself.

    >>> on_screen((Fraction(1), Fraction(2)), ("2", False, "1"))
    (Fraction(1, 2), Fraction(2, 1))
    """
    if moving is None:
        return span
    speed, _, hold_s = moving
    return span[0] / Fraction(speed), span[1] / Fraction(speed) + Fraction(hold_s)


def motion_rows(
    moved: Sequence[Moving | None], frames: Sequence[int], *, fps: Fraction
) -> Iterator[MotionRow]:
    """The rows of the slots that move otherwise, by the frames of all slots in cut order. At least one frame moves."""
    for slot, (moving, count) in enumerate(zip(moved, frames, strict=True)):
        if moving:
            speed, is_reversed, hold_s = moving
            held = frames_until(Fraction(hold_s), fps)
            yield MotionRow(slot, speed, is_reversed, max(1, count - held))
