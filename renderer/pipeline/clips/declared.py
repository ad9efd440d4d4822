"""Which shots of a film models generated: told by the clip that is shown, and not by what would be asked for today.

What is drawn here from a frame of a generated clip is generated in part. Own footage is the author's word.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING

from renderer.model import Json, Trace
from renderer.pipeline.workshop import ANIMATIC
from renderer.plan.rows import TakeRow
from renderer.sources import GENERATED, PARTLY

if TYPE_CHECKING:
    from renderer.pipeline.run import Run


ASKED = "told"


def sources_of(run: Run) -> Mapping[str, str]:
    """The digital source type of what each shot shows, by its id; those are left out of which nothing is generated."""
    takes = run.compiled.takes
    found = {row.shot: GENERATED for row in takes if row.paid}
    for first in run.picked.choices:
        found.pop(takes[first].shot, None)
        if _is_generated(run, first):
            found[takes[first].shot] = GENERATED
    if not found:
        return found
    children: dict[str, list[str]] = {}
    for chain in run.compiled.chains:
        for link in chain.links:
            children.setdefault(link.shot, []).append(takes[chain.take].shot)
    queue = deque(found)
    while queue:
        fresh = [shot for shot in children.get(queue.popleft(), ()) if shot not in found]
        found.update(dict.fromkeys(fresh, PARTLY))
        queue.extend(dict.fromkeys(fresh))
    return found


def _is_generated(run: Run, first: int) -> bool:
    """Whether a model made what was chosen for a shot; `first` is its first take."""
    choice = run.picked.choices[first]
    row, result = run.compiled.takes[choice.number], run.results[choice.number]
    if not choice.clip or (result and result.digest.sha256 == choice.clip):
        return row.paid
    provider = manifest_of(run, row, choice.clip).get("provider")
    return row.paid if provider is None else provider != ANIMATIC


def shown_take(run: Run, first: int) -> TakeRow:
    """The take that stands for a shot in the film."""
    choice = run.picked.choices.get(first)
    return run.compiled.takes[choice.number if choice else first]


class Asked:
    """What a sidecar says of each clip of a film, and of the request for it, as `clip_text` writes that.

    What a trace says of a clip never changes, so it is remembered: after an edit a film of a thousand takes reads one trace.
    """

    def __init__(self, run: Run) -> None:
        self._run, self._name = run, f"{run.project.identity}/{run.project.asker_spec}"
        self._known: Mapping[str, str] = run.workshop.store.memos.get(ASKED, self._name) or {}
        self._told: dict[str, str] = {}

    def of(self, row: TakeRow, clip: str) -> str:
        """What is said of a clip that stands for a take."""
        name = f"{row.key}/{clip}"
        known = self._known.get(name)
        if known is None:
            trace = self._run.workshop.store.trace(row.key)
            if trace is None or not _holds(trace, clip):
                return _told(row, clip, manifest_of(self._run, row, clip))
            known = _told(row, clip, trace.manifest)
        self._told[name] = known
        return known

    def keep(self) -> None:
        """Remember what was told, and nothing else."""
        self._run.workshop.store.memos.put_later(ASKED, self._name, lambda: self._told)


def _told(row: TakeRow, clip: str, manifest: Mapping[str, Json]) -> str:
    from renderer.report.sidecar import clip_text  # noqa: PLC0415 - only where something is written

    return clip_text(
        clip,
        provider=manifest.get("provider", row.provider),
        model=manifest.get("model", row.model),
        prompt=manifest.get("fields", {}).get("prompt"),
        seed=manifest.get("seed"),
    )


def manifest_of(run: Run, row: TakeRow, clip: str) -> Mapping[str, Json]:
    """The manifest that a clip was made by: its take's, or for footage that is kept an older one of its shot's; else nothing."""
    trace = run.workshop.store.trace(row.key)
    if trace and _holds(trace, clip):
        return trace.manifest
    older = run.workshop.store.newest.all_of(run.project.identity, spec=run.project.asker_spec, shot=row.shot)
    return next((trace.manifest for trace in older if _holds(trace, clip)), {})


def _holds(trace: Trace, clip: str) -> bool:
    return any(result.digest.sha256 == clip for result in trace.results)
