"""Traces: what every action made, one read-only file per key, and the only place where that is written.

A trace holds the manifest, so it proves its own name: the key is the manifest's sha256. Its other fields
stand under a checksum. A file that fails either is moved to `damaged/`, and the key is as if never built.
Results and askers are only ever added, so a key's first result never changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from renderer.digest import action_key, canonical_json
from renderer.errors import StoreError
from renderer.model import Asker, Json, Result, Trace
from renderer.store.border import translated
from renderer.store.files import put_in_place, set_aside, write_aside
from renderer.store.layout import Fan, Layout
from renderer.store.locks import Locks
from renderer.store.scratch import Scratch

CHECK = "check"


class Traces:
    """The trace files of one store."""

    def __init__(self, layout: Layout, scratch: Scratch, locks: Locks) -> None:
        self._layout = layout
        self._scratch = scratch
        self._locks = locks
        self._fan = Fan(layout.traces)

    def path(self, key: str) -> Path:
        return self._fan.path(key, suffix=".json")

    def read(self, key: str) -> Trace | None:
        """The trace of a key, checked; None when there is none, or when it is damaged and was moved away."""
        name = self._fan.text(key, suffix=".json")
        with translated("read the store", name):
            try:
                with open(name, "rb") as stream:  # noqa: PTH123
                    content = stream.read()
            except (FileNotFoundError, NotADirectoryError):
                return None
        fields = read_fields(content)
        if fields is None or fields["key"] != key:
            set_aside(self.path(key), self._layout.damaged)
            return None
        return _trace_of(fields, name=name)

    def record(
        self,
        key: str,
        *,
        manifest: Mapping[str, Json],
        result: Result,
        askers: Sequence[Asker],
        now: datetime,
    ) -> Trace:
        """Add a result and who asked for it, under the key's own brief lock, durably; the trace as it is now.

        What is known already is not written again.
        """
        assert action_key(manifest) == key, "BUG: a key that is not its manifest's digest"
        with self._locks.hold(f"trace/{key}"):
            before = self.read(key)
            trace = _extended(before or Trace(key, manifest, ()), result=result, askers=askers, now=now)
            if trace != before:
                self._write(trace)
        return trace

    def keys(self) -> Iterator[str]:
        """The keys of all trace files, ordered."""
        with translated("read the store", self._layout.traces):
            yield from (path.stem for path in sorted(self._layout.traces.glob("[0-9a-f][0-9a-f]/*.json")))

    def all(self) -> Iterator[Trace]:
        """Every trace, ordered by key; damaged ones are moved away and left out."""
        return (trace for key in self.keys() if (trace := self.read(key)))

    def _write(self, trace: Trace) -> None:
        aside, path = self._scratch.text(".json"), self._fan.text(trace.key, suffix=".json")
        with translated("write the store", path):
            write_aside(aside, format_trace(trace))
            put_in_place(aside, path)


def format_trace(trace: Trace) -> bytes:
    """The file of a trace: one line of canonical JSON with the sha256 of all else under `check`."""
    fields = {
        "key": trace.key,
        "manifest": trace.manifest,
        "results": [result.to_json() for result in trace.results],
        "askers": [asker._asdict() for asker in trace.askers],
        "made_at": trace.made_at,
    }
    return canonical_json({**fields, CHECK: _checksum(fields)}) + b"\n"


def parse_trace(content: bytes, *, path: Path) -> Trace | None:
    """The inverse of `format_trace`; None for bytes that are damaged. `path` is named where the form is unknown."""
    fields = read_fields(content)
    return None if fields is None else _trace_of(fields, name=str(path))


def read_fields(content: bytes) -> dict[str, Json] | None:
    """A trace's fields where its checksum and its key are right, else None: then it is damaged."""
    try:
        fields: dict[str, Json] = json.loads(content)
        if fields.pop(CHECK) != _checksum(fields) or fields["key"] != action_key(fields["manifest"]):
            return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return fields


def _trace_of(fields: Mapping[str, Json], *, name: str) -> Trace:
    """A whole trace as a value; fields that we do not know are passed over. Another form is no damage: E612."""
    try:
        return Trace(
            key=fields["key"],
            manifest=fields["manifest"],
            results=tuple(Result.from_json(result) for result in fields["results"]),
            askers=tuple(Asker(*(asker[name] for name in Asker._fields)) for asker in fields["askers"]),
            made_at=fields["made_at"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise StoreError(
            "a trace in the store has a form that this program does not know",
            code="E612",
            facts=[("trace", name)],
            hint="upgrade `renderer`, or choose another store with `--cache-dir`",
        ) from error


def _checksum(fields: Mapping[str, Json]) -> str:
    return hashlib.sha256(canonical_json(fields)).hexdigest()


def _extended(trace: Trace, *, result: Result, askers: Sequence[Asker], now: datetime) -> Trace:
    trace = trace._replace(askers=tuple(dict.fromkeys([*trace.askers, *askers])))
    if all(known.digest != result.digest for known in trace.results):
        made_at = now.astimezone(UTC).isoformat(timespec="milliseconds")
        trace = trace._replace(results=(*trace.results, result), made_at=made_at)
    return trace
