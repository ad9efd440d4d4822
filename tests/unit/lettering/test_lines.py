"""Lines: where a text breaks, in any script, and how even they are."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from renderer.lettering.lines import CLOSING, OPENING, balance, is_rightward, pieces, wrap
from renderer.lettering.runs import clusters

JAPANESE = "「東京の夜空」を、見上げる。ロケットが飛ぶ!"
THAI = "สวัสดีผู้ใหญ่ที่นี่"


def test_words_stay_whole_and_lines_are_nearly_alike() -> None:
    """Two lines rather than a full one and a lone word."""
    words = pieces("a rocket that flies to the moon")
    assert ["a rocket that", "flies to the moon"] == balance(words, 26, len)
    assert ["a rocket that flies to the", "moon"] == wrap(words, 26, len)


def test_a_word_that_is_wider_than_a_line_is_broken() -> None:
    """Nothing ever stands over."""
    assert ["abcd", "efgh", "ij"] == wrap(pieces("abcdefghij"), 4, len)


def test_no_line_begins_or_ends_with_a_mark_that_may_not() -> None:
    """Japanese breaks between any two characters but at its marks (JIS X 4051)."""
    for width in range(4, 12):
        lines = wrap(pieces(JAPANESE), width, len)
        assert JAPANESE == "".join(lines)
        assert not {line[0] for line in lines[1:]} & CLOSING
        assert not {line[-1] for line in lines[:-1]} & OPENING


def test_marks_are_never_torn_from_their_letters() -> None:
    """Thai vowels and tones stay with their consonant, however narrow the line."""
    for width in range(2, 8):
        lines = wrap(pieces(THAI), width, len)
        assert THAI == "".join(lines)
        assert not [line for line in lines if unicodedata.category(line[0])[0] == "M"]
    assert ["ภา", "ษา", "ไท", "ย", "ค", "ระ"] == [piece.strip() for piece in pieces("ภาษาไทย คระ")]


def test_a_paragraph_runs_as_its_first_letter_does() -> None:
    """What has no direction, digits and marks, does not decide."""
    assert [True, False, False, True] == [
        is_rightward(text) for text in ("NASA שלום", "42 שלום", "(مرحبا", "…")
    ]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200), st.integers(1, 40))
def test_breaking_loses_nothing_but_white_space(text: str, width: int) -> None:
    """Whatever the text, its lines are it."""
    for broken in (wrap, balance):
        lines = broken(pieces(text), width, len)
        assert "".join(text.split()) == "".join("".join(lines).split())


@given(st.text(max_size=50))
def test_clusters_are_the_text(text: str) -> None:
    """In order, and none is empty."""
    found = list(clusters(text))
    assert text == "".join(found)
    assert all(found)
