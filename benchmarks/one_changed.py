"""One prompt of a thousand is edited: what `renderer build` takes, beside a build with nothing to do and the work.

The work is one clip and the join of a thousand: draw, film, probe, store; join, check, store. It is timed by itself, as
the engine's own performer does it in a process that has planned it, with all that it alone imports; with a process beside it
that begins with it, and without one, whichever is quicker; once more, warm; and as the ffmpeg commands in it. A round is a build with nothing to do, an edit, the work, and the build of that same edit.
Run: `python -m benchmarks.one_changed`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.clock import RENDERER, Runner, clock, say, seconds, table
from benchmarks.storyboard import ROOT, SPEC, prepare

if TYPE_CHECKING:
    from renderer.ffmpeg.binary import Ffmpeg

SHOTS = 1_000
EDITED = 500
SHARE_MAX = 1.5
"""Of the time of a build with nothing to do: as much may go by besides the work."""

BY_THE_WORK = frozenset({"asyncio", "PIL.Image", "av", "ffmpeg"})
LOG = "seconds"
STOPWATCH = """\
#!{python}
import subprocess, sys, time
started = time.perf_counter()
status = subprocess.run([{program!r}, *sys.argv[1:]]).returncode
elapsed_s = time.perf_counter() - started
with open({log!r}, "a") as stream:
    print(elapsed_s, file=stream)
sys.exit(status)
"""


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds of one round: a build with nothing to do, that of the edit, its work by itself and warm, its ffmpeg commands."""

    noop_s: float
    build_s: float
    work_s: float
    warm_s: float
    commands_s: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is timed")
    parser.add_argument("--work", metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        print(json.dumps(time_work(Path(asked.work), is_alone=asked.alone)))
        return 0
    with tempfile.TemporaryDirectory(prefix="one-changed-") as name:
        runner = prepare(Path(name), shots=SHOTS, renderer=RENDERER)
        take_turn(runner, number=0)
        return report([take_turn(runner, number=number) for number in range(1, asked.rounds + 1)])


def take_turn(runner: Runner, *, number: int) -> Round:
    noop = clock(runner)
    edit(runner.folder / SPEC, number=number)
    command = [sys.executable, "-m", "benchmarks.one_changed", "--work", str(runner.folder)]
    ways = [
        json.loads(say([*command, *way], folder=ROOT, environ=runner.environ)) for way in ([], ["--alone"])
    ]
    work_s, warm_s, commands_s = map(min, *ways)
    return Round(noop.elapsed_s, clock(runner).elapsed_s, work_s, warm_s, commands_s)


def edit(spec: Path, *, number: int) -> None:
    """Give one shot a prompt that it never had, and another picture: the words that tell stand first."""
    lines = spec.read_text().splitlines(keepends=True)
    place = next(at for at, line in enumerate(lines) if f"shot {EDITED} of many" in line)
    lines[place] = f"      {number}{number} shot {EDITED} of many: a white rocket on the pad,\n"
    spec.write_text("".join(lines))


def report(rounds: Sequence[Round]) -> int:
    """Print the table; 0 where the bound is kept."""
    noop_s, build_s, work_s, warm_s, commands_s = (
        statistics.median(getattr(turn, name) for turn in rounds)
        for name in ("noop_s", "build_s", "work_s", "warm_s", "commands_s")
    )
    print(f"1 of {SHOTS:,} shots changed: median of {len(rounds)} rounds\n")
    rows = [
        ["nothing to do", noop_s],
        ["`renderer build` after the edit", build_s],
        ["its two actions, by themselves", work_s],
        ["the same, warm", warm_s],
        ["the ffmpeg commands in them", commands_s],
    ]
    print(table(["", "time"], [[str(name), seconds(float(elapsed_s))] for name, elapsed_s in rows]))
    share = statistics.median((turn.build_s - turn.work_s) / turn.noop_s for turn in rounds)
    print(f"\nbeside the work: {share:.2f} times a build with nothing to do (at most {SHARE_MAX:g})")
    print(f"in all: {build_s / (noop_s + work_s):.2f} times nothing to do and the work together")
    print(f"beside the work of a warm process: {(build_s - warm_s) / noop_s:.2f} times")
    return 0 if share <= SHARE_MAX else 1


def time_work(folder: Path, *, is_alone: bool) -> tuple[float, float, float]:
    """Seconds for the clip and the join that a build would make now: by themselves, warm, and of the ffmpeg commands.

    Nothing is recorded, so that the build has it all to do. By themselves: in a process that has planned them and does
    nothing else, all that they alone import (asyncio, Pillow, PyAV, ffmpeg-python) and set up included, as it is in a build.
    Warm: the same once more.
    """
    from renderer.pipeline.actions import take_action  # noqa: PLC0415 - whoever times others stays small
    from renderer.pipeline.opening import open_run  # noqa: PLC0415
    from renderer.pipeline.project import open_project  # noqa: PLC0415
    from renderer.pipeline.showing import assess_output  # noqa: PLC0415
    from renderer.pipeline.wishes import Wishes  # noqa: PLC0415
    from renderer.pipeline.workshop import open_workshop  # noqa: PLC0415

    with open_workshop(os.environ, here=folder) as workshop, tempfile.TemporaryDirectory() as room:
        run = open_run(workshop, open_project(folder / SPEC), Wishes())
        (number,) = run.dirty()
        clip = take_action(run, run.compiled.takes[number], run.details([number])[number], askers=())
        early = sorted(BY_THE_WORK & set(sys.modules))
        assert not early, f"BUG: {early} are the work's own, and loaded before it is timed"

        def perform(ffmpeg: Ffmpeg) -> float:
            started = time.perf_counter()
            if not is_alone:
                workshop.mates.prepare()
            import asyncio  # noqa: PLC0415 - timed

            from renderer.execute.perform import Performer  # noqa: PLC0415
            from renderer.providers.animatic import Animatic  # noqa: PLC0415

            maker = Animatic(ffmpeg, filter_threads=workshop.cores)
            performer = Performer(workshop.store, ffmpeg, maker, mates=workshop.mates)

            async def both() -> None:
                run.results[number] = await performer.perform(clip)
                state = assess_output(run, run.compiled.outputs[0])
                assert state
                (join,) = state.missing
                await performer.perform(join)

            asyncio.run(both())
            return time.perf_counter() - started

        cold_s = perform(workshop.ffmpeg)
        warm_s = perform(workshop.ffmpeg)
        watch = write_stopwatch(Path(room), program=workshop.ffmpeg.path)
        perform(workshop.ffmpeg._replace(path=watch))
        workshop.mates.let_go()
        commands_s = sum(map(float, (Path(room) / LOG).read_text().split()))
        return cold_s, warm_s, commands_s


def write_stopwatch(room: Path, *, program: Path) -> Path:
    """A program that stands for another, and writes down how long that one takes."""
    watch = room / "ffmpeg"
    watch.write_text(STOPWATCH.format(python=sys.executable, program=str(program), log=str(room / LOG)))
    watch.chmod(0o755)
    return watch


if __name__ == "__main__":
    sys.exit(main())
