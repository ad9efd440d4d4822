"""When to ask for a result: learnt from how long generations of a model took, so that few polls find it soon.

What polling knows of a generation are two bounds: it was not done at one poll and done at the next. From the bounds of
the last ones follow the time by which a few are done, when the first poll comes, and the time by which nearly all are.
Steps between the two get shorter, since whoever is not done late is about to be. Before anything is known, polls begin
early and grow apart.

Shrinking steps: for times spread evenly, the wait for a given number of polls is least where a step is as the square
root of the time that is left; so poll k of K stands at `end - width (1 - k/K)²`. It takes a ninth off the wait of equal
steps (computed). `benchmarks/polling.py` measures what comes of it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable

POLLS_MAX = 17
"""Polls from first to last, K above: for times spread evenly a third of them is needed on average, and one more."""
FIRST_SHARE = 0.05
"""Of all generations, so many may be done at the first poll. More: it comes earlier from then on; fewer: later."""
BACK = 1.5
"""Where the first poll found a generation done it was so for some time: for as many first steps, and twice as long for each more in a row."""
IN_A_ROW_MAX = 16
LEAST_SHARE = 1 / 50
"""No step is shorter than this share of the longest time."""

HISTORY_MAX = 128
KNOWN_MIN = 8
STEP_MIN_S = 0.05
STEP_MAX_S = 15.0
FIRST_S = 1.0
GROPING_STEPS = 12
GROWTH = 1.35
TAIL_GROWTH = 1.2

Bounds = tuple[float, float]


class Rhythm:
    """The rhythm of one model with one provider. `history` has the newest last; `guess` is the catalogue's, in seconds."""

    def __init__(self, history: Iterable[Bounds] = (), *, guess: Bounds | None = None) -> None:
        self._history: deque[Bounds] = deque(maxlen=HISTORY_MAX)
        self._guess = guess or (30.0, 180.0)
        self._in_a_row = 0
        for bounds in history:
            self.learn(bounds)

    def learn(self, bounds: Bounds) -> None:
        """A generation was done between two times after its start; 0 as the first means at the first poll."""
        low_s, high_s = bounds
        self._in_a_row = min(self._in_a_row + 1, IN_A_ROW_MAX) if low_s <= 0 else 0
        if low_s <= 0 and self._is_known:
            first_s, end_s = self._spread()
            step_s = max(BACK * 2 * (end_s - first_s) / POLLS_MAX, high_s * LEAST_SHARE)
            low_s = max(high_s / 2, high_s - step_s * 2 ** (self._in_a_row - 1))
        self._history.append((low_s, high_s))

    def pause_s(self, elapsed_s: float) -> float:
        """How long to wait for the next poll of a generation that began `elapsed_s` ago; at least `STEP_MIN_S`."""
        if not self._is_known:
            return self._groping(elapsed_s)
        first_s, end_s = self._spread()
        if elapsed_s < first_s:
            return max(first_s - elapsed_s, STEP_MIN_S)
        least_s = max(end_s * LEAST_SHARE, STEP_MIN_S)
        step_s = (
            _shrinking(first_s, end_s, elapsed_s)
            if elapsed_s < end_s
            else (elapsed_s - end_s) * (TAIL_GROWTH - 1)
        )
        return min(max(step_s, least_s), STEP_MAX_S)

    @property
    def _is_known(self) -> bool:
        return len(self._history) >= KNOWN_MIN

    def _groping(self, elapsed_s: float) -> float:
        begin_s, end_s = self._guess
        if elapsed_s <= 0:
            return min(FIRST_S, begin_s)
        step_s = min(max((end_s - begin_s) / GROPING_STEPS, STEP_MIN_S), STEP_MAX_S)
        return max(min(elapsed_s * (GROWTH - 1), step_s), STEP_MIN_S)

    def _spread(self) -> Bounds:
        """By when a few are done, and by when nearly all; a pair as wide as half its time says little."""
        telling = [bounds for bounds in self._history if bounds[1] - bounds[0] <= bounds[1] / 2]
        known = telling if len(telling) >= KNOWN_MIN else self._history
        middles = sorted((low_s + high_s) / 2 for low_s, high_s in known)
        ends = sorted(high_s for _, high_s in known)
        return middles[int(len(middles) * FIRST_SHARE)], ends[-1 - len(ends) // 50]


def _shrinking(first_s: float, end_s: float, elapsed_s: float) -> float:
    """The step to the next poll, by how much of the way is left; the first poll is the first of `POLLS_MAX`."""
    width_s = (end_s - first_s) / (1 - 1 / POLLS_MAX) ** 2
    left_s = end_s - elapsed_s
    left_after = max(0.0, math.sqrt(left_s / width_s) - 1 / POLLS_MAX)
    return left_s - width_s * left_after * left_after
