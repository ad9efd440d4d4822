"""Variants that follow from chains: where the parent of a chained shot has a variant, the shot has one, which starts from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from renderer.model import AT, variant_of
from renderer.spec.chains import frames_of
from renderer.storyboard import Asked, Framing, Output, Shot


def follow_parents(
    shots: Mapping[str, Shot], outputs: Sequence[Output], *, elsewhere: Collection[str] = ()
) -> dict[str, Shot]:
    """The shots by id with all variants that follow, each shot's behind it in order of the outputs; `elsewhere` are shots beside an excerpt.

    Frames that variants start from or end on are those of their parents' variants, where there are any.
    """
    names = {*shots, *elsewhere}
    if not any(AT in name for name in names):
        return dict(shots)
    followed = {output.name: _followed(shots, names, output.name) for output in outputs}
    found: dict[str, Shot] = {}
    for shot in shots.values():
        if shot.output is None:
            variants = list(_variants(shot, shots, followed))
            taken = {variant.output for variant in variants}
            kept = {name: framing for name, framing in shot.framings.items() if name not in taken}
            found[shot.id] = shot._replace(framings=kept)
            found |= {variant.id: variant for variant in variants}
    return found


def _followed(shots: Mapping[str, Shot], names: Collection[str], output: str) -> set[str]:
    """The shots that have a variant for an output: their own, or one that follows from a parent's, at once or by way of others."""
    found = {name for name in names if variant_of(name, output) in names}
    children: dict[str, list[str]] = {}
    for shot in shots.values():
        if shot.output is None and shot.id not in found:
            for _, frame in frames_of(shot):
                children.setdefault(frame.shot, []).append(shot.id)
    rest = list(found)
    while rest:  # each shot comes in once
        fresh = [child for child in children.get(rest.pop(), ()) if child not in found]
        found.update(fresh)
        rest += fresh
    return found


def _variants(
    shot: Shot, shots: Mapping[str, Shot], followed: Mapping[str, Collection[str]]
) -> Iterator[Shot]:
    for output, names in followed.items():
        if shot.id in names:
            own = shots.get(variant_of(shot.id, output)) or _following(shot, output)
            yield _linked(own, output, names)


def _following(shot: Shot, output: str) -> Shot:
    """A variant that asks for what the shot asks for, of another parent; an output's own `use` is the shot's own there."""
    framing = shot.framings.get(output, Framing())
    origins = {**shot.origins}
    if framing.use and (places := shot.origins.get(f"for.{output}.use")):
        origins["use"] = places
    shown = framing._replace(use=None)
    return shot._replace(
        id=variant_of(shot.id, output),
        output=output,
        use=framing.use or shot.use,
        framings={} if shown == Framing() else {output: shown},
        origins=origins,
        asked=Asked(),
    )


def _linked(shot: Shot, output: str, names: Collection[str]) -> Shot:
    """The variant with the frames of its parents' variants in place of their own."""
    frames = {
        role: frame._replace(shot=variant_of(frame.shot, output))
        for role, frame in frames_of(shot)
        if frame.shot in names
    }
    if not frames:
        return shot
    request = shot.request
    assert request, "BUG: own footage with a parent"
    image, last_image = frames.get("image", request.image), frames.get("last_image", request.last_image)
    return shot._replace(request=request._replace(image=image, last_image=last_image))
