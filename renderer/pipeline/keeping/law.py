"""What of a store goes and what stays, and why: the law of `renderer cache gc`. Pure.

A blob stays where something names it: a project, a pin, an open job. It stays where it was made or used lately, itself or in what was made
of it. What was paid for stays unless somebody said otherwise. The rest goes, what was used least recently first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from renderer.row import Row
from renderer.store.census import Census, Leaf, Piece

NAMED = "named by a lock or picks file"
PINNED = "pinned"
WANTED = "needed by a job that is open"
LATELY = "made or used lately"
BOUGHT = "paid for: goes with `--paid` alone"
ROOM = "there is room for it"


class Rules(Row):
    """What may go. `keep_s` is how long ago something was last used that may; with `room_bytes` only so much goes that no more is left."""

    keep_s: float
    paid: bool = False
    room_bytes: int | None = None


class Roots(Row):
    """What holds on to blobs, by sha256."""

    named: Collection[str] = frozenset()
    pinned: Collection[str] = frozenset()
    wanted: Collection[str] = frozenset()


class Fates(Row):
    """What goes, in the order in which it goes, and what stays, by the first reason that it has."""

    goes: tuple[Piece, ...]
    leaves: tuple[Leaf, ...]
    stays: Mapping[str, tuple[Piece, ...]]


def last_used(census: Census, uses: Iterable[tuple[float, Collection[str]]]) -> dict[str, float]:
    """When each blob was last made or used, in seconds since 1970: whatever is used uses all that it was made of.

    `uses` are times with what was used at them.
    """
    told = [(at_s, sha256) for at_s, used in uses for sha256 in used]
    told += [(piece.made_s, piece.sha256) for piece in census.pieces.values()]
    found: dict[str, float] = {}
    for at_s, sha256 in sorted(told, reverse=True):
        open_names = [sha256]
        while open_names:
            name = open_names.pop()
            if name not in found:
                found[name] = at_s
                open_names.extend(census.made_of.get(name, ()))
    return found


def decide(census: Census, *, roots: Roots, used_s: Mapping[str, float], now_s: float, rules: Rules) -> Fates:
    """The fate of every blob and trace. A trace goes with the last of its blobs; one of something bought only with one that goes now."""
    stays: dict[str, list[Piece]] = {}
    free = []
    for piece in census.pieces.values():
        if reason := _reason(piece, roots, now_s - used_s[piece.sha256], rules):
            stays.setdefault(reason, []).append(piece)
        else:
            free.append(piece)
    free.sort(key=lambda piece: (piece.is_paid, used_s[piece.sha256], piece.sha256))
    goes = free[: _needed(free, census.size_bytes, rules.room_bytes)]
    if room := free[len(goes) :]:
        stays[ROOM] = room
    gone = {piece.sha256 for piece in goes}
    leaves = [leaf for leaf in census.leaves.values() if _goes(leaf, gone, census, now_s - rules.keep_s)]
    return Fates(tuple(goes), tuple(leaves), {reason: tuple(kept) for reason, kept in stays.items()})


def _reason(piece: Piece, roots: Roots, idle_s: float, rules: Rules) -> str | None:
    """Why a blob stays; None where it may go."""
    for reason, names in ((NAMED, roots.named), (PINNED, roots.pinned), (WANTED, roots.wanted)):
        if piece.sha256 in names:
            return reason
    if idle_s < rules.keep_s:
        return LATELY
    return BOUGHT if piece.is_paid and not rules.paid else None


def _needed(free: Iterable[Piece], size_bytes: int, room_bytes: int | None) -> int:
    """How many blobs must go, in order, until no more is left than there is room for."""
    count = 0
    for piece in free:
        if room_bytes is not None and size_bytes <= room_bytes:
            break
        count, size_bytes = count + 1, size_bytes - piece.size_bytes
    return count


def _goes(leaf: Leaf, gone: Collection[str], census: Census, oldest_s: float) -> bool:
    if any(sha256 in census.pieces and sha256 not in gone for sha256 in leaf.results):
        return False
    taken = any(sha256 in gone for sha256 in leaf.results)
    return taken or (not leaf.is_paid and leaf.made_s <= oldest_s)
