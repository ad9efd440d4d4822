"""Laws of typesetting: lines fit, words stay whole, no script is an error."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.lettering.lines import balance, pieces, wrap
from renderer.providers.animatic.typeset import fit_block, is_leftward, printable, shorten, width_em

WORDS = st.lists(
    st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=9), min_size=1, max_size=40
)


@given(WORDS, st.integers(4, 60))
def test_lines_fit_and_hold_all_the_text(words: list[str], width: int) -> None:
    """Nothing is lost and nothing sticks out."""
    lines = wrap(pieces(" ".join(words)), width, len)
    assert "".join(words) == "".join("".join(lines).split())
    assert all(len(line) <= width for line in lines)


@given(WORDS, st.integers(10, 60))
def test_balancing_needs_no_more_lines(words: list[str], width: int) -> None:
    """Even lines cost no line, and break no word."""
    parts = pieces(" ".join(words))
    lines = balance(parts, width, len)
    assert len(wrap(parts, width, len)) == len(lines)
    assert words == " ".join(lines).split()


def test_balancing_leaves_no_lone_last_word() -> None:
    """A title of five words is set three and two, not four and one."""
    assert ["aa bb cc", "dd ee"] == balance(pieces("aa bb cc dd ee"), 11, len)


@pytest.mark.parametrize(
    "text",
    [
        "X",
        "a " * 500,
        "x" * 1000,
        "東京の夜" * 50,
        "مرحبا بالعالم",
        "שלום",
        "🚀👩‍🚀",
        "\x00\ud800\ufeff",
        "ก็" * 40,
        "e\u0301" * 20,
    ],
)
def test_any_script_of_any_length_fits_its_box(text: str) -> None:
    """From one character to a thousand, the block stays inside."""
    block = fit_block(text, face="display", width_px=900, height_px=400, size_px=(20, 70), leading=1.2)
    assert len(block.lines) * block.leading_px <= 400
    assert all(width_em("display", line) * block.size_px <= 900 * 1.01 for line in block.lines)


def test_a_short_text_is_set_large_and_a_long_one_small() -> None:
    """The size follows the length."""
    sizes = [
        fit_block(
            "word " * n, face="display", width_px=900, height_px=400, size_px=(20, 70), leading=1.2
        ).size_px
        for n in (1, 40, 120)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert 70 == sizes[0]


def test_what_cannot_fit_ends_in_an_ellipsis() -> None:
    """The reader sees that there was more."""
    block = fit_block("word " * 200, face="text", width_px=200, height_px=60, size_px=(20, 20), leading=1.2)
    assert block.lines[-1].endswith("…")


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_printable_text_has_one_line_and_stays_as_it_is(text: str) -> None:
    """Cleaning is idempotent and leaves no control character."""
    clean = printable(text)
    assert clean == printable(clean)
    assert clean.isprintable()


def test_a_letter_without_a_shape_becomes_a_dot_and_a_symbol_vanishes() -> None:
    """No box of a missing character is drawn."""
    assert "go ·· now" == printable("go 東京 🚀 now")


@pytest.mark.parametrize("text", ["مرحبا بالعالم", "שלום עולם", "नमस्ते दुनिया", "น้ำตกที่สูง", "Ελλάδα, Москва"])
def test_every_script_whose_font_ships_is_drawn(text: str) -> None:
    """Letters of these scripts stay letters, with their marks, as in a film's titles."""
    assert text == printable(text)
    assert width_em("display", text) > 0


def test_a_text_begins_where_its_reader_does() -> None:
    """By the first letter that has a direction."""
    assert [False, True, True] == [is_leftward(text) for text in ("1 a ש", "שלום a", "12 مرحبا")]


def test_a_text_is_shortened_to_its_room() -> None:
    """Whole where it fits, with an ellipsis where it does not, empty where nothing does."""
    assert ["abcdef", "abc…", ""] == [shorten("abcdef", width, len) for width in (6, 4, 0)]
