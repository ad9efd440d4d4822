"""What one output has otherwise of a shot, as rows: how its clip is cut and moves there, how it sounds, what is read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from renderer.model import Json
from renderer.plan.enter import Entering
from renderer.plan.motion import Moving
from renderer.plan.text import WordsRow
from renderer.row import Row

if TYPE_CHECKING:
    from renderer.plan.rows import ShotRow

Sounding = tuple[str, bool, str]
"""A gain in decibels as text, whether it is mute, and its kind."""
WORDS, MOVING, SOUND, ENTER = "words", "moving", "sound", "enter"


class FramingRow(Row):
    """How one output shows a shot otherwise, as `storyboard.Framing`: in and out point, fit, where a crop looks, as text.

    `instead` are the names of those fields of the `ShotRow` that the ones of the same name here stand in for.
    """

    output: str
    use: tuple[str, str | None] | None
    fit: str | None
    centre: tuple[str, str] | None
    instead: tuple[str, ...] = ()
    words: WordsRow | None = None
    moving: Moving | None = None
    sound: Sounding | None = None
    enter: Entering | None = None

    @classmethod
    def from_json(cls, value: Sequence[Json]) -> FramingRow:
        """The inverse of writing it as JSON; raises `TypeError` or `ValueError` for another form."""
        output, use, fit, centre, instead, words, moving, sound, enter = value
        return cls(
            output,
            use and (use[0], use[1]),
            fit,
            centre and (centre[0], centre[1]),
            tuple(instead),
            words and WordsRow.from_json(words),
            moving and (moving[0], moving[1], moving[2]),
            sound and (sound[0], sound[1], sound[2]),
            enter and (enter[0], enter[1], enter[2]),
        )


def framing_of(shot: ShotRow, output: str) -> FramingRow | None:
    """What an output has otherwise of a shot."""
    return next((framing for framing in shot.framings if framing.output == output), None)


def framed(shots: Sequence[ShotRow], output: str) -> Sequence[ShotRow]:
    """The shots as an output shows them, but for how their clips are cut."""
    if not any(framing.instead for shot in shots for framing in shot.framings):
        return shots
    return [_framed(shot, framing_of(shot, output)) for shot in shots]


def _framed(shot: ShotRow, framing: FramingRow | None) -> ShotRow:
    if framing is None or not framing.instead:
        return shot
    return shot._replace(**{name: getattr(framing, name) for name in framing.instead})
