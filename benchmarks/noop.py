"""A build with nothing to do, beside GNU make, Snakemake and DVC over the same number of targets.

Whole processes, in turns, medians; each storyboard is really built before (see `storyboard` and `rivals`).
Run: `python -m benchmarks.noop`, best through `nox -s bench`, which installs Snakemake and DVC.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from benchmarks.clock import RENDERER, Score, memory, race, seconds, table
from benchmarks.rivals import PREPARE, Absent, Rival
from benchmarks.storyboard import prepare

SHOTS, MANY = 1_000, 10_000
GROWTH_MAX = 2.5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="how often each is timed")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="noop-") as name:
        return measure(Path(name), rounds=rounds)


def measure(folder: Path, *, rounds: int) -> int:
    """Prepare, race, print; 0 where every bound is kept."""
    few = prepare(folder / "few", shots=SHOTS, renderer=RENDERER)
    many = prepare(folder / "many", shots=MANY, renderer=RENDERER)
    found = [tool for n, ready in enumerate(PREPARE) for tool in ready(folder / f"rival{n}", shots=SHOTS)]
    rivals = [tool for tool in found if isinstance(tool, Rival)]
    scores = race([few, many, *(rival.runner for rival in rivals)], rounds=rounds)
    ours, growth = scores[few.name], scores[many.name].elapsed_s / scores[few.name].elapsed_s
    rows = [row(few.name, version("renderer"), ours, "1", "")]
    rows += [rival_row(rival, scores[rival.runner.name], ours) for rival in rivals]
    rows.append(row(many.name, version("renderer"), scores[many.name], f"{growth:.2f}", f"≤ {GROWTH_MAX}"))
    print(f"nothing to do: {SHOTS:,} clips and their film, median of {rounds} whole processes in turns\n")
    print(table(["", "version", "time", "times as long", "required", "peak memory"], rows))
    print("".join(f"\n{tool.reason}" for tool in found if isinstance(tool, Absent)))
    kept = growth <= GROWTH_MAX and all(is_kept(rival, scores[rival.runner.name], ours) for rival in rivals)
    return 0 if kept else 1


def is_kept(rival: Rival, score: Score, ours: Score) -> bool:
    return rival.factor_min is None or score.elapsed_s >= rival.factor_min * ours.elapsed_s


def rival_row(rival: Rival, score: Score, ours: Score) -> list[str]:
    required = f"≥ {rival.factor_min:g}" if rival.factor_min else ""
    factor = f"{score.elapsed_s / ours.elapsed_s:.2f}"
    return row(rival.runner.name, rival.version, score, factor, required)


def row(name: str, number: str, score: Score, factor: str, required: str) -> list[str]:
    return [name, number, seconds(score.elapsed_s), factor, required, memory(score)]


if __name__ == "__main__":
    sys.exit(main())
