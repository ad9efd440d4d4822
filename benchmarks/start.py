"""How long `renderer --help` takes, beside the import of click that it cannot do without.

Run: `python -m benchmarks.start`; with `--profile`, the modules that cost most to import, children included.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.clock import RENDERER, Runner, memory, race, seconds, surroundings, table

RATIO_MAX = 2.0
PROFILE_TURNS = 5
SHOWN = 25


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=31, metavar="N", help="how often each is timed")
    parser.add_argument("--profile", action="store_true", help="list what is imported, dearest first")
    asked = parser.parse_args()
    if asked.profile:
        print(profile())
        return 0
    runners = [
        Runner("python -c pass", [sys.executable, "-c", "pass"], Path.cwd()),
        Runner("python -c 'import click'", [sys.executable, "-c", "import click"], Path.cwd()),
        Runner("renderer --help", [RENDERER, "--help"], Path.cwd()),
    ]
    scores = race(runners, rounds=asked.rounds)
    click = scores[runners[1].name].elapsed_s
    print(f"starting: median of {asked.rounds} whole processes in turns\n")
    rows = [
        [name, seconds(score.elapsed_s), f"{score.elapsed_s / click:.2f}", memory(score)]
        for name, score in scores.items()
    ]
    print(table(["", "time", "times as long", "peak memory"], rows))
    ratio = scores[runners[2].name].elapsed_s / click
    print(f"\nratio {ratio:.2f} (at most {RATIO_MAX:g})")
    return 0 if ratio <= RATIO_MAX else 1


def profile() -> str:
    """A table of modules by what they take, the least of some turns: self, and with all they import."""
    turns = [import_times() for _ in range(PROFILE_TURNS)]
    least = {
        name: [min(turn[name][column] for turn in turns if name in turn) for column in (0, 1)]
        for name in turns[0]
    }
    dearest = sorted(least.items(), key=lambda item: item[1][1], reverse=True)[:SHOWN]
    rows = [[f"`{name}`", f"{own / 1000:.1f}", f"{whole / 1000:.1f}"] for name, (own, whole) in dearest]
    return table(["module", "itself, ms", "with its imports, ms"], rows)


def import_times() -> dict[str, tuple[int, int]]:
    """Microseconds for each module that `renderer --help` imports (`-X importtime`): itself, and with its own."""
    said = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "renderer", "--help"],
        env=surroundings(os.environ),
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    rows = [line.removeprefix("import time:").split("|") for line in said.splitlines() if "|" in line]
    return {name.strip(): (int(own), int(whole)) for own, whole, name in rows if own.strip().isdecimal()}


if __name__ == "__main__":
    sys.exit(main())
