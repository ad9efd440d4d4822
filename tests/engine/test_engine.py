"""The engine's numbered laws, on a fake shelf and a fake performer that keep a list of the work done."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.digest import digest_bytes
from renderer.errors import MediaError
from renderer.execute.engine import run_steps
from renderer.execute.events import Event, Finished, Outcome, Started
from renderer.execute.step import Ending, Step
from renderer.model import Result
from renderer.plan.action import Action


def result_of(name: str) -> Result:
    return Result(digest_bytes(name.encode()))


def action_of(name: str, *, key: str | None = None) -> Action:
    return Action(name=name, kind="generate", manifest={"action": "generate"}, key=key or name)


def step(name: str, *needs: str, key: str | None = None, pool: str = "local") -> Step:
    return Step(name, lambda _: action_of(name, key=key), needs=needs, pool=pool)


@dataclass
class Bench:
    """A store in memory and a performer that follows a script; `ran` is the list of work done, in order."""

    failing: frozenset[str] = frozenset()
    stored: dict[str, Result] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    at_once: int = 0
    at_once_max: int = 0
    on_perform: Callable[[str], None] = lambda _: None
    locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    def find(self, key: str) -> Result | None:
        return self.stored.get(key)

    async def record(self, action: Action, result: Result) -> None:
        self.stored[action.key] = result
        self.recorded.append(action.name)

    @asynccontextmanager
    async def exclusive(self, key: str, *, on_wait: Callable[[], None]) -> AsyncIterator[None]:
        lock = self.locks.setdefault(key, asyncio.Lock())
        if lock.locked():
            on_wait()
        async with lock:
            yield

    async def perform(self, action: Action) -> Result:
        self.ran.append(action.name)
        self.at_once += 1
        self.at_once_max = max(self.at_once_max, self.at_once)
        self.on_perform(action.name)
        try:
            for _ in range(3):
                await asyncio.sleep(0)
        finally:
            self.at_once -= 1
        if action.name in self.failing:
            raise MediaError(f"{action.name} went wrong")
        return result_of(action.name)

    async def perform_along(self, action: Action) -> list[Result]:
        self.ran += [one.name for one in action.along]
        return [await self.perform(action), *(result_of(one.name) for one in action.along)]


def run(
    bench: Bench,
    *steps: Step,
    pools: Mapping[str, int] | None = None,
    fail_fast: bool = False,
    stop_at: str | None = None,
) -> dict[str, Ending]:
    async def main() -> dict[str, Ending]:
        stop = asyncio.Event()
        bench.on_perform = lambda name: stop.set() if name == stop_at else None
        return await run_steps(
            steps,
            shelf=bench,
            performer=bench,
            pools=pools or {"local": 2},
            emit=bench.events.append,
            stop=stop,
            fail_fast=fail_fast,
        )

    return asyncio.run(main())


def outcomes(endings: Mapping[str, Ending]) -> dict[str, str]:
    return {name: ending.outcome.value for name, ending in endings.items()}


def test_1_a_step_starts_only_when_every_need_has_a_result() -> None:
    """`c` needs both; whatever the order given, it runs last."""
    bench = Bench()
    run(bench, step("c", "a", "b"), step("a"), step("b"))
    assert ["a", "b", "c"] == bench.ran


def test_1_all_behind_a_failure_are_blocked_and_the_rest_runs() -> None:
    """A failed need blocks its dependents and theirs, and nothing else."""
    bench = Bench(failing=frozenset({"a"}))
    endings = run(bench, step("a"), step("b", "a"), step("c", "b"), step("d"))
    assert {"a": "failed", "b": "blocked", "c": "blocked", "d": "ran"} == outcomes(endings)
    assert ["a", "d"] == bench.ran


def test_1_a_step_is_given_the_results_of_its_needs() -> None:
    """`decide` sees each need's result by name."""
    seen: list[Mapping[str, Result]] = []

    def decide(results: Mapping[str, Result]) -> Action:
        seen.append(results)
        return action_of("b")

    run(Bench(), step("a"), Step("b", decide, needs=("a",)))
    assert [{"a": result_of("a")}] == seen


