"""A film of 20 clips with 19 crossfades: all of it, one transition changed, and one clip changed, against one filter graph.

The clips last 5 s at 720p24, as a vendor would make them: one keyframe each. The one graph has the same encoder settings and as many
threads as ffmpeg likes. Each command is timed as a whole process, on the clock and in CPU seconds of all that it starts. The
film's frames are held against the graph's by SSIM. Run: `python -m benchmarks.transitions`.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from benchmarks.clock import RENDERER, seconds, surroundings, table
from renderer.ffmpeg.binary import locate_ffmpeg
from renderer.ffmpeg.encode import encode_arguments

CLIPS, LENGTH_S, OVERLAP_S = 20, 5, Fraction(1, 2)
FPS, SIZE = Fraction(24), "1280x720"
COLD_MAX, TRANSITION_MAX, CLIP_MAX = 1.3, 0.04, 0.09
SSIM_MIN = 0.98
GRAPH, COLD, KIND, LENGTH, CLIP, NOTHING = (
    "one filter graph",
    "all of the film",
    "another kind of one transition",
    "another length of one transition",
    "another clip",
    "nothing",
)
LIMITS = {COLD: COLD_MAX, KIND: TRANSITION_MAX, LENGTH: TRANSITION_MAX, CLIP: CLIP_MAX}


class Cost(NamedTuple):
    """Seconds on the clock, and CPU seconds of a command and all that it started."""

    elapsed_s: float
    spent_s: float

    def __truediv__(self, other: Cost) -> Cost:
        return Cost(self.elapsed_s / other.elapsed_s, self.spent_s / other.spent_s)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument(
        "--rounds", type=int, default=1, metavar="N", help="how often each is timed; the least counts"
    )
    rounds = parser.parse_args().rounds
    ffmpeg = locate_ffmpeg(os.environ)
    with tempfile.TemporaryDirectory(prefix="transitions-") as name:
        folder = Path(name)
        clips = [make_clip(ffmpeg, folder, number) for number in range(CLIPS + 1)]
        taken = [run_round(ffmpeg, clips, folder) for _ in range(rounds)]
        costs = {act: Cost(*map(min, zip(*(one[act] for one in taken), strict=True))) for act in taken[0]}
        return report(costs, ssim(ffmpeg, folder), rounds=rounds)


def make_clip(ffmpeg: Path, folder: Path, number: int) -> Path:
    path = folder / f"{number:02}.mp4"
    source = f"testsrc2=s={SIZE}:r={FPS},hue=h={17 * number},noise=alls=3:allf=t:all_seed={number}"
    coding = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-g", "999", "-pix_fmt", "yuv420p"]
    tags = ["-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
    head = [str(ffmpeg), "-v", "error", "-f", "lavfi", "-i", source, "-t", str(LENGTH_S)]
    subprocess.run([*head, *coding, *tags, str(path)], check=True)
    return path


def run_round(ffmpeg: Path, clips: Sequence[Path], folder: Path) -> dict[str, Cost]:
    """The graph, and the film through its changes, the last of which brings it back."""
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    for clip in clips[:CLIPS]:
        shutil.copyfile(clip, project / clip.name)
    costs = {GRAPH: measure(graph(ffmpeg, clips[:CLIPS], folder / "graph.mp4"), folder)}
    build = [RENDERER, "build", "film.yaml"]
    for act, enter in ((COLD, ""), (KIND, "{wipe: 0.5}"), (LENGTH, "{crossfade: 0.8}"), (NOTHING, "")):
        (project / "film.yaml").write_text(storyboard({9: enter} if enter else {}), "utf-8")
        costs[act] = measure(build, project)
    shutil.copyfile(project / "build" / "film.mp4", folder / "film.mp4")
    costs[NOTHING] = measure(build, project)
    shutil.copyfile(clips[CLIPS], project / clips[9].name)
    costs[CLIP] = measure(build, project)
    return costs


def storyboard(enters: dict[int, str]) -> str:
    shots = [
        f"  - {{id: s{number}, clip: '{number:02}.mp4'{f', enter: {enters[number]}' if number in enters else ''}}}"
        for number in range(CLIPS)
    ]
    head = f"version: 1\noutput: {{size: {SIZE}, fps: {FPS}}}\ndefaults: {{enter: {{crossfade: {float(OVERLAP_S)}}}}}\nshots:\n"
    return head + "\n".join(shots) + "\n"


def graph(ffmpeg: Path, clips: Sequence[Path], film: Path) -> list[str]:
    """One command that decodes all clips, crosses them over one after the other, and encodes once."""
    chains, last = [f"[{number}:v]settb=1/24,setpts=N,fps=24[c{number}]" for number in range(CLIPS)], "c0"
    for number in range(1, CLIPS):
        offset = number * (LENGTH_S - OVERLAP_S)
        fade = f"xfade=duration={float(OVERLAP_S)}:offset={float(offset)}"
        chains.append(f"[{last}][c{number}]{fade}[x{number}]")
        last = f"x{number}"
    opening = [word for clip in clips for word in ("-i", str(clip))]
    encoding = encode_arguments(FPS)
    encoding[encoding.index("-threads:v") + 1] = "0"
    head = [str(ffmpeg), "-v", "error", "-y", *opening]
    return [*head, "-filter_complex", ";".join(chains), "-map", f"[{last}]", *encoding, str(film)]


def measure(command: Sequence[str], folder: Path) -> Cost:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environ = surroundings({"RENDERER_CACHE_DIR": str(folder / "store")})
    subprocess.run(command, cwd=folder, env=environ, check=True, stdout=subprocess.DEVNULL)
    elapsed_s, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(elapsed_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def ssim(ffmpeg: Path, folder: Path) -> float:
    """How alike the frames of the film and of the graph are, 1 being the same; raises where their number is not."""
    films = ["-i", str(folder / "film.mp4"), "-i", str(folder / "graph.mp4")]
    graphs = ["-lavfi", "[0:v][1:v]ssim=stats_file=-:shortest=0", "-f", "null", "-"]
    done = subprocess.run([str(ffmpeg), *films, *graphs], capture_output=True, text=True, check=True)
    frames = int(FPS * (CLIPS * LENGTH_S - (CLIPS - 1) * OVERLAP_S))
    shown = re.findall(r"^n:\d+ .*All:([0-9.]+)", done.stdout, re.MULTILINE)
    if len(shown) != frames:
        raise SystemExit(f"{len(shown)} frames, not {frames}")
    return min(map(float, shown))


def report(costs: dict[str, Cost], likeness: float, *, rounds: int) -> int:
    shares = {act: cost / costs[GRAPH] for act, cost in costs.items()}
    rows = [
        (
            act,
            seconds(cost.elapsed_s),
            f"{shares[act].elapsed_s:.1%}",
            seconds(cost.spent_s),
            f"{shares[act].spent_s:.1%}",
        )
        for act, cost in costs.items()
    ]
    print(f"{CLIPS} clips, {CLIPS - 1} crossfades of {OVERLAP_S} s; the least of {rounds} rounds\n")
    print(table(("what is made", "clock", "of the graph", "CPU", "of the graph"), rows))
    print(f"\nleast SSIM of a frame against the graph's: {likeness:.4f}")
    missed = [act for act, most in LIMITS.items() if shares[act].elapsed_s > most]
    for act in missed:
        print(f"{act}: more than {LIMITS[act]:.0%} of the graph")
    return 1 if missed or likeness < SSIM_MIN else 0


if __name__ == "__main__":
    raise SystemExit(main())
