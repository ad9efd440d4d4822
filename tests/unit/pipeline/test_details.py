"""What a run holds of its takes while a build makes them."""

import asyncio
import os
from pathlib import Path

from renderer.execute.events import Event
from renderer.pipeline.build import run_build
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import open_project
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import open_workshop

SPEC = """\
version: 1
output: {size: 64x36, fps: 24}
defaults: {duration: 0.25}
shots:
  - {id: pad, prompt: a rocket on the pad}
  - {id: crew, prompt: the crew walks out}
"""


def test_a_run_asked_for_some_takes_tells_of_those_and_holds_none_that_is_made(tmp_path: Path) -> None:
    """A film of thousands of takes holds the manifests of those alone that it still makes."""

    def say_nothing(_: Event) -> None: ...

    (tmp_path / "film.yaml").write_text(SPEC, encoding="utf-8")
    with open_workshop(os.environ, here=tmp_path, cache_dir=tmp_path / "store") as workshop:
        run = open_run(workshop, open_project(tmp_path / "film.yaml"), Wishes())
        assert ([1], [0, 1]) == ([*run.details([1])], [*run.details()])
        run_build(run, emit=say_nothing, stop=asyncio.Event, ask=lambda _: None)
        assert ({}, 2) == (run.known_details, len(run.made & {row.key for row in run.compiled.takes}))
        assert ["a rocket on the pad", "the crew walks out"] == [
            run.details()[number].manifest["fields"]["prompt"] for number in (0, 1)
        ]
