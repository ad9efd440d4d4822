"""What every part of an expansion works with: the document, the problems, the variables, the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from renderer.diagnostic import Place
from renderer.row import Row
from renderer.spec.document import Document
from renderer.spec.merge import Merged, Written, leaves
from renderer.spec.nodes import Items, Scalar
from renderer.spec.problems import Problems
from renderer.spec.tempo import NO_TEMPOS, Tempos, beats_s, is_beats
from renderer.spec.text import Path
from renderer.spec.times import seconds
from renderer.spec.variables import Filled, Variables
from renderer.storyboard import Output, Use

if TYPE_CHECKING:
    from renderer.spec.profiles import Profile

NOTHING = Filled("", ())
DURATION_MAX_S = 3600
SHARED = ("defaults", "profiles")
NEAREST = ("$.profiles", "$.shots")


class Character(Row):
    """Somebody who returns: how they look, in words and in pictures."""

    look: Filled
    images: tuple[Filled, ...]


NO_CHARACTERS: Mapping[str, Character] = MappingProxyType({})


class Beside(Row):
    """What stands beside an excerpt in the whole text: ids of shots, variables asked for, characters they came to.

    `forms` are those that shots had there while nothing was wrong with its shape.
    """

    shots: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    characters: int = 0
    forms: frozenset[str] = frozenset()


ALONE = Beside()


class Scene(Row):
    """The common ground of one expansion. `outputs` ≥ 1; `faults` are the paths that were pruned."""

    document: Document
    problems: Problems
    variables: Variables
    defaults: Merged
    outputs: tuple[Output, ...]
    provider: str | None
    faults: tuple[Path, ...]
    places_known: dict[Path, Place]
    profile: Profile | None = None
    characters: Mapping[str, Character] = NO_CHARACTERS
    tempos: Tempos = NO_TEMPOS

    @property
    def fps(self) -> Fraction:
        """The rate at which frames count in times: the first output's."""
        return self.outputs[0].fps

    def place(self, written: Written) -> Place:
        """Where a value is written. A default's place is worked out once: every shot shares it."""
        if written.path[0] not in SHARED:
            return self.document.place_of(written.node, written.path)
        known = self.places_known.get(written.path)
        if known is None:
            known = self.places_known[written.path] = self.document.place_of(written.node, written.path)
        return known

    def places(self, merged: Written | Merged) -> tuple[Place, ...]:
        """Where all of a merged field is written, the nearest place first."""
        if isinstance(merged, Written):
            return (self.place(merged),)
        return nearest_first([self.place(leaf) for leaf in leaves(merged)])

    def filled(self, merged: Written | Merged | None) -> Filled:
        """A text field with its variables put in; nothing for a field that is not there."""
        if isinstance(merged, Written) and isinstance(merged.node, Scalar):
            return self.variables.fill(merged.node, merged.path)
        return NOTHING

    def filled_items(self, merged: Written | Merged | None) -> tuple[Filled, ...]:
        """The texts of a list, each with its variables put in and its own places; what was at fault is left out."""
        if not (isinstance(merged, Written) and isinstance(merged.node, Items)):
            return ()
        entries = [entry for entry in enumerate(merged.node.nodes) if entry[1].value is not None]
        return tuple(self.filled(Written(node, (*merged.path, number))) for number, node in entries)

    def use(self, merged: Written | Merged | None) -> Use | None:
        """The range that a `use` names; tells one that is empty (S218) or counts frames that are not there (S208)."""
        if not merged:
            return None
        if isinstance(merged, Written) or is_beats(merged):
            return Use(out_s=self._lasting(merged))
        begin, end = merged.get("in"), merged.get("out")
        in_s = self.time(begin)
        out_s = self._lasting(end) if end else None
        if end and out_s is not None and out_s <= (in_s or 0):
            related = [(self.places(begin)[0], "the in point")] if begin else []
            message = f"`out` is not after `in`: {shown(out_s)} s and {shown(in_s or Fraction(0))} s"
            self.problems.add("S218", message, self.places(end)[0], related=related)
            return None
        return Use(in_s or Fraction(0), out_s)

    def duration(self, merged: Written | Merged | None) -> Fraction | None:
        """The seconds of a `duration`; tells one of no frames, of more than an hour (S209), or with frames that are not there (S208)."""
        if not isinstance(merged, Written):
            return None
        time_s = self.time(merged)
        if time_s is not None and not 0 < time_s <= DURATION_MAX_S:
            message = (
                f"`duration` must be more than 0 and at most {DURATION_MAX_S} seconds, not {shown(time_s)}"
            )
            self.problems.add("S209", message, self.place(merged))
            return None
        return time_s

    def time(self, merged: Written | Merged | None) -> Fraction | None:
        """The seconds of a time; tells one with frames that are not there (S208), or beats without a tempo (S260 to S262)."""
        if not merged:
            return None
        if not isinstance(merged, Written):
            place = self.places(merged.get("track") or merged)[0]
            return beats_s(merged, self.tempos, problems=self.problems, place=place)
        value: Any = merged.node.value
        try:
            return seconds(value, fps=self.fps)
        except ValueError as error:
            self.problems.add("S208", str(error), self.place(merged))
            return None

    def _lasting(self, merged: Written | Merged) -> Fraction | None:
        """A time that something ends at, which is after its beginning (S218)."""
        time_s = self.time(merged)
        if time_s is None:
            return None
        if not time_s:
            self.problems.add("S218", "nothing of the clip is on screen: 0 s", self.places(merged)[0])
            return None
        return time_s


def nearest_first(places: list[Place]) -> tuple[Place, ...]:
    """Places without repetition, those of the profile first, then those within a shot, else in the order given."""
    return tuple(sorted(dict.fromkeys(places), key=_distance))


def _distance(place: Place) -> int:
    near = (rank for rank, top in enumerate(NEAREST) if place.path.startswith(top))
    return next(near, len(NEAREST))


def number(merged: Written | Merged | None) -> Fraction | None:
    """A merged number as an exact fraction."""
    value = merged.node.value if isinstance(merged, Written) else None
    return Fraction(value) if isinstance(value, int | Decimal) else None


def word(merged: Written | Merged | None) -> str | None:
    """A merged text field as written."""
    value = merged.node.value if isinstance(merged, Written) else None
    return value if isinstance(value, str) else None


def truth(merged: Written | Merged | None) -> bool | None:
    """A merged `true` or `false`."""
    value = merged.node.value if isinstance(merged, Written) else None
    return value if isinstance(value, bool) else None


def below(merged: Written | Merged | None) -> Mapping[str, Any]:
    """The fields of a merged mapping; none for anything else."""
    return merged if isinstance(merged, Mapping) else {}


def shown(time_s: Fraction) -> str:
    """A time for a message: `3.5`, to a thousandth.

    >>> shown(Fraction(7, 2)), shown(Fraction(1, 3))
    ('3.5', '0.333')
    """
    return f"{float(time_s):.3f}".rstrip("0").rstrip(".")
