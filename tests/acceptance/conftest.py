"""Stages: empty, and with a film of three shots that was built once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.simulator import Simulator

from .director import Director
from .stage import THREE_SHOTS, Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """An empty project and an empty store."""
    (tmp_path / "project").mkdir()
    return Stage(tmp_path / "project", tmp_path / "store")


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A film of three shots that was built once; tests take copies of it."""
    folder = tmp_path_factory.mktemp("first-night")
    (folder / "project").mkdir()
    stage = Stage(folder / "project", folder / "store")
    stage.write("film.yaml", THREE_SHOTS)
    stage.built()
    return stage


@pytest.fixture
def built(first_night: Stage, tmp_path: Path) -> Stage:
    """A film of three shots, built, in folders of its own."""
    for folder in ("project", "store"):
        shutil.copytree(first_night.root.parent / folder, tmp_path / folder)
    return Stage(tmp_path / "project", tmp_path / "store")


@pytest.fixture
def director(tmp_path: Path) -> Director:
    """An ffmpeg that takes directions."""
    return Director.of(tmp_path / "director")


@pytest.fixture
def vendor() -> Iterator[Simulator]:
    """Generations take a moment; clips are small, and no two alike."""
    with Simulator.start(generation_s=(0.05, 0.1), clip_s=0.5, clip_size="64x36") as running:
        yield running


@pytest.fixture
def customer(stage: Stage, vendor: Simulator) -> Stage:
    """A project with two stills and no storyboard yet, and a key that the vendor takes."""
    stage.still("a.png")
    stage.still("b.png", colour="maroon")
    return stage.using(**vendor.environ)
