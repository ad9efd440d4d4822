"""Joining clips of 5 s that conform: the splice against `cat` of the same bytes and ffmpeg's concat demuxer.

Four clips at 720p24, some 2 MB each, are copied to 200 files. In each round, in turns: `cat` them into one file; splice
them; splice and check them, as the join does; have ffmpeg's concat demuxer copy their streams. 1,000 clips are the 200
five times over. Told is the least of all rounds, on the clock, and in CPU seconds, which vary less where the machine does
other work too. `cat` flushes nothing to the disk, so neither does the splice here: what the store does with the film, a digest
and a flush, is timed by itself. MoviePy, which encodes anew, joins 20 of them where it is installed. Needs 5 GB of disk.
Run: `python -m benchmarks.join`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from importlib.metadata import version
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from benchmarks.clock import seconds, table
from renderer.ffmpeg.binary import Ffmpeg, describe_ffmpeg, locate_ffmpeg
from renderer.ffmpeg.encode import container_arguments, encode_arguments
from renderer.ffmpeg.inputs import concat_arguments, concat_script
from renderer.ffmpeg.run import run_ffmpeg
from renderer.media.check import check_packets, check_seams
from renderer.media.splice import splice
from renderer.model import Size
from renderer.store.store import Store

KINDS, FEW, CLIPS, MANY = 4, 20, 200, 1_000
FPS, SIZE, FRAMES = Fraction(24), Size(1280, 720), 120
CAT_MAX, CONCAT_MIN, LINEAR_MAX = 1.5, 8, 1.25
CAT, SPLICE, JOIN, CONCAT, STORE, MOVIEPY = (
    "`cat` of the bytes",
    "the splice",
    "the splice and its check",
    "ffmpeg's concat demuxer, `-c copy`",
    "digest and flush by the store",
    "MoviePy, encoding anew",
)
BY_MOVIEPY = """\
import sys
from moviepy import VideoFileClip, concatenate_videoclips
*parts, film = sys.argv[1:]
joined = concatenate_videoclips([VideoFileClip(part) for part in parts])
joined.write_videofile(film, codec="libx264", audio=False, logger=None)
"""

Act = Callable[[Sequence[Path], Path], object]


class Cost(NamedTuple):
    """The least of some rounds: seconds on the clock, and CPU seconds of this process and its children."""

    elapsed_s: float
    spent_s: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is timed")
    rounds = parser.parse_args().rounds
    ffmpeg = describe_ffmpeg(locate_ffmpeg(os.environ))
    with tempfile.TemporaryDirectory(prefix="join-") as name:
        parts = prepare(ffmpeg, Path(name))
        usual = {
            CAT: cat,
            SPLICE: spliced,
            JOIN: joined,
            CONCAT: concat_by(ffmpeg),
            STORE: store_of(Path(name)),
        }
        costs = compete(usual, parts, Path(name), rounds=rounds)
        many = compete({CAT: cat, SPLICE: spliced}, parts * (MANY // CLIPS), Path(name), rounds=rounds)
        few = {SPLICE: spliced} | ({MOVIEPY: by_moviepy} if find_spec("moviepy") else {})
        return report(costs, many, compete(few, parts[:FEW], Path(name), rounds=1), rounds=rounds)


def prepare(ffmpeg: Ffmpeg, folder: Path) -> list[Path]:
    """The clips, in our own format."""
    parts = [folder / f"{number:03}.mp4" for number in range(CLIPS)]
    for number, path in enumerate(parts):
        if number >= KINDS:
            shutil.copyfile(parts[number % KINDS], path)
            continue
        noise = f"noise=alls=10:allf=t:all_seed={number}"
        source = f"testsrc2=s={SIZE}:r={FPS},hue=h={90 * number},{noise}"
        arguments = [
            "-f",
            "lavfi",
            "-i",
            source,
            "-frames:v",
            str(FRAMES),
            *encode_arguments(FPS),
            "-crf",
            "26",
        ]
        subprocess.run([ffmpeg.path, "-v", "error", *arguments, path], check=True)
    return parts


def compete(acts: Mapping[str, Act], parts: Sequence[Path], folder: Path, *, rounds: int) -> dict[str, Cost]:
    """Each act once in each round, in turns; a film is gone before the next one is made."""
    film, seen = folder / "film.mp4", {name: list[Cost]() for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            if name == STORE:
                spliced(parts, film)
            seen[name].append(measure(act, parts, film))
            film.unlink(missing_ok=True)
    return {name: Cost(*map(min, zip(*costs, strict=True))) for name, costs in seen.items()}


def measure(act: Act, parts: Sequence[Path], film: Path) -> Cost:
    before, started = os.times(), time.perf_counter()
    act(parts, film)
    elapsed_s, after = time.perf_counter() - started, os.times()
    return Cost(elapsed_s, sum(after[:4]) - sum(before[:4]))


def cat(parts: Sequence[Path], film: Path) -> None:
    with film.open("wb") as stream:
        subprocess.run(["cat", *parts], stdout=stream, check=True)


def spliced(parts: Sequence[Path], film: Path) -> None:
    splice(parts, frames=[FRAMES] * len(parts), fps=FPS, sound=None, output=film)


def joined(parts: Sequence[Path], film: Path) -> None:
    """What `media.join` does where a splice is possible."""
    frames = [FRAMES] * len(parts)
    openings = splice(parts, frames=frames, fps=FPS, sound=None, output=film)
    seams = [0, *accumulate(frames)][:-1]
    with ThreadPoolExecutor(1) as beside:
        entering = beside.submit(check_seams, film, fps=FPS, seams=seams, openings=openings)
        check_packets(film, frames=sum(frames), fps=FPS, size=SIZE, has_sound=False)
        entering.result()


def concat_by(ffmpeg: Ffmpeg) -> Act:
    def concat(parts: Sequence[Path], film: Path) -> None:
        script = film.with_suffix(".ffconcat")
        script.write_text(concat_script([(part, FRAMES) for part in parts], fps=FPS), encoding="utf-8")
        arguments = [*concat_arguments(script), "-c", "copy", *container_arguments(FPS), str(film)]
        asyncio.run(run_ffmpeg(ffmpeg.path, arguments))

    return concat


def store_of(folder: Path) -> Act:
    store = Store.open(folder / "store")
    return lambda _, film: store.put_file(film)


def by_moviepy(parts: Sequence[Path], film: Path) -> None:
    subprocess.run([sys.executable, "-c", BY_MOVIEPY, *parts, film], check=True)


def report(
    costs: Mapping[str, Cost], many: Mapping[str, Cost], few: Mapping[str, Cost], *, rounds: int
) -> int:
    """Print the tables and the ratios; 0 where the bounds are kept."""
    ours = costs[SPLICE]
    print(f"{CLIPS} clips of 5 s: the least of {rounds} rounds\n")
    print(shown(costs) + "\n")
    print(f"{MANY:,} clips: the least of {rounds} rounds\n\n{shown(many)}\n")
    if MOVIEPY in few:
        print(f"{FEW} clips\n\n{shown(few)}\n")
    print(by_how_much(few))
    over, over_many = ours.elapsed_s / costs[CAT].elapsed_s, many[SPLICE].elapsed_s / many[CAT].elapsed_s
    under = costs[CONCAT].elapsed_s / ours.elapsed_s
    growth = many[SPLICE].spent_s / ours.spent_s / (MANY / CLIPS)
    print(
        f"the splice takes {over:.2f} times as long as `cat` (at most {CAT_MAX:g}), {over_many:.2f} of {MANY:,} clips"
    )
    print(f"ffmpeg's concat takes {under:.1f} times as long as the splice (at least {CONCAT_MIN})")
    print(
        f"CPU seconds a clip of {MANY:,} clips: {growth:.2f} times those of {CLIPS} (at most {LINEAR_MAX:g})"
    )
    faster = MOVIEPY not in few or few[MOVIEPY].elapsed_s >= CONCAT_MIN * few[SPLICE].elapsed_s
    return 0 if over <= CAT_MAX and under >= CONCAT_MIN and growth <= LINEAR_MAX and faster else 1


def by_how_much(few: Mapping[str, Cost]) -> str:
    if MOVIEPY not in few:
        return "MoviePy is not installed beside this Python: it is not compared with"
    times = few[MOVIEPY].elapsed_s / few[SPLICE].elapsed_s
    return f"MoviePy {version('moviepy')} takes {times:.0f} times as long as the splice of {FEW} clips (at least {CONCAT_MIN})"


def shown(costs: Mapping[str, Cost]) -> str:
    rows = [[name, seconds(cost.elapsed_s), seconds(cost.spent_s)] for name, cost in costs.items()]
    return table(["", "time", "CPU"], rows)


if __name__ == "__main__":
    sys.exit(main())
