"""What a shot asks a provider for: its texts, the prompt by its template, its material and settings."""

from __future__ import annotations

from renderer.diagnostic import Place
from renderer.spec.cast import read_cast
from renderer.spec.merge import Merged, Written, plain
from renderer.spec.nodes import Scalar
from renderer.spec.origins import Origins, Spans, note_origins
from renderer.spec.prompt import PARTS, TEMPLATE, compose_prompt, composed
from renderer.spec.scene import Scene, below, nearest_first, truth, word
from renderer.spec.source import read_source, read_sources, read_still
from renderer.spec.text import Path
from renderer.spec.variables import Filled, Reference
from renderer.storyboard import Request, Span, Take

PROVIDER = "animatic"
STILLS = ("image", "last_image")
MEDIA = ("video", "audio")
GROUNDS = {"image", "video", "references"}
"""What a shot may be made from without a prompt; so may `params`, which hold some models' own prompts."""


def read_request(
    scene: Scene, fields: Merged, path: Path, origins: Origins, spans: Spans, *, first: Take
) -> Request:
    """What merged fields ask a provider for, with the model and the seed of the first take.

    Tells S217 where there is nothing to make a clip from, S224 where a source is none.
    """
    note_origins(scene, origins, fields, "ratio", "resolution", "duration", "enhance_prompt")
    if scene.provider is None:
        note_origins(scene, origins, fields, "provider")
    cast = read_cast(scene, fields.get("cast"), scene.characters)
    parts = {name: scene.filled(fields.get(name)) for name in PARTS} | {"cast": cast.look}
    prompt = _whole_prompt(scene, fields, parts, origins, spans)
    negative = scene.filled(fields.get("negative_prompt"))
    spans["style"] = parts["style"].spans
    for name, filled in (("negative_prompt", negative), ("camera", parts["camera"])):
        if filled.places:
            origins[name] = nearest_first([*filled.places])
            spans[name] = filled.spans
    image, last_image = (read_still(scene, fields, name, origins, spans) for name in STILLS)
    media = {name: read_source(scene, fields, name, origins, spans) for name in MEDIA}
    own = scene.filled_items(fields.get("references"))
    pictures = {image.text: image for image in cast.images if image.text not in {one.text for one in own}}
    references = read_sources(scene, (*own, *pictures.values()), "references", origins)
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


def _tell_nothing_to_make(scene: Scene, path: Path, written: str) -> None:
    if written.strip() and scene.problems.errors:
        return  # the prompt came to nothing because of something that has been told
    if any(fault[: len(path)] == path or fault[0] == "defaults" for fault in scene.faults):
        return
    hint = "add a `prompt` or an `image`, or give own footage as `clip`"
    message = "a shot without `prompt`, `image`, `references`, `video` and `clip`"
    scene.problems.add("S217", message, scene.document.place((*path, "id")), hint=hint)
