"""Cues: what is said follows its clip through the cut, in two lines at most, and never leaves the slot."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from renderer.plan.cues import COLUMNS_MAX, Cue, Said, Screen, caption_cues, dialogue_cues, reading_s

FPS = Fraction(24)
WHOLE = Screen(start=0, first=0, frames=120)


def said(line: str, at: float, until: float | None = None, *, who: str | None = None) -> Said:
    return Said(who, line, Fraction(str(at)), None if until is None else Fraction(str(until)))


def cues(lines: list[Said], screen: Screen) -> list[Cue]:
    return list(dialogue_cues(lines, screen, fps=FPS))


def test_a_line_stands_where_its_clip_stands() -> None:
    """Times of the clip become times of the film: by the in point, and where the slot begins."""
    line = [said("It's late.", 2, 3, who="mara")]
    assert [Cue(48, 72, "mara", "It's late.")] == cues(line, WHOLE)
    assert [Cue(224, 248, "mara", "It's late.")] == cues(line, Screen(start=200, first=24, frames=96))


def test_a_line_ends_where_its_slot_does_and_what_is_not_shown_is_not_said() -> None:
    """Both ends of the used part cut what is said."""
    lines = [said("before", 0, 1), said("across", 0.5, 2), said("after", 4, 5)]
    assert [Cue(100, 124, None, "across")] == cues(lines, Screen(start=100, first=24, frames=48))


def test_a_line_without_an_end_is_read_and_makes_room_for_the_next() -> None:
    """Fifteen characters a second, a second and a half at least; in order of time, whatever the order of the text."""
    assert Fraction(3, 2) == reading_s("No.")
    late, early = said("Then let us go.", 1), said("It's late, and the night is long.", 0)
    assert [(0, 24), (24, 60)] == [(cue.start, cue.end) for cue in cues([late, early], WHOLE)]


def test_a_caption_shows_as_long_as_its_shot() -> None:
    """Nothing else bounds it."""
    assert [Cue(7, 127, None, "6 a.m.", is_caption=True)] == list(
        caption_cues("6 a.m.", Screen(7, 30, 120), fps=FPS)
    )


def test_a_long_line_is_shared_out() -> None:
    """Cues of two lines follow each other without a gap, each as long as its share."""
    found = cues([said("word " * 60, 0, 5)], WHOLE)
    assert 4 == len(found)
    assert [0, *(cue.end for cue in found)][:-1] == [cue.start for cue in found]
    assert all(len(cue.text.split("\n")) <= 2 for cue in found)
    assert 120 == found[-1].end


def test_wide_characters_count_for_two() -> None:
    """21 of them to a line."""
    (cue,) = cues([said("東京の夜空を見上げるとロケットが飛んでいくのが見えた", 0, 5)], WHOLE)
    assert [2, 14] == [len(cue.text.split("\n")), max(map(len, cue.text.split("\n")))]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=400), st.integers(1, 50))
def test_cues_are_the_line_and_fill_its_time(line: str, frames: int) -> None:
    """In order, without gaps, never longer than their lines may be; no line break is lost on the way."""
    found = list(caption_cues(line, Screen(10, 0, frames), fps=FPS))
    assert found == [] or (10, 10 + frames) == (found[0].start, found[-1].end)
    assert all(cue.start < cue.end for cue in found)
    assert all(one.end == other.start for one, other in pairwise(found))
    assert not found or "".join(line.split()) == "".join("".join(cue.text for cue in found).split())
    assert (
        all(cue.end - cue.start >= 20 or len(found) == 1 for cue in found)
        or len(found[0].text.split("\n")) <= 2
    )
    assert all(len(row) <= COLUMNS_MAX * 4 for cue in found for row in cue.text.split("\n"))
