"""Laws of a line as it is drawn: runs from left to right, with the spaces where the reader finds them."""

import pytest

from renderer.lettering.find import TEXT, shipped
from renderer.lettering.setting import set_line


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
    assert parts == [run.text for run, _ in set_line(line, shipped(TEXT), 20)]
