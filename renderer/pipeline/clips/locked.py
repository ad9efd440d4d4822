"""The lock against the store: which clip each paid take is, by what git says, whatever else the store has of its request.

The lock's clip wins over any trace. One that no store has is *lost*: it is told apart from a take that was never
bought, and nothing is bought in its place unless somebody says so. Where lock and store agreed at the end of the last
build and neither has changed since, the lock is not even read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING

from renderer.digest import Digest
from renderer.errors import GateError
from renderer.model import FACTS, MediaFacts, Result
from renderer.pipeline.project import Project
from renderer.pipeline.workshop import Workshop
from renderer.plan.rows import Compiled, TakeRow
from renderer.store.authored import read_authored

if TYPE_CHECKING:
    from renderer.decisions.lock import Lock

MEMO = "lock"
CLIPS = "lock-clips"


class Locked:
    """What the lock of a storyboard says. A variant has none, and a recording that is played costs nothing: there is nothing to lose.

    `lost` are the keys whose clips no store has, with those clips; filled in by `settle`.
    """

    def __init__(self, workshop: Workshop, project: Project) -> None:
        self.workshop, self.project = workshop, project
        self.lost: dict[str, Digest] = {}

    @property
    def digest(self) -> Digest | None:
        """The digest of the lock's text; None where there is none, or where it does not count."""
        if self.project.variant is not None:
            return None
        return self.workshop.store.digest_of(self.project.lock)

    @cached_property
    def lock(self) -> Lock:
        """The lock as it was when it was first needed; empty where there is none. Raises as `parse_lock`."""
        return read_lock(self.project)

    @cached_property
    def clips(self) -> Mapping[str, Digest]:
        """The clip that the lock names for each key; none where there is no lock. Remembered under the digest of its text."""
        digest, store = self.digest, self.workshop.store
        if digest is None:
            return {}
        known = store.memos.get(CLIPS, digest.sha256)
        if known is None:
            known = self.lock.clips
            store.memos.put(CLIPS, digest.sha256, known)
        return {key: Digest(*clip) for key, clip in known.items()}

    def settle(
        self, takes: Sequence[TakeRow], results: Sequence[Result | None], *, replaced: Collection[str]
    ) -> list[Result | None]:
        """The results with the lock's clip wherever it names one for today's key; None where that is lost.

        `replaced` are the keys whose lost clips give way to what the store has. Raises as `parse_lock`, and
        `StoreError` E610 or E613 where clips seem to be lost because the store cannot be read.
        """
        found, self.lost = list(results), {}
        if self.digest is None or (all(results) and self.knows(self.imprint(takes, results))):
            return found
        for number, row in enumerate(takes):
            found[number] = self.settled(row, found[number], is_replaced=row.key in replaced)
        if self.lost:
            self.workshop.store.check_readable()
        return found

    def settled(self, row: TakeRow, there: Result | None, *, is_replaced: bool = False) -> Result | None:
        """What a take is whose request has this result: the lock's clip, if it names one; None, and among the lost, where that is lost.

        Where it `is_replaced`, a lost clip gives way to the result. Raises as `parse_lock`.
        """
        clip = self.clips.get(row.key) if row.paid else None
        if clip is None or (there and there.digest == clip):
            return there
        gives_way = is_replaced or self.workshop.is_replaying
        found = self._find(row.key, clip) or (there if gives_way else None)
        if found is None and not gives_way:
            self.lost[row.key] = clip
        return found

    def imprint(self, takes: Sequence[TakeRow], results: Sequence[Result | None]) -> str:
        """A digest of the lock's text, of today's takes and of their clips; empty where there is no lock."""
        digest = self.digest
        if digest is None:
            return ""
        told = [digest.sha256, self.workshop.imprint_of(takes)]
        told += [result.digest.sha256 if result else "" for result in results]
        return hashlib.sha256("\0".join(told).encode("utf-8", "surrogateescape")).hexdigest()

    def knows(self, imprint: str, films: str | None = None) -> bool:
        """Whether lock and store agreed so at the end of a build, and, where `films` is given, on these films."""
        known = self.workshop.store.memos.get(MEMO, self._name) if imprint else None
        return known is not None and known[0] == imprint and films in {None, known[1]}

    def is_due(self, compiled: Compiled, results: Sequence[Result | None], *, films: str) -> bool:
        """Whether the lock may not say what there is; never for a storyboard with nothing paid for and nothing fetched."""
        if self.project.variant is not None or self.workshop.is_replaying:
            return False
        imprint = self.imprint(compiled.takes, results)
        if imprint:
            return not self.knows(imprint, films)
        paid = compress(results, [row.paid for row in compiled.takes])
        return any(paid) or any(name for name, *_ in compiled.urls)

    def remember(self, imprint: str, films: str) -> None:
        """Lock and store agree so."""
        self.workshop.store.memos.put(MEMO, self._name, [imprint, films])

    @property
    def _name(self) -> str:
        return f"{self.project.identity}/{self.project.spec_name}"

    def _find(self, key: str, clip: Digest) -> Result | None:
        """The stored clip of a digest as a result of its key; probed where no trace tells what it is."""
        store = self.workshop.store
        if not store.has(clip):
            return None
        trace = store.trace(key)
        known = next((result for result in trace.results if result.digest == clip), None) if trace else None
        return known or Result(clip, self.facts(clip))

    def facts(self, clip: Digest) -> MediaFacts:
        """What a stored clip is, where no trace tells: probed once."""
        from renderer.media.probe import probe  # noqa: PLC0415 - only for a clip that came without its trace

        known = self.workshop.store.memos.get(FACTS, clip.sha256)
        if known is not None:
            return MediaFacts.from_json(known)
        facts = probe(self.workshop.store.path(clip))
        self.workshop.store.memos.put(FACTS, clip.sha256, facts.to_json())
        return facts


def read_lock(project: Project) -> Lock:
    """The lock of a storyboard; empty where there is no file. Raises `SpecError` as `parse_lock`, `StoreError` E617."""
    from renderer.decisions.lock import Lock  # noqa: PLC0415 - a build with nothing to do does not read it
    from renderer.decisions.read import parse_lock  # noqa: PLC0415

    text = read_text(project)
    return Lock() if text is None else parse_lock(text, file=project.label_of_lock)


def read_text(project: Project) -> str | None:
    """The lock's text, None where there is no file."""
    return read_authored(project.lock, name=project.label_of_lock)


def lost_error(clip: Digest, *, named_by: str = "lock") -> GateError:
    """Lock or picks name a clip that is nowhere: only a person may have another one bought in its place."""
    other = (
        "`--replace-lost SHOT` lets another clip take its place, which may have to be bought"
        if named_by == "lock"
        else "`renderer pick` decides for another one, `--undo` for none"
    )
    return GateError(
        f"the {named_by} {'names' if named_by == 'lock' else 'name'} a clip that the store does not have: "
        "nothing was bought in its place",
        code="G926",
        facts=[("clip", clip.sha256)],
        hint=f"bring it here with `renderer cache import` from a store that has it; {other}",
    )
