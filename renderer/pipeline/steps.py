"""From takes and actions to the engine's steps, and from its endings back: who makes what, in which pool.

Takes that start from nobody are steps without needs; `graph` adds those that do. Films and previews run plain actions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from renderer.execute.engine import Chore, run_steps
from renderer.execute.perform import Performer, StoreShelf
from renderer.execute.step import Ending, Step
from renderer.model import Result
from renderer.plan.action import Action
from renderer.plan.rows import TakeRow

if TYPE_CHECKING:
    import asyncio

    from renderer.execute.events import Emit
    from renderer.pipeline.buying.shop import Shop
    from renderer.pipeline.run import Run

LOCAL = "local"
GENERATE = "generate"
BUY = "buy"
Decide = Callable[[Mapping[str, Result]], Action | Result]


async def run_actions(
    run: Run,
    actions: Sequence[Action],
    *,
    pool: str,
    emit: Emit,
    stop: asyncio.Event,
    chores: deque[Chore] | None = None,
) -> dict[str, Ending]:
    """Run independent free actions, each of another key, and say, by key, how each ended, and what went along with it."""
    always = run.wishes.always
    steps = [Step(action.name, constantly(action), pool=pool, always=always) for action in actions]
    endings = await run_all(run, steps, emit=emit, stop=stop, chores=chores)
    by_key = {one.key: endings[action.name] for action in actions for one in (action, *action.along)}
    run.made |= {key for key, ending in by_key.items() if ending.result}
    return by_key


async def run_all(
    run: Run,
    steps: Sequence[Step],
    *,
    emit: Emit,
    stop: asyncio.Event,
    shop: Shop | None = None,
    chores: deque[Chore] | None = None,
) -> dict[str, Ending]:
    """Run steps with the tools of a run, and say, by name, how each ended. May spend money through `shop`."""
    workshop, wishes = run.workshop, run.wishes
    return await run_steps(
        steps,
        shelf=StoreShelf(workshop.store, lambda: datetime.now(UTC)),
        performer=Performer(
            workshop.store,
            workshop.ffmpeg,
            workshop.maker(),
            shop.buyer if shop else None,
            emit,
            places={output.name: run.film_path(output) for output in run.compiled.outputs},
            mates=run.workshop.mates,
        ),
        pools={
            LOCAL: workshop.cores,
            GENERATE: wishes.jobs or workshop.cores,
            BUY: shop.pool_size if shop else 1,
        },
        emit=emit,
        stop=stop,
        fail_fast=wishes.fail_fast,
        chores=chores,
    )


def constantly(action: Action) -> Decide:
    """What decides for one action, whatever came before."""
    return lambda _: action


def take_step(run: Run, row: TakeRow, decide: Decide, *, needs: Sequence[str] = ()) -> Step:
    """The step of a take: bought, or made here, and then perhaps made again."""
    if row.paid:
        return Step(row.name, decide, needs=tuple(needs), pool=BUY)
    return Step(row.name, decide, needs=tuple(needs), pool=GENERATE, always=run.wishes.always)
