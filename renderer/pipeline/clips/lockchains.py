"""The keys of chained takes by what locks say of their parents, for those who ask no store, or who have no whole lock.

A lock names, for each chained take, its parent's clip, the frame, and how the frame was named. Where parent and name are still those,
so is the frame. What cannot be told so is said, not guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from renderer.decisions.lock import Lock, LockedFrame
from renderer.decisions.picks import Decision
from renderer.digest import action_key
from renderer.model import Json, MediaFacts
from renderer.pipeline.clips.picked import NOTHING_PICKED, Picked, resolve_picks
from renderer.plan.chain import frame_number, in_order, rule_of
from renderer.plan.manifest import frame_json, with_inputs
from renderer.plan.rows import ChainRow, Compiled, LinkRow, TakeRow

ClipOf = Callable[[TakeRow], str | None]
FactsOf = Callable[[str], MediaFacts | None]


@dataclass
class LockedChains:
    """A storyboard's takes with the keys that locks give the chained ones. `untold` are those that have none, with the reason.

    `assumed` are those that start from clips that are never in a lock, drawn ones, taken for what they were.
    """

    compiled: Compiled
    locks: Sequence[Lock]
    decisions: Mapping[str, Decision]
    clip_of: ClipOf
    facts_of: FactsOf = lambda _: None
    picked: Picked = NOTHING_PICKED
    untold: dict[int, str] = field(default_factory=dict)
    assumed: set[int] = field(default_factory=set)

    def complete(self) -> None:
        """Give each chained take its key, parents first."""
        takes = list(self.compiled.takes)
        numbers: dict[str, list[int]] = {}
        for number, row in enumerate(takes):
            numbers.setdefault(row.shot, []).append(number)
        self.picked = resolve_picks(self.decisions, takes, file="")
        for level in in_order(self.compiled):
            for chain in level:
                found = {link.role: self._frame(chain, link, takes, numbers) for link in chain.links}
                reasons = [reason for reason in found.values() if isinstance(reason, str)]
                if reasons:
                    self.untold[chain.take] = reasons[0]
                    continue
                key = action_key(with_inputs(chain.manifest, found))
                takes[chain.take] = takes[chain.take]._replace(key=key)
            self.picked = resolve_picks(self.decisions, takes, file="")
        self.compiled = self.compiled._replace(takes=tuple(takes))

    def _frame(
        self,
        chain: ChainRow,
        link: LinkRow,
        takes: Sequence[TakeRow],
        numbers: Mapping[str, Sequence[int]],
    ) -> Json:
        """What a manifest holds of a link; why it cannot be told, as text."""
        footage = next((row for row in self.compiled.footage if row.shot == link.shot), None)
        if footage:
            return frame_json(footage.sha256, frame_number(link, MediaFacts.from_json(footage.facts)))
        own = numbers[link.shot]
        choice = self.picked.choices.get(own[0])
        if choice is None and len(own) > 1:
            return f"its parent `{link.shot}` has {len(own)} takes, and none is picked"
        number = choice.number if choice else own[0]
        if number in self.untold:
            return f"its parent `{link.shot}` cannot be told"
        sha256 = (choice.clip if choice else "") or self.clip_of(takes[number])
        if sha256 is None:
            return self._assumed(chain, link, takes) or f"its parent `{link.shot}` is behind"
        known = self._number(sha256, link)
        return (
            f"the lock does not say which frame of `{link.shot}`"
            if known is None
            else frame_json(sha256, known)
        )

    def _number(self, sha256: str, link: LinkRow) -> int | None:
        """The number of the frame that a link means of a clip, by its facts or by any take that was made from it."""
        if facts := self.facts_of(sha256):
            return frame_number(link, facts)
        frames = (
            given
            for lock in self.locks
            for take in lock.takes
            for inputs in take.inputs.values()
            for given in inputs
            if isinstance(given, LockedFrame)
        )
        rule = rule_of(link)
        return next((one.number for one in frames if (one.sha256, one.rule) == (sha256, rule)), None)

    def _assumed(self, chain: ChainRow, link: LinkRow, takes: Sequence[TakeRow]) -> Json:
        """The frame that a take was made from, if its parent is free: its clip is made again, and in no lock."""
        row, parents = takes[chain.take], [take for take in takes if take.shot == link.shot]
        if any(parent.paid for parent in parents):
            return None
        known = (lock.by_place.get((row.shot, row.take)) for lock in self.locks)
        given = (frame for take in known if take for frame in take.inputs.get(link.role, ()))
        rule = rule_of(link)
        for frame in given:
            if isinstance(frame, LockedFrame) and frame.rule == rule:
                self.assumed.add(chain.take)
                return frame_json(frame.sha256, frame.number)
        return None
