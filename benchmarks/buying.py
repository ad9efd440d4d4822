"""A thousand takes bought from a simulated vendor, 64 at a time: what goes by beside the vendor's own work.

The vendor is `tests/simulator`, a process of its own that speaks HTTP; a generation takes 2 to 3 s there, so that our
own share shows. Its clips are small (one second, 64x36, some kilobytes), and so is the still: bandwidth is not
measured. The buyer is `renderer build -y -j 64`, a whole process on an empty store that knows nothing of how long
generations take.

The time is that from the first request that the vendor met to the last `stored` in the journal; joining the film
comes after it. Perfect list scheduling is the time in which 64 machines that take the next job without any pause
do the very generations that the vendor drew, in the order in which they were sent. Memory is the peak of the
build's own process, film and all; ffmpeg is another process. Run: `python -m benchmarks.buying`.
"""

from __future__ import annotations

import argparse
import heapq
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from benchmarks.clock import RENDERER, peak_bytes, surroundings, table
from tests.simulator.simulator import Simulator

FEW, MANY = 100, 1_000
IN_FLIGHT_MAX = 64
GENERATION_S = (2.0, 3.0)
FACTOR_MAX = 1.10
PEAK_MB_MAX = 150.0
SHOT_KB_MAX = 10.0
BUILD_TIMEOUT_S = 900.0
WATCH_S = 0.05

SPEC = "film.yaml"
HEAD = """\
version: 1
title: A film of {shots} bought shots
output: {{file: film.mp4, size: 64x36, fps: 24}}
defaults: {{provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", image: still.png, use: 1}}
shots:
"""
SHOT = """\
  - id: shot-{number:05}
    prompt: shot {number} of many, a white rocket on the pad, steam venting
    camera: slow push in
    style: dusk, 35 mm film
    seed: {number}
"""


@dataclass(frozen=True, slots=True)
class Bought:
    """One build: seconds from first request to last clip, those of perfect scheduling, memory, and the most in flight."""

    shots: int
    taken_s: float
    perfect_s: float
    peak_bytes: int
    in_flight: int
    turned_away: int
    polls: int
    wait_s: float

    @property
    def factor(self) -> float:
        return self.taken_s / self.perfect_s


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="how often each is built")
    rounds = parser.parse_args().rounds
    turns = [[buy_in_new_folder(shots) for shots in (FEW, MANY)] for _ in range(rounds)]
    return report([few for few, _ in turns], [many for _, many in turns])


def buy_in_new_folder(shots: int) -> Bought:
    with tempfile.TemporaryDirectory(prefix="buying-") as name:
        return buy(Path(name), shots=shots)


def buy(folder: Path, *, shots: int) -> Bought:
    """Build a film of so many paid shots; raises `SystemExit` where it does not succeed."""
    project, store = folder / "project", folder / "store"
    project.mkdir()
    (project / "renderer.toml").touch()
    (project / SPEC).write_text(storyboard(shots))
    draw_still(project / "still.png")
    with Simulator.start(
        generation_s=GENERATION_S, in_flight_max=IN_FLIGHT_MAX, clip_s=1, clip_size="64x36"
    ) as vendor:
        environ = {**vendor.environ, "RENDERER_CACHE_DIR": str(store)}
        command = [RENDERER, "build", SPEC, "-y", "-j", str(IN_FLIGHT_MAX), "-q"]
        peak = run_and_watch(command, folder=project, environ=environ)
        jobs, submitted = vendor.jobs(), vendor.received("submit")
        waits = vendor.waits_s()
        return Bought(
            shots=shots,
            taken_s=last_stored_s(store) - submitted[0].at_s,
            perfect_s=perfect_s([job.ends_s - job.starts_s for job in jobs], machines=IN_FLIGHT_MAX),
            peak_bytes=peak,
            in_flight=vendor.peak(),
            turned_away=len(submitted) - len(jobs),
            polls=sum(map(len, vendor.polls().values())),
            wait_s=sum(waits.values()) / len(waits),
        )


