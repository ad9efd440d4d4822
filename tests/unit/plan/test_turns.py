"""Subtitles of a film: in order, never one over another, and no word of it is lost."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from renderer.plan.cues import Cue, Said, Screen, caption_cues, dialogue_cues
from renderer.plan.turns import Subtitle, by_picture, give_way, subtitles_of

FPS = Fraction(24)
Slots = list[list[Cue]]


def shown(*slots: list[Cue]) -> list[tuple[int, int, list[str]]]:
    return [
        (found.start, found.end, [text for _, text in found.words])
        for found in subtitles_of(give_way(slots), fps=FPS)
    ]


def cue(start: int, end: int, text: str) -> Cue:
    return Cue(start, end, None, text)


def test_a_caption_gives_way_to_the_next_one_in_a_transition() -> None:
    """Two slots overlap by half a second; the later caption comes with its picture, and the earlier one goes."""
    assert [(0, 108, ["one"]), (108, 228, ["two"])] == shown([cue(0, 120, "one")], [cue(108, 228, "two")])


def test_nothing_gives_way_to_a_slot_without_words() -> None:
    """What is shown stays for its time, also while the next picture comes."""
    assert [(0, 120, ["one"])] == shown([cue(0, 120, "one")], [])


def test_a_caption_and_what_is_said_share_a_subtitle() -> None:
    """The caption stays at the bottom, from its shot's first frame to its last."""
    both = [cue(0, 120, "Pad 39A")._replace(is_caption=True), cue(30, 70, "Liftoff!")]
    assert [(0, 30, ["Pad 39A"]), (30, 70, ["Liftoff!", "Pad 39A"]), (70, 120, ["Pad 39A"])] == shown(both)


def test_nothing_flashes_up() -> None:
    """What would be alone on the screen for less than five sixths of a second is left to what stands beside it."""
    both = [cue(0, 120, "Pad 39A"), cue(3, 115, "Liftoff!")]
    assert [(0, 120, ["Pad 39A", "Liftoff!"])] == shown(both)
    assert [(0, 60, ["one"]), (60, 120, ["two"])] == shown([cue(0, 62, "one"), cue(60, 120, "two")])


def test_words_that_come_after_those_of_the_next_picture_stand_on_it() -> None:
    """Two slots overlap; what is said last in the first one begins while the second one's words show already."""
    early, late, following = cue(0, 90, "one"), cue(100, 120, "late"), cue(96, 180, "two")
    assert [[(0, early)], [(1, following), (0, late)]] == by_picture([[early, late], [following]])
    assert [[(0, early), (0, late)], []] == by_picture([[early, late], []])


lines = st.builds(
    lambda line, at, lasts: Said(None, line, Fraction(at, 24), Fraction(at + lasts, 24)),
    st.text("abcdefgh ", min_size=1, max_size=120).filter(str.strip),
    st.integers(0, 200),
    st.integers(1, 120),
)
slots = st.tuples(
    st.integers(1, 200),
    st.integers(0, 30),
    st.one_of(st.none(), st.text("ijklmn ", min_size=1, max_size=200).filter(str.strip)),
    st.lists(lines, max_size=4),
)


def film(
    drawn: list[tuple[int, int, str | None, list[Said]]], *, makeable: bool = False
) -> tuple[Slots, int]:
    """The cues of slots that overlap each other, and how long the film is; a `makeable` one never shows three slots at once."""
    found: Slots = []
    end = alone = 0
    for frames, wished, caption, said in drawn:
        overlap = min(wished, frames // 2, alone if makeable else end // 2)
        start, alone = end - overlap, frames - overlap
        screen = Screen(start, 0, frames)
        own = [*caption_cues(caption, screen, fps=FPS)] if caption else []
        found.append([*own, *dialogue_cues(said, screen, fps=FPS)])
        end = max(end, start + frames)
    return found, end


@given(st.lists(slots, max_size=6))
def test_subtitles_never_overlap_and_hold_every_word(
    drawn: list[tuple[int, int, str | None, list[Said]]],
) -> None:
    """In order of time, inside the film, none empty, whatever overlaps: captions, lines and slots."""
    cues, end = film(drawn)
    found = subtitles_of(give_way(cues), fps=FPS)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(0 <= one.start < one.end <= end for one in found)
    assert all(one.words and all(text.strip() for _, text in one.words) for one in found)
    assert {one.text for own in cues for one in own} == {text for one in found for _, text in one.words}


def test_a_subtitle_is_remembered_as_it_is() -> None:
    """JSON has no tuples."""
    kept = Subtitle(1, 2, (("mara", "a"), (None, "b")))
    assert kept == Subtitle.from_json([1, 2, [["mara", "a"], [None, "b"]]])


@given(st.lists(slots, max_size=6))
def test_words_that_show_at_once_are_drawn_on_one_picture(
    drawn: list[tuple[int, int, str | None, list[Said]]],
) -> None:
    """So no two pictures of a transition have words at one time; every cue is drawn once, within its picture."""
    cues, _ = film(drawn, makeable=True)
    own = give_way(cues)
    pictures = by_picture(own)
    assert sorted(cue for slot in own for cue in slot) == sorted(cue for slot in pictures for _, cue in slot)
    assert all(
        one.end <= other.start or other.end <= one.start
        for before, after in pairwise(pictures)
        for _, one in before
        for _, other in after
    )
