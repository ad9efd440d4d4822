"""The actions of a film with transitions: what stands between them, and each transition with both its sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from renderer.media.crossing import ROLES
from renderer.media.manifests import crossing_manifest
from renderer.pipeline.lettered import Made, Part
from renderer.plan.action import Action
from renderer.plan.enter import Span


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
