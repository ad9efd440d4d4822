"""How many are in flight: never more than the limit, in order of asking, fewer after *busy*, then more again."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

import pytest

from renderer.execute.flight import PAUSE_MAX_S, Flight

Found = TypeVar("Found")


class ByHand:
    """A clock that stands still until it is moved on."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._now_s, UTC)

    def monotonic_s(self) -> float:
        return self._now_s

    async def sleep(self, duration_s: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now_s + duration_s, id(waking), waking))
        await waking

    async def move_on(self, duration_s: float) -> None:
        self._now_s += duration_s
        while self._sleepers and self._sleepers[0][0] <= self._now_s:
            heapq.heappop(self._sleepers)[2].set_result(None)
        await settled()


async def settled() -> None:
    """Let all that can run do so."""
    for _ in range(20):
        await asyncio.sleep(0)


class Passenger:
    """One that asks for a place, and keeps it until it is told to land."""

    def __init__(self, flight: Flight, seated: list[int], number: int) -> None:
        self._leave = asyncio.Event()
        self.task = asyncio.create_task(self._fly(flight, seated, number))

    async def _fly(self, flight: Flight, seated: list[int], number: int) -> None:
        async with flight.place():
            seated.append(number)
            await self._leave.wait()

    async def land(self) -> None:
        self._leave.set()
        await self.task
        await settled()


def run(scene: Callable[[Flight, ByHand], Awaitable[Found]], *, jobs_max: int) -> Found:
    async def play() -> Found:
        clock = ByHand()
        return await scene(Flight(jobs_max, clock=clock, chance=Random(1)), clock)

    return asyncio.run(play())


async def most_at_once(flight: Flight, wanted: int) -> int:
    """How many get a place when so many ask; all give it back after."""
    seated: list[int] = []
    passengers = [Passenger(flight, seated, number) for number in range(wanted)]
    await settled()
    count = len(seated)
    for passenger in passengers:
        passenger.task.cancel()
    await asyncio.gather(*(passenger.task for passenger in passengers), return_exceptions=True)
    return count


@pytest.mark.parametrize("jobs_max", [1, 3, 64])
def test_never_more_than_the_limit(jobs_max: int) -> None:
    """However many ask, and however often the vendor accepts."""

    async def scene(flight: Flight, _: ByHand) -> int:
        for _accepted in range(200):
            flight.accepted()
        return await most_at_once(flight, 2 * jobs_max)

    assert jobs_max == run(scene, jobs_max=jobs_max)


def test_places_are_given_in_order_of_asking() -> None:
    """Whoever asked first is let in first, one for each that lands."""

    async def scene(flight: Flight, _: ByHand) -> list[int]:
        seated: list[int] = []
        passengers = [Passenger(flight, seated, number) for number in range(6)]
        await settled()
        assert [0, 1] == seated
        for passenger in passengers:
            await passenger.land()
        return seated

    assert list(range(6)) == run(scene, jobs_max=2)


def test_who_gives_up_waiting_leaves_no_hole() -> None:
    """The places of cancelled waiters go to the next, also when they were just being let in."""

    async def scene(flight: Flight, _: ByHand) -> tuple[list[int], int]:
        seated: list[int] = []
        passengers = [Passenger(flight, seated, number) for number in range(4)]
        await settled()
        passengers[1].task.cancel()
        passengers[0].task.cancel()
        await asyncio.sleep(0)
        passengers[2].task.cancel()
        await settled()
        assert [0, 3] == seated
        await passengers[3].land()
        for passenger in passengers:
            with suppress(asyncio.CancelledError):
                await passenger.task
        return seated, await most_at_once(flight, 5)

    assert ([0, 3], 1) == run(scene, jobs_max=1)


def test_a_place_is_given_back_once() -> None:
    """Landing before the end, and again, and the end itself, free one place together."""

    async def scene(flight: Flight, _: ByHand) -> int:
        async with flight.place() as place:
            place.land()
            place.land()
        return await most_at_once(flight, 9)

    assert 2 == run(scene, jobs_max=2)


def test_after_busy_fewer_fly_and_then_more_again() -> None:
    """One *busy* takes a third of the places away; acceptances bring them back, one for each full round."""

    async def scene(flight: Flight, clock: ByHand) -> tuple[int, int, int]:
        async with AsyncExitStack() as aloft:
            for _ in range(10):
                await aloft.enter_async_context(flight.place())
            flight.busy(1.0)
        await clock.move_on(1.0)
        after = await most_at_once(flight, 20)
        for _ in range(8):
            flight.accepted()
        growing = await most_at_once(flight, 20)
        for _ in range(60):
            flight.accepted()
        return after, growing, await most_at_once(flight, 20)

    assert (7, 8, 10) == run(scene, jobs_max=10)


def test_busy_answers_of_one_moment_are_one_sign() -> None:
    """Ten that are turned away together shrink the flight once."""

    async def scene(flight: Flight, clock: ByHand) -> int:
        async with AsyncExitStack() as aloft:
            for _ in range(10):
                await aloft.enter_async_context(flight.place())
            for _ in range(10):
                flight.busy(1.0)
        await clock.move_on(1.0)
        return await most_at_once(flight, 20)

    assert 7 == run(scene, jobs_max=10)


def test_one_may_always_fly() -> None:
    """However often the vendor is busy, one place is left."""

    async def scene(flight: Flight, clock: ByHand) -> int:
        for _ in range(50):
            flight.busy(1.0)
            await clock.move_on(1.0)
        return await most_at_once(flight, 5)

    assert 1 == run(scene, jobs_max=64)


@pytest.mark.parametrize(
    ("asked_s", "least_s", "most_s"), [(5.0, 5.0, 5.0), (1e6, 60.0, 60.0), (None, 0.75, 1.25)]
)
def test_nothing_is_sent_before_the_pause_is_over(
    asked_s: float | None, least_s: float, most_s: float
) -> None:
    """The pause is what the vendor asks for, a minute at most; about a second where it says nothing."""

    async def scene(flight: Flight, clock: ByHand) -> tuple[bool, bool]:
        flight.busy(asked_s)
        waiting = asyncio.create_task(flight.wait_until_open())
        await clock.move_on(least_s - 0.01)
        was_open = waiting.done()
        await clock.move_on(most_s - least_s + 0.02)
        is_open = waiting.done()
        waiting.cancel()
        return was_open, is_open

    assert most_s <= PAUSE_MAX_S
    assert (False, True) == run(scene, jobs_max=4)
