"""One run for several results: an action, and what goes along with it for less than it costs alone."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from renderer.model import Result
from renderer.plan.action import Action

if TYPE_CHECKING:
    from renderer.execute.engine import Performer, Shelf


async def run_along(action: Action, shelf: Shelf, performer: Performer, *, always: bool) -> Result:
    """Perform an action, whose lock is held, and of what goes along all that is not there; put each result on record.

    The locks of what goes along are taken after the action's own, in order of their keys, and by nobody who holds another
    before: so no two wait for each other. May spend money. Raises as `performer` and `shelf` do.
    """
    async with AsyncExitStack() as held:
        for one in sorted(action.along, key=lambda one: one.key):
            await held.enter_async_context(shelf.exclusive(one.key, on_wait=_say_nothing))
        along = tuple(one for one in action.along if always or not shelf.find(one.key))
        results = (
            await performer.perform_along(action._replace(along=along))
            if along
            else [await performer.perform(action)]
        )
        made = zip((action, *along), results, strict=True)
        await asyncio.gather(*(shelf.record(one, result) for one, result in made))
    return results[0]


def _say_nothing() -> None:
    """Whoever makes it already is told of as running."""
