"""Which line of the storyboard made a field what it is today: the author's own, a default's, a variable's.

A text is put together from pieces, each written somewhere; the piece in which its words differ did it, not all that
show in it. Places come from the walk that made the key (`Shot.origins`, `Shot.spans`); nothing is read here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from renderer.diagnostic import Place
from renderer.model import Json
from renderer.plan.explain import Change
from renderer.plan.words import compare, same_ends
from renderer.row import Row
from renderer.storyboard import Shot, Span

TEMPLATE = "prompt_template"
PARTS = ("camera", "style")
WRITTEN_AS = {
    "seed": ("seed", "seeds", "takes"),
    "take": ("takes",),
    "slate.take": ("takes",),
    "slate.model": ("model",),
    "slate.shot": (),
}
"""Where an author writes what a manifest calls something else."""
BASE, ADDRESS = "base", "address of the provider"
"""What a manifest calls the address of a vendor on this machine, and what it is told as: it comes from the environment."""
NUMBERED = frozenset({"seed", "take", "slate.take"})


class Cause(Row):
    """What the author would look for: a path such as `defaults.style` or `vars.ship`, and where that is written.

    `place` None: nothing in the storyboard did it, such as another ffmpeg.
    """

    field: str
    place: Place | None = None


def causes_of(change: Change, shot: Shot, *, is_new_take: bool = False) -> tuple[Cause, ...]:
    """What made a changed field of a shot what it is today, ≥ 1; a field that is gone is pointed at by the shot.

    `is_new_take` where the change is against another take of the shot.
    """
    before, after = change.before, change.after
    if (
        is_new_take
        and change.field in NUMBERED
        and (places := shot.origins.get("takes") or shot.origins.get("seeds"))
    ):
        return (_cause(places[0]),)
    if isinstance(before, str) and isinstance(after, str) and shot.spans.get(change.field):
        return _of_text(change.field, before, after, shot)
    if isinstance(before, list) and isinstance(after, list):
        return _of_list(change.field, before, after, shot)
    return (_of_value(change.field, shot, is_gone=after is None),)


def _of_value(field: str, shot: Shot, *, is_gone: bool = False) -> Cause:
    if field == BASE:
        return Cause(ADDRESS)
    pieces = {span.place for span in shot.spans.get(field, ())}
    if len(pieces) == 1:
        return _cause(pieces.pop())
    for name in WRITTEN_AS.get(field, _upward(field)):
        if places := shot.origins.get(name):
            written = [place for place in places if place.path.endswith(f".{field}")]
            return _cause((written or places)[0])
    if is_gone or field == "slate.shot" or shot.origins.keys() & {field, field.partition(".")[0]}:
        return Cause(field, shot.place)
    return Cause(field)


def _upward(field: str) -> Iterator[str]:
    """A field, then what it is part of."""
    while field:
        yield field
        field = field.rpartition(".")[0]


def _of_list(field: str, before: Sequence[Json], after: Sequence[Json], shot: Shot) -> tuple[Cause, ...]:
    fresh = [number for number, item in enumerate(after) if item not in before]
    moved = [number for number, item in enumerate(after) if before[number : number + 1] != [item]]
    found = [_of_value(f"{field}.{number}", shot) for number in fresh or moved[:1]]
    return tuple(dict.fromkeys(found)) or (_of_value(field, shot),)


def _of_text(field: str, before: str, after: str, shot: Shot) -> tuple[Cause, ...]:
    template = shot.spans.get(TEMPLATE, ()) if field == "prompt" else ()
    if template and _is_reordered(before, shot.spans[field]):
        return (_cause(template[0].place),)
    written = _Written(after, shot.spans[field], template[0].place if template else None)
    found: dict[Place, None] = {}
    position, old, is_gone = 0, "", False
    for sign, text in compare(before, after):
        if sign == "-":
            old = text
            continue
        if sign == "+":
            found.update(dict.fromkeys(written.among(*_trimmed(old, text, position))))
        elif old:
            is_gone |= written.lost(old, position, found)
        position, old = position + len(text), ""
    if old:
        is_gone |= written.lost(old, position, found)
    causes = [_cause(place) for place in found]
    if is_gone or not causes:
        causes.append(_gone(field, shot))
    return tuple(causes)


def _is_reordered(before: str, spans: Sequence[Span]) -> bool:
    """Whether a text holds all pieces in another order."""
    starts = [before.find(_shown(span)) for span in spans]
    return -1 not in starts and starts != sorted(starts)


def _shown(span: Span) -> str:
    return unicodedata.normalize("NFC", span.text).strip()


def _gone(field: str, shot: Shot) -> Cause:
    """What stands for words that no line of today made: the part of a prompt that is not given any more, if it is clear."""
    absent = [part for part in PARTS if field == "prompt" and not shot.spans.get(part)]
    return Cause(absent[0] if len(absent) == 1 else field, shot.origin(field))


def _trimmed(old: str, new: str, position: int) -> tuple[int, int]:
    """From where to where a new piece of text differs from the old one that it replaces."""
    head, tail = same_ends(old, new)
    start, stop = position + head, position + len(new) - tail
    return (start, stop) if start < stop else (position, position + len(new))


class _Written:
    """Where each character of a text is written: its spans are found in it one behind the other."""

    def __init__(self, text: str, spans: Iterable[Span], template: Place | None) -> None:
        self.text = text
        self.template = template
        self.ranges: list[tuple[int, int, Place]] = []
        position = 0
        for span in spans:
            shown = _shown(span)
            start = text.find(shown, position)
            if shown and start >= 0:
                position = start + len(shown)
                self.ranges.append((start, position, span.place))

    def among(self, start: int, stop: int) -> list[Place]:
        """The places of what stands in a range; where nothing written does, the template's."""
        found = [place for low, high, place in self.ranges if low < stop and start < high]
        return found or ([self.template] if self.template else [])

    def lost(self, words: str, position: int, found: dict[Place, None]) -> bool:
        """Add the place that words were taken out of, at a position; true where they were all that it said.

        Of equal ways to take them out, as `. b` or `b. ` of `a. b. c`, the first counts.
        """
        for _ in words:
            if not position or words[-1] != self.text[position - 1]:
                break
            words, position = words[-1] + words[:-1], position - 1
        inside = [place for low, high, place in self.ranges if low < position < high]
        if not inside and not words.startswith((".", "!", "?")):
            inside = [place for low, high, place in self.ranges if position in (low, high)][:1]
        found.update(dict.fromkeys(inside))
        return not inside


def _cause(place: Place) -> Cause:
    return Cause(place.path.removeprefix("$."), place)
