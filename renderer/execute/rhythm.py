"""When to ask for a result: learnt from how long generations of a model took, so that few polls find it soon.

What polling knows of a generation are two bounds: it was not done at one poll and done at the next. From the bounds of
the last ones follow the times between which nearly all fall. The first poll comes near their beginning, further ones in
equal steps to their end, then slower. Before anything is known, polls begin early and grow apart.

Equal steps: with `STEPS` of them over a uniform spread from 25 to 80 s a generation is polled 6.5 times on average and
waits 2.3 s for its poll, 4.4 % of the mean time (computed; `benchmarks/polling.py` measures it).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

STEPS = 12
HISTORY_MAX = 64
KNOWN_MIN = 8
STEP_MIN_S = 0.05
STEP_MAX_S = 15.0
FIRST_S = 1.0
GROWTH = 1.35
TAIL_GROWTH = 1.2
EAGER = 0.9

Bounds = tuple[float, float]


class Rhythm:
    """The rhythm of one model with one provider. `history` has the newest last; `guess` is the catalogue's, in seconds."""

    def __init__(self, history: Iterable[Bounds] = (), *, guess: Bounds | None = None) -> None:
        self._history: deque[Bounds] = deque(history, maxlen=HISTORY_MAX)
        self._guess = guess or (30.0, 180.0)
        self._eager = 1.0

    def learn(self, bounds: Bounds) -> None:
        """A generation was done between two times after its start."""
        # Done already at the first poll: earlier ones have to be tried, or nothing faster would ever be seen.
        self._eager = self._eager * EAGER if bounds[0] <= 0 else min(1.0, self._eager / EAGER)
        self._history.append(bounds)

    def pause_s(self, elapsed_s: float) -> float:
        """How long to wait for the next poll of a generation that began `elapsed_s` ago."""
        if len(self._history) < KNOWN_MIN:
            return self._groping(elapsed_s)
        begin_s, end_s = _spread(self._history)
        begin_s *= self._eager
        step_s = min(max((end_s - begin_s) / STEPS, end_s / 50, STEP_MIN_S), STEP_MAX_S)
        if elapsed_s < begin_s:
            return begin_s + step_s - elapsed_s
        if elapsed_s < end_s:
            return step_s
        return min(max(step_s, (elapsed_s - end_s) * (TAIL_GROWTH - 1)), STEP_MAX_S)

    def _groping(self, elapsed_s: float) -> float:
        begin_s, end_s = self._guess
        if elapsed_s <= 0:
            return min(FIRST_S, begin_s)
        step_s = min(max((end_s - begin_s) / STEPS, STEP_MIN_S), STEP_MAX_S)
        return min(elapsed_s * (GROWTH - 1), step_s)


def _spread(history: Iterable[Bounds]) -> Bounds:
    """Between which times nearly all fall, by those whose bounds are narrow: a wide pair says little."""
    by_width = sorted(history, key=lambda bounds: bounds[1] - bounds[0])
    narrow = by_width[: max(KNOWN_MIN, (len(by_width) * 3) // 4)]
    begins, ends = sorted(low for low, _ in narrow), sorted(high for _, high in narrow)
    edge = len(narrow) // 50
    return begins[edge], ends[-1 - edge]
