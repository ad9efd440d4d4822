"""In which order steps start where there is a choice: those first that most time waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from renderer.catalogue.library import CatalogueError, load
from renderer.execute.step import Step
from renderer.plan.rows import TakeRow

PAID_S = 120.0
"""How long a paid take is expected to need where the catalogue does not say."""
FREE_S = 2.0
FRAME_S = 0.5


def longest_first(steps: Sequence[Step], *, rows: Mapping[str, TakeRow]) -> list[Step]:
    """The steps, those first behind which most time is spent, whatever else is ready; else as they were.

    `rows` are those of the steps that make takes, by their names; the others take frames out of clips.
    """
    below: dict[str, list[str]] = {}
    for step in steps:
        for need in step.needs:
            below.setdefault(need, []).append(step.name)
    expected_s = {step.name: _expected_s(rows.get(step.name)) for step in steps}
    ahead_s: dict[str, float] = {}
    for start in expected_s:
        rest = [start]
        while rest:
            after = below.get(rest[-1], [])
            open_ones = [name for name in after if name not in ahead_s]
            if open_ones:
                rest.append(open_ones[0])
                continue
            name = rest.pop()
            ahead_s[name] = expected_s[name] + max((ahead_s[one] for one in after), default=0)
    return sorted(steps, key=lambda step: -ahead_s[step.name])


def _expected_s(row: TakeRow | None) -> float:
    """How long a step is expected to take."""
    if row is None:
        return FRAME_S
    return _latency_s(row.provider, row.model) if row.paid else FREE_S


def _latency_s(provider: str, model: str | None) -> float:
    try:
        latency = load(provider, model).latency_s
    except CatalogueError:
        return PAID_S
    return float(latency[1]) if latency else PAID_S
