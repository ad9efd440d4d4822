"""Writes the lock: what a build achieved, however far it came, and not a byte where nothing has changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from renderer.decisions.lock import Lock, LockedFrame, LockedOutput, LockedTake, Place, format_lock, lock_of
from renderer.digest import Digest
from renderer.errors import RendererError, StoreError
from renderer.model import Json, Result
from renderer.pipeline.clips.locked import read_lock, read_text
from renderer.pipeline.film.lettered import clip_slots
from renderer.pipeline.project import BUILD, Project
from renderer.pipeline.reasons.joined import enters_of, words_of
from renderer.pipeline.run import Run
from renderer.pipeline.showing import clips_of
from renderer.plan.chain import rule_of
from renderer.plan.film import OutputRow
from renderer.plan.rows import Compiled, LinkRow, TakeRow
from renderer.store.files import replace_file
from renderer.store.locks import Locks
from renderer.store.store import Store

LOCKS = ".locks"
WRITING = "lock"
"""Stands for an output's name where the lock could not be written."""


def keep_lock(run: Run) -> None:
    """Put into the lock what this build achieved; where it cannot be written, that is told among the films' errors."""
    locked = run.locked
    try:
        with holding(run.project):
            write_lock(run.project, _taken_up(run, read_lock(run.project)))
    except RendererError as error:
        run.film_errors[WRITING] = error
        return
    if not run.wishes.shots:
        locked.remember(locked.imprint(run.compiled.takes, run.results), run.films_imprint())


@contextlib.contextmanager
def holding(project: Project) -> Iterator[None]:
    """Hold the lock's file against other builds of the project, whatever store they use."""
    locks = Locks(project.root / BUILD / LOCKS)
    try:
        with locks.hold(f"lock/{project.spec_name}"):
            yield
    finally:
        locks.close()


def write_lock(project: Project, lock: Lock) -> bool:
    """Put a lock into its file by rename; whether it had to be. Raises `StoreError` E617."""
    text, path = format_lock(lock), project.lock
    if text == read_text(project):
        return False
    try:
        replace_file(path, text.encode())
    except OSError as error:
        raise StoreError(
            f"`{project.label_of_lock}` cannot be written",
            code="E617",
            facts=[("reason", error.strerror or error), ("safe", "what was bought is in the store")],
            hint="mend that and build again: nothing is bought twice",
        ) from error
    return True


def locked_take(
    store: Store, row: TakeRow, result: Result, *, links: Sequence[LinkRow] = ()
) -> LockedTake | None:
    """What there is to say of a paid take that has a clip; None where its trace is not readable any more.

    `links` are those of a chained take.
    """
    trace = store.trace(row.key)
    if trace is None:
        return None
    manifest = trace.manifest
    rules = {link.role: rule_of(link) for link in links}
    given = manifest.get("inputs", {})
    inputs = {role: (_frame(given[role], rules[role]),) for role in given if role in rules}
    inputs |= {role: _digests(given[role]) for role in given if role not in rules}
    seed, price = manifest.get("seed"), result.price_usd
    return LockedTake(row.shot, row.take, row.key, result.digest, inputs, seed, price)


def fetched_of(compiled: Compiled) -> dict[str, Digest]:
    """What each URL of a storyboard is pinned to, by the sha256 of its address."""
    return {name: Digest(sha256, size) for name, sha256, size in compiled.urls if name}


def _taken_up(run: Run, before: Lock) -> Lock:
    """The lock with what there is now: of a build of some shots only those takes, and only those that have a clip.

    A build of all shots takes up what it left alone as well: a clip may have come home that a killed build had bought.
    Takes that are gone from the storyboard leave with it. A clip that is lost, or was bought for another
    request, stays until there is another one.
    """
    links = {chain.take: chain.links for chain in run.compiled.chains}
    own = run.selected if run.wishes.shots else range(len(run.compiled.takes))
    places, by_key = before.by_place, {take.key: take for take in reversed(before.takes)}
    takes: dict[Place, LockedTake] = {} if not run.wishes.shots else dict(places)
    for number, row in enumerate(run.compiled.takes):
        place, result = (row.shot, row.take), run.results[number]
        known = places.get(place)
        if known is None or known.key != row.key:
            known = by_key.get(row.key, known)
        if row.paid and result and number in own and not _says(known, row, result, links.get(number, ())):
            known = locked_take(run.workshop.store, row, result, links=links.get(number, ())) or known
        if known and row.paid:
            takes[place] = known._replace(shot=row.shot, take=row.take)
    return lock_of(takes.values(), fetched_of(run.compiled), _outputs(run, before))


def _says(known: LockedTake | None, row: TakeRow, result: Result, links: Sequence[LinkRow]) -> bool:
    if known is None or (known.key, known.clip) != (row.key, result.digest):
        return False
    frames = (given for link in links for given in known.inputs.get(link.role, ()))
    rules = [given.rule for given in frames if isinstance(given, LockedFrame)]
    return rules == [rule_of(link) for link in links]


def _outputs(run: Run, before: Lock) -> Sequence[LockedOutput]:
    """The films as they are; one that another ffmpeg build made of the same is left as it is."""
    known = {output.name: output for output in before.outputs}
    return [film for output in run.compiled.outputs if (film := _output(run, output, known.get(output.name)))]


def _output(run: Run, output: OutputRow, known: LockedOutput | None) -> LockedOutput | None:
    state = run.films.get(output.name)
    if state is None or state.result is None:
        return known
    made_of, build = _made_of(run, output), run.workshop.ffmpeg.build
    if known and known.made_of == made_of and known.ffmpeg != build:
        return known
    return LockedOutput(output.name, made_of, state.result.digest, build)


def _made_of(run: Run, output: OutputRow) -> str:
    """A digest of all that decides what a film shows, whatever tool makes it: its clips, their cut, size, rate and fit."""
    clips = clips_of(run, output) or []
    cut = [
        [clip.digest.sha256, slot.first, slot.frames]
        for clip, slot in zip(clips, clip_slots(output), strict=True)
    ]
    parts = (output.fits, output.motions, words_of(output), enters_of(output))
    further = [part for part in parts if part]
    told = json.dumps([output.size, output.fps, output.fit, cut, *further], separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _frame(given: Json, rule: str) -> LockedFrame:
    return LockedFrame(given["sha256"], given["frame"], rule)


def _digests(given: Json) -> tuple[Digest, ...]:
    """The digests of what stands in one role of a manifest."""
    listed = [given] if isinstance(given, Mapping) else given
    return tuple(Digest(item["sha256"], item["size_bytes"]) for item in listed)
