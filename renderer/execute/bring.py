"""The inputs of an action, checked and at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from renderer.errors import MediaError
from renderer.model import Json
from renderer.plan.action import Action, Input
from renderer.store.store import Store


async def bring(action: Action, store: Store) -> dict[str, list[Path]]:
    """Where the checked bytes of an action's inputs lie, by role; what is outside the store is put into it first.

    What was read before and has not changed since is not read again: of a film, everything but the clip that was edited.
    Raises `MediaError` M820 where a file changed since it was keyed, `StoreError` where a blob is damaged or gone.
    """
    given = [item for inputs in action.inputs.values() for item in inputs]
    recalled = store.checked.recall(
        [item.digest for item in given]
    )  # here, since no other thread may ask the index
    paths = iter(await asyncio.to_thread(_fetch, given, store, recalled))
    return {role: [next(paths) for _ in inputs] for role, inputs in action.inputs.items()}


def _fetch(given: list[Input], store: Store, recalled: Mapping[str, Json]) -> list[Path]:
    for item in given:
        if item.path and not store.has(item.digest) and store.put_file(item.path, move=False) != item.digest:
            raise MediaError(
                f"`{item.path}` changed while the build ran",
                code="M820",
                hint="run the same command again",
            )
    return store.checked.paths([item.digest for item in given], recalled=recalled)
