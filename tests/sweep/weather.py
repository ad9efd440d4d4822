"""The weather of a trial: how the simulated vendor behaves, all of it drawn by the seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.simulator.draw import dice

DAY_S = 86_400.0
CLOCK_SCALE = 60.0
"""A minute of the vendor's is a second of ours: generations take a quarter of a second to a bit more than one."""

CALM: Mapping[str, Any] = {
    "generation_s": (15, 70),
    "clip_s": 0.5,
    "clip_size": "64x36",
    "clip_rate_fps": 8,
}

FAULTS: Mapping[str, Mapping[str, float]] = {
    "submit": {
        "accept-then-reset": 0.05,
        "accept-then-close": 0.02,
        "accept-then-500": 0.02,
        "accept-then-html:502": 0.02,
        "accept-then-garbage": 0.02,
        "accept-then-empty": 0.01,
        "accept-then-odd": 0.01,
        "accept-then-stall:1": 0.02,
        "accept-then-cut:9": 0.02,
        "reset": 0.02,
        "reset-unread": 0.02,
        "close": 0.01,
        "500": 0.02,
        "503:1": 0.01,
        "429:1": 0.03,
        "late:0.4": 0.06,
    },
    "poll": {
        "404": 0.02,
        "429:1": 0.01,
        "500": 0.03,
        "html:502": 0.01,
        "html": 0.01,
        "empty": 0.01,
        "garbage": 0.01,
        "odd": 0.01,
        "reset": 0.02,
        "late:0.3": 0.03,
    },
    "download": {
        "cut": 0.08,
        "cut-by-reset": 0.04,
        "reset": 0.03,
        "403": 0.02,
        "404": 0.02,
        "500": 0.03,
        "429:1": 0.01,
        "truncated": 0.02,
        "zero": 0.01,
        "missized": 0.02,
        "unsized": 0.04,
        "slow:9000": 0.05,
    },
    "logs": {"429:1": 0.05, "500": 0.05, "html:502": 0.03, "reset": 0.03, "empty": 0.02, "garbage": 0.02},
    "job": {
        "dead-link": 0.02,
        "error": 0.03,
        "short-link:120": 0.04,
        "stale-links:2": 0.05,
        "unseen:60": 0.05,
        "late-row:900": 0.08,
        "null-id": 0.06,
        "unlogged": 0.04,
        "null-id+late-row:300+stale-links:1": 0.02,
    },
}
"""Shares of requests that meet a fault, and of jobs that meet a fate."""


def weather(seed: int) -> dict[str, Any]:
    """The settings of one trial's simulator, beside its wild forms of answers."""
    chance = dice(seed, "weather")
    skews = (0.0, DAY_S, -DAY_S)
    return {
        **CALM,
        "faults": FAULTS,
        "in_flight_max": chance.choice((None, 6, 8)),
        "retry_after": ("none", "1"),
        "log_from": chance.choice(("end", "accept")),
        "log_delay_s": chance.choice(((0, 0), (0, 300))),
        "unseen_s": chance.choice(((0, 0), (0, 20))),
        "clock_skew_s": chance.choice(skews),
        "date_skew_s": chance.choice(skews),
        "price_usd_per_s": chance.choice(("0.0525", "0.0683")),
    }
