"""From takes to the actions that make them, and who asks for each. Nothing of the engine is needed to say so."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from renderer.digest import Digest
from renderer.model import Asker
from renderer.plan.action import Action, Input
from renderer.plan.rows import Detail, TakeRow

if TYPE_CHECKING:
    from renderer.pipeline.run import Run


def take_action(run: Run, row: TakeRow, detail: Detail, *, askers: tuple[Asker, ...]) -> Action:
    """The action that makes a take."""
    return Action.of(detail.manifest, name=row.name, inputs=take_inputs(run, detail), askers=askers)


def take_inputs(run: Run, detail: Detail) -> dict[str, tuple[Input, ...]]:
    """The inputs of a take that are there before anything is made, by role."""
    return {
        role: tuple(Input(Digest(sha256, size), run.input_path(path)) for sha256, size, path in given)
        for role, given in detail.inputs.items()
    }


def askers_of(run: Run, keys: Collection[str]) -> dict[str, tuple[Asker, ...]]:
    """All who ask for some keys, selected or not."""
    askers: dict[str, list[Asker]] = {}
    identity, spec = run.project.identity, run.project.asker_spec
    for row in run.compiled.takes:
        if row.key in keys:
            askers.setdefault(row.key, []).append(Asker(identity, spec, row.shot, row.take))
    return {key: tuple(found) for key, found in askers.items()}
