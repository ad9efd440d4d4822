"""`docs/transitions.md`: its films are built, and as long as the page says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .pages import ROOT, blocks
from .tour import Place

FILMS = [
    block.text
    for block in blocks((ROOT / "docs" / "transitions.md").read_text("utf-8"), "yaml")
    if "shots:" in block.text
]
LENGTHS_S = [15 - 0.5 - 0.5 - 0.5 - 1, 9.5]


def built(place: Place, name: str, text: str) -> tuple[Path, float]:
    """Where a film is that was built of a storyboard, small, and how long it is by its own account, in seconds."""
    (place.project / "specs" / f"{name}.yaml").write_text(text.replace("640x360", "64x36"), "utf-8")
    told = json.loads(place.run(f"renderer build --json specs/{name}.yaml 2>/dev/null"))
    assert [] == told.get("errors", [])
    return place.project / told["sequence"]["path"], told["sequence"]["duration_s"]


@pytest.mark.parametrize("number", range(len(FILMS)))
def test_an_example_of_the_page_is_as_long_as_the_page_says(place: Place, number: int) -> None:
    """Its slots less its overlaps, to the frame."""
    film, duration_s = built(place, f"example{number}", f"version: 1\n{FILMS[number]}")
    assert film.exists()
    assert LENGTHS_S[number] == duration_s
