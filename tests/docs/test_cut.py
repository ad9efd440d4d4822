"""`docs/cut.md`: its films are built, and as long as their times say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .pages import ROOT, blocks
from .tour import Place

FILMS = [block.text for block in blocks((ROOT / "docs" / "cut.md").read_text("utf-8"), "yaml")]
LENGTHS_S = [1.5 + 4 + 1.5, 4.0 + 4, 2 + 4 + 2 + 1, 3.0, 3 + 2 - 0.5 + 2, 2.0]


def test_the_page_has_so_many_films() -> None:
    """Each one is looked at below."""
    assert len(LENGTHS_S) == len(FILMS)


@pytest.mark.parametrize("number", range(len(LENGTHS_S)))
def test_an_example_of_the_page_is_a_film(place: Place, number: int) -> None:
    """To the frame."""
    text = FILMS[number].replace("640x360", "64x36")
    spec: Path = place.project / "specs" / f"cut{number}.yaml"
    spec.write_text(f"version: 1\n{text}", "utf-8")
    told = json.loads(place.run(f"renderer build --json specs/cut{number}.yaml 2>/dev/null"))
    assert [] == told.get("errors", [])
    assert LENGTHS_S[number] == told["sequence"]["duration_s"]
