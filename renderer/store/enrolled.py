"""The projects that use a store, and what their builds used when: so that clearing away knows whom to ask.

One file for each storyboard, below a folder for its project, rewritten by rename. `uses` are periods, the newest first, each with
the digests whose last use it was; films and clips are named, what they were made of follows from traces.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from renderer.digest import read_json
from renderer.errors import GateError
from renderer.model import Json
from renderer.row import Row
from renderer.store.border import translated
from renderer.store.files import put_in_place, sync_folder, write_aside
from renderer.store.layout import Layout
from renderer.store.scratch import Scratch

REMEMBERED_DAYS = 400
NAME_LENGTH = 64


class Use(Row):
    """When some digests were last used; `at` has a time zone."""

    at: datetime
    digests: frozenset[str]


class Enrolment(Row):
    """One storyboard of a project: where the project's root is, the storyboard's name below it, its uses."""

    identity: str
    root: Path
    spec: str
    uses: tuple[Use, ...]


class Enrolled:
    """The projects of one store. `hold` holds a name briefly against other runs."""

    def __init__(
        self, layout: Layout, scratch: Scratch, *, hold: Callable[[str], AbstractContextManager[None]]
    ) -> None:
        self._layout = layout
        self._scratch = scratch
        self._hold = hold

    def enrol(
        self, identity: str, *, root: Path, spec: str, digests: Iterable[str] = (), now: datetime
    ) -> None:
        """Put a storyboard on record, and what it uses now; what it used before stays known under the time it has.

        Raises `StoreError` E610, E611 or E613 where that cannot be written.
        """
        path, used = self._layout.enrolment(identity, spec=spec), frozenset(digests)
        with self._hold(f"enrolled/{identity}"):
            known = self._read(path) if path.exists() else None
            uses = _merged(known.uses if known else (), Use(now.astimezone(UTC), used))
            content = _written(Enrolment(identity, root, spec, uses))
            aside = self._scratch.name(".json")
            with translated("write the store", path):
                write_aside(aside, content)
                if not used:
                    os.utime(aside, (0, 0))  # of no use yet, so that the next one is put on record at once
                put_in_place(aside, path)

    def all(self) -> list[Enrolment]:
        """Every enrolment, by project and storyboard. Raises `GateError` E632 where one cannot be read."""
        return [self._read(path) for path in self._files("*")]

    def forget(self, identity: str) -> int:
        """Strike a project off; how many storyboards of it were on record."""
        files = list(self._files(identity))
        with translated("write the store", self._layout.projects):
            for path in files:
                path.unlink(missing_ok=True)
            if files:
                sync_folder(files[0].parent)
        return len(files)

    def _files(self, identity: str) -> Iterator[Path]:
        with translated("read the store", self._layout.projects):
            yield from sorted(self._layout.projects.glob(f"{identity}/*.json"))

    def _read(self, path: Path) -> Enrolment:
        try:
            return _parsed(path.parent.name, read_json(path.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise GateError(
                "it is not known any more where a project is that uses this store: nothing was deleted",
                code="E632",
                facts=[("record", path), ("reason", error)],
                hint=f"`renderer cache forget {path.parent.name}` strikes it off; a build of the project enrols it again",
            ) from error


def _merged(before: Iterable[Use], now: Use) -> tuple[Use, ...]:
    """Uses with a further one: each digest stays where it was used last; what is long past is dropped."""
    seen, oldest = set(now.digests), now.at - timedelta(days=REMEMBERED_DAYS)
    merged = [now] if now.digests else []
    for use in before:
        rest = use.digests - seen
        seen |= rest
        if rest and use.at > oldest:
            merged.append(Use(use.at, rest))
    return tuple(merged)


def _written(enrolment: Enrolment) -> bytes:
    uses = [
        {"at": use.at.isoformat(timespec="seconds"), "digests": "".join(sorted(use.digests))}
        for use in enrolment.uses
    ]
    # A path that is no text has lone surrogates, which JSON carries as escapes.
    value = {"root": str(enrolment.root), "spec": enrolment.spec, "uses": uses}
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def _parsed(identity: str, value: Json) -> Enrolment:
    uses = tuple(
        Use(datetime.fromisoformat(use["at"]), frozenset(_split(use["digests"]))) for use in value["uses"]
    )
    return Enrolment(identity, Path(value["root"]), str(value["spec"]), uses)


def _split(names: str) -> list[str]:
    return [names[at : at + NAME_LENGTH] for at in range(0, len(names), NAME_LENGTH)]
