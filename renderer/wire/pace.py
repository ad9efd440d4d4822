"""Time as an argument: the clock, the sleep and the chance by which the wire waits."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from renderer.row import Row

FIRST_S, LONGEST_S, SPREAD = 0.5, 8.0, 0.25


def _now() -> datetime:
    return datetime.now(UTC)


class Pace(Row):
    """`clock_s` only ever grows; `now` is the wall clock, with a zone; `chance` is from 0 to 1."""

    clock_s: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random

    async def back_off(self, attempt: int, *, asked_s: float | None = None) -> None:
        """Wait before attempt `attempt` + 1: as long as was asked, else twice as long each time, up to 8 s.

        Up to a quarter is taken off by chance, so that many that failed at once do not come back at once; what a
        server asked for is never cut short.
        """
        await self.sleep(asked_s if asked_s is not None else self._step_s(attempt))

    def _step_s(self, attempt: int) -> float:
        return min(FIRST_S * 2.0 ** (attempt - 1), LONGEST_S) * (1 - SPREAD * self.chance())


PACE = Pace()
