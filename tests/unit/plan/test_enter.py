"""Transitions in the plan: lengths are exact, and the pictures of a film have each of its frames once."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.model import frames_until
from renderer.plan.enter import (
    EnterRow,
    Span,
    length_frames,
    placed,
    spans_of,
    starts_of,
    too_short,
)
from renderer.plan.film import OutputRow, SlotRow

RATES = st.sampled_from([Fraction(24), Fraction(25), Fraction(24000, 1001), Fraction(60)])


def film(slots: list[SlotRow], enters: list[EnterRow], fps: Fraction = Fraction(24)) -> OutputRow:
    return OutputRow("main", "film.mp4", None, str(fps), "crop", (), tuple(slots), enters=tuple(enters))


@st.composite
def films(draw: st.DrawFn) -> OutputRow:
    """Slots with transitions that fit into them."""
    fps = draw(RATES)
    frames = draw(st.lists(st.integers(1, 200), min_size=1, max_size=8))
    slots: list[SlotRow] = []
    enters: list[EnterRow] = []
    left = 0
    for number, length in enumerate(frames):
        most = min(left, length) if number else length
        overlap = draw(st.integers(0, most))
        if overlap:
            enters.append(EnterRow(number, "dip", overlap, "#000000"))
        slots.append(SlotRow(f"s{number}", number, -1, 3, length, overlap if number else 0))
        left = length - overlap
    return film(slots, enters, fps)


@given(films())
def test_the_pictures_of_a_film_have_each_of_its_frames_once(output: OutputRow) -> None:
    """And of each slot every frame, in order; a transition has all of its overlap."""
    assert [] == too_short(output)
    spans = spans_of(output)
    assert length_frames(output.slots) == sum(span.frames for span in spans)
    shown: dict[int, list[int]] = {number: [] for number in range(len(output.slots))}
    for span in spans:
        assert span.frames
        if span.enter and span.slot:
            length = output.slots[span.slot - 1].frames
            shown[span.slot - 1] += range(length - span.frames, length)
        shown[span.slot] += range(span.skip, span.skip + span.frames)
        assert span.enter is None or (0, span.enter.frames) == (span.skip, span.frames)
    assert {n: [*range(slot.frames)] for n, slot in enumerate(output.slots)} == shown


@given(
    RATES,
    st.lists(
        st.tuples(st.fractions(2, 9, max_denominator=600), st.fractions(0, 1, max_denominator=600)),
        min_size=1,
    ),
)
def test_a_film_is_its_slots_less_its_overlaps_to_the_nearest_frame(
    fps: Fraction, rows: list[tuple[Fraction, Fraction]]
) -> None:
    """Each slot begins on the frame nearest to its exact place; nothing adds up over a film."""
    overlaps_s = {number: row[1] for number, row in enumerate(rows) if number}
    slots = [
        SlotRow("pad", 0, -1, 0, frames, overlap)
        for frames, overlap in placed([row[0] for row in rows], overlaps_s, fps=fps)
    ]
    total_s = Fraction(sum(row[0] for row in rows)) - sum(overlaps_s.values())
    assert frames_until(total_s, fps) == length_frames(slots)
    start_s = Fraction(0)
    for number, start in enumerate(starts_of(slots)):
        start_s -= overlaps_s.get(number, 0)
        assert frames_until(start_s, fps) == start
        start_s += rows[number][0]


def test_another_length_within_a_second_changes_what_is_in_that_second() -> None:
    """What is between the seconds of two transitions stays as it is, and with another kind all but the overlap."""
    slots = [SlotRow("pad", 0, -1, 0, 120), SlotRow("sky", 1, -1, 0, 120, 12)]
    half, more = EnterRow(1, "fade", 12, ""), EnterRow(1, "fade", 20, "")
    longer = [slots[0], slots[1]._replace(overlap=20)]
    whole = Span(0, 0, 96), Span(1, 24, 96)
    second = [Span(0, 96, 12), Span(1, 0, 12, half), Span(1, 12, 12)]
    assert [whole[0], *second, whole[1]] == spans_of(film(slots, [half]))
    second = [Span(0, 96, 4), Span(1, 0, 20, more), Span(1, 20, 4)]
    assert [whole[0], *second, whole[1]] == spans_of(film(longer, [more]))


def test_a_transition_of_whole_seconds_stands_beside_what_is_between() -> None:
    """Nothing is left of its second; one that is as long as its slots is all of them."""
    slots = [SlotRow("pad", 0, -1, 0, 72), SlotRow("sky", 1, -1, 0, 48, 48)]
    enter = EnterRow(1, "fade", 48, "")
    assert [Span(0, 0, 24), Span(1, 0, 48, enter)] == spans_of(film(slots, [enter]))


@pytest.mark.parametrize(
    ("overlaps", "told"), [((12, 12), []), ((13, 12), [1]), ((12, 0), [2]), ((30, 0), [0, 1, 2])]
)
def test_transitions_that_do_not_fit_into_their_slots_are_found(
    overlaps: tuple[int, int], told: list[int]
) -> None:
    """Both of a slot together, and one that has no frame at all."""
    slots = [SlotRow(name, 0, -1, 0, 24) for name in ("pad", "crew", "sky")]
    enters = [EnterRow(number, "fade", overlap, "") for number, overlap in enumerate(overlaps, 1)]
    assert told == too_short(film(slots, enters))
