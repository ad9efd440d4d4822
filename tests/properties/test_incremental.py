"""An incremental build equals a build from nothing, whatever was edited, deleted or damaged in between."""

import asyncio
import os
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.execute.events import Event
from renderer.pipeline.build import run_build
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import open_project
from renderer.pipeline.run import Run
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import open_workshop

from .board import FREE, Shot, storyboard, written

OUTPUT = {"size": "32x32", "fps": 4}
SHOTS: list[Shot] = [{"id": name, "prompt": "steam", "duration": 0.5} for name in ("a", "b", "c")]
IDS = st.integers(0, 2)
EDITS = st.one_of(
    st.tuples(st.just("prompt"), IDS, st.sampled_from(["steam", "stars"])),
    st.tuples(st.just("use"), IDS, st.sampled_from([0.25, 0.5, {"in": 0.25, "out": 0.5}])),
    st.tuples(st.just("duration"), IDS, st.sampled_from([0.25, 0.5])),
    st.tuples(st.just("sequence"), st.lists(IDS, min_size=1, max_size=4), st.none()),
    st.tuples(st.just("fit"), st.sampled_from(["crop", "pad"]), st.none()),
    st.tuples(st.just("lose"), st.sampled_from(["build", "index", "cas", "ac", "film"]), st.none()),
    st.tuples(st.just("spoil"), IDS, st.none()),
)


@dataclass
class Film:
    """A storyboard in a folder with a store of its own, built by the library."""

    folder: Path
    shots: list[Shot]
    sequence: list[str]
    fit: str = "crop"

    def build(self) -> str:
        """Build, and return the sha256 of the film."""
        text = written(
            storyboard(
                self.shots, defaults=FREE, output={**OUTPUT, "fit": self.fit}, sequence=list(self.sequence)
            )
        )
        (self.folder / "film.yaml").write_text(text)
        run = built(self.folder)
        assert {} == run.film_errors
        assert not any(ending.error for ending in run.endings.values())
        return digest_of(self.folder / "build" / "film.mp4")

    def edit(self, what: str, which: Any, value: Any) -> None:
        """One step of an author, or of bad luck."""
        match what:
            case "prompt" | "use" | "duration":
                self.shots = [
                    {**shot, what: value} if number == which else shot
                    for number, shot in enumerate(self.shots)
                ]
                self.shots = [trimmed(shot) for shot in self.shots]
            case "sequence":
                self.sequence = [SHOTS[number]["id"] for number in which]
            case "fit":
                self.fit = which
            case "lose":
                lose(self.folder, which)
            case "spoil":
                spoil(self.folder, which)


def trimmed(shot: Shot) -> Shot:
    """Without a `use` that goes beyond the clip, which is an error."""
    is_long = isinstance(shot.get("use"), dict) and shot["duration"] < 0.5
    return {name: value for name, value in shot.items() if not (is_long and name == "use")}


def built(folder: Path) -> Run:
    def say_nothing(_: Event) -> None:
        pass

    with open_workshop(os.environ, here=folder, cache_dir=folder / "store") as workshop:
        run = open_run(workshop, open_project(folder / "film.yaml"), Wishes())
        run_build(run, emit=say_nothing, stop=asyncio.Event, ask=lambda _: None)
        return run


def digest_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def lose(folder: Path, which: str) -> None:
    """What a cleaner, a careless hand or another machine takes away."""
    if which == "film":
        (folder / "build" / "film.mp4").unlink(missing_ok=True)
    else:
        shutil.rmtree(folder / which if which == "build" else folder / "store" / which, ignore_errors=True)


def spoil(folder: Path, which: int) -> None:
    """A byte of a stored file changes; its size does not."""
    blobs = sorted((folder / "store" / "cas").glob("*/*"))
    if blobs:
        blob = blobs[which % len(blobs)]
        content = bytearray(blob.read_bytes())
        content[len(content) // 2] ^= 0xFF
        blob.chmod(0o644)
        blob.write_bytes(content)


@settings(max_examples=8, deadline=None)
@given(edits=st.lists(EDITS, min_size=1, max_size=5))
def test_an_incremental_build_equals_one_from_nothing(edits: list[tuple[str, Any, Any]]) -> None:
    """After any edits, each built, the film is the one that a fresh clone builds; then nothing is left to do."""
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        film = Film(Path(one), SHOTS, ["a", "b", "c"])
        film.build()
        for edit in edits:
            film.edit(*edit)
            found = film.build()
        assert Film(Path(other), film.shots, film.sequence, film.fit).build() == found
        before = (film.folder / "build" / "film.mp4").stat().st_mtime_ns
        assert found == film.build()
        assert before == (film.folder / "build" / "film.mp4").stat().st_mtime_ns
        assert not built(film.folder).endings
