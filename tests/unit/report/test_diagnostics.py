"""A diagnostic drawn for a terminal, a pull request and a machine."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from renderer.diagnostic import Diagnostic, Place
from renderer.report.diagnostics import WIDTH_MAX, render_github, render_text, to_json

SOURCE = "version: 1\nshots:\n  - id: pad\n    image: {last_frame_of: s2}\n"
FOUND = Diagnostic(
    "S204",
    "shot `s03` starts from unknown shot `s2`",
    Place("specs/teaser.yaml", 4, 28, 30, "$.shots[0].image.last_frame_of"),
    notes=("shots here: `s01`, `s02`, `s03`",),
    hint="did you mean `s02`?",
)


def test_a_diagnostic_is_drawn_as_the_style_page_draws_it() -> None:
    """Head, arrow, source line, caret, note, a blank line, hint."""
    assert (
        "error[S204]: shot `s03` starts from unknown shot `s2`\n"
        " --> specs/teaser.yaml:4:28  $.shots[0].image.last_frame_of\n"
        "  |\n"
        "4 |     image: {last_frame_of: s2}\n"
        "  |                            ^^\n"
        "note: shots here: `s01`, `s02`, `s03`\n"
        "\n"
        "hint: did you mean `s02`?"
    ) == render_text(FOUND, source=SOURCE, colour=False)


def test_without_its_source_a_diagnostic_names_its_place() -> None:
    """And without a place it is a head and a hint."""
    assert (
        "error[S204]: shot `s03` starts from unknown shot `s2`\n"
        " --> specs/teaser.yaml:4:28  $.shots[0].image.last_frame_of\n"
        "note: shots here: `s01`, `s02`, `s03`\n\nhint: did you mean `s02`?"
    ) == render_text(FOUND, source=None, colour=False)
    assert "warning[S299]: there are more" == render_text(
        Diagnostic("S299", "there are more", severity="warning"), source=None, colour=False
    )


def test_a_related_place_is_shown_in_the_order_of_the_text() -> None:
    """Gaps between lines are dots; another file is a note."""
    source = "a: 1\nb: 2\nc: 3\na: 4\n"
    related = ((Place("f", 1, 1, 2), "the first one"), (Place("g", 9, 1, 2), "one more"))
    found = Diagnostic("S114", "twice", Place("f", 4, 1, 2), related=related)
    assert (
        "error[S114]: twice\n --> f:4:1\n  |\n1 | a: 1\n  | - the first one\n...\n4 | a: 4\n  | ^\n"
        "note: one more: g:9:1"
    ) == render_text(found, source=source, colour=False)


def test_tabs_and_wide_characters_keep_the_caret_under_the_token() -> None:
    """A tab is four columns, a wide character two, a combining one none."""
    source = "\t発射e\u0301: x y"
    lines = render_text(Diagnostic("S1", "m", Place("f", 1, 8, 9)), source=source, colour=False).split("\n")
    assert "1 |     発射e\u0301: x y" == lines[3]
    assert "  | " + " " * 11 + "^" == lines[4]


def test_colour_adds_escapes_and_nothing_else() -> None:
    """The text is readable without it."""
    coloured = render_text(FOUND, source=SOURCE, colour=True)
    for code in ("\x1b[1;31m", "\x1b[1;34m", "\x1b[36m", "\x1b[1m", "\x1b[0m"):
        assert code in coloured
        coloured = coloured.replace(code, "")
    assert render_text(FOUND, source=SOURCE, colour=False) == coloured


def test_what_a_file_holds_cannot_steer_the_terminal() -> None:
    """Escapes and marks that turn the writing round are shown as signs."""
    found = Diagnostic("S1", "no \x1b[2J", Place("f", 1, 1, 2), hint="\u202etxt")
    text = render_text(found, source="\x1b]0;title\x07\u202e", colour=False)
    assert not any(unicodedata.category(character) in ("Cc", "Cf") for character in text.replace("\n", ""))


@given(st.integers(1, 900), st.integers(1, 60), st.integers(0, 900))
def test_long_lines_are_windowed_around_the_token(before: int, length: int, after: int) -> None:
    """Whatever the line, the shown part fits and the carets are under the token."""
    line = "a" * before + "X" * length + "b" * after
    found = Diagnostic("S1", "m", Place("f", 1, before + 1, before + length + 1))
    shown, carets = render_text(found, source=line, colour=False).split("\n")[3:5]
    assert len(shown) <= WIDTH_MAX + len("1 | ")
    assert "X" * carets.count("^") == shown[carets.index("^") : carets.rindex("^") + 1]
    assert length == carets.count("^")


def test_an_annotation_is_one_line_and_escaped() -> None:
    """Commas and colons in properties, percent signs and line breaks everywhere."""
    found = Diagnostic(
        "S204", "100%\nof `a`", Place("a,b:c.yaml", 2, 3, 5), severity="warning", hint="mend it"
    )
    assert (
        "::warning file=a%2Cb%3Ac.yaml,line=2,col=3,endColumn=5,title=S204::100%25%0Aof `a`%0Ahint: mend it"
    ) == render_github(found)


def test_json_has_the_stable_keys() -> None:
    """Null where there is nothing to say."""
    found = Diagnostic(
        "S114", "twice", Place("f", 4, 1, 2, "$.a"), related=((Place("f", 1, 1, 2, "$.a"), "first"),)
    )
    assert {
        "code": "S114",
        "severity": "error",
        "message": "twice",
        "file": "f",
        "line": 4,
        "column": 1,
        "end_column": 2,
        "path": "$.a",
        "hint": None,
        "notes": [],
        "related": [
            {"file": "f", "line": 1, "column": 1, "end_column": 2, "path": "$.a", "message": "first"}
        ],
    } == to_json(found)
    assert None is to_json(Diagnostic("S299", "more"))["line"]
