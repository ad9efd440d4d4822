"""Runs a graph of steps: each as soon as its needs have results, as many at once as its pool allows.

The loop owns every decision; tasks only compute and return. One function, `_Run._set`, makes all
transitions of a step's state. The laws, each with a test of its number:

1. A step starts only when every need has a result, and a step whose need failed is blocked, with all behind it.
2. At most `pool` actions of a pool run at once, of those that are ready the first in the order in which the steps were given.
3. Of two steps with one key, and of two builds on one store, one runs and the other reuses.
4. A failure stops nothing else, unless `fail_fast` is set; then nothing new starts and what runs is finished.
5. An interrupt stops what runs, keeps what is done, and blocks the rest.
6. A result is recorded before anything that needs it starts.
7. What a gate stops is blocked, not failed: nothing was tried.
8. Chores are done one by one while nothing has ended for `QUIET_S`, when tools are at work; what fails is left.
9. What goes along with an action is made by the same run, each under its own key's lock, on record, and unless it is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from heapq import heappop, heappush
from typing import Protocol

from renderer.errors import GateError, RendererError
from renderer.execute.along import run_along
from renderer.execute.events import Emit, Finished, Outcome, Planned, Started, Waiting
from renderer.execute.step import (
    ENDED,
    Ending,
    State,
    Step,
    foreign,
    interrupted,
    needs_missing,
    stopped_early,
)
from renderer.model import Result
from renderer.plan.action import Action

QUIET_S = 0.04
Chore = Callable[[], None]
"""Something that is done anyway when the run has ended, and done by then if there was time: it takes milliseconds."""


class Shelf(Protocol):
    """Where results are looked up and recorded: the store, as far as the engine needs it."""

    def find(self, key: str) -> Result | None: ...

    async def record(self, action: Action, result: Result) -> None: ...

    def exclusive(self, key: str, *, on_wait: Callable[[], None]) -> AbstractAsyncContextManager[None]: ...


class Performer(Protocol):
    """Does what an action asks and puts the bytes into the store, `perform_along` what goes along with it too. May spend money."""

    async def perform(self, action: Action) -> Result: ...

    async def perform_along(self, action: Action) -> list[Result]: ...


async def run_steps(
    steps: Iterable[Step],
    *,
    shelf: Shelf,
    performer: Performer,
    pools: Mapping[str, int],
    emit: Emit,
    stop: asyncio.Event,
    fail_fast: bool = False,
    chores: deque[Chore] | None = None,
) -> dict[str, Ending]:
    """Run all steps and say how each ended, in the order given. Raises nothing that a step can raise.

    `pools` holds the most actions at once for every pool named, ≥ 1. Setting `stop` interrupts.
    May spend money through `performer`.
    """
    run = _Run(tuple(steps), shelf=shelf, performer=performer, pools=pools, emit=emit, fail_fast=fail_fast)
    return await run.until_ended(stop, chores=deque() if chores is None else chores)


class _Run:
    """One run of the loop.

    Approach:
    - every step begins in WANT; a step without open needs is READY and queued in its pool;
    - the loop starts queued steps while their pools have room, then sleeps until a task returns;
    - an ended step frees its place, and makes READY, or blocks, the steps that need it;
    - the loop ends when no task runs and no queue can move.
    """

    def __init__(
        self,
        steps: tuple[Step, ...],
        *,
        shelf: Shelf,
        performer: Performer,
        pools: Mapping[str, int],
        emit: Emit,
        fail_fast: bool,
    ) -> None:
        self.steps = {step.name: step for step in steps}
        assert len(self.steps) == len(steps), "BUG: two steps of one name"
        self.shelf, self.performer, self.pools, self.emit = shelf, performer, pools, emit
        self.fail_fast = fail_fast
        self.states = dict.fromkeys(self.steps, State.WANT)
        self.endings: dict[str, Ending] = {}
        self.open_needs = {step.name: len(step.needs) for step in steps}
        self.needed_by: dict[str, list[str]] = {}
        for step in steps:
            for need in step.needs:
                assert need in self.steps, f"BUG: `{step.name}` needs unknown `{need}`"
                self.needed_by.setdefault(need, []).append(step.name)
        self.rank = {step.name: rank for rank, step in enumerate(steps)}
        self.queues: dict[str, list[tuple[int, str]]] = {step.pool: [] for step in steps}
        self.running: Counter[str] = Counter()
        self.tasks: dict[asyncio.Task[Ending], str] = {}
        self.starting = True

    async def until_ended(self, stop: asyncio.Event, *, chores: deque[Chore]) -> dict[str, Ending]:
        self.emit(Planned(len(self.steps)))
        for name, count in self.open_needs.items():
            if not count:
                self._set(name, State.READY)
        stopped = asyncio.create_task(stop.wait())
        try:
            while self._start_ready():
                ended, _ = await asyncio.wait(
                    {*self.tasks, stopped},
                    return_when=asyncio.FIRST_COMPLETED,
                    timeout=QUIET_S if chores else None,
                )
                if not ended:
                    _do(chores.popleft())
                    continue
                if stopped.done():
                    await self._interrupt()
                self._settle()
        finally:
            stopped.cancel()
            await self._interrupt()
        self._block_the_rest(stop.is_set())
        return {name: self.endings[name] for name in self.steps}

    def _start_ready(self) -> bool:
        for pool, queue in self.queues.items():
            while self.starting and queue and self.running[pool] < self.pools[pool]:
                _, name = heappop(queue)
                self._set(name, State.RUNNING)
                self.running[pool] += 1
                self.tasks[asyncio.create_task(self._attempt(self.steps[name]))] = name
        return bool(self.tasks)

    def _settle(self) -> None:
        for task in [task for task in self.tasks if task.done()]:
            name = self.tasks.pop(task)
            self.running[self.steps[name].pool] -= 1
            if task.cancelled():
                self._end(name, Ending(Outcome.BLOCKED, error=interrupted()))
            else:
                self._end(name, task.result())

    def _end(self, name: str, ending: Ending) -> None:
        self.endings[name] = ending
        if ending.result is not None:
            self._set(name, State.DONE)
            for dependent in self.needed_by.get(name, ()):
                self.open_needs[dependent] -= 1
                if not self.open_needs[dependent] and self.states[dependent] is State.WANT:
                    self._set(dependent, State.READY)
            return
        self._set(name, State.FAILED if ending.outcome is Outcome.FAILED else State.BLOCKED)
        self.starting = self.starting and not (self.fail_fast and ending.outcome is Outcome.FAILED)
        for dependent in self.needed_by.get(name, ()):
            if self.states[dependent] is State.WANT:
                self._end_unstarted(dependent, needs_missing(name, ending.error))

    def _end_unstarted(self, name: str, error: RendererError) -> None:
        self.emit(Finished(name, "", Outcome.BLOCKED, 0.0, error=error))
        self._end(name, Ending(Outcome.BLOCKED, error=error))

    def _block_the_rest(self, is_stopped: bool) -> None:  # noqa: FBT001
        for name, state in list(self.states.items()):
            if state not in ENDED and self.states[name] not in ENDED:
                self._end_unstarted(name, interrupted() if is_stopped else stopped_early())

    def _set(self, name: str, state: State) -> None:
        before = self.states[name]
        assert before not in ENDED, f"BUG: `{name}` ended twice"
        assert state is not State.READY or not self.open_needs[name], f"BUG: `{name}` is not ready"
        assert state is not State.RUNNING or before is State.READY, f"BUG: `{name}` runs before it is ready"
        self.states[name] = state
        if state is State.READY:
            heappush(self.queues[self.steps[name].pool], (self.rank[name], name))

    async def _interrupt(self) -> None:
        self.starting = False
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _attempt(self, step: Step) -> Ending:
        started = time.monotonic()
        kind = ""
        try:
            decided = step.decide({need: self._result(need) for need in step.needs})
            if isinstance(decided, Result):
                ending = Ending(Outcome.REUSED, result=decided)
            else:
                kind = decided.kind
                ending = await self._reuse_or_run(step, decided)
        except GateError as error:
            ending = Ending(Outcome.BLOCKED, error=error)
        except RendererError as error:
            ending = Ending(Outcome.FAILED, error=error)
        except Exception as error:  # noqa: BLE001 - a bug in one step must not cost the others, which may be paid
            ending = Ending(Outcome.FAILED, error=foreign(error))
        except asyncio.CancelledError:
            self.emit(
                Finished(step.name, kind, Outcome.BLOCKED, time.monotonic() - started, error=interrupted())
            )
            raise
        elapsed_s = time.monotonic() - started
        self.emit(Finished(step.name, kind, ending.outcome, elapsed_s, ending.result, ending.error))
        return ending

    async def _reuse_or_run(self, step: Step, action: Action) -> Ending:
        if not step.always and (found := self.shelf.find(action.key)):
            return Ending(Outcome.REUSED, result=found)
        async with self.shelf.exclusive(action.key, on_wait=lambda: self.emit(Waiting(step.name))):
            if not step.always and (found := self.shelf.find(action.key)):
                return Ending(Outcome.REUSED, result=found)
            self.emit(Started(step.name, action.kind))
            result = await run_along(action, self.shelf, self.performer, always=step.always)
        return Ending(Outcome.RAN, result=result)

    def _result(self, name: str) -> Result:
        result = self.endings[name].result
        assert result is not None, f"BUG: `{name}` has no result"
        return result


def _do(chore: Chore) -> None:
    with contextlib.suppress(RendererError):
        chore()
