"""Puts on record which projects use a store and what their builds used, for `renderer cache gc`; one stat where that is known."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime

from renderer.errors import StoreError
from renderer.pipeline.project import Project
from renderer.pipeline.run import Run
from renderer.pipeline.showing import shown_takes
from renderer.store.store import Store

FRESH_S = 12 * 3600.0
"""For so long a use that is on record stands for later ones of the same things."""


def enrol(store: Store, project: Project, *, now: datetime) -> None:
    """Put a storyboard on record where its store exists and does not know it; one that cannot be written is only read."""
    known_s = store.used_at_s(project.identity, spec=project.asker_spec)
    if known_s is not None or not store.root.is_dir():
        return
    with contextlib.suppress(StoreError):
        store.care.enrolled.enrol(project.identity, root=project.root, spec=project.asker_spec, now=now)


def note_use(run: Run, *, now: datetime) -> None:
    """Put on record what a build used, unless it did nothing and that is known already.

    What cannot be written is told among the run's troubles: the build is done.
    """
    project, store = run.project, run.workshop.store
    known_s = store.used_at_s(project.identity, spec=project.asker_spec)
    idle = not (run.made or run.endings or run.published)
    if idle and known_s is not None and 0 <= now.timestamp() - known_s < FRESH_S:
        return
    used = set(_used(run))
    if not used:
        return
    try:
        store.care.enrolled.enrol(
            project.identity, root=project.root, spec=project.asker_spec, digests=used, now=now
        )
    except StoreError as error:
        run.troubles.append(error)


def _used(run: Run) -> Iterator[str]:
    """The sha256 of every clip and film that a run shows or has, and of what it fetched."""
    yield from (result.digest.sha256 for result in [*run.results, *shown_takes(run)] if result)
    yield from (state.result.digest.sha256 for state in run.films.values() if state.result)
    yield from (sha256 for _, sha256, _ in [*run.compiled.inputs, *run.compiled.urls])
