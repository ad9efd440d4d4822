"""One entry of the text to its shots, one or a matrix of them, and their variants: defaults merged, variables filled in, the prompt put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from renderer.diagnostic import Place
from renderer.model import output_of, variant_of
from renderer.spec.cast import read_cast
from renderer.spec.chains import read_frame
from renderer.spec.enter import read_enter
from renderer.spec.matrix import Cell, read_cells
from renderer.spec.merge import Merged, Written, merge, plain
from renderer.spec.motion import MOTION, read_motion
from renderer.spec.nodes import Fields, Scalar
from renderer.spec.overrides import check_overrides, read_framing, read_overrides
from renderer.spec.profiles import Profile
from renderer.spec.prompt import PARTS, TEMPLATE, compose_prompt, composed
from renderer.spec.scene import Scene, below, nearest_first, shown, truth, word
from renderer.spec.takes import Origins, check_rivals, read_takes, without_rivals
from renderer.spec.text import Path
from renderer.spec.tracks import read_shot_sound
from renderer.spec.variables import NO_VARIABLES, Filled, Reference
from renderer.spec.wording import shorten
from renderer.spec.words import read_words
from renderer.storyboard import Frame, Framing, Request, Shot, Source, Span, Take, Use

PROVIDER = "animatic"
STILLS = ("image", "last_image")
MEDIA = ("video", "audio")
SHARED = ("use", *MOTION, "sound", "enter")
GROUNDS = {"image", "video", "references"}
"""What a shot may be made from without a prompt; so may `params`, which hold some models' own prompts."""

NOTHING_ELSE: frozenset[str] = frozenset()
"""A variant has all that is said for its output already, but for how its clip is cut."""

Spans = dict[str, tuple[Span, ...]]


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
        check_use(scene, framing.use, shot.asked_s, places.get("use", (shot.place,))[0])
    named = {f"for.{output}.{name}": found for name, found in places.items()}
    framings, origins = {**shot.framings, output: framing}, {**shot.origins, **named}
    return shot._replace(framings=framings, origins=origins, asked=asked)


def _shot(scene: Scene, own_id: str, path: Path, fields: Merged) -> Shot:
    """The shot that these fields mean, all merged."""
    place = scene.document.place((*path, "id"))
    if "clip" in fields:
        return _own_footage(scene, own_id, place, fields)
    origins: Origins = {}
    _note(scene, origins, fields, "model", "seed")
    takes = read_takes(scene, fields, origins)
    spans: Spans = {}
    request = _request(scene, fields, path, origins, spans, first=takes[0])
    use = scene.use(fields.get("use"))
    _note(scene, origins, fields, "takes", "use")
    if use:
        check_use(scene, use, request.duration_s, origins["use"][0])
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


def check_use(scene: Scene, use: Use, duration_s: Fraction | None, place: Place) -> None:
    """Tell a `use` that begins after the clip's end (S219), or goes on after it (S223, a warning)."""
    if duration_s is None:
        return
    if use.in_s >= duration_s:
        message = f"`use` begins at {shown(use.in_s)} s, and the shot lasts {shown(duration_s)} s"
        scene.problems.add("S219", message, place)
    elif use.out_s is not None and use.out_s > duration_s:
        message = f"`use` ends at {shown(use.out_s)} s, and the shot lasts {shown(duration_s)} s"
        hint = "the last frame is held; raise `duration`, or end earlier"
        scene.problems.add("S223", message, place, severity="warning", hint=hint)


def _own_footage(scene: Scene, own_id: str, place: Place, fields: Merged) -> Shot:
    origins: Origins = {}
    clip = _source(scene, fields, "clip", origins, {}, path_only=True)
    use, length_s = scene.use(fields.get("use")), scene.duration(fields.get("duration"))
    _note(scene, origins, fields, "use", "duration", *MOTION)
    if use and not output_of(own_id):
        check_use(scene, use, length_s, origins["use"][0])
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


