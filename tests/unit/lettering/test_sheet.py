"""Sheets: every text within the title-safe area, in any place, size and shape; and the script that draws it."""

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.errors import MediaError
from renderer.lettering.ass import write_script
from renderer.lettering.find import DISPLAY, shipped
from renderer.lettering.sheet import SAFE, Block, Lettering, set_sheet
from renderer.model import Size

FACES = tuple(font.face for font in shipped(DISPLAY))
WIDE, TALL = Size(1280, 720), Size(720, 1280)
PLACES = ("middle", "top", "bottom", "left", "right", "top-left", "top-right", "bottom-left", "bottom-right")
WORDS = "A long title about a rocket that flies to the moon and comes back"


def lettering(
    text: str, *, place: str = "middle", size: int = 9, first: int = 0, frames: int = 24
) -> Lettering:
    return Lettering(text, first, frames, place, Fraction(size), "#ffffff", False, FACES)


def width_of(block: Block) -> float:
    """The widest line of a block, in pixels."""
    return (
        max(
            sum(FACES[run.face].width_em(character) for run in line.runs for character in run.text)
            for line in block.lines
        )
        * block.size_px
    )


@pytest.mark.parametrize("frame", [WIDE, TALL, Size(64, 36), Size(4096, 64)])
@pytest.mark.parametrize("place", PLACES)
def test_a_text_keeps_away_from_the_edges(place: str, frame: Size) -> None:
    """A twentieth of each side stays free."""
    (block,) = set_sheet(
        [lettering(WORDS if frame.height_px > 64 else "Liftoff", place=place, size=30)], frame
    )
    assert width_of(block) <= frame.width_px * (1 - 2 * SAFE) + 1
    assert frame.height_px * SAFE - 1 <= block.top
    assert block.bottom <= frame.height_px * (1 - SAFE) + 1


def test_type_is_as_large_in_a_tall_picture_as_in_a_wide_one() -> None:
    """Sizes are shares of the shorter side."""
    assert [64.8, 64.8] == [
        round(set_sheet([lettering("Liftoff")], frame)[0].size_px, 2) for frame in (WIDE, TALL)
    ]


@pytest.mark.parametrize("place", ["top", "middle", "bottom"])
def test_texts_of_one_place_and_time_stand_beside_each_other(place: str) -> None:
    """Those of other times stand where they stand alone."""
    texts = [
        lettering("one", place=place),
        lettering("two", place=place),
        lettering("late", place=place, first=24),
    ]
    one, two, late = set_sheet(texts, WIDE)
    assert two.bottom < one.top or one.bottom < two.top
    assert (one.top, one.bottom) == (late.top, late.bottom)


def test_a_text_that_finds_no_room_below_others_stands_above_them() -> None:
    """In the middle of the picture; nothing leaves its safe part."""
    texts = [lettering("one\nor\ntwo"), lettering("two\nof three"), lettering("three")]
    one, two, three = set_sheet(texts, WIDE)
    assert one.bottom < two.top < two.bottom <= WIDE.height_px * (1 - SAFE)
    assert WIDE.height_px * SAFE <= three.top < three.bottom < one.top


@pytest.mark.parametrize("place", ["top", "middle", "bottom"])
def test_texts_that_do_not_fit_the_picture_together_are_an_error(place: str) -> None:
    """At other times they would; nothing is cut off at an edge."""
    texts = [lettering("a\nb\nc\nd\ne", place=place, size=10), lettering("f\ng\nh\ni", place=place, size=10)]
    with pytest.raises(MediaError, match="together") as caught:
        set_sheet(texts, WIDE)
    assert "M871" == caught.value.code
    assert 2 == len(set_sheet([texts[0], texts[1]._replace(first=24)], WIDE))


def test_a_text_that_fits_in_no_legible_size_is_an_error() -> None:
    """It is never cut off."""
    with pytest.raises(MediaError) as caught:
        set_sheet([lettering("word " * 200)], Size(64, 36))
    assert "M871" == caught.value.code


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_no_text_is_taken_for_a_command(text: str) -> None:
    """What stands in braces is ours, and backslashes of a text are followed by what is none of theirs."""
    script = write_script(set_sheet([lettering(text)], WIDE), WIDE)
    for event in re.findall(r"^Dialogue: (.*)$", script, re.MULTILINE):
        body = re.sub(r"(?<!\\)\{\\(?:an|fn)[^{}]*\}", "", event.split(",,0,0,0,,", 1)[1])
        assert not re.search(r"(?<!\\)[{}]", body)
        assert not re.search(r"\\(?![{}\u2060])", body)


def test_the_script_counts_frames_exactly() -> None:
    """Frame n stands at n tenths of a second, whatever the film's rate."""
    script = write_script(set_sheet([lettering("late", first=90, frames=7)], WIDE), WIDE)
    assert "Dialogue: 0,0:00:09.00,0:00:09.70,line" in script
