"""Transitions in a film: how far slots overlap, and which frames stand in the film as one picture. Pure.

An overlap is a picture of its own, and so is what lies between it and the next whole second of either slot, seconds counted
from the slot's end that overlaps. So another kind of transition renders nothing but the overlap anew, and another length
within that second nothing but the second.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise, repeat
from operator import sub
from typing import TYPE_CHECKING

from renderer.model import frames_until
from renderer.plan.slots import slot_frames
from renderer.plan.text import BEFORE, Shown
from renderer.row import Row

if TYPE_CHECKING:
    from renderer.plan.film import OutputRow, SlotRow
    from renderer.plan.rows import Compiled, ShotRow
    from renderer.storyboard import Enter, Slot

GRID_S = Fraction(1)
Entering = tuple[str, str, str]
"""A transition's kind, its length in exact seconds as text, and its colour."""


class EnterRow(Row):
    """The transition into slot number `slot`, as `storyboard.Enter`; into the first slot it fades up from its colour.

    Else the slot and the one before it overlap by `frames`.
    """

    slot: int
    kind: str
    frames: int
    colour: str


class Span(Row):
    """What stands in a film as one picture: `frames` frames of a slot from its frame `skip` on.

    With `enter` those are the ones of the transition: as many of the slot before, its last, go over into them.
    """

    slot: int
    skip: int
    frames: int
    enter: EnterRow | None = None


def entering(enter: Enter | None) -> Entering | None:
    """A transition as rows have it; none for a cut."""
    from renderer.storyboard import CUT  # noqa: PLC0415 - a storyboard's nouns, where one is compiled

    return (enter.kind, str(enter.length_s), enter.colour) if enter and enter != CUT else None


def enters_of(
    entries: Sequence[tuple[int | None, Shown]], cut: Sequence[Slot] | None, shots: Sequence[ShotRow]
) -> dict[int, Entering]:
    """The transitions of a film by the number of the slot: as its `cut` says, else as its shots do.

    A card before a shot belongs to it: the transition leads into the card.
    """
    known = {shot.shot for shot in shots} if cut else ()
    own = [slot.enter for slot in cut or () if slot.shot_id in known]
    if not any(own) and not any(shot.enter for shot in shots):
        return {}
    found: dict[int, Entering] = {}
    current: Entering | None = None
    for slot in reversed(range(len(entries))):
        place, shown = entries[slot]
        if place is not None:
            enter = own[place] if own else None
            current = entering(enter) if enter else shots[shown.shot].enter
        elif shown.card and shown.card.at == BEFORE:
            found.pop(slot + 1, None)
        else:
            current = None
        if current:
            found[slot] = current
    return found


def placed(
    lengths_s: Sequence[Fraction], overlaps_s: Mapping[int, Fraction], *, fps: Fraction
) -> Iterator[tuple[int, int]]:
    """The frames of each slot, and by how many it overlaps the one before, each bound at its exact place in the film.

    So nothing drifts, and a film is as long as its slots less its overlaps, to the nearest frame.

    >>> list(placed([Fraction(2), Fraction(2)], {1: Fraction("0.52")}, fps=Fraction(25)))
    [(50, 0), (50, 13)]
    """
    end_s, end = Fraction(0), 0
    for slot, length_s in enumerate(lengths_s):
        start_s = end_s - overlaps_s.get(slot, 0)
        start = frames_until(start_s, fps)
        overlap = end - start
        end_s = start_s + length_s
        end = frames_until(end_s, fps)
        yield end - start, overlap


def frames_of(
    lengths_s: Sequence[Fraction], enters: Mapping[int, Entering], *, fps: Fraction
) -> Iterable[tuple[int, int]]:
    """The frames of each slot, and by how many it overlaps the one before."""
    overlaps_s = {slot: Fraction(length_s) for slot, (_, length_s, _) in enters.items() if slot}
    if not overlaps_s:
        return zip(slot_frames(lengths_s, fps=fps), repeat(0))
    return placed(lengths_s, overlaps_s, fps=fps)


def enter_rows(
    enters: Mapping[int, Entering], slots: Sequence[SlotRow], *, fps: Fraction
) -> Iterator[EnterRow]:
    """The transitions of a film; nothing goes over into the first slot, which can but fade up from a colour."""
    from renderer.storyboard import DIP  # noqa: PLC0415 - a storyboard's nouns, where one is compiled

    for slot, (kind, length_s, colour) in sorted(enters.items()):
        if slot:
            yield EnterRow(slot, kind, slots[slot].overlap, colour)
        elif kind == DIP:
            yield EnterRow(slot, kind, frames_until(Fraction(length_s), fps), colour)


def length_frames(slots: Sequence[SlotRow]) -> int:
    """How many frames a film of these slots has."""
    return sum([slot.frames for slot in slots]) - sum([slot.overlap for slot in slots])


def starts_of(slots: Sequence[SlotRow]) -> list[int]:
    """At which frame of the film each slot begins; the slot before it may go on meanwhile."""
    overlaps = [slot.overlap for slot in slots]
    ends = accumulate(map(sub, [slot.frames for slot in slots], overlaps), initial=0)
    return [*map(sub, ends, overlaps)]


def too_short(output: OutputRow) -> list[int]:
    """The slots that are shorter than the transitions at their two ends together, or that overlap by no frame at all."""
    heads = {row.slot: row.frames for row in output.enters}
    tails = {row.slot - 1: row.frames for row in output.enters if row.slot}
    return [
        number
        for number in sorted(heads.keys() | tails.keys())
        if heads.get(number, 0) + tails.get(number, 0) > output.slots[number].frames
        or heads.get(number, 1) < 1
    ]


def is_entered(
    compiled: Compiled, shots: Sequence[ShotRow], *, begun: Collection[tuple[str, str]] = ()
) -> bool:
    """Whether there is certainly nothing to tell of any transition.

    `begun` are outputs with shots that they may begin with: what is to be told of that was told before.
    """
    from renderer.storyboard import DIP  # noqa: PLC0415 - a storyboard's nouns, where one is compiled

    starting = {
        shot.shot
        for shot in shots
        if any(enter and enter[0] != DIP for enter in (shot.enter, *(own.enter for own in shot.framings)))
    }
    return not any(
        too_short(output) or (first in starting and (output.name, first) not in begun)
        for output, first in begins_of(compiled)
    )


def begins_of(compiled: Compiled) -> Iterator[tuple[OutputRow, str]]:
    """Each film that shows anything, and the shot that it begins with."""
    return ((output, output.slots[0].shot) for output in compiled.outputs if output.slots)


def spans_of(output: OutputRow) -> list[Span]:
    """The pictures of a film with transitions, in order; together they have each of its frames once."""
    second = max(1, frames_until(GRID_S, Fraction(output.fps)))
    enters = {row.slot: row for row in output.enters}
    spans: list[Span] = []
    for number, slot in enumerate(output.slots):
        enter, leaves = enters.get(number), enters.get(number + 1)
        first = enter.frames if enter else 0
        end = slot.frames - (leaves.frames if leaves else 0)
        whole = min(_whole(first, second), end)
        last = max(slot.frames - _whole(slot.frames - end, second), whole)
        if enter:
            spans.append(Span(number, 0, first, enter))
        spans += [
            Span(number, one, other - one)
            for one, other in pairwise((first, whole, last, end))
            if one < other
        ]
    return spans


def _whole(frames: int, second: int) -> int:
    return -(-frames // second) * second
