"""When to ask: few polls, soon after the end, whatever the model's times are. Time is a number here."""

import heapq
from random import Random
from statistics import mean

import pytest

from renderer.execute.rhythm import FIRST_S, KNOWN_MIN, STEP_MAX_S, STEP_MIN_S, Bounds, Rhythm

TIMES_MAX = 10_000


def asked(rhythm: Rhythm, times_s: list[float], *, at_once: int = 64) -> tuple[float, float, list[Bounds]]:
    """Polls a generation and waits of the time, on average, and what was learnt, with some generations in flight."""
    waiting = list(enumerate(times_s))
    polls, waits_s, learnt = 0, list[float](), list[Bounds]()
    queue: list[tuple[float, int, float, float, float]] = []
    now_s = 0.0
    for _ in range(TIMES_MAX * len(times_s)):
        while waiting and len(queue) < at_once:
            number, took_s = waiting.pop(0)
            heapq.heappush(queue, (now_s + rhythm.pause_s(0.0), number, now_s, took_s, 0.0))
        if not queue:
            break
        now_s, number, began_s, took_s, seen_s = heapq.heappop(queue)
        elapsed_s, polls = now_s - began_s, polls + 1
        if elapsed_s >= took_s:
            learnt.append((seen_s, elapsed_s))
            rhythm.learn(learnt[-1])
            waits_s.append(elapsed_s - took_s)
        else:
            later_s = now_s + rhythm.pause_s(elapsed_s)
            heapq.heappush(queue, (later_s, number, began_s, took_s, elapsed_s))
    assert len(times_s) == len(waits_s)
    return polls / len(times_s), mean(waits_s) / mean(times_s), learnt


def drawn(count: int, low_s: float, high_s: float, *, seed: int) -> list[float]:
    chance = Random(seed)
    return [chance.uniform(low_s, high_s) for _ in range(count)]


def test_a_known_model_is_asked_for_seldom_and_in_time() -> None:
    """Times spread from 25 to 80 s, after a build of 100: at most 7 polls and 5 % of the time, over many builds."""
    found = []
    for seed in range(6):
        _, _, history = asked(Rhythm(guess=(25, 80)), drawn(100, 25, 80, seed=seed))
        found.append(asked(Rhythm(history, guess=(25, 80)), drawn(300, 25, 80, seed=seed + 100))[:2])
    assert mean(polls for polls, _ in found) <= 7
    assert mean(share for _, share in found) <= 0.05


@pytest.mark.parametrize(("low_s", "high_s"), [(2, 3), (60, 62), (25, 80), (5, 150)])
def test_any_spread_is_learnt(low_s: float, high_s: float) -> None:
    """Whatever the guess was, after a build of 100 a wait is at most a tenth, for at most ten polls."""
    _, _, history = asked(Rhythm(guess=(25, 80)), drawn(100, low_s, high_s, seed=1))
    polls, share, _ = asked(Rhythm(history, guess=(25, 80)), drawn(300, low_s, high_s, seed=2))
    assert polls <= 10
    assert share <= 0.1


def test_a_model_that_became_faster_is_seen_to_be() -> None:
    """A history of 60 s, and now 20: after a build the wait is less than the half of the time."""
    rhythm = Rhythm([(58.0, 62.0)] * 64)
    asked(rhythm, [20.0] * 600)
    _, share, _ = asked(rhythm, [20.0] * 100)
    assert share < 0.5


def test_nothing_known_begins_early() -> None:
    """The first poll comes after a second, and later ones grow apart, as far as a quarter of a minute."""
    rhythm = Rhythm()
    assert FIRST_S == rhythm.pause_s(0.0)
    pauses_s = [rhythm.pause_s(elapsed_s) for elapsed_s in (1.0, 5.0, 20.0, 500.0)]
    assert sorted(pauses_s) == pauses_s
    assert STEP_MAX_S >= pauses_s[-1]


def test_no_pause_is_nothing() -> None:
    """Whatever is known, and however long it took: no poll comes at once, and none after more than the longest step."""
    for history in ([], [(0.0, 0.001)] * KNOWN_MIN, [(0.0, 50.0)] * 100, [(24.9, 25.0)] * 64):
        rhythm = Rhythm(history)
        pauses_s = [rhythm.pause_s(quarter / 4) for quarter in range(1, 2000)]
        assert STEP_MIN_S <= min(pauses_s)
        assert max(pauses_s) <= max(STEP_MAX_S, 50.0)
