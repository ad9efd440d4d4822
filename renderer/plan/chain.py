"""Chained takes: in which order their keys become known, which frame of a clip they mean, and what is wrong with a link.

A chained take's key holds the digest of the clip that its parent shows, and a frame's number. So its manifest is
remembered without that, and completed when the clip is there. Until then a *placeholder* for the key, which is no key of
any manifest that can be made, tells the take apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate

from renderer.digest import action_key
from renderer.model import Json, MediaFacts, output_of, variant_of
from renderer.plan.action import Input
from renderer.plan.manifest import frame_json, with_inputs
from renderer.plan.rows import ChainRow, Compiled, LinkRow, ShotRow


def placeholder_key(manifest: Mapping[str, Json], links: Sequence[LinkRow]) -> str:
    """What stands for the key of a chained take before its parents' clips are there; equal for equal requests."""
    return action_key(
        with_inputs(manifest, {link.role: {"shot": link.shot, "at": link.at} for link in links})
    )


def chains_of(shots: Sequence[ShotRow]) -> tuple[ChainRow, ...]:
    """The chained takes among all takes of some shots, each link with the out point of its parent's own `use`."""
    if not any(shot.chains for shot in shots):
        return ()
    first = accumulate((len(shot.takes) for shot in shots), initial=0)
    until = {shot.shot: shot.use[1] if shot.use else None for shot in shots}
    return tuple(
        ChainRow(start + chain.take, tuple(_ending(link, until) for link in chain.links), chain.manifest)
        for shot, start in zip(shots, first, strict=False)
        for chain in shot.chains
    )


def _ending(link: LinkRow, until: Mapping[str, str | None]) -> LinkRow:
    return link if link.at is not None else link._replace(until=until.get(link.shot))


def frame_number(link: LinkRow, facts: MediaFacts) -> int:
    """The number, from 0, of the frame that a link means of a clip, at the clip's own rate.

    It is the last one that begins before the out point, or the one on screen at a time; beyond the clip's end its last.
    """
    last = facts.frames - 1
    if link.at is not None:
        return min(last, math.floor(Fraction(link.at) * facts.fps))
    if link.until is None:
        return last
    return max(0, min(last, math.ceil(Fraction(link.until) * facts.fps) - 1))


def with_frames(chain: ChainRow, clips: Mapping[LinkRow, Input]) -> dict[str, Json]:
    """The manifest of a chained take whose parents show these clips, each with its facts."""
    return with_inputs(chain.manifest, dict(_frames(clips)))


def _frames(clips: Mapping[LinkRow, Input]) -> Iterator[tuple[str, Json]]:
    for link, clip in clips.items():
        assert clip.facts, "BUG: a clip without facts"
        yield link.role, frame_json(clip.digest.sha256, frame_number(link, clip.facts))


def rule_of(link: LinkRow) -> str:
    """How the author names a frame, in one form: `last`, `before 7/2` or `at 6/5`, in seconds of the clip."""
    if link.at is not None:
        return f"at {link.at}"
    return "last" if link.until is None else f"before {link.until}"


def in_order(compiled: Compiled) -> list[list[ChainRow]]:
    """The chained takes in levels: whoever starts from a chained shot comes in a later level than it."""
    chains: dict[str, list[ChainRow]] = {}
    for chain in compiled.chains:
        chains.setdefault(compiled.takes[chain.take].shot, []).append(chain)
    levels: list[list[ChainRow]] = []
    for shot, level in depths({name: list(parents_of(own)) for name, own in chains.items()}).items():
        levels += [[] for _ in range(level + 1 - len(levels))]
        levels[level] += chains[shot]
    return levels


def parents_of(chains: Iterable[ChainRow]) -> dict[str, None]:
    """The shots that some takes start from, each once."""
    return dict.fromkeys(link.shot for chain in chains for link in chain.links)


