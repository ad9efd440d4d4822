"""`python -m tests.films`: films by chance, of odd footage, held against arithmetic frame by frame."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from .trial import run_trial


def main() -> None:
    wishes = _parser().parse_args()
    folder = Path(tempfile.mkdtemp(prefix="renderer-films-"))
    began_s, counted, errors = time.monotonic(), Counter[str](), list[str]()
    for seed in range(wishes.seed, wishes.seed + wishes.films):
        place = folder / f"seed-{seed}"
        outcome = run_trial(seed, folder=place)
        counted += outcome.counted
        if outcome.error:
            errors.append(f"{outcome.error}\n  what is left is in {place}")
            print(errors[-1], flush=True)
        else:
            shutil.rmtree(place)
    told = ", ".join(f"{number:,} {name}" for name, number in counted.items())
    print(f"{wishes.films} trials: {told}; {len(errors)} do not hold; {time.monotonic() - began_s:.0f} s")
    if errors:
        sys.exit(1)
    shutil.rmtree(folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.films", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first trial's; the others count on")
    parser.add_argument("--films", type=int, default=100, help="how many trials")
    return parser


if __name__ == "__main__":
    main()
