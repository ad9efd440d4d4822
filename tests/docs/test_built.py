"""Every storyboard of the pages is built: as a draft, small, by `animatic`, and a second build has nothing to do."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from renderer.spec import parse

from ..acceptance.stage import Stage  # noqa: TID252 - the other half of the tests
from .pages import ROOT
from .test_language import INCLUDED, examples

SMALL = {"size": "64x36", "fps": 24}
ALL = dict(examples())
FILMS = [name for name in ALL if not INCLUDED.match(ALL[name])]


def small(text: str) -> str:
    """A storyboard whose films are small, so that they are drawn at once; all else is as the page says."""
    fields: dict[str, Any] = dict(parse(text.encode(), file="page.yaml").root.value)
    if isinstance(fields.get("outputs"), Mapping):
        fields["outputs"] = {name: {**(one or {}), **SMALL} for name, one in fields["outputs"].items()}
    else:
        fields["output"] = {**(fields.get("output") or {}), **SMALL}
    return json.dumps(fields, default=float)


@pytest.fixture
def desk(tmp_path: Path) -> Stage:
    """A project with the stills, sounds and included files that the pages name."""
    (tmp_path / "project").mkdir()
    stage = Stage(tmp_path / "project", tmp_path / "store")
    for kind in ("stills", "sounds"):
        for path in (ROOT / "specs" / kind).iterdir():
            stage.write(f"{kind}/{path.name}", path.read_bytes())
    stage.footage("stills/logo.mp4", duration_s=4)
    for name, text in ALL.items():
        if INCLUDED.match(text):
            stage.write(name, text)
    return stage


@pytest.mark.parametrize("name", FILMS)
def test_every_example_is_a_film(desk: Stage, name: str) -> None:
    """All its films are there, and they are as they should be."""
    desk.write("film.yaml", small(ALL[name]))
    built = desk.built("--provider", "animatic")
    assert all(film["frames"] for film in built.json["sequences"])
    assert 0 == desk.run("plan", "film.yaml", "--provider", "animatic", "--check").code
