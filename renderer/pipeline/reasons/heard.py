"""Which tracks of a film changed of themselves. That a film is longer, or a shot begins later, is told of the picture and of no track. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from renderer.model import Json, base_of
from renderer.plan.film import SlotRow
from renderer.plan.score import begins_of, nearest
from renderer.row import Row

CARD = "card"
"""Stands for the clip where a slot of a recipe is a card."""
ROUNDING = 1
"""A place in the film is rounded to a sample, and so is one after it."""


class Heard(Row):
    """By the sample: where each shot of a film begins, where the film ends, and what is heard of a track, as its recipe has it."""

    begins: Mapping[str, int]
    end: int
    cue: Sequence[str]

    @property
    def start(self) -> int:
        return int(self.cue[2])

    @property
    def samples(self) -> int:
        return int(self.cue[4])

    @property
    def reaches_end(self) -> bool:
        return self.start + self.samples >= self.end


def tracks_changed(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[str]:
    """The tracks that both recipes of a film have, and that changed otherwise than by the picture; each recipe with its sound."""
    old, new = _heard(before), _heard(after)
    yield from (name for name in old if name in new and _has_changed(old[name], new[name]))


def _heard(recipe: Mapping[str, Json]) -> dict[str, Heard]:
    overlaps = {slot: frames for slot, _, frames, *_ in recipe.get("enters", ()) if slot}
    slots = [
        SlotRow(shot, -1, -1 if clip == CARD else 0, first, frames, overlaps.get(number, 0))
        for number, (shot, clip, first, frames) in enumerate(recipe["slots"])
    ]
    fps, rate_hz = Fraction(recipe["fps"]), int(recipe["sound"]["settings"][0])
    *starts, end = [nearest(frame / fps * rate_hz) for frame in begins_of(slots)]
    shown = [(slot, start) for slot, start in zip(slots, starts, strict=True) if slot.shows_clip]
    begins = {base_of(slot.shot): start for slot, start in reversed(shown)}
    return {name: Heard(begins, end, cue) for name, cue in recipe["sound"]["tracks"].items()}


def _has_changed(old: Heard, new: Heard) -> bool:
    sha256, _, _, first, _, _, gain_db, _, _, *rest = old.cue
    if [sha256, first, gain_db, *rest] != [new.cue[0], new.cue[3], new.cue[6], *new.cue[9:]]:
        return True
    if old.start != new.start and not _moved_along(old, new):
        return True
    if old.cue[4:6] != new.cue[4:6] and not _cut_otherwise(old, new):
        return True
    return any(_faded(old, new, place) for place in (7, 8))


def _moved_along(old: Heard, new: Heard) -> bool:
    """Whether a track begins just as long after one of the shots as it did."""
    return any(
        abs((old.start - begin) - (new.start - new.begins[shot])) <= ROUNDING
        for shot, begin in old.begins.items()
        if shot in new.begins and begin <= old.start
    )


def _cut_otherwise(old: Heard, new: Heard) -> bool:
    """Whether a track is heard for another time because the film ends there now, or does not any more."""
    if old.end - old.start == new.end - new.start:
        return False
    return new.reaches_end or (old.reaches_end and new.samples > old.samples)


def _faded(old: Heard, new: Heard, place: int) -> bool:
    """Whether a fade is another one; one that is as long as the track is heard may but have been cut with it."""
    before, after = int(old.cue[place]), int(new.cue[place])
    return before != after and not (
        old.samples != new.samples and (before == old.samples or after == new.samples)
    )
