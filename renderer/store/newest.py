"""Which footage a shot had last: the newest trace that was made for it and whose clip is still there.

Traces name who asked for them, but by key; here they are sorted by shot. Each of the 256 trace folders has
one row in the index, valid while the folder's times of change are those in the row: every trace that is
written is renamed into its folder, which changes them. So a row is known to be complete, or the folder's
files are read. Times are remembered only once they have settled, as in `seen`.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from renderer.model import Json, Trace
from renderer.store.blobs import Blobs
from renderer.store.index import Index
from renderer.store.layout import Layout
from renderer.store.seen import COARSE_MARGIN_NS
from renderer.store.traces import Traces

Shot = tuple[str, str, str]


class Newest:
    """The newest trace of each shot. `clock_ns` as in `seen`."""

    def __init__(
        self, layout: Layout, index: Index, traces: Traces, blobs: Blobs, *, clock_ns: Callable[[], int]
    ) -> None:
        self._layout = layout
        self._index = index
        self._traces = traces
        self._blobs = blobs
        self._clock_ns = clock_ns

    def of(self, project: str, *, spec: str, shots: Sequence[str]) -> list[Trace | None]:
        """For each shot its newest trace by `made_at`, one of whose results is there; ties go to the larger key."""
        asked: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for key, made_at, askers in self._everything():
            for shot in {
                shot for its_project, its_spec, shot in askers if (its_project, its_spec) == (project, spec)
            }:
                asked[shot].append((made_at, key))
        return [self._first_there(sorted(asked[shot], reverse=True)) for shot in shots]

    def all_of(self, project: str, *, spec: str, shot: str) -> list[Trace]:
        """Every trace that a shot asked for, the newest first."""
        asker = (project, spec, shot)
        found = [(made_at, key) for key, made_at, askers in self._everything() if asker in map(tuple, askers)]
        return [trace for _, key in sorted(found, reverse=True) if (trace := self._traces.read(key))]

    def _first_there(self, candidates: Iterable[tuple[str, str]]) -> Trace | None:
        for _, key in candidates:
            trace = self._traces.read(key)
            if trace and any(self._blobs.has(result.digest) for result in trace.results):
                return trace
        return None

    def _everything(self) -> Iterator[tuple[str, str, list[Shot]]]:
        for number in range(256):
            yield from self._folder(f"{number:02x}")

    def _folder(self, name: str) -> Iterable[tuple[str, str, list[Shot]]]:
        try:
            status = os.stat(self._layout.traces / name)  # noqa: PTH116
        except OSError:
            return []
        times = [status.st_mtime_ns, status.st_ctime_ns]
        row: Json = self._index.get(f"askers/{name}")
        if row and row["times"] == times:
            return row["traces"]  # type: ignore[no-any-return]
        keys = sorted(path.stem for path in (self._layout.traces / name).glob("*.json"))
        found = [_line(trace) for key in keys if (trace := self._traces.read(key))]
        if max(times) + COARSE_MARGIN_NS < self._clock_ns():
            self._index.put(f"askers/{name}", {"times": times, "traces": found})
        return found


def _line(trace: Trace) -> tuple[str, str, list[Shot]]:
    return trace.key, trace.made_at, [(asker.project, asker.spec, asker.shot) for asker in trace.askers]
