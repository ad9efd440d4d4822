"""Model files in temporary folders, and the packaged gen3a_turbo."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.catalogue.entry import Model
from renderer.catalogue.library import load
from renderer.model import Json


@pytest.fixture
def gen3a() -> Model:
    return load("aimlapi", "gen3a_turbo")


@pytest.fixture
def make_model(tmp_path: Path) -> Callable[..., Model]:
    """Write a model file with the given parts, and load the model from it."""

    def make(**parts: Json) -> Model:
        entry = {
            "id": "studio/dream-1",
            "provider": "aimlapi",
            "title": "Dream 1",
            "vendor": "studio",
            "kind": "text-to-video",
            "source": "made up for a test",
            "fields": {},
            **parts,
        }
        family = entry["id"].partition("/")[0]
        (tmp_path / f"{family}.json").write_text(json.dumps({"models": [entry]}), encoding="utf-8")
        return load("aimlapi", entry["id"], folder=tmp_path)

    return make
