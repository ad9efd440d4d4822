"""Under which key a film is joined is remembered, with all that decides it."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from renderer.execute.events import Event
from renderer.ffmpeg.binary import locate_ffmpeg
from renderer.pipeline import showing
from renderer.pipeline.build import run_build
from renderer.pipeline.film.assess import FilmState
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import open_project
from renderer.pipeline.run import Run
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import open_workshop

SPEC = """\
version: 1
output: {size: 64x36, fps: 24}
defaults: {duration: 0.25}
shots:
  - {id: pad, prompt: a rocket on the pad}
  - {id: crew, clip: crew.mp4, use: 0.25}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A storyboard with own footage, built."""
    (tmp_path / "film.yaml").write_text(SPEC, encoding="utf-8")
    make_clip(tmp_path / "crew.mp4", colour="navy")
    with opened(tmp_path) as run:
        run_build(run, emit=say_nothing, stop=asyncio.Event, ask=lambda _: None)
    return tmp_path


@contextmanager
def opened(folder: Path, *, always: bool = False) -> Iterator[Run]:
    with open_workshop(os.environ, here=folder, cache_dir=folder / "store") as workshop:
        yield open_run(workshop, open_project(folder / "film.yaml"), Wishes(always=always))


def make_clip(path: Path, *, colour: str) -> None:
    picture = ["-f", "lavfi", "-i", f"color=c={colour}:s=64x36:r=24:d=0.5"]
    command = [
        str(locate_ffmpeg(os.environ)),
        "-v",
        "error",
        "-y",
        *picture,
        "-pix_fmt",
        "yuv420p",
        str(path),
    ]
    subprocess.run(command, check=True)


def say_nothing(_: Event) -> None: ...


def remembered(run: Run) -> str | None:
    place = f"{run.project.identity}/{run.project.asker_spec}/{run.compiled.outputs[0].name}"
    known = run.workshop.store.memos.get(showing.JOINS, place)
    return known and known["key"]


def state_of(run: Run) -> FilmState:
    state = showing.assess_output(run, run.compiled.outputs[0])
    assert state
    return state


def test_a_film_stands_where_it_would_if_nothing_were_remembered(folder: Path) -> None:
    """The key that is remembered is the one that comes of working it out."""
    with opened(folder) as run:
        state = state_of(run)
        assert state.result
        assert state.key == remembered(run)
        clips = showing.clips_of(run, run.compiled.outputs[0])
        assert clips
        assert state == showing.state_from(run, run.compiled.outputs[0], clips)


def test_other_footage_under_the_same_name_is_another_film(folder: Path) -> None:
    """The storyboard's text is as it was."""
    with opened(folder) as run:
        before = state_of(run).key
    make_clip(folder / "crew.mp4", colour="maroon")
    with opened(folder) as run:
        state = state_of(run)
        assert (None, before) == (state.result, remembered(run))
        assert state.missing


def test_a_film_that_the_store_has_lost_is_joined_again(folder: Path) -> None:
    """A key says where a film would be, not that it is there."""
    with opened(folder) as run:
        there = state_of(run)
        assert there.result
        sha256 = there.result.digest.sha256
    shutil.rmtree(folder / "store" / "cas" / sha256[:2])
    with opened(folder) as run:
        assert [there.key] == [action.key for action in state_of(run).missing]


def test_what_is_always_made_is_not_taken_for_made(folder: Path) -> None:
    """`--always-make` asks for the join, whatever is remembered of it."""
    with opened(folder, always=True) as run:
        assert state_of(run).missing
