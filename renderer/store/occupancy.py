"""Who is at work in a store: builds side by side, or one that clears away, never both.

Whoever relies on what the store has takes one of `SEATS_MAX` seats for as long as it runs; whoever clears away takes them all.
A seat is a lock of the kernel's, so that a killed build leaves none behind.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from renderer.errors import GateError, StoreError
from renderer.store.locks import Locks

SEATS_MAX = 256
SEAT_TIMEOUT_S = 600.0
ALONE_TIMEOUT_S = 5.0
PAUSE_S = 0.05


class Occupancy:
    """The seats of one store."""

    def __init__(self, root: Path, locks: Locks, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._root = root
        self._locks = locks
        self._sleep = sleep
        self._leave: Callable[[], None] | None = None
        self._is_alone = False

    def enter(self) -> None:
        """Keep others from clearing away until `leave`; waits for one who does. Once is enough.

        Nothing happens where there is no store yet, or where it cannot be locked: then nobody can clear it away either.
        Raises `StoreError` E616 after `SEAT_TIMEOUT_S`.
        """
        if self._leave or self._is_alone or not self._root.is_dir():
            return
        for _ in range(round(SEAT_TIMEOUT_S / PAUSE_S)):
            with contextlib.suppress(StoreError):
                self._leave = self._free_seat()
                if self._leave is None:
                    self._sleep(PAUSE_S)
                    continue
            return
        raise StoreError(
            "the store is being cleared away by another run for too long",
            code="E616",
            hint="wait for `renderer cache gc` to end, and run the same command again",
        )

    def leave(self) -> None:
        """Give the seat back."""
        if self._leave:
            self._leave()
            self._leave = None

    @contextlib.contextmanager
    def alone(self, *, timeout_s: float = ALONE_TIMEOUT_S) -> Iterator[None]:
        """Hold every seat. Raises `GateError` E631 where others are at work for longer than `timeout_s`."""
        assert self._leave is None, "BUG: the store is to be cleared away by one who relies on it"
        pauses = iter(range(round(timeout_s / PAUSE_S)))
        with contextlib.ExitStack() as stack:
            for number in range(SEATS_MAX):
                stack.callback(self._take(number, pauses))
            self._is_alone = True
            stack.callback(setattr, self, "_is_alone", False)
            yield

    def _free_seat(self) -> Callable[[], None] | None:
        seats = (self._locks.try_lock(f"seat/{number}") for number in range(SEATS_MAX))
        return next((leave for leave in seats if leave), None)

    def _take(self, number: int, pauses: Iterator[int]) -> Callable[[], None]:
        """A seat, waiting for it as long as there are pauses left."""
        leave = self._locks.try_lock(f"seat/{number}")
        while leave is None and next(pauses, None) is not None:
            self._sleep(PAUSE_S)
            leave = self._locks.try_lock(f"seat/{number}")
        if leave:
            return leave
        raise GateError(
            "a build is at work in this store: nothing was deleted",
            code="E631",
            hint="run the same command again when it has ended",
        )