def _request(
    scene: Scene, fields: Merged, path: Path, origins: Origins, spans: Spans, *, first: Take
) -> Request:
    _note(scene, origins, fields, "ratio", "resolution", "duration", "enhance_prompt")
    if scene.provider is None:
        _note(scene, origins, fields, "provider")
    cast = read_cast(scene, fields.get("cast"), scene.characters)
    parts = {name: scene.filled(fields.get(name)) for name in PARTS} | {"cast": cast.look}
    prompt = _whole_prompt(scene, fields, parts, origins, spans)
    negative = scene.filled(fields.get("negative_prompt"))
    spans["style"] = parts["style"].spans
    for name, filled in (("negative_prompt", negative), ("camera", parts["camera"])):
        if filled.places:
            origins[name] = nearest_first([*filled.places])
            spans[name] = filled.spans
    image, last_image = (_still(scene, fields, name, origins, spans) for name in STILLS)
    media = {name: _source(scene, fields, name, origins, spans) for name in MEDIA}
    own = scene.filled_items(fields.get("references"))
    pictures = {image.text: image for image in cast.images if image.text not in {one.text for one in own}}
    references = _sources(scene, (*own, *pictures.values()), "references", origins)
    params = below(fields.get("params"))
    if not (GROUNDS & origins.keys() or params or parts["prompt"].text.strip()):
        _tell_nothing_to_make(scene, path, word(fields.get("prompt")) or "")
    for name, field in params.items():
        origins[f"params.{name}"] = scene.places(field)
    return Request(
        provider=scene.provider or word(fields.get("provider")) or PROVIDER,
        model=first.model,
        prompt=prompt,
        negative_prompt=composed(negative.text) or None,
        camera=composed(parts["camera"].text) or None,
        image=image,
        last_image=last_image,
        **media,
        references=references,
        ratio=word(fields.get("ratio")),
        resolution=word(fields.get("resolution")),
        duration_s=scene.duration(fields.get("duration")),
        enhance_prompt=truth(fields.get("enhance_prompt")),
        seed=first.seed,
        params={name: plain(field) for name, field in params.items()},
    )


def _whole_prompt(
    scene: Scene, fields: Merged, parts: dict[str, Filled], origins: Origins, spans: Spans
) -> str | None:
    """The prompt by its template; its origins are those of all that shows in it."""
    written = fields.get("prompt_template")
    template = word(written) or TEMPLATE
    places: list[Place] = []
    seen: list[Span] = []

    def value_of(reference: Reference) -> str:
        filled = parts.get(reference.name or "")
        if filled is None or not filled.text.strip():
            if reference.name in PARTS:
                return reference.otherwise or ""
            assert isinstance(written, Written)
            assert isinstance(written.node, Scalar)
            filled = scene.variables.value_of(reference, written.node, written.path, others=PARTS)
        places.extend(filled.places)
        seen.extend(filled.spans)
        return filled.text

    prompt = composed(compose_prompt(template, value_of))
    if isinstance(written, Written):
        places.append(scene.place(written))
        spans["prompt_template"] = (Span(template, scene.place(written)),)
    spans["prompt"] = tuple(seen)
    if places:
        origins["prompt"] = nearest_first(places)
    return prompt or None


def _still(scene: Scene, fields: Merged, name: str, origins: Origins, spans: Spans) -> Source | Frame | None:
    field = fields.get(name)
    if isinstance(field, Mapping):
        return read_frame(scene, field, name, origins)
    return _source(scene, fields, name, origins, spans)


def _source(
    scene: Scene, fields: Merged, name: str, origins: Origins, spans: Spans, *, path_only: bool = False
) -> Source | None:
    filled = scene.filled(fields.get(name))
    if not filled.text:
        return None
    origins[name] = nearest_first([*filled.places])
    spans[name] = filled.spans
    return _read(scene, filled, name, path_only=path_only)


def _sources(scene: Scene, entries: tuple[Filled, ...], name: str, origins: Origins) -> tuple[Source, ...]:
    """The sources of a list; `name.0` is the origin of its first entry."""
    origins.update(
        {f"{name}.{number}": nearest_first([*filled.places]) for number, filled in enumerate(entries)}
    )
    if entries:
        origins[name] = nearest_first([place for filled in entries for place in filled.places])
    found = [_read(scene, filled, name) for filled in entries if filled.text]
    return tuple(source for source in found if source)


def _read(scene: Scene, filled: Filled, name: str, *, path_only: bool = False) -> Source | None:
    source = Source.read(filled.text)
    if source:
        source = source.below(scene.document.text.folders.get(filled.places[0].file, ""))
    if source is None or (path_only and source.kind != "path"):
        wanted = "a path" if path_only else "a path, an https URL or a data URI"
        message = f"`{name}` must be {wanted}, not `{shorten(filled.text)}`"
        hint = "fetch it, and give its path relative to this file" if path_only else None
        scene.problems.add("S224", message, filled.places[0], hint=hint)
        return None
    return source


def _tell_nothing_to_make(scene: Scene, path: Path, written: str) -> None:
    if written.strip() and scene.problems.errors:
        return  # the prompt came to nothing because of something that has been told
    if any(fault[: len(path)] == path or fault[0] == "defaults" for fault in scene.faults):
        return
    hint = "add a `prompt` or an `image`, or give own footage as `clip`"
    message = "a shot without `prompt`, `image`, `references`, `video` and `clip`"
    scene.problems.add("S217", message, scene.document.place((*path, "id")), hint=hint)


def _note(scene: Scene, origins: Origins, fields: Merged, *names: str) -> None:
    for name in names:
        if field := fields.get(name):
            origins[name] = scene.places(field)
