"""`python -m tests.sweep`: kill a 30-shot build at 300 random instants in bad weather, and hold the laws of money after."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import count
from pathlib import Path

from .film import SHOTS, undisturbed
from .trial import Outcome, run_trial


def main() -> None:
    wishes = _parser().parse_args()
    folder = Path(tempfile.mkdtemp(prefix="renderer-sweep-"))
    began_s = time.monotonic()
    outcomes = _run(wishes, folder)
    _report(outcomes, elapsed_s=time.monotonic() - began_s)
    errors = [outcome.error for outcome in outcomes if outcome.error]
    if errors:
        sys.exit("\n\n".join([*errors, f"what is left of them is in {folder}"]))
    shutil.rmtree(folder)


def _run(wishes: argparse.Namespace, folder: Path) -> list[Outcome]:
    """Trials one after the other, some at once, until enough builds were killed."""
    film = undisturbed(folder / "undisturbed")
    outcomes: list[Outcome] = []
    seeds = iter(range(wishes.seed, wishes.seed + wishes.trials)) if wishes.trials else count(wishes.seed)
    with ThreadPoolExecutor(wishes.at_once) as pool:
        open_: set[Future[Outcome]] = set()
        while True:
            killed = sum(outcome.kills.total() for outcome in outcomes)
            while len(open_) < wishes.at_once and (wishes.trials or killed < wishes.kills):
                seed = next(seeds, None)
                if seed is None:
                    break
                open_.add(
                    pool.submit(
                        run_trial, seed, folder=folder / f"seed-{seed}", film=film, kills_max=wishes.each
                    )
                )
            if not open_:
                return outcomes
            done, open_ = wait(open_, return_when=FIRST_COMPLETED)
            for future in done:
                outcome = future.result()
                outcomes.append(outcome)
                _tell(outcome)
                if not outcome.error:
                    shutil.rmtree(folder / f"seed-{outcome.seed}")


def _tell(outcome: Outcome) -> None:
    how = "does not hold" if outcome.error else "holds"
    print(f"seed {outcome.seed}: {outcome.kills.total()} kills, {how}", flush=True)


def _report(outcomes: Sequence[Outcome], *, elapsed_s: float) -> None:
    kills = _sum(outcome.kills for outcome in outcomes)
    seen = _sum(outcome.seen for outcome in outcomes)
    acts = _sum(outcome.acts for outcome in outcomes)
    held = sum(not outcome.error for outcome in outcomes)
    print(
        f"\n{kills.total()} kills in {len(outcomes)} builds of {SHOTS} shots, {elapsed_s:.0f} s; {held} hold"
    )
    print("killed after: " + ", ".join(f"{sight} {number}" for sight, number in kills.most_common()))
    for counted in (seen, acts):
        for name, number in counted.items():
            print(f"{number:7,}  {name}")


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return total


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.sweep", description=__doc__)
    parser.add_argument("--kills", type=int, default=300, help="how many builds are killed, at least")
    parser.add_argument("--each", type=int, default=15, help="how many of them in one trial, at most")
    parser.add_argument("--seed", type=int, default=1, help="the first trial's; the others count on")
    parser.add_argument("--trials", type=int, default=0, help="just so many trials, whatever the kills")
    parser.add_argument("--at-once", type=int, default=2, help="trials that run at the same time")
    return parser


if __name__ == "__main__":
    main()
