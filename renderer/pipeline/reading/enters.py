"""What is to be told of transitions once it is known how long each slot is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from renderer.diagnostic import Diagnostic, Place
from renderer.model import base_of
from renderer.pipeline.film.lettered import clip_slots
from renderer.plan.enter import too_short
from renderer.plan.film import OutputRow, SlotRow
from renderer.storyboard import CUT, DIP, Enter, Slot, Storyboard

SHARED = ("$.defaults", "$.profiles")


def check_enters(
    storyboard: Storyboard, slots: Sequence[Slot], output: OutputRow, *, is_whole: bool = True
) -> Iterator[Diagnostic]:
    """Tell of transitions that are longer than their slots (S273), of no frame (S272), or into the first slot (S274).

    `slots` are those of the cut that the output shows. Of S274 nothing is told where a film begins with a shot that the storyboard's cut has within it,
    nor of an excerpt (`is_whole` is false), whose first shot need not be the film's.
    """
    wanted = list(_wanted(storyboard, slots, output))
    if not any(wanted):
        return
    if is_whole and (slots[0].enter or not _leads_in(storyboard, slots[0].shot_id)):
        yield from _first(wanted[0])
    if not output.enters:
        return
    # A card is entered by the transition of its shot, so the one that leads into slot n is the next one from n on.
    numbers = [number for number, slot in enumerate(output.slots) if slot.shows_clip]
    rows = {row.slot: row.frames for row in output.enters}
    for number in too_short(output):
        entry = next((place for place, shown in enumerate(numbers) if shown >= number), len(numbers) - 1)
        enter = wanted[entry] or wanted[min(entry + 1, len(wanted) - 1)]
        if enter and enter.place:
            yield _too_short(output.slots[number], rows.get(number), rows.get(number + 1), enter.place)


def _wanted(storyboard: Storyboard, slots: Sequence[Slot], output: OutputRow) -> Iterator[Enter | None]:
    """The transition into each clip of the film, as it is written."""
    enters = {shot.id: shot.within(output.name).enter for shot in storyboard.shots}
    for slot, shown in zip(slots, clip_slots(output), strict=True):
        enter = slot.enter or enters.get(shown.shot)
        yield None if enter == CUT else enter


def _leads_in(storyboard: Storyboard, shot_id: str) -> bool:
    """Whether a shot's own transition is seen somewhere in the storyboard's cut, so that a film may well begin with the shot."""
    return any(slot.shot_id == shot_id and slot.enter is None for slot in storyboard.sequence[1:])


def _first(enter: Enter | None) -> Iterator[Diagnostic]:
    if enter and enter.place and enter.kind != DIP and not enter.place.path.startswith(SHARED):
        message = "nothing comes before the first shot of the cut, so this transition is left out there"
        hint = "a `dip` fades up from its colour; `enter: null` says that a cut is meant"
        yield Diagnostic("S274", message, enter.place, "warning", hint=hint)


def _too_short(slot: SlotRow, head: int | None, tail: int | None, place: Place) -> Diagnostic:
    shot = base_of(slot.shot)
    if head is not None and head < 1:
        message = f"the transition into `{shot}` is shorter than one frame"
        return Diagnostic("S272", message, place, hint="let it last longer, or write `enter: null` for a cut")
    lasts = [f"{frames} frames {which}" for frames, which in ((head, "into"), (tail, "out of")) if frames]
    message = f"the transitions of `{shot}` last longer than its slot of {slot.frames} frames"
    notes = (f"{' and '.join(lasts)} `{shot}`",)
    hint = "shorten a transition, or let the slot last longer"
    return Diagnostic("S273", message, place, notes=notes, hint=hint)
