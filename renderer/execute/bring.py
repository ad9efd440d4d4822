"""The inputs of an action, checked and at hand."""

from __future__ import annotations

from pathlib import Path

from renderer.errors import MediaError
from renderer.plan.action import Action
from renderer.store.store import Store


def bring(action: Action, store: Store) -> dict[str, list[Path]]:
    """Where the checked bytes of an action's inputs lie, by role; what is outside the store is put into it first.

    Raises `MediaError` M820 where a file changed since it was keyed, `StoreError` where a blob is damaged or gone.
    """
    given = [item for inputs in action.inputs.values() for item in inputs]
    for item in given:
        if item.path and not store.has(item.digest) and store.put_file(item.path, move=False) != item.digest:
            raise MediaError(
                f"`{item.path}` changed while the build ran",
                code="M820",
                hint="run the same command again",
            )
    paths = iter(store.verified_paths([item.digest for item in given]))
    return {role: [next(paths) for _ in inputs] for role, inputs in action.inputs.items()}
