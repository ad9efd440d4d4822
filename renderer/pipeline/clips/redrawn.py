"""Bought takes that start from drawn clips: another ffmpeg draws those anew, and that is no reason to buy.

A drawn clip's bytes depend on the tools, and a bought take's key on those bytes. So a take that was bought for an earlier drawing of
the very same request stands. Nothing is ever bought for an earlier drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import TYPE_CHECKING

from renderer.digest import action_key
from renderer.model import Json
from renderer.pipeline.run import Run
from renderer.plan.action import Input
from renderer.plan.chain import with_frames
from renderer.plan.rows import ChainRow, LinkRow

if TYPE_CHECKING:
    from renderer.pipeline.clips.chains import Stand

DRAWINGS_MAX = 64
"""How many earlier drawings, or sets of them, are asked about for one take."""


def bought_before(run: Run, chain: ChainRow, stands: Mapping[LinkRow, Stand]) -> dict[str, Json] | None:
    """The manifest under which a bought take was made from earlier drawings; None where it was not, the newest where it was often.

    `stands` is what stands for its parents today. The lock's word counts as much as the store's, and so does a job that is open.
    """
    store, under_way = run.workshop.store, {job.key for job in run.workshop.store.open_jobs()}
    choices = [list(_clips(run, stand)) for stand in stands.values()]
    for clips in islice(product(*choices), DRAWINGS_MAX):
        manifest = with_frames(chain, dict(zip(stands, clips, strict=True)))
        key = action_key(manifest)
        if key in run.locked.clips or key in under_way or store.lookup(key):
            return manifest
    return None


def _clips(run: Run, stand: Stand) -> Iterator[Input]:
    """What may have stood for a parent: the clip of today, then those that were drawn of its request, the newest first."""
    if stand.clip:
        yield stand.clip
    if stand.take is not None and not run.bare.takes[stand.take].paid:
        yield from _drawings(run, stand.take)


def _drawings(run: Run, number: int) -> Sequence[Input]:
    """The clips that were drawn of a take's request, whatever drew them, and whether or not they are still there."""
    project, store = run.project, run.workshop.store
    shot = run.bare.takes[number].shot
    known = store.newest.all_of(project.identity, spec=project.asker_spec, shot=shot)
    if not known:
        return []
    wanted = _without_tools(run.details([number])[number].manifest)
    return [
        Input(result.digest, facts=result.facts)
        for trace in known
        if _without_tools(trace.manifest) == wanted
        for result in trace.results
    ]


def _without_tools(manifest: Mapping[str, Json]) -> dict[str, Json]:
    return {name: part for name, part in manifest.items() if name != "tools"}
