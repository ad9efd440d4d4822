"""Contact sheets: a frame fills its box, whatever the two are."""

from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from renderer.lettering.find import TEXT, shipped
from renderer.media.contact import Cell, contact_sheets
from renderer.model import MIDDLE, Centre

SIDES = [(1000, 872), (512, 512), (872, 1000), (333, 1000)]


@pytest.mark.parametrize("size", SIDES)
@pytest.mark.parametrize("aspect", [Fraction(1), Fraction(16, 9), Fraction(9, 16), Fraction(872, 1000)])
def test_a_frame_of_any_shape_fills_its_box(tmp_path: Path, size: tuple[int, int], aspect: Fraction) -> None:
    """Cut about any place of it; what rounding lets stand over is left out."""
    still = tmp_path / "a.png"
    Image.new("RGB", size, "red").save(still)
    cells = [
        Cell(still, Fraction(0), ("a",), centre) for centre in (MIDDLE, Centre(Fraction(0), Fraction(1)))
    ]
    [sheet] = contact_sheets("t", cells, aspect=aspect, fonts=shipped(TEXT))
    with Image.open(BytesIO(sheet)) as drawn:
        red = [drawn.convert("RGB").getpixel((x, 82 + 2)) for x in (26, 24 + 408 + 381)]
    assert all(isinstance(one, tuple) and one[0] > 200 and one[1] < 60 for one in red)
