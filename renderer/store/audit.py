"""A whole store: listed, counted, checked and mended. Nothing here deletes: what is damaged is moved to `damaged/`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from renderer.digest import Digest, digest_file
from renderer.errors import StoreError
from renderer.model import Trace
from renderer.store.blobs import Blobs
from renderer.store.border import translated
from renderer.store.fetched import Fetched
from renderer.store.files import set_aside
from renderer.store.index import Index
from renderer.store.journal import Journal
from renderer.store.layout import Layout
from renderer.store.traces import Traces, parse_trace


@dataclass(frozen=True, slots=True)
class StoreStats:
    """How much a store holds. `index_bytes` and `index_rows` may become 0 at any time without loss.

    `jobs` are all that the journal knows, `open_jobs` those with money at stake and no clip here.
    """

    root: Path
    blobs: int
    blob_bytes: int
    traces: int
    pins: int
    jobs: int
    open_jobs: int
    journal_bytes: int
    damaged: int
    index_rows: int
    index_bytes: int


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """What a check of every byte found.

    `damaged_blobs` and `damaged_traces` are names of files whose bytes are not what they must be, `damaged_lines` places in
    the journal, by file and offset, that nobody has taken note of; `jobs` is how many jobs its other lines tell of;
    `lost` are results that a trace names and that are not there; `unnamed` are blobs that no trace and no
    pin names, such as images and what an interrupted run had just stored: neither is an error.
    """

    blobs: int
    traces: int
    jobs: int
    damaged_blobs: tuple[str, ...]
    damaged_traces: tuple[str, ...]
    damaged_lines: tuple[str, ...]
    lost: tuple[tuple[str, Digest], ...]
    unnamed: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        return not (self.damaged_blobs or self.damaged_traces or self.damaged_lines)


class Audit:
    """One store as a whole. `learn` puts what a trace says into the index; the journal is opened when it is asked for."""

    def __init__(
        self,
        layout: Layout,
        *,
        index: Index,
        blobs: Blobs,
        traces: Traces,
        fetched: Fetched,
        journal: Callable[[], Journal],
        learn: Callable[[Trace], None],
    ) -> None:
        self._layout = layout
        self._index = index
        self._blobs = blobs
        self._traces = traces
        self._fetched = fetched
        self._journal = journal
        self._learn = learn

    def traces(self) -> Iterator[Trace]:
        """Every trace, ordered by key."""
        return self._traces.all()

    def blobs(self) -> Iterator[Digest]:
        """What every blob is by its name and size, ordered; their bytes are not read."""
        return (Digest(path.name, path.stat().st_size) for path in self._blobs.remaining())

    def count(self) -> StoreStats:
        """Count files and bytes, by listing folders, and jobs, by reading the journal."""
        layout, journal = self._layout, self._journal()
        with translated("read the store", layout.root):
            jobs = journal.jobs()
            sizes = [path.stat().st_size for path in _files(layout.blobs)]
            return StoreStats(
                root=layout.root,
                blobs=len(sizes),
                blob_bytes=sum(sizes),
                traces=sum(1 for _ in _files(layout.traces)),
                pins=sum(1 for _ in _files(layout.pins)),
                jobs=len(jobs),
                open_jobs=sum(job.is_open for job in jobs),
                journal_bytes=journal.size_bytes(),
                damaged=sum(1 for _ in layout.damaged.glob("*")),
                index_rows=self._index.count(),
                index_bytes=self._index.size_bytes(),
            )

    def verify(self, on_item: Callable[[Path], None] | None = None) -> StoreCheck:
        """Hash every blob, check every trace and every line of the journal, changing nothing.

        `on_item` hears of each blob and trace before it is read.
        """
        layout, journal, seen = self._layout, self._journal(), on_item or _unheard
        damaged_blobs = tuple(path.name for path in _told(layout.blobs, seen) if not _is_sound_blob(path))
        traces, damaged_traces = _read_traces(layout, seen)
        named = {digest.sha256 for digest in self._fetched.all()}
        named.update(result.digest.sha256 for trace in traces for result in trace.results)
        names = [path.name for path in _files(layout.blobs)]
        return StoreCheck(
            blobs=len(names),
            traces=len(traces) + len(damaged_traces),
            jobs=len(journal.jobs()),
            damaged_blobs=damaged_blobs,
            damaged_traces=damaged_traces,
            damaged_lines=journal.damaged_names(),
            lost=tuple((t.key, r.digest) for t in traces for r in t.results if not self._blobs.has(r.digest)),
            unnamed=tuple(name for name in names if name not in named),
        )

    def repair(self, on_item: Callable[[Path], None] | None = None, *, now: datetime) -> StoreCheck:
        """Check, move what is damaged to `damaged/` and make the index anew from the traces; what was found is returned.

        Damaged lines of the journal stay where they are; that somebody knows of them is put on record, at `now`.

        Raises `StoreError` E610 for a file that cannot be moved.
        """
        check = self.verify(on_item)
        for name in check.damaged_blobs:
            _move(self._layout.blobs / name[:2] / name, self._layout)
        for key in check.damaged_traces:
            _move(self._layout.traces / key[:2] / f"{key}.json", self._layout)
        self._journal().mend(at=now)
        self._index.clear()
        for trace in self._traces.all():
            self._learn(trace)
        self._index.flush()
        return check


def _read_traces(layout: Layout, seen: Callable[[Path], None]) -> tuple[list[Trace], tuple[str, ...]]:
    traces, damaged = [], []
    for path in _told(layout.traces, seen):
        with translated("read the store", path):
            trace = parse_trace(path.read_bytes(), path=path)
        if trace and trace.key == path.stem:
            traces.append(trace)
        else:
            damaged.append(path.stem)
    return traces, tuple(damaged)


def _is_sound_blob(path: Path) -> bool:
    with translated("read the store", path):
        return digest_file(path).sha256 == path.name


def _told(folder: Path, seen: Callable[[Path], None]) -> Iterator[Path]:
    for path in _files(folder):
        seen(path)
        yield path


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9a-f][0-9a-f]/*"))


def _move(path: Path, layout: Layout) -> None:
    if set_aside(path, layout.damaged) is None and path.exists():
        raise StoreError(
            f"the damaged file `{path.name[:12]}` cannot be moved away",
            facts=[("path", path)],
            hint="change the owner or mode of the store, and run the same command again",
        )


def _unheard(_path: Path) -> None:
    pass