def test_2_a_pool_never_holds_more_than_its_limit() -> None:
    """Twenty steps through a pool of three: three at once, never four, in the order given."""
    bench = Bench()
    run(bench, *(step(f"s{n:02}") for n in range(20)), pools={"local": 3})
    assert 3 == bench.at_once_max
    assert sorted(bench.ran) == bench.ran


def test_2_a_full_pool_does_not_hold_up_another() -> None:
    """A waiting queue of generations leaves local work free to run."""
    bench = Bench()
    run(bench, *(step(f"g{n}", pool="paid") for n in range(4)), step("x"), pools={"paid": 1, "local": 1})
    assert bench.ran.index("x") < bench.ran.index("g1")


def test_3_of_two_steps_with_one_key_one_runs_and_the_other_reuses() -> None:
    """Identical requests share one result."""
    bench = Bench()
    endings = run(bench, step("a", key="k"), step("b", key="k"))
    assert ["a"] == bench.ran
    assert {"a": "ran", "b": "reused"} == outcomes(endings)


def test_3_what_is_stored_is_reused() -> None:
    """A second run does no work."""
    bench = Bench()
    run(bench, step("a"), step("b", "a"))
    bench.ran.clear()
    endings = run(bench, step("a"), step("b", "a"))
    assert [] == bench.ran
    assert {"a": "reused", "b": "reused"} == outcomes(endings)


def test_3_a_step_that_must_run_always_runs() -> None:
    """`always` passes by what is stored."""
    bench = Bench(stored={"a": result_of("old")})
    endings = run(bench, Step("a", lambda _: action_of("a"), always=True))
    assert result_of("a") == endings["a"].result


def test_4_fail_fast_starts_nothing_new_and_finishes_what_runs() -> None:
    """With two at once, the neighbour of the failed step ends well; the rest is never tried."""
    bench = Bench(failing=frozenset({"a"}))
    endings = run(bench, step("a"), step("b"), step("c"), step("d"), fail_fast=True)
    assert {"a": "failed", "b": "ran", "c": "blocked", "d": "blocked"} == outcomes(endings)
    assert "G903" == (endings["c"].error and endings["c"].error.code)


def test_5_an_interrupt_keeps_what_is_done_and_blocks_the_rest() -> None:
    """Stopping while `b` runs: `a` stays done, `b` and `c` are blocked, nothing is left running."""
    bench = Bench()
    endings = run(bench, step("a"), step("b", "a"), step("c", "b"), stop_at="b")
    assert {"a": "ran", "b": "blocked", "c": "blocked"} == outcomes(endings)
    assert 0 == bench.at_once
    assert ["a"] == bench.recorded


def test_6_a_result_is_recorded_before_anything_that_needs_it_starts() -> None:
    """When `b` is performed, `a` is on record."""
    bench = Bench()
    seen: list[list[str]] = []

    def decide(_: Mapping[str, Result]) -> Action:
        seen.append(list(bench.recorded))
        return action_of("b")

    run(bench, step("a"), Step("b", decide, needs=("a",)))
    assert [["a"]] == seen


def test_a_step_may_give_its_result_without_an_action() -> None:
    """A clip that already conforms passes through."""
    bench = Bench()
    endings = run(bench, Step("a", lambda _: result_of("given")))
    assert result_of("given") == endings["a"].result
    assert [] == bench.ran


def test_every_start_has_an_end_in_the_events() -> None:
    """Listeners can rely on pairs."""
    bench = Bench(failing=frozenset({"a"}))
    run(bench, step("a"), step("b"), step("c", "a"))
    started = [event.step for event in bench.events if isinstance(event, Started)]
    finished = [event.step for event in bench.events if isinstance(event, Finished)]
    assert set(started) <= set(finished)
    assert ["a", "b", "c"] == sorted(finished)


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[str, tuple[str, ...]]]:
    names = [f"n{index}" for index in range(draw(st.integers(1, 8)))]
    return [
        (name, tuple(draw(st.lists(st.sampled_from(names[:index]), unique=True)) if index else ()))
        for index, name in enumerate(names)
    ]


