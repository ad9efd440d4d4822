"""The lock: what a storyboard's paid takes are, as values and as text.

A fact a line, a block for each take, fetched input and output, a blank line between two, all sorted: so git merges two
branches that touch different shots without asking. No date, path or address is in it. Owns the form; whoever holds the
store decides what goes in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from renderer.digest import Digest
from renderer.row import Row

VERSION = "1"
TITLE = "renderer lock"
ABOUT = "# Written by `renderer build`. After a merge conflict: `renderer lock repair`."

Place = tuple[str, int]
"""A take's shot and its number."""


class LockedFrame(Row):
    """A frame of the clip of another shot: the clip's sha256, the frame's number from 0, and how the author names it, as `rule_of` says it."""

    sha256: str
    number: int
    rule: str


class LockedTake(Row):
    """One paid take: what was asked for (`key`), and the clip that it is.

    `inputs` holds, for each role, the digests in order, or the frame that it starts from; `seed` is None for a model that has none: the number tells it apart.
    """

    shot: str
    take: int
    key: str
    clip: Digest
    inputs: Mapping[str, tuple[Digest | LockedFrame, ...]]
    seed: str | None
    price_usd: Decimal

    @property
    def place(self) -> Place:
        return self.shot, self.take

    @property
    def name(self) -> str:
        return self.shot if self.take == 1 else f"{self.shot}.take{self.take}"


class LockedOutput(Row):
    """One film: its bytes, the ffmpeg build that made them, and a digest of what it is made of (`made_of`)."""

    name: str
    made_of: str
    film: Digest
    ffmpeg: str


class Lock(Row):
    """All facts of one storyboard. `fetched` holds, by the sha256 of its address, what a URL was pinned to."""

    takes: tuple[LockedTake, ...] = ()
    fetched: tuple[tuple[str, Digest], ...] = ()
    outputs: tuple[LockedOutput, ...] = ()

    @property
    def by_place(self) -> dict[Place, LockedTake]:
        return {take.place: take for take in self.takes}

    @property
    def clips(self) -> dict[str, Digest]:
        """The clip of each key; of several the first, by shot and number."""
        return {take.key: take.clip for take in reversed(self.takes)}


def lock_of(
    takes: Iterable[LockedTake], fetched: Mapping[str, Digest], outputs: Iterable[LockedOutput]
) -> Lock:
    """A lock in its one order: takes by shot and number, fetched inputs and outputs by name."""
    return Lock(
        tuple(sorted(takes, key=lambda take: take.place)),
        tuple(sorted(fetched.items())),
        tuple(sorted(outputs, key=lambda output: output.name)),
    )


def format_lock(lock: Lock) -> str:
    """The text of a lock; `parse_lock` is its inverse."""
    blocks = [_take(take) for take in lock.takes]
    blocks += [[f"fetched {name}", f"holds {_digest(digest)}"] for name, digest in lock.fetched]
    blocks += [_output(output) for output in lock.outputs]
    lines = [f"{TITLE} {VERSION}", ABOUT]
    for head, *facts in blocks:
        lines += ["", head, *(f"  {fact}" for fact in facts)]
    return "\n".join([*lines, ""])


def _take(take: LockedTake) -> list[str]:
    seed = [] if take.seed is None else [f"seed {take.seed}"]
    return [
        f"take {take.shot} {take.take}",
        f"key {take.key}",
        f"clip {_digest(take.clip)}",
        *_inputs(take.inputs),
        *seed,
        f"price {take.price_usd:f}",
    ]


def _inputs(inputs: Mapping[str, tuple[Digest | LockedFrame, ...]]) -> Iterator[str]:
    for role in sorted(inputs):
        yield from (f"input {role} {_input(given)}" for given in inputs[role])


def _input(given: Digest | LockedFrame) -> str:
    if isinstance(given, Digest):
        return _digest(given)
    return f"{given.sha256} frame {given.number} {given.rule}"


def _output(output: LockedOutput) -> list[str]:
    return [
        f"output {output.name}",
        f"made-of {output.made_of}",
        f"film {_digest(output.film)}",
        f"ffmpeg {output.ffmpeg}",
    ]


def _digest(digest: Digest) -> str:
    return f"{digest.sha256} {digest.size_bytes}"