def depths(parents: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How far each chained shot is from shots that start from none; `parents` names chained shots only, in no loop.

    >>> depths({"c": ["b"], "b": ["a"], "d": ["a", "b"]})
    {'b': 0, 'c': 1, 'd': 1}
    """
    found: dict[str, int] = {}
    for start in parents:
        path = [start]
        while path:
            above = [name for name in parents[path[-1]] if name in parents]
            open_ones = [name for name in above if name not in found]
            if open_ones:
                path.append(open_ones[0])
                continue
            found.setdefault(path.pop(), 1 + max((found[name] for name in above), default=-1))
    return found


def ancestors_of(compiled: Compiled, shots: Iterable[str]) -> set[str]:
    """The shots that some shots start from, at once or by way of others."""
    above: dict[str, dict[str, None]] = {}
    for chain in compiled.chains:
        above.setdefault(compiled.takes[chain.take].shot, {}).update(parents_of([chain]))
    return _reached(above, shots)


def descendants_of(compiled: Compiled, shots: Iterable[str]) -> set[str]:
    """The shots that start from some shots, at once or by way of others."""
    below: dict[str, dict[str, None]] = {}
    for chain in compiled.chains:
        for name in parents_of([chain]):
            below.setdefault(name, {})[compiled.takes[chain.take].shot] = None
    return _reached(below, shots)


def _reached(edges: Mapping[str, Iterable[str]], shots: Iterable[str]) -> set[str]:
    found: set[str] = set()
    rest = list(shots)
    while rest:
        for name in edges.get(rest.pop(), ()):
            if name not in found:
                found.add(name)
                rest.append(name)
    return found


def bad_links(shots: Sequence[ShotRow]) -> Iterator[tuple[ShotRow, LinkRow]]:
    """The links to a time that the parent's clip does not have, and to shots that are not there."""
    lengths_s = {shot.shot: shot.length_s for shot in shots} if any(shot.chains for shot in shots) else {}
    for shot in shots:
        for link in dict.fromkeys(link for chain in shot.chains for link in chain.links):
            length_s = lengths_s.get(link.shot)
            if length_s is None or (link.at is not None and Fraction(link.at) >= Fraction(length_s)):
                yield shot, link


def symbols(compiled: Compiled) -> list[str]:
    """For each take what it asks for in the end, whatever clips there are: its key, of a chained take with all that it starts from.

    Equal for two texts where one asks for just what the other does.
    """
    found = [row.key for row in compiled.takes]
    own: dict[str, list[int]] = {}
    for number, row in enumerate(compiled.takes):
        own.setdefault(row.shot, []).append(number)
    footage = {row.shot: row.sha256 for row in compiled.footage}
    for level in in_order(compiled):
        for chain in level:
            above = [
                [link.role, rule_of(link), footage.get(link.shot, "")]
                + [found[number] for number in own.get(link.shot, ())]
                for link in chain.links
            ]
            found[chain.take] = action_key([chain.manifest, above])
    return found


def is_broken(shots: Sequence[ShotRow]) -> bool:
    """Whether a chain of these shots leads nowhere, past an end, or in a loop."""
    if not any(shot.chains for shot in shots):
        return False
    rest = {shot.shot: set(parents_of(shot.chains)) for shot in shots}
    free = [name for name, above in rest.items() if not above]
    below: dict[str, list[str]] = {}
    for name, above in rest.items():
        for one in above:
            below.setdefault(one, []).append(name)
    while free:
        done = free.pop()
        del rest[done]
        for name in below.get(done, ()):
            rest[name].discard(done)
            free += [name] if not rest[name] else []
    return bool(rest) or any(bad_links(shots)) or _is_unfollowed(shots)


def _is_unfollowed(shots: Sequence[ShotRow]) -> bool:
    """Whether a parent has a variant where a shot has none, or has one that starts from another clip."""
    names = {shot.shot for shot in shots}
    outputs = {output for name in names if (output := output_of(name))}
    for shot in shots if outputs else ():
        own = output_of(shot.shot)
        lacking = [own] if own else [one for one in outputs if variant_of(shot.shot, one) not in names]
        if any(
            variant_of(parent, output) in names for parent in parents_of(shot.chains) for output in lacking
        ):
            return True
    return False
