"""A transcode of 5 s from 1080p to 720p: a segment, with all its checks, against the bare ffmpeg command with the same settings.

In turns, least of all rounds, in CPU seconds of this process and its children and on the clock; then two segments at once
against two one after the other, which on two idle cores take half as long. Run: `python -m benchmarks.transcode`.
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

FPS, FRAMES, SIZE = Fraction(24), 120, Size(1280, 720)
BARE_MAX = 1.1


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

    async def segments(count: int) -> None:
        makes = (
            make_segment(ffmpeg, clip, facts, manifest, output=folder / f"{n}.mp4") for n in range(count)
        )
        await asyncio.gather(*makes)

    plain = ["-i", str(clip), "-vf", f"scale={SIZE.width_px}:{SIZE.height_px}:flags=lanczos"]
    bare = [*plain, "-an", *encode_arguments(FPS), str(folder / "bare.mp4")]
    acts: dict[str, Callable[[], object]] = {
        "bare": lambda: _bare(ffmpeg, bare),
        "one": lambda: asyncio.run(segments(1)),
        "two": lambda: asyncio.run(segments(2)),
    }
    turns = [{name: _cost(act) for name, act in acts.items()} for _ in range(rounds)]
    costs = {name: [turn[name] for turn in turns] for name in acts}
    elapsed, spent = ({name: min(pair[at] for pair in costs[name]) for name in acts} for at in (0, 1))
    for name in acts:
        print(f"{name:5} {elapsed[name]:6.2f} s on the clock, {spent[name]:6.2f} CPU seconds")
    ratio = spent["one"] / spent["bare"]
    print(
        f"a segment is {ratio:.2f} times the bare command in CPU seconds, {elapsed['one'] / elapsed['bare']:.2f} on the clock"
    )
    print(f"two at once take {elapsed['two'] / elapsed['one']:.2f} times as long as one")
    return 0 if ratio <= BARE_MAX else 1


def _bare(ffmpeg: Ffmpeg, arguments: list[str]) -> None:
    subprocess.run([ffmpeg.path, "-v", "error", "-nostdin", "-y", *arguments], check=True)


def _cost(act: Callable[[], object]) -> tuple[float, float]:
    before, start = os.times(), time.perf_counter()
    act()
    after = os.times()
    return time.perf_counter() - start, sum(after[:4]) - sum(before[:4])


if __name__ == "__main__":
    raise SystemExit(main())