@settings(max_examples=60, deadline=None)
@given(
    graph=graphs(),
    failing=st.frozensets(st.sampled_from([f"n{n}" for n in range(8)])),
    at_once=st.integers(1, 3),
)
def test_every_graph_ends_with_each_step_tried_once_or_blocked(
    graph: list[tuple[str, tuple[str, ...]]], failing: frozenset[str], at_once: int
) -> None:
    """Whatever fails: a step ran or failed exactly when all its needs ran, and was tried at most once."""
    bench = Bench(failing=failing)
    ended = outcomes(run(bench, *(step(name, *needs) for name, needs in graph), pools={"local": at_once}))
    for name, needs in graph:
        possible = all(ended[need] == Outcome.RAN.value for need in needs)
        expected = "blocked" if not possible else "failed" if name in failing else "ran"
        assert expected == ended[name]
    assert len(set(bench.ran)) == len(bench.ran)


def test_8_chores_are_done_while_actions_are_at_work() -> None:
    """One by one, in order, while an action takes its time; one that fails stops neither the others nor the action."""
    done: list[str] = []

    def fail() -> None:
        done.append("second")
        raise MediaError("went wrong")

    async def main() -> dict[str, Ending]:
        last = asyncio.Event()
        chores = deque([lambda: done.append("first"), fail, last.set])

        @dataclass
        class Slow(Bench):
            async def perform(self, action: Action) -> Result:
                await last.wait()
                return await Bench.perform(self, action)

        bench = Slow()
        return await run_steps(
            [step("a")],
            shelf=bench,
            performer=bench,
            pools={"local": 1},
            emit=bench.events.append,
            stop=asyncio.Event(),
            chores=chores,
        )

    assert {"a": "ran"} == outcomes(asyncio.run(main()))
    assert ["first", "second"] == done


def along(name: str, *others: str) -> Step:
    action = action_of(name)._replace(along=tuple(action_of(other) for other in others))
    return Step(name, lambda _: action)


def test_9_what_goes_along_is_made_by_the_same_run_and_on_record() -> None:
    """One performance, three results; the step's own is the first."""
    bench = Bench()
    endings = run(bench, along("a", "b", "c"))
    assert ["b", "c", "a"] == bench.ran
    assert ["a", "b", "c"] == bench.recorded
    assert result_of("a") == endings["a"].result
    assert result_of("c") == bench.stored["c"]


def test_9_what_goes_along_is_not_made_where_it_is_there() -> None:
    """Unless the step must always run."""
    bench = Bench(stored={"b": result_of("b")})
    run(bench, along("a", "b", "c"))
    assert ["c", "a"] == bench.ran
    bench.ran.clear()
    run(bench, along("a", "b", "c")._replace(always=True))
    assert ["b", "c", "a"] == bench.ran


def test_9_what_goes_along_is_made_once_beside_a_step_of_its_key() -> None:
    """Whichever has the lock first makes it, and the other waits."""
    for steps in ((along("a", "b"), step("b")), (step("b"), along("a", "b"))):
        bench = Bench()
        run(bench, *steps)
        assert ["a", "b"] == sorted(bench.ran)


class Hesitant(Bench):
    """A bench whose locks are taken a moment after they are asked for, so that others get theirs in between."""

    @asynccontextmanager
    async def exclusive(self, key: str, *, on_wait: Callable[[], None]) -> AsyncIterator[None]:
        await asyncio.sleep(0)
        async with super().exclusive(key, on_wait=on_wait):
            yield


def test_9_two_that_take_the_same_along_do_not_wait_for_each_other() -> None:
    """In whatever order they name it; it is made once."""
    bench = Hesitant()
    endings = run(bench, along("a", "c", "d"), along("b", "d", "c"))
    assert {"a": "ran", "b": "ran"} == outcomes(endings)
    assert ["a", "b", "c", "d"] == sorted(bench.ran)
