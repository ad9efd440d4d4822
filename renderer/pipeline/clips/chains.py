"""Chained takes against what stands for their parents: the one place in which their keys become known.

Level by level, parents first: which clip stands for a parent (the picked or kept one; without a choice that of its only
take), which frame of it is meant, so which key; then the result of that key. Plan, build, `why`, lock and picks all see
the keys that come out of here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from renderer.digest import Digest, action_key
from renderer.errors import GateError
from renderer.model import Json
from renderer.pipeline.clips.locked import lost_error
from renderer.pipeline.clips.picked import resolve_picks
from renderer.pipeline.clips.redrawn import bought_before
from renderer.pipeline.clips.shots import select
from renderer.pipeline.clips.verdict import Chained, Verdict, Wait
from renderer.pipeline.run import Run
from renderer.pipeline.showing import footage_of
from renderer.plan.action import Input
from renderer.plan.chain import ancestors_of, in_order, placeholder_key, with_frames
from renderer.plan.rows import ChainRow, Compiled, LinkRow, TakeRow
from renderer.row import Row

STUCK = frozenset({Verdict.REFUSED, Verdict.LOST})
"""Verdicts of takes that a build will not make."""


class Stand(Row):
    """What stands for a shot with those that start from it: its `clip`, if it is there; the number of the `take` that makes it, if one does.

    `error` is why there will be none.
    """

    clip: Input | None = None
    take: int | None = None
    error: GateError | None = None


def with_ancestors(compiled: Compiled, selected: frozenset[int]) -> frozenset[int]:
    """Some takes, and all of the shots that they start from."""
    above = ancestors_of(compiled, {compiled.takes[number].shot for number in selected})
    return selected | {number for number, row in enumerate(compiled.takes) if row.shot in above}


def complete(run: Run) -> None:
    """Give each chained take of a run its key and result, where what it starts from is there; else what it waits for."""
    parents, takes, alike = Parents.of(run), list(run.bare.takes), Alike()
    manifests: dict[int, Mapping[str, Json]] = {}
    waits: dict[int, Wait] = {}
    run.chained = Chained(manifests, waits)
    patterns = run.wishes.replace_lost
    replaced = select(takes, patterns) if patterns else frozenset()
    for level in in_order(run.bare):
        for chain in level:
            stands = {link: parents.stand(link.shot) for link in chain.links}
            links = alike.links(stands, takes)
            if wait := _wait(stands, waits):
                waits[chain.take] = wait
                key = placeholder_key(chain.manifest, links)
            else:
                clips = {link: stand.clip for link, stand in stands.items() if stand.clip}
                manifests[chain.take] = with_frames(chain, clips)
                key = action_key(manifests[chain.take])
            takes[chain.take] = takes[chain.take]._replace(key=key)
        _look_up(run, takes, [chain.take for chain in level if chain.take in manifests], replaced)
        for chain in level:
            if _may_be_redrawn(run, takes[chain.take], chain, parents):
                stands = {link: parents.stand(link.shot) for link in chain.links}
                if earlier := bought_before(run, chain, stands):
                    manifests[chain.take] = earlier
                    waits.pop(chain.take, None)
                    takes[chain.take] = takes[chain.take]._replace(key=action_key(earlier))
                    _look_up(run, takes, [chain.take], replaced)
        if run.decisions:
            run.picked = resolve_picks(run.decisions, takes, file=run.project.label_of_picks)
    run.compiled = run.bare._replace(takes=tuple(takes))


def placeholders(run: Run) -> dict[str, str]:
    """For the key of each chained take what stood for it as long as it was not known."""
    parents, takes, alike = Parents.of(run), run.compiled.takes, Alike()
    found = {}
    for chain in (chain for level in in_order(run.bare) for chain in level):
        links = alike.links({link: parents.stand(link.shot) for link in chain.links}, takes)
        found[takes[chain.take].key] = placeholder_key(chain.manifest, links)
    return found


class Alike:
    """Shots that are one request, or one clip, by the first of them: takes that start alike from any of them are one request, too."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str | None], str] = {}

    def links(self, stands: Mapping[LinkRow, Stand], takes: Sequence[TakeRow]) -> list[LinkRow]:
        """The links of a chained take, each of the first shot that gives the same frame; to be asked of all chains, parents first."""
        return [self._link(link, stand, takes) for link, stand in stands.items()]

    def _link(self, link: LinkRow, stand: Stand, takes: Sequence[TakeRow]) -> LinkRow:
        if stand.clip:
            same = stand.clip.digest.sha256
        elif stand.take is not None:
            same = takes[stand.take].key
        else:
            return link
        until = link.until if link.at is None else None
        return link._replace(shot=self._first.setdefault((same, until), link.shot))


