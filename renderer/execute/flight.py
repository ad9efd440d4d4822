"""How many generations of one provider are in flight: up to a limit that shrinks when the vendor is busy, and grows again.

After a *busy* answer nothing is sent until the pause that the vendor asks for is over, and then fewer at once; each
acceptance lets the limit grow by a fraction, one more for every full round. (Additive increase, multiplicative decrease:
Chiu and Jain, 1989.)
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from renderer.execute.clock import Clock

SHRINK = 0.7
PAUSE_FIRST_S = 1.0
PAUSE_MAX_S = 60.0


class Flight:
    """Places in flight, given out in order of asking; `jobs_max` is the most there ever are, ≥ 1."""

    def __init__(self, jobs_max: int, *, clock: Clock, chance: random.Random) -> None:
        self.jobs_max = jobs_max
        self._limit = float(jobs_max)
        self._clock = clock
        self._chance = chance
        self._aloft = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._closed_until_s = 0.0
        self.accepted_at_s = 0.0
        """When the vendor last took a request, by the clock's seconds."""
        self._pauses = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Place]:
        """A place in flight, given back at the end of the `with` or by `land`, whichever is first."""
        await self._take()
        place = Place(self)
        try:
            yield place
        finally:
            place.land()

    async def wait_until_open(self) -> None:
        """Wait while the vendor has asked for a pause."""
        while (rest_s := self._closed_until_s - self._clock.monotonic_s()) > 0:
            await self._clock.sleep(rest_s)

    def busy(self, pause_s: float | None) -> None:
        """The vendor takes no more now: pause for as long as it says, or longer each time, and shrink."""
        if self._clock.monotonic_s() >= self._closed_until_s:
            # Once for a pause: all that were turned away together are one sign. One of those aloft is turned away.
            self._pauses += 1
            self._limit = max(1.0, min(self._limit * SHRINK, float(self._aloft - 1)))
        own_s = min(PAUSE_FIRST_S * 2 ** min(self._pauses - 1, 10), PAUSE_MAX_S)
        rest_s = own_s * self._chance.uniform(0.75, 1.25) if pause_s is None else min(pause_s, PAUSE_MAX_S)
        self._closed_until_s = max(self._closed_until_s, self._clock.monotonic_s() + rest_s)

    def accepted(self) -> None:
        """The vendor took one more."""
        self._pauses = 0
        self.accepted_at_s = self._clock.monotonic_s()
        self._limit = min(float(self.jobs_max), self._limit + 1 / self._limit)
        self._let_in()

    async def _take(self) -> None:
        if self._aloft < int(self._limit) and not self._queue:
            self._aloft += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._land()
            raise

    def _land(self) -> None:
        self._aloft -= 1
        self._let_in()

    def _let_in(self) -> None:
        while self._queue and self._aloft < int(self._limit):
            turn = self._queue.popleft()
            if not turn.done():
                self._aloft += 1
                turn.set_result(None)


class Place:
    """One place in flight; `land` gives it back before the end, when the vendor has nothing more to do."""

    def __init__(self, flight: Flight) -> None:
        self._flight = flight
        self._holds = True

    def land(self) -> None:
        """Give the place back, once."""
        if self._holds:
            self._holds = False
            self._flight._land()  # noqa: SLF001 - the two are one thing

    async def queue_again(self) -> None:
        """Give the place back and wait for another, behind all who wait."""
        self.land()
        await self._flight._take()  # noqa: SLF001
        self._holds = True
