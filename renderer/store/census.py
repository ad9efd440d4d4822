"""What is in a store, each thing for what it is: read in one go before anything is cleared away.

A blob is *paid* where a trace of something bought, or the journal, names it as a result: one word is enough, and damaged traces
count, too. Nothing is changed here.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from renderer.digest import Digest
from renderer.errors import GateError
from renderer.job import Job, JobState
from renderer.model import Json, Trace
from renderer.row import Row
from renderer.store.border import translated
from renderer.store.journal import Journal
from renderer.store.layout import Layout
from renderer.store.traces import parse_trace

PAID = "paid clips"
INPUTS = "other inputs"
FETCHED = "fetched inputs"
LEFT = "left by runs that ended"
KINDS = {"generate": "free clips", "segment": "segments", "sound": "sounds", "join": "films"}
FREE = "further pieces"
"""What actions of other kinds made."""
_HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", re.ASCII)


class Piece(Row):
    """One blob: `what` it is, in the words above; `made_s` is when it came, in seconds since 1970."""

    sha256: str
    size_bytes: int
    what: str
    made_s: float

    @property
    def is_paid(self) -> bool:
        return self.what == PAID


class Leaf(Row):
    """One trace: its results by sha256, in order; `is_paid` where it tells of something bought."""

    key: str
    size_bytes: int
    made_s: float
    results: tuple[str, ...]
    is_paid: bool


class _Twig(Row):
    """What counts of one trace while it is counted: `look` is the size, rate and ffmpeg by which references are told apart."""

    leaf: Leaf
    action: str
    look: tuple[Json, ...]
    is_reference: bool
    inputs: frozenset[str]


class Census(Row):
    """All blobs by sha256, all traces by key, and for each result what it was made of, by sha256."""

    pieces: Mapping[str, Piece]
    leaves: Mapping[str, Leaf]
    made_of: Mapping[str, frozenset[str]]

    @property
    def size_bytes(self) -> int:
        """How much room blobs and traces take."""
        blobs = sum(piece.size_bytes for piece in self.pieces.values())
        return blobs + sum(leaf.size_bytes for leaf in self.leaves.values())


def named_in(text: str) -> set[str]:
    """Everything in a text that may be the name of a blob: a word of 64 hex digits in lower case.

    >>> sorted(named_in(f"clip {64 * 'a'} 12, {65 * 'b'}")) == [64 * "a"]
    True
    """
    return set(_HEX.findall(text))


def take_census(layout: Layout, *, journal: Journal, fetched: Iterable[Digest], free: str) -> Census:
    """Read every trace and the journal, and stat every blob. `free` is the provider whose clips cost nothing.

    Raises `GateError` E634 where a trace or the journal is damaged: then it is not known what was paid for.
    """
    _refuse_damage(journal)
    sizes = dict(_sizes(layout))
    twigs = [_twig(trace, size, made_s, sizes, free) for trace, size, made_s in _traces(layout)]
    kinds = {name: INPUTS for twig in twigs for name in twig.inputs}
    kinds |= dict.fromkeys((digest.sha256 for digest in fetched), FETCHED)
    kinds |= {name: KINDS.get(twig.action, FREE) for twig in twigs for name in twig.leaf.results}
    kinds |= dict.fromkeys(_bought([twig.leaf for twig in twigs], journal.jobs()), PAID)
    kinds |= dict.fromkeys(_damaged_names(layout), PAID)
    pieces = {
        name: Piece(name, size, kinds.get(name, LEFT), made_s) for name, (size, made_s) in sizes.items()
    }
    return Census(pieces, {twig.leaf.key: twig.leaf for twig in twigs}, _made_of(twigs))


def wanted_by_jobs(journal: Journal, leaves: Mapping[str, Leaf]) -> set[str]:
    """What the journal still needs: the inputs of jobs that are open, and clips that were stored and are in no trace yet."""
    named: set[str] = set()
    for job in journal.jobs():
        if job.is_open:
            frozen, manifest = journal.request_of(job.intent)
            named |= named_in(json.dumps([frozen.body, manifest]))
        if job.sha256 and (job.is_open or not _is_traced(job, leaves)):
            named.add(job.sha256)
    return named


def _is_traced(job: Job, leaves: Mapping[str, Leaf]) -> bool:
    leaf = leaves.get(job.key)
    return job.state is not JobState.STORED or (leaf is not None and job.sha256 in leaf.results)


def _refuse_damage(journal: Journal) -> None:
    if journal.damaged():
        raise _unsound("lines of the journal are damaged")


def _unsound(what: str) -> GateError:
    return GateError(
        f"{what}, so it is not known what was paid for: nothing was deleted",
        code="E634",
        hint="`renderer cache verify` tells more, `renderer cache repair` sets it aside",
    )


def _traces(layout: Layout) -> Iterator[tuple[Trace, int, float]]:
    """Every trace, with the size of its file and when that was written."""
    with translated("read the store", layout.traces):
        for path in sorted(layout.traces.glob("[0-9a-f][0-9a-f]/*.json")):
            trace = parse_trace(path.read_bytes(), path=path)
            if trace is None or trace.key != path.stem:
                raise _unsound(f"the trace `{path.stem[:12]}` is damaged")
            status = path.stat()
            yield trace, status.st_size, status.st_mtime


def _twig(trace: Trace, size: int, made_s: float, sizes: Mapping[str, tuple[int, float]], free: str) -> _Twig:
    """What counts of a trace: of the names in its manifest those of blobs that are there, since a film names thousands."""
    manifest, results = trace.manifest, tuple(result.digest.sha256 for result in trace.results)
    is_bought = manifest["action"] == "generate" and manifest.get("provider") != free
    is_paid = is_bought or any(result.price_usd for result in trace.results)
    return _Twig(
        leaf=Leaf(trace.key, size, made_s, results, is_paid),
        action=manifest["action"],
        look=tuple(manifest.get(name) for name in ("size", "fps", "ffmpeg")),
        is_reference=manifest["action"] == "segment" and manifest.get("clip", "") is None,
        inputs=frozenset(named_in(json.dumps(manifest)) & sizes.keys()),
    )


def _bought(leaves: Iterable[Leaf], jobs: Iterable[Job]) -> set[str]:
    named = {sha256 for leaf in leaves if leaf.is_paid for sha256 in leaf.results}
    return named | {job.sha256 for job in jobs if job.sha256}


def _damaged_names(layout: Layout) -> set[str]:
    """What traces name that were set aside: nobody knows any more whether it was bought."""
    with translated("read the store", layout.damaged):
        texts = [path.read_bytes().decode("ascii", "replace") for path in layout.damaged.glob("*.json*")]
    return set().union(*map(named_in, texts))


def _sizes(layout: Layout) -> Iterator[tuple[str, tuple[int, float]]]:
    """The size of each blob, and when it came."""
    with translated("read the store", layout.blobs):
        for folder in sorted(layout.blobs.glob("[0-9a-f][0-9a-f]")):
            with os.scandir(folder) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    yield entry.name, (status.st_size, status.st_mtime)


def _made_of(twigs: Iterable[_Twig]) -> dict[str, frozenset[str]]:
    """For each result the inputs that its manifest names; for a film the reference, too, by which its clips were chosen."""
    made_of: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    references: defaultdict[tuple[Json, ...], frozenset[str]] = defaultdict(frozenset)
    twigs = list(twigs)
    for twig in twigs:
        if twig.is_reference:
            references[twig.look] |= frozenset(twig.leaf.results)
    for twig in twigs:
        inputs = twig.inputs | (references[twig.look] if twig.action == "join" else frozenset())
        for sha256 in twig.leaf.results:
            made_of[sha256] |= inputs - {sha256}
    return dict(made_of)
