"""Time as buying knows it: the date for the journal, seconds that only grow for waiting, and the waiting itself."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A clock. `now` may be wrong by days, and is only ever written down; `monotonic_s` is what decides."""

    def now(self) -> datetime: ...

    def monotonic_s(self) -> float: ...

    async def sleep(self, duration_s: float) -> None: ...


class HastyClock:
    """A clock for a replay, whose answers are all there: nothing waits, and time passes by waiting alone."""

    def __init__(self) -> None:
        self._passed_s = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return self._passed_s

    async def sleep(self, duration_s: float) -> None:
        until_s = self._passed_s + duration_s
        await asyncio.sleep(0)
        self._passed_s = max(self._passed_s, until_s)


@dataclass(frozen=True, slots=True)
class WallClock:
    """This machine's clock. With `scale` 20, twenty of its seconds go by in one."""

    scale: float = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return time.monotonic() * self.scale

    async def sleep(self, duration_s: float) -> None:
        await asyncio.sleep(duration_s / self.scale)