def _look_up(run: Run, takes: Sequence[TakeRow], numbers: Sequence[int], replaced: Iterable[int]) -> None:
    found = run.workshop.store.lookup_many([takes[number].key for number in numbers])
    for number, result in zip(numbers, found, strict=True):
        is_replaced = number in replaced or takes[number].key in run.made
        run.results[number] = run.locked.settled(takes[number], result, is_replaced=is_replaced)


def _may_be_redrawn(run: Run, row: TakeRow, chain: ChainRow, parents: Parents) -> bool:
    """Whether a take is bought, is not there, and starts from a clip that is drawn."""
    if not row.paid or run.results[chain.take] or row.key in run.locked.lost:
        return False
    numbers = (parents.numbers.get(link.shot, ()) for link in chain.links)
    return any(not run.bare.takes[number].paid for own in numbers for number in own)


def _wait(stands: Mapping[LinkRow, Stand], waits: Mapping[int, Wait]) -> Wait | None:
    """What a take waits for, first of all what only a person can give: a pick, or a clip that is nowhere."""
    open_ones = {link: stand for link, stand in stands.items() if stand.clip is None}
    if not open_ones:
        return None
    makers = tuple(stand.take for stand in open_ones.values() if stand.take is not None)
    above = (waits[maker] for maker in makers if maker in waits)
    if stuck := next((wait for wait in above if wait.error), None):
        return stuck
    errors = ((link, stand.error) for link, stand in open_ones.items() if stand.error)
    link, error = next(errors, (next(iter(open_ones)), None))
    return Wait(link.shot, makers, error)


class Parents(Row):
    """The shots of a run, as those see them that start from them."""

    run: Run
    numbers: Mapping[str, Sequence[int]]
    footage: Mapping[str, Input]

    @classmethod
    def of(cls, run: Run) -> Parents:
        numbers: dict[str, list[int]] = {}
        for number, row in enumerate(run.bare.takes):
            numbers.setdefault(row.shot, []).append(number)
        rows = zip(run.bare.footage, footage_of(run), strict=True)
        return cls(run, numbers, {row.shot: clip for row, clip in rows})

    def stand(self, shot: str) -> Stand:
        """What stands for a shot today: own footage; the clip that was picked or kept; else that of its only take.

        A variant, which knows no picks, takes the first.
        """
        run = self.run
        if shot in self.footage:
            return Stand(self.footage[shot])
        numbers = self.numbers[shot]
        choice = run.picked.choices.get(numbers[0])
        if choice is None and len(numbers) > 1 and run.project.variant is None:
            return Stand(error=_unpicked(run, shot, len(numbers)))
        number = choice.number if choice else numbers[0]
        result = run.results[number]
        if choice and choice.clip and (result is None or result.digest.sha256 != choice.clip):
            named = run.named(choice.clip)
            if named is None:
                return Stand(error=lost_error(Digest(choice.clip, 0), named_by="picks"))
            return Stand(Input(named.digest, facts=named.facts))
        return Stand(Input(result.digest, facts=result.facts) if result else None, number)


def waiting_verdict(run: Run, number: int) -> Verdict:
    """`DEPENDS` where a build makes all that a take waits for, `WAITING` where something of it needs a person first."""
    rest, seen = [number], set()
    while rest:
        current = rest.pop()
        wait = run.chained.waits.get(current)
        if wait is None:
            if run.verdict(current) in STUCK:
                return Verdict.WAITING
        elif wait.error:
            return Verdict.WAITING
        elif current not in seen:
            seen.add(current)
            rest += wait.parents
    return Verdict.DEPENDS


def take_in(run: Run) -> None:
    """Complete the keys again after a build made clips; what was told of a placeholder is told of the key that it stood for."""
    before = {chain.take: run.compiled.takes[chain.take].key for chain in run.bare.chains}
    run.look_up()
    for number, placeholder in before.items():
        key = run.compiled.takes[number].key
        if placeholder != key and placeholder in run.endings:
            run.endings.setdefault(key, run.endings[placeholder])


def _unpicked(run: Run, shot: str, takes: int) -> GateError:
    return GateError(
        f"it starts from `{shot}`, which has {takes} takes, and none is picked",
        code="G950",
        hint=f"look at them, and choose one: `renderer pick {run.project.label} {shot} N`",
    )
