"""From keys to results, fast: one stat for each key where nothing has changed since the last question.

Rows hold one thing alone, *the first result of a key*, which never changes because results are only
added. A verdict is never held: whether the blob is there is asked every time. Where the first result's
blob is gone, or no row is known, the trace file decides.

A *batch row* holds the answers to a whole list of keys as columns; it is found by the sha256 of the list
in one of `SLOTS` places, so that the index does not grow with every edit of a storyboard. Measured on one
core: 10,000 keys in 28 ms, 20 of them stat. A long list that was never asked for is answered from the long list asked
for last, which it mostly is but for an edit, and only the rest key by key.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import attrgetter, eq
from typing import cast

from renderer.columns import pack_column, rows_of, unpack_column
from renderer.digest import Digest
from renderer.model import Json, MediaFacts, Result, Trace
from renderer.store.blobs import Blobs
from renderer.store.index import Index
from renderer.store.traces import Traces

SLOTS = 64
LONG_MIN = 64
LAST = "answers/last"
KEYS = "keys"
HOLE = Result(Digest("", -1))


class Results:
    """The results that can be handed out: each with its blob in the store."""

    def __init__(self, index: Index, traces: Traces, blobs: Blobs) -> None:
        self._index = index
        self._traces = traces
        self._blobs = blobs
        self._labels: dict[tuple[str, str], tuple[MediaFacts | None, Decimal]] = {}

    def of(self, key: str) -> Result | None:
        """The first result of a key whose blob is there."""
        return self._ask(key, self._index.get(_name(key)))[1]

    def of_many(self, keys: Sequence[str]) -> list[Result | None]:
        """`of` for each key, in order."""
        if not keys:
            return []
        joined = hashlib.sha256("".join(keys).encode()).hexdigest()
        slot = f"answers/{int(joined[:4], 16) % SLOTS}"
        row = self._index.get(slot)
        is_known = row is not None and row["of"] == joined
        known = self._unpacked(row) if row and is_known else self._neighbours(keys)
        found = self._still_there(known)
        firsts = list(known)
        open_questions = [number for number, result in enumerate(found) if result is None]
        rows = self._index.get_many([_name(keys[number]) for number in open_questions])
        for number in open_questions:
            firsts[number], found[number] = self._ask(keys[number], rows.get(_name(keys[number])))
        if not is_known or firsts != known:
            self._index.put(slot, {"of": joined, **_packed(firsts)})
        if not is_known and len(keys) >= LONG_MIN:
            self._index.put(f"{slot}/{KEYS}", [joined, pack_column(keys)])
            self._index.put(LAST, slot)
        return found

    def learn(self, trace: Trace) -> None:
        """Put the row of a trace that was just written or read."""
        self._index.put(_name(trace.key), _row(trace.results[0]))

    def _neighbours(self, keys: Sequence[str]) -> list[Result | None]:
        """What the long list that was asked for last says of these keys."""
        slot = self._index.get(LAST) if len(keys) >= LONG_MIN else None
        row, asked = (self._index.get(slot), self._index.get(f"{slot}/{KEYS}")) if slot else (None, None)
        if not row or not asked or row["of"] != asked[0]:
            return [None] * len(keys)
        there = dict(zip(unpack_column(asked[1]), self._unpacked(row), strict=True))
        return [there.get(key) for key in keys]

    def _ask(self, key: str, row: Json | None) -> tuple[Result | None, Result | None]:
        """The first result that a key ever had, to be remembered, and the first that is there, to be used."""
        first = self._first_in(row)
        if first and self._blobs.has(first.digest):
            return first, first
        trace = self._traces.read(key)
        if trace is None:
            return None, None
        self.learn(trace)
        return trace.results[0], next((r for r in trace.results if self._blobs.has(r.digest)), None)

    def _first_in(self, row: Json | None) -> Result | None:
        if row is None:
            return None
        sha256, size_bytes, facts, price = row
        return Result(Digest(sha256, size_bytes), *self._label(facts, price))

    def _still_there(self, results: Sequence[Result | None]) -> list[Result | None]:
        """Each result whose blob is there, else None: `Blobs.has` written out, since it runs 10,000 times."""
        stat, prefix, there = os.stat, self._blobs.prefix, list(results)
        if all(results) and self._are_there(cast("Sequence[Result]", results)):
            return there
        for number, result in enumerate(results):
            if result is not None:
                name = result.digest.sha256
                try:
                    if stat(f"{prefix}{name[:2]}/{name}").st_size != result.digest.size_bytes:
                        there[number] = None
                except OSError:
                    there[number] = None
        return there

    def _are_there(self, results: Sequence[Result]) -> bool:
        """Whether every blob is there, asked without running Python for each; where one is not, the others are asked again."""
        prefix, digests = self._blobs.prefix, [result.digest for result in results]
        paths = [f"{prefix}{sha256[:2]}/{sha256}" for sha256, _ in digests]
        sizes = map(_size_bytes, map(os.stat, paths))
        with contextlib.suppress(OSError):
            return all(map(eq, sizes, [size_bytes for _, size_bytes in digests]))
        return False

    def _unpacked(self, row: Mapping[str, Json]) -> list[Result | None]:
        labels, numbers = [self._label(*label) for label in row["labels"]], [*unpack_column(row["label"])]
        facts = map([known for known, _ in labels].__getitem__, numbers)
        prices = map([price for _, price in labels].__getitem__, numbers)
        digests = rows_of(Digest, unpack_column(row["sha256"]), unpack_column(row["sizes"]))
        results: list[Result | None] = [*rows_of(Result, digests, facts, prices)]
        for number in row["holes"]:
            results[number] = None
        return results

    def _label(self, facts: str, price: str) -> tuple[MediaFacts | None, Decimal]:
        # Clips of one storyboard are much alike: equal facts are parsed once and shared.
        known = self._labels.get((facts, price))
        if known is None:
            value = json.loads(facts)
            known = self._labels[facts, price] = (value and MediaFacts.from_json(value), Decimal(price))
        return known


_size_bytes: Callable[[os.stat_result], int] = attrgetter("st_size")


def _name(key: str) -> str:
    return f"result/{key}"


def _row(result: Result, known: dict[int, str] | None = None) -> tuple[str, int, str, str]:
    """A result as a row; `known` are texts of facts by the facts' identity, which many results share."""
    known = {} if known is None else known
    facts = known.get(id(result.facts))
    if facts is None:
        facts = known[id(result.facts)] = json.dumps(
            result.facts and result.facts.to_json(), separators=(",", ":")
        )
    return result.digest.sha256, result.digest.size_bytes, facts, str(result.price_usd)


def _packed(results: Sequence[Result | None]) -> dict[str, Json]:
    """Digests as columns, with the number of a label (facts and price) for each, and where there is no result."""
    labels: dict[tuple[str, str], int] = {}
    known: dict[int, str] = {}
    rows = [_row(result or HOLE, known) for result in results]
    return {
        "sha256": pack_column([sha256 for sha256, *_ in rows]),
        "sizes": pack_column([size_bytes for _, size_bytes, *_ in rows]),
        "label": pack_column([labels.setdefault((facts, price), len(labels)) for _, _, facts, price in rows]),
        "labels": list(labels),
        "holes": [number for number, result in enumerate(results) if result is None],
    }
