"""Looks after the lock by hand: whether it says what the storyboard asks for, and how it is made anew. Buys nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from renderer.decisions.lock import Lock, LockedOutput, LockedTake, Place, lock_of
from renderer.decisions.read import salvage_locks
from renderer.errors import SpecError
from renderer.model import MediaFacts
from renderer.pipeline.clips.lockchains import LockedChains
from renderer.pipeline.clips.locked import Locked, read_lock, read_text
from renderer.pipeline.clips.picked import read_picks, resolve_picks
from renderer.pipeline.clips.shots import select
from renderer.pipeline.project import Project, Reach
from renderer.pipeline.reading.compile import compile_storyboard
from renderer.pipeline.reading.examine import examine
from renderer.pipeline.record.lockwrite import fetched_of, holding, locked_take, write_lock
from renderer.pipeline.workshop import Workshop
from renderer.plan.rows import Compiled, LinkRow, TakeRow
from renderer.row import Row
from renderer.store.store import Store


class Stale(Row):
    """A take of which the lock does not say what the storyboard asks for, and why; or, where it is not `is_sure`, may not."""

    shot: str
    take: int
    reason: str
    is_sure: bool = True


ASSUMED = "it starts from a clip that is drawn here, and no lock names those: taken for what it was"


class Repaired(Row):
    """What a repair came to: how many takes the lock has, those whose clips are lost, and those with no clip of today's request."""

    is_written: bool
    takes: int
    lost: tuple[str, ...]
    missing: tuple[str, ...]


def check_lock(
    workshop: Workshop, project: Project, *, shots: Sequence[str] = (), outside: bool = False
) -> list[Stale]:
    """Where the lock does not say what the storyboard asks for, by keys alone: what the store has counts for nothing.

    Uses no network. Raises `SpecError` for a storyboard or a lock that is wrong.
    """
    lock = read_lock(project)
    examined = examine(workshop, project, reach=Reach(fetch=False, outside=outside, blobs=False))
    if not examined.is_sound:
        raise SpecError(examined.diagnostics)
    chains = _by_lock(workshop, project, examined.compiled, lock)
    takes, footage = chains.compiled.takes, [row.shot for row in examined.compiled.footage]
    chosen = select(takes, shots, others=footage)
    decided = _decided(workshop, project, takes)
    paid = [number for number, row in enumerate(takes) if row.paid and number in chosen - decided]
    reasons = {number: chains.untold.get(number) or _stale(takes[number], lock) for number in paid}
    found = [Stale(takes[n].shot, takes[n].take, reason) for n, reason in reasons.items() if reason]
    found += [
        Stale(takes[n].shot, takes[n].take, ASSUMED, is_sure=False)
        for n in paid
        if n in chains.assumed and not reasons[n]
    ]
    return found if shots else [*found, *_gone(lock, examined.compiled)]


def _by_lock(workshop: Workshop, project: Project, compiled: Compiled, lock: Lock) -> LockedChains:
    """The takes with the keys that the lock alone gives to chained ones."""

    def clip_of(row: TakeRow) -> str | None:
        known = lock.by_place.get((row.shot, row.take))
        return known.clip.sha256 if known and known.key == row.key else None

    chains = LockedChains(compiled, [lock], read_picks(workshop.store, project), clip_of)
    chains.complete()
    return chains


def _decided(workshop: Workshop, project: Project, takes: Sequence[TakeRow]) -> set[int]:
    """The takes that nobody means to make: of shots whose footage is kept, or of which another take is picked."""
    picks = read_picks(workshop.store, project)
    picked = resolve_picks(picks, takes, file=project.label_of_picks)
    return {*picked.passed, *(number for number, row in enumerate(takes) if row.shot in picked.kept)}


def _stale(row: TakeRow, lock: Lock) -> str:
    """Why a take's block is not today's; empty where it is."""
    known = lock.by_place.get((row.shot, row.take))
    if known and known.key == row.key:
        return ""
    other = next((take for take in lock.takes if take.key == row.key), None)
    if other:
        return f"in the lock as `{other.name}`"
    return "its request has changed" if known else "not in the lock"


def _gone(lock: Lock, compiled: Compiled) -> Iterator[Stale]:
    today = {(row.shot, row.take) for row in compiled.takes if row.paid}
    return (
        Stale(*take.place, "in the lock, and not in the storyboard")
        for take in lock.takes
        if take.place not in today
    )


def repair_lock(workshop: Workshop, project: Project, *, reach: Reach) -> Repaired:
    """Make the lock anew from the store and from what can be read of it, out of both sides of a merge, too.

    Of several clips for today's request the one that is in the store counts, ours before theirs; one that the lock names and
    no store has stays in it, as lost.
    """
    workshop.store.check_readable()
    compiled = compile_storyboard(workshop, project, reach=reach).compiled
    with holding(project):
        sides = salvage_locks(read_text(project) or "")
        compiled = _by_sides(workshop, project, compiled, sides)
        links = _links(compiled)
        paid = [row for row in compiled.takes if row.paid]
        takes = {row: _repaired(workshop.store, row, sides, links) for row in paid}
        lock = lock_of((take for take in takes.values() if take), fetched_of(compiled), _agreed(sides))
        is_written = write_lock(project, lock)
    today = {row: take for row, take in takes.items() if take and take.key == row.key}
    return Repaired(
        is_written,
        len(lock.takes),
        tuple(row.name for row, take in today.items() if not workshop.store.has(take.clip)),
        tuple(row.name for row in paid if row not in today),
    )


def _by_sides(workshop: Workshop, project: Project, compiled: Compiled, sides: Sequence[Lock]) -> Compiled:
    """The takes with the keys that the store, and what can be read of the lock, give to chained ones."""
    store, facts, links = workshop.store, Locked(workshop, project).facts, _links(compiled)

    def clip_of(row: TakeRow) -> str | None:
        known = _repaired(store, row, sides, links) if row.paid else None
        there = store.lookup(row.key)
        return known.clip.sha256 if known and known.key == row.key else there and there.digest.sha256

    def facts_of(sha256: str) -> MediaFacts | None:
        blob = store.find(sha256)
        return facts(blob) if blob else None

    chains = LockedChains(compiled, sides, read_picks(store, project), clip_of, facts_of)
    chains.complete()
    return chains.compiled


def _links(compiled: Compiled) -> dict[Place, Sequence[LinkRow]]:
    """The links of each chained take."""
    rows = ((compiled.takes[chain.take], chain.links) for chain in compiled.chains)
    return {(row.shot, row.take): links for row, links in rows}


def _repaired(
    store: Store, row: TakeRow, sides: Sequence[Lock], links: Mapping[Place, Sequence[LinkRow]]
) -> LockedTake | None:
    """What the lock is to say of a take: today's clip, else the one that it had for another request."""
    place = row.shot, row.take
    known = [take for side in sides for take in side.takes if take.key == row.key]
    known.sort(key=lambda take: (not store.has(take.clip), take.place != place))
    if known:
        return known[0]._replace(shot=row.shot, take=row.take)
    result = store.lookup(row.key)
    made = locked_take(store, row, result, links=links.get(place, ())) if result else None
    return made or next((take for side in sides if (take := side.by_place.get(place))), None)


def _agreed(sides: Sequence[Lock]) -> list[LockedOutput]:
    """The films of which all sides say the same; the next build adds the others."""
    return [output for output in sides[0].outputs if all(output in side.outputs for side in sides)]
