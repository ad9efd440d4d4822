"""How often a generation is asked for, and how long it lies there before somebody knows: with a history to learn from.

The vendor is `tests/simulator`; a generation takes 25 to 80 s, evenly spread, on a clock that runs 5 times as fast
for vendor and buyer alike. A first build of 100 takes leaves the history; 200 others are measured, 64 in flight.
What an HTTP request takes counts 5 times here. Run: `python -m benchmarks.polling`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from benchmarks.buying import SPEC, draw_still, storyboard
from benchmarks.clock import table
from tests.simulator.simulator import Simulator

SCALE = 5.0
GENERATION_S = (25.0, 80.0)
IN_FLIGHT_MAX = 64
BEFORE, MEASURED = 100, 200
POLLS_MAX = 7.0
WAIT_SHARE_MAX = 0.05


@dataclass(frozen=True, slots=True)
class Asked:
    """One job: how often it was polled, how long it took, how long it lay there, in seconds of the fast clock."""

    polls: int
    took_s: float
    waited_s: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", help="taken as by the other benchmarks; one round tells enough here")
    parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="polling-") as name:
        return report(measure(Path(name)))


def measure(folder: Path) -> list[Asked]:
    """Build twice, and say how each job of the second build was asked for."""
    (folder / "renderer.toml").touch()
    draw_still(folder / "still.png")
    with Simulator.start(
        clock_scale=SCALE,
        generation_s=GENERATION_S,
        in_flight_max=IN_FLIGHT_MAX,
        clip_s=1,
        clip_size="64x36",
    ) as vendor:
        build(storyboard(BEFORE), folder=folder, vendor=vendor)
        build(storyboard(MEASURED, after=BEFORE), folder=folder, vendor=vendor)
        polls, waits_s = vendor.polls(), vendor.waits_s()
        return [
            Asked(len(polls[job.id]), job.ends_s - job.starts_s, waits_s[job.id])
            for job in vendor.jobs()[BEFORE:]
        ]


def build(text: str, *, folder: Path, vendor: Simulator) -> None:
    """Buy all of a storyboard by the fast clock; raises `SystemExit` where a take is missing after."""
    from renderer.execute.clock import WallClock  # noqa: PLC0415 - not needed for `--help`
    from renderer.pipeline.build import run_build  # noqa: PLC0415
    from renderer.pipeline.opening import open_run  # noqa: PLC0415
    from renderer.pipeline.project import open_project  # noqa: PLC0415
    from renderer.pipeline.wishes import Wishes  # noqa: PLC0415
    from renderer.pipeline.workshop import open_workshop  # noqa: PLC0415

    spec = folder / SPEC
    spec.write_text(text)
    with open_workshop(
        vendor.environ, here=folder, cache_dir=folder / "store", clock=WallClock(SCALE)
    ) as workshop:
        run = open_run(workshop, open_project(spec), Wishes(jobs=IN_FLIGHT_MAX, yes=True))
        run_build(run, emit=lambda _: None, stop=asyncio.Event, ask=lambda _: None)
        if not all(run.results):
            raise SystemExit(f"`{spec.name}` was not built: {run.endings}")


def report(asked: list[Asked]) -> int:
    """Print the table; 0 where both bounds are kept."""
    polls = mean(one.polls for one in asked)
    share = mean(one.waited_s for one in asked) / mean(one.took_s for one in asked)
    shares = mean(one.waited_s / one.took_s for one in asked)
    rows = [
        ["polls a generation, mean", f"{polls:.2f}", f"≤ {POLLS_MAX:g}"],
        ["mean wait, of the mean time", f"{share:.2%}", f"≤ {WAIT_SHARE_MAX:.0%}"],
        ["… mean of each wait, of its own time", f"{shares:.2%}", ""],
    ]
    print(f"{len(asked)} generations of 25 to 80 s, clock {SCALE:g} times as fast, a history of {BEFORE}\n")
    print(table(["", "measured", "required"], rows))
    return 0 if polls <= POLLS_MAX and share <= WAIT_SHARE_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