def storyboard(shots: int, *, after: int = 0) -> str:
    """Every prompt another, numbered on from `after`; one still for all."""
    numbers = range(after + 1, after + shots + 1)
    return HEAD.format(shots=shots) + "".join(SHOT.format(number=number) for number in numbers)


def draw_still(path: Path) -> None:
    from PIL import Image  # noqa: PLC0415 - not needed for `--help`

    Image.linear_gradient("L").resize((640, 384)).save(path)


def run_and_watch(command: Sequence[str], *, folder: Path, environ: dict[str, str]) -> int:
    """Run a whole process and say how much memory it held at most, in bytes; what it starts is not counted."""
    with (folder / "said").open("w+") as said:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=surroundings(environ),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        peak, ends_s = 0, time.monotonic() + BUILD_TIMEOUT_S
        while child.poll() is None and time.monotonic() < ends_s:
            peak = peak_bytes(child.pid) or peak
            time.sleep(WATCH_S)
        child.kill()
        said.seek(0)
        if child.wait():
            raise SystemExit(f"`{' '.join(command)}` ended with {child.returncode}: {said.read()[-2000:]}")
    return peak


def last_stored_s(store: Path) -> float:
    """When the journal wrote down the last clip, in seconds since 1970."""
    return max(
        datetime.fromisoformat(fact["at"]).timestamp() for fact in facts(store) if fact["event"] == "stored"
    )


def facts(store: Path) -> Iterator[dict[str, str]]:
    """The records of a journal: lines of a checksum, a space and JSON."""
    for segment in sorted((store / "journal").glob("*.jsonl")):
        for line in segment.read_text().splitlines():
            fact = json.loads(line.partition(" ")[2])
            if "event" in fact:
                yield fact


def perfect_s(durations_s: Iterable[float], *, machines: int) -> float:
    """The makespan of list scheduling: each job in turn goes to the machine that is free first."""
    free_s = [0.0] * machines
    for duration_s in durations_s:
        heapq.heapreplace(free_s, free_s[0] + duration_s)
    return max(free_s)


def report(few: Sequence[Bought], many: Sequence[Bought]) -> int:
    """Print the table; 0 where every bound is kept. Of several rounds the medians count, and the most in flight."""
    every = [*few, *many]
    factor = median(turn.factor for turn in many)
    peak_mb = median(turn.peak_bytes for turn in many) / 1e6
    grown_bytes = median(turn.peak_bytes for turn in many) - median(turn.peak_bytes for turn in few)
    shot_kb = max(0.0, grown_bytes / (MANY - FEW) / 1e3)
    in_flight = max(turn.in_flight for turn in every)
    rows = [
        [
            "first request to last clip, against perfect list scheduling",
            f"{factor:.3f}",
            f"≤ {FACTOR_MAX:.2f}",
        ],
        ["peak memory", f"{peak_mb:.0f} MB", f"≤ {PEAK_MB_MAX:.0f} MB"],
        [f"… for each shot beyond the first {FEW}", f"{shot_kb:.1f} kB", f"≤ {SHOT_KB_MAX:.0f} kB"],
        ["most in flight", str(in_flight), f"≤ {IN_FLIGHT_MAX}"],
    ]
    print(
        f"{MANY:,} shots bought, {IN_FLIGHT_MAX} at a time, a generation takes 2 to 3 s: {len(many)} rounds\n"
    )
    print(table(["", "measured", "required"], rows))
    print("".join(f"\n{told(turn)}" for turn in every))
    kept = factor <= FACTOR_MAX and peak_mb <= PEAK_MB_MAX and shot_kb <= SHOT_KB_MAX
    return 0 if kept and in_flight <= IN_FLIGHT_MAX and not any(turn.turned_away for turn in every) else 1


def told(turn: Bought) -> str:
    return (
        f"{turn.shots:,} shots: {turn.taken_s:.1f} s for {turn.perfect_s:.1f} s, {turn.peak_bytes / 1e6:.0f} MB, "
        f"{turn.polls / turn.shots:.1f} polls a job, seen {turn.wait_s * 1000:.0f} ms after its end, "
        f"{turn.turned_away} turned away"
    )


if __name__ == "__main__":
    sys.exit(main())
