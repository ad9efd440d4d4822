"""From a shot to its rows: what each model makes of the request, its manifest and key, what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from renderer.catalogue.check import check
from renderer.catalogue.entry import Model
from renderer.catalogue.library import CatalogueError, load
from renderer.catalogue.params import SLATE
from renderer.catalogue.resolve import clip_duration, clip_size, estimate_usd, resolve
from renderer.diagnostic import Finding, Place
from renderer.digest import action_key
from renderer.model import Json
from renderer.pipeline.reading.bench import Bench, input_details
from renderer.pipeline.reading.footage import key_footage
from renderer.pipeline.reading.links import links_of
from renderer.pipeline.reading.materials import Materials, find_materials
from renderer.pipeline.reading.outputs import size_of_clip
from renderer.pipeline.workshop import Workshop
from renderer.plan.chain import placeholder_key
from renderer.plan.manifest import generate_manifest
from renderer.plan.rows import ChainRow, Detail, TakeRow
from renderer.row import Row
from renderer.storyboard import Output, Request, Shot, Storyboard, Take

ANIMATIC_DURATION_S = Fraction(5)
DRAWN = ("prompt", "negative_prompt", "ratio")
"""The neutral fields that a free manifest names beside length, size and stills; others change nothing that is drawn."""


class _Offer(Row):
    """One model and what it makes of a shot's request: from which materials, how long, at which price (None: unknown)."""

    request: Request
    model: Model
    materials: Materials
    length_s: Fraction
    estimate_usd: Decimal | None


def key_takes(
    workshop: Workshop,
    bench: Bench,
    storyboard: Storyboard,
    *,
    settings: Mapping[str, Mapping[str, tuple[Place, ...]]],
) -> None:
    """Key all takes. What is drawn for one output has its size and rate; all else those of the first.

    Own footage whose `clip` is no source, which has been told, is passed over.
    """
    outputs = {output.name: output for output in storyboard.outputs}
    for shot in storyboard.shots:
        output = outputs[shot.output] if shot.output else storyboard.outputs[0]
        if shot.clip:
            key_footage(bench, shot, shot.clip)
        elif shot.request:
            _key_shot(workshop, bench, shot, output, settings=settings[output.name])


def _key_shot(
    workshop: Workshop,
    bench: Bench,
    shot: Shot,
    output: Output,
    *,
    settings: Mapping[str, tuple[Place, ...]],
) -> None:
    offers: dict[str | None, _Offer] = {}
    for number, name in enumerate(dict.fromkeys(take.model for take in shot.takes)):
        if offer := _offer(workshop, bench, shot, name, number=number):
            offers[name] = offer
    if any(take.model not in offers for take in shot.takes):
        return
    takes, chains = [], []
    for number, take in enumerate(shot.takes, 1):
        offer = offers[take.model]
        manifest = _manifest(workshop, shot, take, number=number, offer=offer, output=output)
        links = links_of(offer.materials.frames)
        if links:
            chains.append(ChainRow(number - 1, links, manifest))
        row = TakeRow(
            shot=shot.id,
            take=number,
            key=placeholder_key(manifest, links) if links else action_key(manifest),
            provider=offer.request.provider,
            model=take.model,
            seed=take.seed,
            paid=not offer.model.lenient,
            estimate_usd=None if offer.estimate_usd is None else str(offer.estimate_usd),
            line=shot.place.line,
            column=shot.place.column,
        )
        takes.append(row)
        placed = _placed(shot, take, settings=settings if offer.model.lenient else {})
        bench.details.append(Detail(manifest, input_details(offer.materials, bench.desk.project), placed))
    # The film shows the first take, unless another is picked: its length is what the cut counts with.
    first = offers[shot.takes[0].model]
    bench.keep(shot, first.length_s, takes=takes, chains=chains)
    if shot.framings:
        bench.sizes[shot.id] = size_of_clip(first.request, first.model, output)


def _placed(shot: Shot, take: Take, *, settings: Mapping[str, tuple[Place, ...]]) -> Shot:
    """The shot as one take has it: where its own seed and model are written, if they stand in lists."""
    models = list(dict.fromkeys(other.model for other in shot.takes))
    entries = {"seed": f"seeds.{take.turn - 1}", "model": f"model.{models.index(take.model)}"}
    own = {name: shot.origins[entry] for name, entry in entries.items() if entry in shot.origins}
    return shot._replace(origins={**shot.origins, **own, **settings}) if own or settings else shot


def _offer(workshop: Workshop, bench: Bench, shot: Shot, name: str | None, *, number: int) -> _Offer | None:
    """What model `name` makes of a shot, None where there is no such model. Tells all that stands between the two."""
    assert shot.request
    request = shot.request if name == shot.request.model else shot.request._replace(model=name)
    try:
        model = workshop.priced(load(request.provider, name))
    except CatalogueError as error:
        finding = error.finding
        field = (*finding.field, number) if finding.field == ("model",) else finding.field
        bench.report([finding._replace(field=field)], shot)
        return None
    materials = find_materials(bench.desk, request, model=model, folder_of=bench.folder_of(shot))
    bench.report(materials.findings, shot)
    seeds = [take.seed for take in shot.takes if take.model == name]
    bench.report(check(request, model=model, stills=materials.sizes, seeds=seeds), shot)
    return _Offer(
        request=request,
        model=model,
        materials=materials,
        length_s=clip_duration(request, model=model) or ANIMATIC_DURATION_S,
        estimate_usd=Decimal(0) if model.lenient else estimate_usd(request, model=model),
    )


def _manifest(
    workshop: Workshop, shot: Shot, take: Take, *, number: int, offer: _Offer, output: Output
) -> dict[str, Json]:
    """The manifest of take `number`. A free one spells out everything that is drawn.

    A model without seeds tells its takes apart by their turn, so that another model beside it changes no key.
    """
    request, model = offer.request, offer.model
    resolved = resolve(request, model=model, take=take.turn, seed=take.seed)
    if not model.lenient:
        return generate_manifest(
            identity=workshop.paid_identity(request.provider),
            model=resolved.model,
            fields=resolved.keyed,
            inputs=offer.materials.digests,
            params=resolved.params_keyed,
            seed=resolved.seed,
            take=take.turn,
        )
    params = {name: value for name, value in resolved.params_sent.items() if name != SLATE}
    slate = {"shot": shot.id, "take": number, "model": take.model} if request.params.get(SLATE) else None
    return generate_manifest(
        identity=workshop.maker().identity(
            size=output.size or clip_size(request, model=model), fps=output.fps
        ),
        model=None,
        fields=_drawn(resolved.sent, camera=request.camera, length_s=offer.length_s),
        inputs=offer.materials.digests,
        params=params,
        seed=take.seed,
        take=take.turn,
        slate=slate,
    )


def _drawn(sent: Mapping[str, Json], *, camera: str | None, length_s: Fraction) -> dict[str, Json]:
    fields = {name: sent[name] for name in DRAWN if name in sent}
    return fields | {"duration": str(length_s)} | ({"camera": camera} if camera else {})


def _on(finding: Finding, name: str) -> Finding:
    return finding._replace(field=(name,))
