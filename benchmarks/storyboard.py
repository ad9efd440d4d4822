"""A film of many shots whose clips are in the store already: the ground on which builds with little to do are timed.

Not a benchmark itself. Drawing ten thousand clips would take an hour and tell nothing about such a build, so
one clip is really drawn and every other take gets its bytes with a `free` box of its own behind them: a valid
MP4, and a digest that no other take has. They are recorded through the store's own interface under the keys
that the program computes. The film is then really joined, checked and published by `renderer build`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.clock import Runner, say

ROOT = Path(__file__).parents[1]
SPEC = "film.yaml"
HEAD = """\
version: 1
title: A film of {shots} shots
output: {{file: film.mp4, size: 64x36, fps: 24}}
defaults:
  provider: animatic
shots:
"""
SHOT = """\
  - id: shot-{number:05}
    prompt: |-
      shot {number} of many: a white rocket on the pad,
      steam venting, the crew walking up to it,
      a field of galaxies above them
    camera: slow push in
    style: dusk, 35 mm film
    negative_prompt: text, logos
    ratio: 16:9
    duration: 1
    seed: {number}
    takes: 1
"""


def prepare(folder: Path, *, shots: int, renderer: str) -> Runner:
    """A film that is built and published in a new folder, and its build with nothing left to do.

    Filling is left to another process, so that this one stays small. Raises `SystemExit` where anything is left.
    """
    project, store = folder / "project", folder / "store"
    project.mkdir(parents=True)
    (project / "renderer.toml").touch()
    (project / SPEC).write_text(storyboard(shots), encoding="utf-8")
    environ = {"RENDERER_CACHE_DIR": str(store)}
    build = [renderer, "build", SPEC]
    say([sys.executable, "-m", __spec__.name, str(project)], folder=ROOT, environ=environ)
    say(build, folder=project, environ=environ)
    said = say(build, folder=project, environ=environ)
    if f"nothing to do: {shots} reused" not in said:
        raise SystemExit(f"a build of {shots} stored shots found something to do:\n{said[-2000:]}")
    say([renderer, "plan", SPEC, "--check"], folder=project, environ=environ)
    return Runner(f"renderer, {shots:,} shots", build, project, environ)


def storyboard(shots: int) -> str:
    """Twelve lines a shot, every prompt another."""
    return HEAD.format(shots=shots) + "".join(SHOT.format(number=number) for number in range(1, shots + 1))


def fill(project_folder: Path) -> None:
    """Draw the first clip, and record one for every other take."""
    import asyncio  # noqa: PLC0415 - whoever times others stays small

    from renderer.execute.perform import Performer  # noqa: PLC0415 - see `prepare`
    from renderer.model import Asker, Result  # noqa: PLC0415
    from renderer.pipeline.actions import take_action  # noqa: PLC0415
    from renderer.pipeline.opening import open_run  # noqa: PLC0415
    from renderer.pipeline.project import open_project  # noqa: PLC0415
    from renderer.pipeline.wishes import Wishes  # noqa: PLC0415
    from renderer.pipeline.workshop import open_workshop  # noqa: PLC0415

    with open_workshop(os.environ, here=project_folder) as workshop:
        store, project = workshop.store, open_project(project_folder / SPEC)
        run = open_run(workshop, project, Wishes())
        performer = Performer(store, workshop.ffmpeg, workshop.maker())
        drawn: Result | None = None
        details = run.details()
        for number, row in enumerate(run.compiled.takes):
            asker = Asker(project.identity, project.asker_spec, row.shot, row.take)
            action = take_action(run, row, details[number], askers=(asker,))
            if drawn is None:
                drawn = result = asyncio.run(performer.perform(action))
                content = store.path(drawn.digest).read_bytes()
            else:
                result = Result(store.put_bytes(content + free_box(number)), drawn.facts)
            store.record(
                action.key, manifest=action.manifest, result=result, askers=[asker], now=datetime.now(UTC)
            )


def free_box(number: int) -> bytes:
    """A box that every reader skips (ISO/IEC 14496-12, 8.1.2), with a number inside."""
    return (12).to_bytes(4, "big") + b"free" + number.to_bytes(4, "big")


def main(arguments: Sequence[str]) -> None:
    fill(Path(arguments[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
