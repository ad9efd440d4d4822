"""The care of a store: which projects use it, what a person has pinned, and clearing away what nobody needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.digest import Digest
from renderer.store.border import translated
from renderer.store.enrolled import Enrolled
from renderer.store.fetched import Fetched
from renderer.store.files import sync_folder
from renderer.store.layout import Layout
from renderer.store.occupancy import Occupancy
from renderer.store.scratch import Scratch

if TYPE_CHECKING:
    from renderer.store.census import Census
    from renderer.store.journal import Journal
    from renderer.store.pinned import Pinned


class Care:
    """What `renderer cache gc` and its kin need of one store."""

    def __init__(
        self,
        layout: Layout,
        scratch: Scratch,
        *,
        occupancy: Occupancy,
        fetched: Fetched,
        hold: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        self._layout = layout
        self._scratch = scratch
        self._occupancy = occupancy
        self._fetched = fetched
        self.enrolled = Enrolled(layout, scratch, hold=hold)

    @cached_property
    def pinned(self) -> Pinned:
        """What a person has pinned."""
        from renderer.store.pinned import Pinned  # noqa: PLC0415 - not on the way of a build

        return Pinned(self._layout, self._scratch)

    def alone(self) -> AbstractContextManager[None]:
        """Keep builds out for as long as something is cleared away; `GateError` E631 where one is at work."""
        return self._occupancy.alone()

    def census(self, journal: Journal, *, free: str) -> Census:
        """All that is stored, for what it is. Raises as `take_census`."""
        from renderer.store.census import take_census  # noqa: PLC0415 - not on the way of a build

        return take_census(self._layout, journal=journal, fetched=self._fetched.all(), free=free)

    def wanted(self, journal: Journal, census: Census) -> set[str]:
        """What jobs that are open still need, by sha256."""
        from renderer.store.census import wanted_by_jobs  # noqa: PLC0415

        return wanted_by_jobs(journal, census.leaves)

    def begins_with(self, prefix: str) -> list[Digest]:
        """The stored blobs whose sha256 begins so, ordered; `prefix` has at least two hex digits."""
        with translated("read the store", self._layout.blobs):
            found = sorted((self._layout.blobs / prefix[:2]).glob(f"{prefix}*"))
            return [Digest(path.name, path.stat().st_size) for path in found]

    def clear(self, *, keys: Iterable[str], blobs: Iterable[str]) -> None:
        """Delete traces, then blobs; only inside `alone`.

        Traces are gone from the disk before the first blob goes, so that a kill in between leaves blobs that no trace
        names, and never a trace that promises a blob which this run took. Raises `StoreError` E610 or E613.
        """
        _delete(self._layout.traces / key[:2] / f"{key}.json" for key in keys)
        _delete(self._layout.blobs / sha256[:2] / sha256 for sha256 in blobs)


def _delete(paths: Iterable[Path]) -> None:
    folders: dict[Path, None] = {}
    for path in paths:
        with translated("delete from the store", path):
            if os.name == "nt":
                path.chmod(0o644)  # a read-only file cannot be deleted there
            path.unlink(missing_ok=True)
        folders[path.parent] = None
    for folder in folders:
        with translated("delete from the store", folder):
            if folder.is_dir():
                sync_folder(folder)
