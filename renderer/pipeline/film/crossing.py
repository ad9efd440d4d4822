"""The actions of a film with transitions: what stands between them, and each transition with both its sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from renderer.media.crossing import ROLES
from renderer.media.manifests import crossing_manifest, in_threads, is_crossing, sides_of
from renderer.model import Json
from renderer.pipeline.film.lettered import Made, Part
from renderer.plan.action import Action
from renderer.plan.enter import Span

Place = tuple[str, str, str | None, int]
BEFORE_MAX = 2
"""What of a slot goes along with the transition out of it: what is left of its second, and all before that."""


def crossed(
    spans: Sequence[Span], part: Callable[[Part], Made], name: Callable[[int], str]
) -> Iterator[Action]:
    """The action of each picture of a film; `part` says of what a part of a slot is made, `name` what a slot is called."""
    ends = {span.slot: span.skip + span.frames for span in spans}

    def threaded(slot: int, skip: int, frames: int) -> Made:
        made = part(Part(slot, skip, frames))
        return made._replace(manifest=in_threads(made.manifest))

    for span in spans:
        made = threaded(span.slot, span.skip, span.frames)
        if span.enter is None:
            frames = f"frames {span.skip} to {span.skip + span.frames - 1}"
            yield Action.of(made.manifest, name=f"{name(span.slot)}, {frames}", inputs=made.inputs)
            continue
        last = None
        if span.slot:
            # A slot may be no longer than the transition out of it.
            last = threaded(span.slot - 1, ends.get(span.slot - 1, 0), span.frames)
        yield _crossing(span, last, made, name=f"{name(span.slot)}, transition")


def gather(missing: Sequence[Action]) -> tuple[Action, ...]:
    """The same actions, with what is cut from a clip beside a transition going along with that: the clip is decoded once.

    What is left of the second behind a transition goes along with it, the rest of a slot with the one out of it: so both
    transitions of a clip have work for a core each.
    """
    crossings = [one for one in missing if is_crossing(one.manifest)]
    loose = [one for one in missing if _may_go_along(one)]
    starts = {_start_of(one.manifest): one for one in loose}
    ends = {_end_of(one.manifest): one for one in loose}
    carriers: dict[str, str] = {}
    for one in crossings:
        rest = starts.get(_end_of(sides_of(one.manifest)[1]))
        if rest and rest.manifest["frames"] < Fraction(rest.manifest["fps"]):
            carriers.setdefault(rest.key, one.key)
    for one in crossings:
        for piece in _before(one, ends):
            carriers.setdefault(piece.key, one.key)
    along: dict[str, list[Action]] = {one.key: [] for one in crossings}
    for piece in loose:
        if piece.key in carriers:
            along[carriers[piece.key]].append(piece)
    return tuple(
        one._replace(along=tuple(along.get(one.key, ()))) for one in missing if one.key not in carriers
    )


def _before(crossing: Action, ends: Mapping[Place, Action]) -> Iterator[Action]:
    """What of `ends` is cut from a clip just before a transition out of it, the last first."""
    piece = sides_of(crossing.manifest)[0]
    for _ in range(BEFORE_MAX):
        found = ends.get(_start_of(piece)) if piece else None
        if found is None:
            return
        yield found
        piece = found.manifest


def _may_go_along(action: Action) -> bool:
    """Whether an action cuts a clip, and is neither played backwards, which ffmpeg does in memory, nor has another picture over it."""
    manifest = action.manifest
    return (
        action.kind == "segment"
        and not is_crossing(manifest)
        and "first" in manifest
        and "overlay" not in manifest
        and not manifest.get("motion", {}).get("reverse")
    )


def _start_of(segment: Mapping[str, Json]) -> Place:
    return _place(segment, 0)


def _end_of(segment: Mapping[str, Json]) -> Place:
    return _place(segment, segment["frames"])


def _place(segment: Mapping[str, Json], frames: int) -> Place:
    """A frame of a clip in one film, so many behind the first one of a segment; a card's is no clip's."""
    return segment["size"], segment["fps"], segment["clip"], segment.get("first", 0) + frames


def _crossing(span: Span, last: Made | None, made: Made, *, name: str) -> Action:
    assert span.enter, "BUG: a cut is no transition"
    kind, overlap, colour = span.enter[1:]
    manifest = crossing_manifest(
        last.manifest if last else None, made.manifest, kind=kind, overlap=overlap, colour=colour
    )
    sides = zip(ROLES, (last, made), strict=True)
    inputs = {
        f"{role}_{given}": files for role, side in sides if side for given, files in side.inputs.items()
    }
    return Action.of(manifest, name=name, inputs=inputs)
