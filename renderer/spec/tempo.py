"""Beats: times that count in the beats of a track with `bpm`, exact to the fraction of a second.

Nothing is rounded here: the cut rounds on the running sum, so that a film cut on beats stays on them to its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from renderer.diagnostic import Place
from renderer.row import Row
from renderer.spec.distance import hint_for
from renderer.spec.document import Document
from renderer.spec.merge import BEATS, Merged, Written
from renderer.spec.nodes import Fields, Items
from renderer.spec.problems import Problems
from renderer.spec.text import Path
from renderer.spec.wording import listed, shorten

MINUTE_S = 60
TRACK = "track"


class Tempos(Row):
    """The tempo of each track by its id, in beats a minute, None where it has none; not `complete` where one is at fault."""

    bpm: Mapping[str, Fraction | None] = MappingProxyType({})
    complete: bool = True


NO_TEMPOS = Tempos()


def read_tempos(document: Document, *, faults: tuple[Path, ...]) -> Tempos:
    """The tempo of every track that is written."""
    node = document.node(("tracks",))
    rows = [item.value for item in node.nodes if isinstance(item, Fields)] if isinstance(node, Items) else []
    bpm = {row["id"]: _bpm(row.get("bpm")) for row in rows if isinstance(row.get("id"), str)}
    return Tempos(bpm, complete=not any(fault[:1] == ("tracks",) for fault in faults))


def _bpm(value: object) -> Fraction | None:
    return Fraction(value) if isinstance(value, int | Decimal) else None


def is_beats(merged: Written | Merged | None) -> bool:
    """Whether a time is written in beats."""
    return isinstance(merged, Mapping) and BEATS in merged


def beats_s(merged: Merged, tempos: Tempos, *, problems: Problems, place: Place) -> Fraction | None:
    """The seconds that so many beats last.

    Tells beats without a tempo (S260), of several (S261), and of an unknown track (S262).

    >>> Fraction(4) * MINUTE_S / Fraction("92.5")
    Fraction(96, 37)
    """
    beats, named = merged.get(BEATS), merged.get(TRACK)
    if not isinstance(beats, Written) or not isinstance(beats.node.value, int | Decimal):
        return None
    name = named.node.value if isinstance(named, Written) else None
    bpm = _tempo(name if isinstance(name, str) else None, tempos, problems=problems, place=place)
    return None if bpm is None else Fraction(beats.node.value) * MINUTE_S / bpm


def _tempo(name: str | None, tempos: Tempos, *, problems: Problems, place: Place) -> Fraction | None:
    """The tempo that is meant: that of the named track, or of the only one that has any."""
    known = {track: bpm for track, bpm in tempos.bpm.items() if bpm is not None}
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if name in known:
        return known[name]
    if not tempos.complete:
        return None  # the tempo may be in what is at fault, and told
    if name is None and known:
        hint = f"name one: `{{beats: 4, track: {next(iter(known))}}}`"
        problems.add("S261", f"these beats may be those of {listed([*known])}", place, hint=hint)
    elif name is None:
        problems.add("S260", "beats without a tempo", place, hint="give a track its `bpm`")
    elif name in tempos.bpm:
        problems.add("S260", f"the track `{name}` has no `bpm`", place, hint="give it one")
    else:
        notes = [f"tracks here: {listed([*tempos.bpm])}"] if tempos.bpm else ["there are no `tracks`"]
        message = f"beats of the unknown track `{shorten(name)}`"
        problems.add("S262", message, place, notes=notes, hint=hint_for(name, [*tempos.bpm]))
    return None
