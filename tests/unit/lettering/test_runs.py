"""Runs: every character is drawn by a font that has it, and by its neighbour's where both could."""

from pathlib import Path

import pytest

from renderer.errors import MediaError
from renderer.lettering.face import Face, read_faces
from renderer.lettering.find import DISPLAY, TEXT, search, shipped, shipped_folder, system_files
from renderer.lettering.runs import missing, script_of, split_runs

GREETINGS = ("Liftoff", "Ελλάδα", "Привет", "مرحبا", "שלום", "नमस्ते", "สวัสดี", "Đặng Thị Hà", "1 % — “no”…")


@pytest.fixture(scope="module")
def faces() -> list[Face]:
    """Those that come with the program."""
    return [font.face for font in shipped(DISPLAY)]


@pytest.mark.parametrize("text", GREETINGS)
def test_what_comes_with_the_program_draws_these_scripts(text: str, faces: list[Face]) -> None:
    """On a bare machine, too."""
    assert "" == missing(text, faces)


def test_each_script_is_drawn_by_its_font_and_spaces_by_their_neighbours(faces: list[Face]) -> None:
    """One run for a phrase, not one for each word."""
    names = [(faces[run.face].name, run.text) for run in split_runs("NASA שלום עולם 42", faces)]
    assert [
        ("InterDisplay-SemiBold", "NASA "),
        ("Noto Sans Hebrew Bold", "שלום עולם "),
        ("InterDisplay-SemiBold", "42"),
    ] == names


def test_what_no_font_has_is_told_once_and_joiners_are_not(faces: list[Face]) -> None:
    """Marks of direction and joiners leave no mark, and need no font."""
    assert "\U0010fffd漢" == missing("a\U0010fffd\u200d\u200f 漢\U0010fffd漢", faces)


def test_another_first_font_is_the_one_for_text() -> None:
    """Subtitles have a cut of their own."""
    assert "Inter-Medium" == shipped(TEXT)[0].face.name


def test_a_search_takes_the_plain_font_that_has_all() -> None:
    """Of a folder the font of that script, whatever else there is; files that are no fonts are passed over."""
    paths = sorted(shipped_folder().iterdir())
    assert ["Noto Sans Hebrew Bold", "Noto Sans Thai Bold"] == [
        font.face.name for font in search("שלוםสวัสดี", paths)
    ]


def test_folders_that_are_not_there_hold_no_fonts(tmp_path: Path) -> None:
    """Nor does a home that has none; one that has is looked at."""
    (tmp_path / ".fonts" / "own").mkdir(parents=True)
    own = tmp_path / ".fonts" / "own" / "a.TTF"
    own.write_bytes(b"")
    assert own in system_files({"HOME": str(tmp_path)})
    assert own not in system_files({})


@pytest.mark.parametrize(
    "content", [b"", b"OTTO", b"ttcf" + bytes(40), b"<html>", b"\0\1\0\0" + b"\xff" * 200]
)
def test_what_is_no_font_is_an_error_of_its_own(content: bytes, tmp_path: Path) -> None:
    """Never a traceback."""
    path = tmp_path / "font.ttf"
    path.write_bytes(content)
    with pytest.raises(MediaError) as caught:
        read_faces(path)
    assert "M872" == caught.value.code


@pytest.mark.parametrize(
    ("text", "left", "script"),
    [
        ("go \U0001f1e9\U0001f1ea", "\U0001f1e9\U0001f1ea", "symbols or emoji"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\U0001f469\U0001f467", "symbols or emoji"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d\U0001f3fd", "symbols or emoji"),
        ("\u1112\u1161\u11ab", "\u1112\u1161\u11ab", "Hangul"),
        ("\U0001d400", "\U0001d400", "Mathematical"),
        ("a\U000e0ffd", "\U000e0ffd", "no script"),
    ],
)
def test_what_is_joined_of_several_is_lacked_as_a_whole(
    text: str, left: str, script: str, faces: list[Face]
) -> None:
    """Flags, families, shades of skin, syllables of letters: all that they are made of is told, under the script of it."""
    lacking = missing(text, faces)
    assert (left, script) == (lacking, script_of(lacking[0]))
