"""Clears a store away: asks every project what it needs, decides, and deletes where that was asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from renderer.errors import UsageError
from renderer.pipeline.keeping.law import Roots, Rules, decide, last_used
from renderer.pipeline.keeping.roots import named_by
from renderer.pipeline.workshop import ANIMATIC
from renderer.report.sweep import Share, Sweep
from renderer.row import Row
from renderer.store.census import Census, Leaf, Piece
from renderer.store.enrolled import Enrolment
from renderer.store.store import Store


class Enrolled(Row):
    """A project that uses a store: its storyboards by name, and when one was last built, None for one that was only planned."""

    identity: str
    root: Path
    specs: tuple[str, ...]
    used_at: datetime | None
    is_there: bool


def sweep(store: Store, rules: Rules, *, now: datetime, delete: bool = False) -> Sweep:
    """Decide what goes, and delete it where that is wanted. Spends nothing.

    Raises before anything is deleted: `GateError` E631 where a build is at work and something is to be deleted, E632 for a project that is
    not there or cannot be read, E634 where it is not known what was paid for; `Unreadable` E633 and `GitMissing` E630 for a repository.
    """
    care = store.care
    with care.alone() if delete and store.root.is_dir() else contextlib.nullcontext():
        enrolments = care.enrolled.all()
        named = named_by(enrolments)
        census = care.census(store.journal, free=ANIMATIC)
        pinned = {pin.digest.sha256 for pin in care.pinned.all()}
        roots = Roots(named, pinned, care.wanted(store.journal, census))
        uses = [(use.at.timestamp(), use.digests) for one in enrolments for use in one.uses]
        fates = decide(
            census, roots=roots, used_s=last_used(census, uses), now_s=now.timestamp(), rules=rules
        )
        if delete:
            care.clear(keys=[leaf.key for leaf in fates.leaves], blobs=[piece.sha256 for piece in fates.goes])
    return Sweep(
        goes=_shares(("", [*fates.goes]), traces=fates.leaves),
        stays=_shares(*fates.stays.items(), traces=_others(census, fates.leaves)),
        projects=len({one.identity for one in enrolments}),
        size_bytes=census.size_bytes,
        deleted=delete,
    )


def _others(census: Census, leaves: Sequence[Leaf]) -> list[Leaf]:
    gone = {leaf.key for leaf in leaves}
    return [leaf for leaf in census.leaves.values() if leaf.key not in gone]


def _shares(*groups: tuple[str, Sequence[Piece]], traces: Sequence[Leaf]) -> list[Share]:
    """How many of each sort there are, by why, in order of the reasons; traces last."""
    sizes: dict[tuple[str, str], list[int]] = {}
    for why, pieces in groups:
        for piece in pieces:
            sizes.setdefault((piece.what, why), []).append(piece.size_bytes)
    shares = [Share(what, why, len(found), sum(found)) for (what, why), found in sorted(sizes.items())]
    total = sum(leaf.size_bytes for leaf in traces)
    return [*shares, Share("traces", "", len(traces), total)] if traces else shares


def list_projects(store: Store) -> list[Enrolled]:
    """The projects that use a store, by their roots. Raises `GateError` E632 where a record cannot be read."""
    known: dict[str, list[Enrolment]] = {}
    for one in store.care.enrolled.all():
        known.setdefault(one.identity, []).append(one)
    return sorted((_enrolled(identity, found) for identity, found in known.items()), key=lambda one: one.root)


def forget_project(store: Store, wanted: str, *, here: Path) -> str:
    """Strike off the project whose root is at a path, or whose name in `cache projects` is this; how it was called.

    Raises `UsageError` U092 where there is none.
    """
    if _is_identity(wanted) and store.care.enrolled.forget(wanted):
        return wanted
    path = here / Path(wanted).expanduser()
    found = [one for one in list_projects(store) if _is_at(one.root, path)]
    if not found:
        raise UsageError(
            f"no project `{wanted}` uses this store",
            code="U092",
            hint="`renderer cache projects` lists them",
        )
    for one in found:
        store.care.enrolled.forget(one.identity)
    return str(found[0].root)


def _is_identity(text: str) -> bool:
    return len(text) == 16 and set(text) <= set("0123456789abcdef")


def _is_at(root: Path, path: Path) -> bool:
    return path in {root, root / "."} or path.resolve() == root.resolve()


def _enrolled(identity: str, found: Sequence[Enrolment]) -> Enrolled:
    used = [use.at for one in found for use in one.uses if use.digests]
    root = found[0].root
    return Enrolled(
        identity, root, tuple(sorted(one.spec for one in found)), max(used, default=None), root.is_dir()
    )
