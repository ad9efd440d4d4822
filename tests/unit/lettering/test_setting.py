"""Laws of a line as it is drawn: runs from left to right, with the spaces where the reader finds them."""

import pytest
from PIL import Image, ImageDraw, features

from renderer.lettering.find import TEXT, shipped
from renderer.lettering.setting import Typed, draw_line, set_line


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("go", ["go"]),
        ("see שלום now", ["see", " ", "שלום", " ", "now"]),
        ("שלום and עברית", ["עברית", " ", "and", " ", "שלום"]),
        ("مرحبا 12", ["12", " ", "مرحبا"]),
    ],
)
def test_the_runs_of_a_line_stand_from_left_to_right(line: str, parts: list[str]) -> None:
    """In a line that is read from the right the first run stands last, and the space after it before it."""
    assert parts == [part.text for part in set_line(line, shipped(TEXT), 20)]


@pytest.mark.skipif(
    not features.check("raqm"), reason="this Pillow sets no scripts that are read from the right"
)
def test_brackets_face_the_way_of_their_line() -> None:
    """Those of a font without the script, too, which are a run of their own: what opens stands at the right."""
    marks = [part for part in set_line("שלום ! (סוף)", shipped(TEXT), 40) if "(" in part.text]
    assert ["rtl"] == [part.way for part in marks]
    (opening,) = (part._replace(text="(") for part in marks)
    assert drawn(opening) == drawn(opening._replace(text=")", way="ltr"))


def drawn(part: Typed) -> bytes:
    picture = Image.new("L", (40, 80))
    draw_line(ImageDraw.Draw(picture), (10, 60), [part], fill=(255,))
    return picture.tobytes()
