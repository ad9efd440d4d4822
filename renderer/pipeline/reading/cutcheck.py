"""Slots that show nothing, and parts of clips that are not there: what can be told of a cut once its clips are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from renderer.diagnostic import Diagnostic, Place, place_in
from renderer.pipeline.film.lettered import clip_slots
from renderer.pipeline.reading.enters import check_enters
from renderer.pipeline.reading.films import told_once
from renderer.pipeline.reading.outputs import uses_of
from renderer.plan.film import OutputRow
from renderer.plan.rows import ShotRow
from renderer.storyboard import Slot, Storyboard


def check_slots(
    storyboard: Storyboard, shots: Sequence[ShotRow], films: Sequence[OutputRow], *, is_whole: bool = True
) -> list[Diagnostic]:
    """Tell of each slot that shows nothing, and of transitions as `check_enters` does; each once, whatever `films` of these shots it is in."""
    names = [output.name for output in storyboard.outputs]
    return told_once(_check_films(storyboard, shots, films, is_whole=is_whole), films=names)


def _check_films(
    storyboard: Storyboard, shots: Sequence[ShotRow], films: Sequence[OutputRow], *, is_whole: bool
) -> Iterator[tuple[str, Diagnostic]]:
    kept = {row.shot for row in shots}
    for output, row in zip(storyboard.outputs, films, strict=True):
        cut = storyboard.sequence if output.sequence is None else output.sequence
        slots = [slot for slot in cut if slot.shot_id in kept]
        for found in _check_film(storyboard, slots, row, fps=output.fps, is_whole=is_whole):
            yield output.name, found


def _check_film(
    storyboard: Storyboard, slots: Sequence[Slot], row: OutputRow, *, fps: Fraction, is_whole: bool
) -> Iterator[Diagnostic]:
    for slot, shown in zip(slots, clip_slots(row), strict=True):
        if shown.frames < 1:
            yield _too_short(slot.place, slot.shot_id, fps)
    yield from check_enters(storyboard, slots, row, is_whole=is_whole)
    places = {shot.id: shot.within(row.name).words.titles for shot in storyboard.shots if row.cards}
    for card in row.cards:
        shown = row.slots[card.slot]
        if shown.frames < 1:
            place = next(title.place for title in places[shown.shot] if title.at != "over")
            yield _too_short(place, shown.shot, fps)


def check_uses(storyboard: Storyboard, shots: Sequence[ShotRow]) -> Iterator[Diagnostic]:
    """Tell of each `use` that leaves its clip, where only now the clip's length is known (else `spec` has told)."""
    lengths_s = {row.shot: Fraction(row.length_s) for row in shots}
    stills = {row.shot for row in shots if row.footage and row.footage.is_still}
    for shot, use, places in uses_of(storyboard):
        length_s = lengths_s.get(shot.id)
        if length_s is None or shot.asked_s is not None:
            continue
        message = f"and the clip of `{shot.id}` lasts {float(length_s):g} s"
        if use.in_s >= length_s:
            told = f"`use` begins at {float(use.in_s):g} s, {message}"
            yield Diagnostic("S219", told, place_in(places, "use.in"))
        elif use.out_s is not None and use.out_s > length_s and shot.id not in stills:
            told = f"`use` ends at {float(use.out_s):g} s, {message}"
            hint = "the last frame is held; end earlier, or use a longer clip"
            yield Diagnostic("S223", told, place_in(places, "use.out"), "warning", hint=hint)


def _too_short(place: Place, shot: str, fps: Fraction) -> Diagnostic:
    return Diagnostic(
        code="S226",
        message=f"this slot of `{shot}` is shorter than one frame at {fps} frames a second",
        place=place,
        hint="let it last longer, or leave it out of `sequence`",
    )
