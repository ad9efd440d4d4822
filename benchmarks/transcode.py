"""A transcode of 5 s from 1080p to 720p: a segment, with all its checks, against the bare ffmpeg command with the same settings.

In turns, least of all rounds, on the clock and in CPU seconds of this process and its children; then twice as many segments
as there are cores, as many at once as there are cores, as a build has them: of the time of all cores, how much they use. Wants a
machine that does nothing else. Run: `python -m benchmarks.transcode`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from renderer.ffmpeg.binary import Ffmpeg, describe_ffmpeg, locate_ffmpeg
from renderer.ffmpeg.encode import encode_arguments
from renderer.media.conform import Cut, Profile
from renderer.media.manifests import segment_manifest
from renderer.media.probe import probe
from renderer.media.segment import make_segment
from renderer.model import Size
from renderer.pipeline.workshop import available_cores

FPS, FRAMES, SIZE = Fraction(24), 120, Size(1280, 720)
BARE_MAX, FILLED_MIN = 1.1, 0.9


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each is timed")
    rounds = parser.parse_args().rounds
    ffmpeg = describe_ffmpeg(locate_ffmpeg(os.environ))
    with tempfile.TemporaryDirectory() as folder:
        return _run(ffmpeg, Path(folder), rounds=rounds)


def _run(ffmpeg: Ffmpeg, folder: Path, *, rounds: int) -> int:
    clip = folder / "clip.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=24", "-frames:v", str(FRAMES)]
    _bare(ffmpeg, [*source, "-c:v", "libx264", "-preset", "veryfast", str(clip)])
    facts = probe(clip)
    manifest = segment_manifest(
        "0" * 64, Cut(0, FRAMES), Profile(SIZE, FPS, "crop", None), build=ffmpeg.build
    )

    cores = available_cores()

    async def segments(count: int) -> None:
        places = asyncio.Semaphore(cores)

        async def make(number: int) -> None:
            async with places:
                await make_segment(ffmpeg, clip, facts, manifest, output=folder / f"{number}.mp4")

        await asyncio.gather(*map(make, range(count)))

    plain = ["-i", str(clip), "-vf", f"scale={SIZE.width_px}:{SIZE.height_px}:flags=lanczos"]
    bare = [*plain, "-an", *encode_arguments(FPS), str(folder / "bare.mp4")]
    acts: dict[str, Callable[[], object]] = {
        "bare": lambda: _bare(ffmpeg, bare),
        "one": lambda: asyncio.run(segments(1)),
        "many": lambda: asyncio.run(segments(2 * cores)),
    }
    turns = [{name: _cost(act) for name, act in acts.items()} for _ in range(rounds)]
    return _report(turns, cores=cores)


def _report(turns: list[dict[str, tuple[float, float]]], *, cores: int) -> int:
    (bare, bare_cpu), (one, one_cpu), (many, many_cpu) = (
        tuple(map(min, zip(*(turn[name] for turn in turns), strict=True))) for name in ("bare", "one", "many")
    )
    filled = max(turn["many"][1] / turn["many"][0] for turn in turns) / cores
    print(f"the bare command: {bare:.2f} s, {bare_cpu:.2f} CPU seconds")
    print(f"a segment: {one:.2f} s, {one_cpu:.2f} CPU seconds")
    print(f"{2 * cores} segments, {cores} at once: {many:.2f} s, {many_cpu:.2f} CPU seconds")
    print(
        f"a segment takes {one / bare:.2f} times as long as the bare command (at most {BARE_MAX}), {one_cpu / bare_cpu:.2f} times its CPU seconds"
    )
    print(
        f"segments that do not need each other use {filled:.0%} of {cores} cores (at least {FILLED_MIN:.0%})"
    )
    return 0 if one / bare <= BARE_MAX and filled >= FILLED_MIN else 1


def _bare(ffmpeg: Ffmpeg, arguments: list[str]) -> None:
    subprocess.run([ffmpeg.path, "-v", "error", "-nostdin", "-y", *arguments], check=True)


def _cost(act: Callable[[], object]) -> tuple[float, float]:
    before, start = os.times(), time.perf_counter()
    act()
    after = os.times()
    return time.perf_counter() - start, sum(after[:4]) - sum(before[:4])


if __name__ == "__main__":
    raise SystemExit(main())
