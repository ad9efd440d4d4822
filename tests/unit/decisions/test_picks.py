"""The picks as text: read back, edited in place, faults at their lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.decisions.picks import Decision, edit_picks, parse_picks
from renderer.errors import SpecError

HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
IDS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}(\.[a-z0-9]{1,3}){0,2}(@tall)?", fullmatch=True)
DECISIONS = st.builds(
    Decision,
    pick=st.none() | st.integers(1, 99),
    clip=st.just("") | HEX,
    request=st.just("") | HEX,
    keep=st.just("") | HEX,
    reason=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20),
    approved=st.just("") | HEX,
    line=st.just(0),
    retakes=st.lists(st.integers(0, 2**32 - 1), unique=True, max_size=3).map(tuple),
)
CLIP, OTHER = "3" * 64, "4e" * 32


def read(text: str) -> dict[str, Decision]:
    """The decisions of a text, wherever they stand."""
    return {shot: one._replace(line=0) for shot, one in parse_picks(text, file="film.picks.yaml").items()}


@given(st.dictionaries(IDS, DECISIONS, max_size=5))
def test_what_is_written_is_read_back(picks: dict[str, Decision]) -> None:
    """A line a shot, sorted; an empty decision has none."""
    text = edit_picks("", picks)
    expected = {shot: one for shot, one in picks.items() if not one.is_empty}
    assert expected == read(text)
    assert sorted(expected) == list(read(text))
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(expected) == len(lines)


def test_an_edit_keeps_comments_and_every_other_line() -> None:
    """Above, beside and below, in whatever form a person wrote."""
    text = (
        "# what we decided on Monday\n"
        "crew: 2   # her smile\n"
        "\n"
        "# not final\n"
        "pad:\n"
        f"  keep: {CLIP}\n"
        "  reason: the light\n"
        "# the end\n"
    )
    edited = edit_picks(text, {"crew": Decision(pick=3, clip=OTHER), "sky": Decision(pick=1)})
    assert (
        "# what we decided on Monday\n"
        f"crew: {{pick: 3, clip: {OTHER}}}   # her smile\n"
        "\n"
        "# not final\n"
        "pad:\n"
        f"  keep: {CLIP}\n"
        "  reason: the light\n"
        "# the end\n"
        "sky: {pick: 1}\n"
    ) == edited
    edited = edit_picks(edited, {"pad": Decision(keep=CLIP, reason="the light"), "door": Decision(pick=2)})
    assert f'door: {{pick: 2}}\npad: {{keep: {CLIP}, reason: "the light"}}\n# the end\n' in edited


def test_an_empty_decision_takes_its_line_away() -> None:
    """Its own line alone."""
    text = "# head\ncrew: 2\npad: {pick: 1}   # why\nsky: 3\n"
    assert "# head\ncrew: 2\nsky: 3\n" == edit_picks(text, {"pad": Decision()})
    assert text == edit_picks(text, {"door": Decision()})


def test_a_digest_of_digits_is_no_number() -> None:
    """Nor is an id of digits, nor one that YAML takes for something else."""
    digits = "0" * 63 + "1"
    picks = {"12": Decision(keep=digits), "1e5": Decision(pick=2), "no": Decision(pick=1)}
    assert picks == read(edit_picks("", picks))


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("crew: {pick: 2", "D101", 1),
        ("- crew\n", "D101", 1),
        ("crew: 2\nsky: {pik: 2}\n", "D102", 2),
        ("crew: two\n", "D102", 1),
        ("crew: {clip: 3f9a}\n", "D102", 1),
        ("crew: {retakes: 7}\n", "D102", 1),
        ("crew: 2\n<<<<<<< ours\n", "D101", 2),
        ("crew: 2\nsky: 1\ncrew: 3\n", "D103", 3),
        (f"crew: {'[' * 2000}", "D101", 1),
    ],
)
def test_a_fault_is_told_at_its_line(text: str, code: str, line: int) -> None:
    """With its code, and what to do."""
    with pytest.raises(SpecError) as caught:
        parse_picks(text, file="film.picks.yaml")
    (found,) = caught.value.diagnostics
    assert found.place
    assert (code, line, True) == (found.code, found.place.line, bool(found.hint))
