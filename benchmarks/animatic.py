"""What drawing an animatic costs over the bare ffmpeg command for the same picture.

Four stills become four clips of 5 s at 720p24, two at a time, through `Animatic.generate`; the bare commands
make the same picture: ffmpeg itself decodes, crops and enlarges the still and then films it by the same graph.
Rounds are interleaved in one run, each side starting every other one, and the ratio is that of the median times on
the clock. CPU seconds stand beside it: where the machine does other work too, they vary less. Run: `python benchmarks/animatic.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from renderer.digest import digest_file
from renderer.ffmpeg.binary import Ffmpeg, describe_ffmpeg, locate_ffmpeg
from renderer.ffmpeg.run import run_ffmpeg
from renderer.model import Size
from renderer.providers.animatic import Animatic
from renderer.providers.animatic.graph import film_arguments
from renderer.providers.animatic.plate import frame_still, plate_size
from renderer.providers.animatic.scene import read_scene
from renderer.providers.animatic.shoot import compose
from renderer.providers.base import Order
from renderer.still import open_still

STILLS = Path(__file__).parents[1] / "specs" / "stills"
SHOTS = (
    ("rocket.jpg", "push in"),
    ("astronaut.png", "pan left"),
    ("hubble_deep_field.jpg", "pull out"),
    ("rocket.jpg", "crane up"),
)
SIZE, FPS, DURATION_S = Size(1280, 720), Fraction(24), "5"
WORKERS = 2
RATIO_MAX = 1.3

Job = Callable[[Path], Awaitable[object]]


def order(animatic: Animatic, still: Path, camera: str) -> Order:
    digest = digest_file(still)
    manifest = {
        "action": "generate",
        "version": 1,
        "fields": {"duration": DURATION_S, "camera": camera},
        "inputs": {"image": {"sha256": digest.sha256, "size_bytes": digest.size_bytes}},
        "seed": "7",
        "params": {},
        **animatic.identity(size=SIZE, fps=FPS),
    }
    return Order(manifest, {"image": still})


def bare_arguments(what: Order) -> list[str]:
    """The same film graph, fed by ffmpeg's own decoder, crop and Lanczos instead of a prepared plate."""
    still = what.inputs["image"]
    shoot = compose(read_scene(what.manifest), what.inputs)
    arguments = film_arguments(shoot, output="", filter_threads=1)
    left, top, right, bottom = frame_still(open_still(still).size, SIZE).box
    plate = plate_size(SIZE)
    crop = f"crop={right - left:.0f}:{bottom - top:.0f}:{left:.0f}:{top:.0f}"
    enlarge = f"scale={plate.width_px}:{plate.height_px}:flags=lanczos,format=rgb24,setsar=1"
    first = arguments.index("-f")
    last, graph = arguments.index("-i") + 1, arguments.index("-filter_complex") + 1
    chain = arguments[graph].removeprefix("[0]")
    return [
        *arguments[:first],
        *("-framerate", str(FPS), "-i", str(still)),
        *arguments[last + 1 : graph],
        f"[0]{crop},{enlarge},{chain}",
        *arguments[graph + 1 : -1],
    ]


async def run_all(jobs: Sequence[Job], folder: Path) -> None:
    gate = asyncio.Semaphore(WORKERS)

    async def run_one(number: int, job: Job) -> None:
        async with gate:
            await job(folder / f"{number}.mp4")

    await asyncio.gather(*(run_one(number, job) for number, job in enumerate(jobs)))


def measure(jobs: Sequence[Job]) -> tuple[float, float]:
    """Seconds on the clock, and CPU seconds that this process and its children spent."""
    with tempfile.TemporaryDirectory() as folder:
        before, started = os.times(), time.perf_counter()
        asyncio.run(run_all(jobs, Path(folder)))
        elapsed_s, after = time.perf_counter() - started, os.times()
    spent_s = sum(after[:4]) - sum(before[:4])
    return elapsed_s, spent_s


def contestants(ffmpeg: Ffmpeg) -> Mapping[str, Sequence[Job]]:
    animatic = Animatic(ffmpeg, filter_threads=1)
    orders = [order(animatic, STILLS / name, camera) for name, camera in SHOTS]

    def drawn(what: Order) -> Job:
        return lambda output: animatic.generate(what, output=output)

    def bare(arguments: Sequence[str]) -> Job:
        return lambda output: run_ffmpeg(ffmpeg.path, [*arguments, str(output)])

    return {
        "bare ffmpeg": [bare(bare_arguments(what)) for what in orders],
        "renderer": [drawn(what) for what in orders],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    jobs = contestants(describe_ffmpeg(locate_ffmpeg(os.environ)))
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
    for number in range(rounds):
        for name in list(jobs)[:: 1 if number % 2 else -1]:
            seen[name].append(measure(jobs[name]))
    return report(seen, rounds)


def report(seen: Mapping[str, Sequence[tuple[float, float]]], rounds: int) -> int:
    """Print the table and the ratios; 1 when the ratio is too high."""
    cores = os.cpu_count() or 1
    print(
        f"{len(SHOTS)} clips of {DURATION_S} s, {SIZE} at {FPS} fps, {WORKERS} at a time, median of {rounds}"
    )
    print("| | s, all clips | s per clip | CPU s | cores busy |\n|---|---|---|---|---|")
    medians = {}
    for name, rows in seen.items():
        elapsed, spent = (statistics.median(column) for column in zip(*rows, strict=True))
        busy = statistics.median(spent_s / elapsed_s / cores for elapsed_s, spent_s in rows)
        medians[name] = elapsed, spent
        print(f"| {name} | {elapsed:.2f} | {elapsed / len(SHOTS):.2f} | {spent:.2f} | {busy:.0%} |")
    ours, bare = medians["renderer"], medians["bare ffmpeg"]
    pairs = zip(seen["renderer"], seen["bare ffmpeg"], strict=True)
    print("\nratio of each round: " + ", ".join(f"{one[0] / other[0]:.2f}" for one, other in pairs))
    print(f"ratio {ours[0] / bare[0]:.2f} (at most {RATIO_MAX}); of CPU seconds {ours[1] / bare[1]:.2f}")
    return 0 if ours[0] / bare[0] <= RATIO_MAX else 1


if __name__ == "__main__":
    raise SystemExit(main())
