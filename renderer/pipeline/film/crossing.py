"""The actions of a film with transitions: what stands between them, and each transition with both its sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from renderer.media.crossing import ROLES
from renderer.media.manifests import crossing_manifest, is_crossing
from renderer.model import Json
from renderer.pipeline.film.lettered import Made, Part
from renderer.plan.action import Action
from renderer.plan.enter import Span

GATHERED_MIN = 8
"""Below this, as after a change to one clip, there may be a core for each: two results of one run come one after the other."""


def crossed(
    spans: Sequence[Span], part: Callable[[Part], Made], name: Callable[[int], str]
) -> Iterator[Action]:
    """The action of each picture of a film; `part` says of what a part of a slot is made, `name` what a slot is called."""
    slots = {span.slot: span.skip + span.frames for span in spans}
    tails = {span.slot - 1: span.before for span in spans if span.enter}
    for span in spans:
        made = part(Part(span.slot, span.skip, span.frames))
        if span.enter is None:
            yield Action.of(made.manifest, name=name(span.slot), inputs=made.inputs)
            continue
        last = None
        if span.slot:
            # A slot shorter than a second may be wholly in the picture of the transition out of it.
            length = slots.get(span.slot - 1, 0) + tails[span.slot - 1]
            last = part(Part(span.slot - 1, length - span.before, span.before))
        yield _crossing(span, last, made, name=f"{name(span.slot)}, transition")


def gather(missing: Sequence[Action]) -> tuple[Action, ...]:
    """The same actions, with what is cut from a clip just before a transition going along with that: the clip is decoded once.

    Few are left apart, since each alone is done sooner where there are cores for all of them.
    """
    if len(missing) < GATHERED_MIN:
        return tuple(missing)
    before = {_end_of(one.manifest): one for one in missing if _may_go_along(one)}
    carried: dict[str, Action] = {}
    for one in missing:
        side = one.manifest["from"] if is_crossing(one.manifest) else None
        if (
            side
            and "overlay" not in side
            and (picture := before.pop(_place(one.manifest, side["clip"], side.get("first")), None))
        ):
            carried[one.key] = picture
    gone = {picture.key for picture in carried.values()}
    return tuple(
        one._replace(along=(carried[one.key],)) if one.key in carried else one
        for one in missing
        if one.key not in gone
    )


def _may_go_along(action: Action) -> bool:
    manifest = action.manifest
    return (
        action.kind == "segment"
        and not is_crossing(manifest)
        and "first" in manifest
        and "overlay" not in manifest
    )


def _end_of(manifest: Mapping[str, Json]) -> tuple[Json, ...]:
    return _place(manifest, manifest["clip"], manifest["first"] + manifest["frames"])


def _place(manifest: Mapping[str, Json], clip: str | None, frame: int | None) -> tuple[Json, ...]:
    """A frame of a clip in one film."""
    return manifest["size"], manifest["fps"], clip, frame


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
