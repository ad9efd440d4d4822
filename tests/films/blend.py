"""What transitions show at one place of a film, by what goes and what comes there."""

from __future__ import annotations

from typing import NamedTuple

from .fitted import BLACK, WHITE, Point, luma_of
from .reckon import Enter

MIXING = (
    *("fade", "dissolve", "circleopen", "circleclose", "wipetl", "wipebr", "radial", "vertopen"),
    *("horzclose", "diagtl", "smoothleft", "smoothdown", "fadefast", "fadeslow"),
)
"""Transitions each of whose pixels lies between the two that it goes over from and to."""
WILD = (
    *("slideleft", "slideup", "zoomin", "coverdown", "revealright", "squeezeh"),
    *("hblur", "pixelize", "fadegrays", "rectcrop", "distance", "fadewhite"),
)
"""Transitions of which the first frame alone is told here."""
COLOURS = {"black": BLACK, "white": WHITE}
BORDER = 0.06
"""How near to the line of a wipe, in shares of the picture, either side may be seen."""


class Moment(NamedTuple):
    """A frame of a transition: its number, of how many, and the place and the size of the film."""

    enter: Enter
    frame: int
    frames: int
    point: Point
    size: Point


class Span(NamedTuple):
    """The levels that may stand at a place."""

    low: float
    high: float

    def miss(self, level: float) -> float:
        """How far a level is outside."""
        return max(self.low - level, level - self.high, 0)


def exactly(level: float) -> Span:
    return Span(level, level)


def between(one: float, other: float) -> Span:
    return Span(min(one, other), max(one, other))


def blend(moment: Moment, went: float, came: float) -> Span | None:
    """What is to be seen; none where that is not told here."""
    enter, share = moment.enter, moment.frame / moment.frames
    if enter.name == "dip":
        return exactly(_dipped(moment, went, came))
    if share == 0:
        return exactly(went)
    if enter.name == "crossfade":
        return exactly(went + (came - went) * share)
    if enter.name == "wipe":
        return _wiped(moment, went, came)
    return None if enter.name in WILD else between(went, came)


def ground_of(enter: Enter) -> float:
    """The luma of a dip's colour."""
    return COLOURS.get(enter.detail) or luma_of(enter.detail)


def _dipped(moment: Moment, went: float, came: float) -> float:
    """Down to the colour and up from it, half of the time each; of an odd frame the second half has one more."""
    ground, half = ground_of(moment.enter), moment.frames // 2
    if moment.frame < half:
        return went + (ground - went) * moment.frame / half
    return ground + (came - ground) * (moment.frame - half) / (moment.frames - half)


def _wiped(moment: Moment, went: float, came: float) -> Span:
    """A line moves in the direction, and behind it is what comes."""
    (x, y), (width, height), direction = moment.point, moment.size, moment.enter.detail
    along = (x + 0.5) / width if direction in ("left", "right") else (y + 0.5) / height
    share = moment.frame / moment.frames
    behind = along - (1 - share) if direction in ("left", "up") else share - along
    if abs(behind) < BORDER:
        return between(went, came)
    return exactly(came if behind > 0 else went)
