"""How many frames each entry of the cut lasts."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.model import frames_until
from renderer.plan.slots import slot_frames, slot_span
from renderer.storyboard import Use

LENGTHS = st.lists(st.fractions(min_value=0, max_value=60, max_denominator=1001), max_size=30)
RATES = st.sampled_from(
    [Fraction(12), Fraction(24), Fraction(24000, 1001), Fraction(60000, 1001), Fraction(25, 2)]
)


@given(lengths_s=LENGTHS, fps=RATES)
def test_the_frames_of_all_slots_are_those_of_the_whole(lengths_s: list[Fraction], fps: Fraction) -> None:
    """However many cuts there are, rounding never adds up."""
    assert frames_until(sum(lengths_s, Fraction(0)), fps) == sum(slot_frames(lengths_s, fps=fps))


@given(lengths_s=LENGTHS, fps=RATES)
def test_each_slot_is_within_a_frame_of_its_length(lengths_s: list[Fraction], fps: Fraction) -> None:
    """No slot pays for its neighbours."""
    for length_s, frames in zip(lengths_s, slot_frames(lengths_s, fps=fps), strict=True):
        assert abs(length_s * fps - frames) <= 1


@given(lengths_s=LENGTHS, fps=RATES, at=st.integers(0, 30))
def test_the_beginning_of_a_cut_is_not_moved_by_its_end(
    lengths_s: list[Fraction], fps: Fraction, at: int
) -> None:
    """A slot depends on those before it alone."""
    assert list(slot_frames(lengths_s, fps=fps))[:at] == list(slot_frames(lengths_s[:at], fps=fps))


@pytest.mark.parametrize(
    ("use", "span"),
    [
        (None, (0, 5)),
        (Use(out_s=Fraction(2)), (0, 2)),
        (Use(in_s=Fraction(1)), (1, 4)),
        (Use(in_s=Fraction(1), out_s=Fraction(4)), (1, 3)),
        (Use(in_s=Fraction(4), out_s=Fraction(7)), (4, 3)),  # beyond the clip: held
    ],
)
def test_a_slot_shows_the_part_that_is_used(use: Use | None, span: tuple[int, int]) -> None:
    """From `in` to `out`, or to the clip's end."""
    assert tuple(map(Fraction, span)) == slot_span(use, available_s=Fraction(5))
