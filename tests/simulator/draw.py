"""Chance that can be had again: each draw is named, and its result follows from the seed and the name alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def dice(seed: int, *names: object) -> random.Random:
    """A generator for one purpose: `dice(7, "job", digest)`."""
    return random.Random("/".join(map(str, (seed, *names))))


def pick(choices: Sequence[T], chance: random.Random) -> T:
    """One of some choices; the only one costs no draw."""
    return choices[0] if len(choices) == 1 else chance.choice(choices)
