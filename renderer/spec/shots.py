"""One entry of the text to its shots, one or a matrix of them, and their variants: defaults merged, variables filled in, the prompt put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from renderer.diagnostic import Place, place_in
from renderer.model import output_of, variant_of
from renderer.spec.enter import read_enter
from renderer.spec.matrix import Cell, read_cells
from renderer.spec.merge import Merged, merge
from renderer.spec.motion import MOTION, read_motion
from renderer.spec.nodes import Fields
from renderer.spec.origins import Origins, Spans, note_origins
from renderer.spec.overrides import check_overrides, read_framing, read_overrides
from renderer.spec.profiles import Profile
from renderer.spec.request import read_request
from renderer.spec.scene import Scene, shown
from renderer.spec.source import read_source
from renderer.spec.takes import check_rivals, read_takes, without_rivals
from renderer.spec.text import Path
from renderer.spec.tracks import read_shot_sound
from renderer.spec.variables import NO_VARIABLES
from renderer.spec.words import read_words
from renderer.storyboard import Framing, Shot, Use

SHARED = ("use", *MOTION, "sound", "enter")
NOTHING_ELSE: frozenset[str] = frozenset()
"""A variant has all that is said for its output already, but for how its clip is cut."""


def expand_entry(scene: Scene, node: Fields, item: int) -> Iterator[Shot]:
    """The shots of entry `item` of `shots`: one for each cell of its matrix, its variants after it; none where it has no id.

    Tells S206, S208, S209, S211, S217 to S220, S223, S224, S227 to S231, S242 and S251.
    """
    path: Path = ("shots", item)
    if not isinstance(node.value.get("id"), str):
        return
    is_footage = node.value.get("clip") is not None
    if not is_footage:
        check_rivals(scene, node.entries, path)
    check_overrides(scene, node.entries, path)
    for cell in read_cells(scene, node, path):
        scene.variables.near = cell.values
        shared = _shared_with_footage(scene.defaults) if is_footage else scene.defaults
        merged: Merged = merge(node.entries, without_rivals(shared, node.entries), path)
        for shot in _expand_cell(scene, node, path, cell, merged):
            yield shot._replace(item=item)
    scene.variables.near = NO_VARIABLES


def _expand_cell(scene: Scene, node: Fields, path: Path, cell: Cell, merged: Merged) -> Iterator[Shot]:
    """The shot of a cell, `merged` its fields without a profile's, and its variants in order of the outputs."""
    own_id = node.value["id"] + cell.suffix
    profile = scene.profile
    base = _shot(scene, own_id, path, _under(profile, merged))
    variants = []
    for override in read_overrides(scene, node, path):
        name, fields = override.output, override.under_profile(merged)
        fields = override.over_profile(_under(profile, fields))
        if override.asks:
            variant = _shot(scene, variant_of(own_id, name), path, fields)._replace(output=name)
            variants.append(_framed(scene, variant, name, fields, names=NOTHING_ELSE))
        else:
            base = _framed(scene, base, name, fields, names=override.names)
    yield base
    yield from variants


def _under(profile: Profile | None, fields: Merged) -> Merged:
    """Fields with a profile's on top; how long own footage is, it does not say."""
    if profile is None:
        return fields
    over, own = profile.over(fields), fields.get("duration")
    if "clip" not in fields:
        return over
    return {
        **{name: field for name, field in over.items() if name != "duration"},
        **({"duration": own} if own else {}),
    }


def _framed(scene: Scene, shot: Shot, output: str, fields: Merged, *, names: frozenset[str]) -> Shot:
    """The shot with what an output shows of it otherwise, by its fields for that output; `names` are those said for it."""
    framing, places = read_framing(scene, fields, use=shot.use, names=names)
    asked = shot.asked.and_of(scene.variables.asked())
    if framing == Framing():
        return shot
    if framing.use:
        check_use(scene, framing.use, shot.asked_s, places.get("use", (shot.place,)))
    named = {f"for.{output}.{name}": found for name, found in places.items()}
    framings, origins = {**shot.framings, output: framing}, {**shot.origins, **named}
    return shot._replace(framings=framings, origins=origins, asked=asked)


def _shot(scene: Scene, own_id: str, path: Path, fields: Merged) -> Shot:
    """The shot that these fields mean, all merged."""
    place = scene.document.place((*path, "id"))
    if "clip" in fields:
        return _own_footage(scene, own_id, place, fields)
    origins: Origins = {}
    note_origins(scene, origins, fields, "model", "seed")
    takes = read_takes(scene, fields, origins)
    spans: Spans = {}
    request = read_request(scene, fields, path, origins, spans, first=takes[0])
    use = scene.use(fields.get("use"))
    note_origins(scene, origins, fields, "takes", "use")
    if use:
        check_use(scene, use, request.duration_s, origins["use"])
    words = read_words(scene, fields)
    asked = scene.variables.asked()
    sound, motion = read_shot_sound(fields.get("sound")), read_motion(scene, fields)
    return Shot(
        own_id,
        place,
        request,
        takes=takes,
        use=use,
        origins=origins,
        asked=asked,
        spans=spans,
        sound=sound,
        words=words,
        motion=motion,
        enter=read_enter(scene, fields.get("enter")),
    )


def _shared_with_footage(defaults: Merged) -> Merged:
    """What own footage has of the defaults."""
    return {name: field for name, field in defaults.items() if name in SHARED}


def check_use(scene: Scene, use: Use, duration_s: Fraction | None, places: Sequence[Place]) -> None:
    """Tell a `use`, written at `places`, that begins after the clip's end (S219), or goes on after it (S223, a warning)."""
    if duration_s is None:
        return
    if use.in_s >= duration_s:
        message = f"`use` begins at {shown(use.in_s)} s, and the shot lasts {shown(duration_s)} s"
        scene.problems.add("S219", message, place_in(places, "use.in"))
    elif use.out_s is not None and use.out_s > duration_s:
        message = f"`use` ends at {shown(use.out_s)} s, and the shot lasts {shown(duration_s)} s"
        hint = "the last frame is held; raise `duration`, or end earlier"
        scene.problems.add("S223", message, place_in(places, "use.out"), severity="warning", hint=hint)


def _own_footage(scene: Scene, own_id: str, place: Place, fields: Merged) -> Shot:
    origins: Origins = {}
    clip = read_source(scene, fields, "clip", origins, {}, path_only=True)
    use, length_s = scene.use(fields.get("use")), scene.duration(fields.get("duration"))
    note_origins(scene, origins, fields, "use", "duration", *MOTION)
    if use and not output_of(own_id):
        check_use(scene, use, length_s, origins["use"])
    words = read_words(scene, fields)
    asked = scene.variables.asked()
    sound, motion = read_shot_sound(fields.get("sound")), read_motion(scene, fields)
    enter = read_enter(scene, fields.get("enter"))
    return Shot(
        *(own_id, place, None, clip),
        use=use,
        origins=origins,
        asked=asked,
        sound=sound,
        words=words,
        motion=motion,
        enter=enter,
        length_s=length_s,
    )
