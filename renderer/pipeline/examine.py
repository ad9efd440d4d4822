"""From a storyboard's text to keyed rows: read, validate, expand, check against the catalogue, key.

Every fault is collected with its place, so that one run tells all of them.
"""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from renderer import spec
from renderer.catalogue.check import check
from renderer.catalogue.entry import Model
from renderer.catalogue.library import CatalogueError, load
from renderer.catalogue.locate import read_schema
from renderer.catalogue.resolve import clip_duration, clip_size, estimate_usd, resolve
from renderer.diagnostic import Diagnostic, Finding, Place
from renderer.digest import action_key
from renderer.errors import SpecError, UsageError
from renderer.media.conform import seen_size
from renderer.model import Json, Size
from renderer.pipeline.enters import check_enters
from renderer.pipeline.fonts import Letterer, unsaid_warnings
from renderer.pipeline.including import Included, Reader
from renderer.pipeline.inputs import InputDesk, Material
from renderer.pipeline.lettered import clip_slots
from renderer.pipeline.links import check_links, links_of
from renderer.pipeline.materials import Materials, find_materials
from renderer.pipeline.outputs import (
    framing_rows,
    idle_reframes,
    settings_of,
    size_of_clip,
    use_row,
    uses_of,
)
from renderer.pipeline.picked import retakes_of
from renderer.pipeline.project import Project, Reach, no_storyboard
from renderer.pipeline.tracks import Tracks, check_cues, find_tracks, sound_row
from renderer.pipeline.workshop import Workshop
from renderer.plan.assemble import assemble
from renderer.plan.chain import stand_in_key
from renderer.plan.enter import entering
from renderer.plan.manifest import generate_manifest
from renderer.plan.motion import moving_of
from renderer.plan.rows import ChainRow, Compiled, Detail, FootageRow, InputRow, ShotRow, TakeRow
from renderer.storyboard import Output, Request, Shot, Source, Storyboard, Take

ANIMATIC_DURATION_S = Fraction(5)
DRAWN = ("prompt", "negative_prompt", "ratio")
"""The neutral fields that a free manifest names beside length, size and stills; others change nothing that is drawn."""


class Examined(NamedTuple):
    """What was found: the storyboard and the outline of its text, a row for each shot, details beside its takes, all diagnostics.

    With an error rows are missing.
    """

    outline: spec.Outline
    storyboard: Storyboard
    shots: list[ShotRow]
    details: list[Detail]
    diagnostics: list[Diagnostic]
    included: Included
    tracks: Tracks = Tracks()

    @property
    def is_sound(self) -> bool:
        return all(diagnostic.severity != "error" for diagnostic in self.diagnostics)

    @property
    def compiled(self) -> Compiled:
        warnings = map(diagnostic_row, self.diagnostics)
        return assemble(
            self.storyboard, self.shots, included=self.included, tracks=self.tracks.rows, warnings=warnings
        )


@dataclass(slots=True)
class _Bench:
    """What a compilation gathers: diagnostics, rows and details. `folders` are those of included files, by their label.

    `sizes` are those of the clips of shots that an output shows in a way of its own, by the shot's id.
    """

    desk: InputDesk
    folders: Mapping[str, str]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    shots: list[ShotRow] = field(default_factory=list)
    details: list[Detail] = field(default_factory=list)
    sizes: dict[str, Size | None] = field(default_factory=dict)
    letterer: Letterer | None = None

    def report(self, findings: Iterable[Finding], shot: Shot) -> None:
        for finding in findings:
            self.diagnostics.append(finding.at(shot.origin(".".join(map(str, finding.field)))))

    def folder_of(self, shot: Shot) -> Callable[[str], str]:
        """Where the paths of a shot's field begin, relative to the storyboard's folder: where they are written."""
        return lambda field: self.folders.get(shot.origin(field).file, "")

    def keep(
        self,
        shot: Shot,
        length_s: Fraction,
        *,
        takes: Iterable[TakeRow] = (),
        footage: FootageRow | None = None,
        chains: Iterable[ChainRow] = (),
    ) -> None:
        """Add the row of a shot, with all inputs that were asked for since the last one."""
        use = use_row(shot.use)
        assert self.letterer, "BUG: nobody letters the film"
        words = self.letterer.words_of(shot)
        inputs = tuple(_input_row(name, found, self.desk.project) for name, found in self.desk.taken())
        framings, sound = framing_rows(shot), sound_row(shot.sound)
        row = ShotRow(
            *(shot.id, tuple(takes), footage, str(length_s), use, inputs, *shot.asked),
            *(framings, sound, tuple(chains), words, moving_of(shot.motion), entering(shot.enter)),
        )
        self.shots.append(row)


class _Offer(NamedTuple):
    """One model and what it makes of a shot's request: from which materials, how long, at which price (None: unknown)."""

    request: Request
    model: Model
    materials: Materials
    length_s: Fraction
    estimate_usd: Decimal | None


def examine(workshop: Workshop, project: Project, *, reach: Reach) -> Examined:
    """All that a storyboard compiles to, with every error and warning found, in order of place.

    Raises `SpecError` where its text or structure is so wrong that nothing more can be looked at, `UsageError`
    where it cannot be read. Fetches URLs that were never fetched, if `reach` allows.
    """
    return examine_text(workshop, project, read_storyboard(project), reach=reach)


def examine_text(
    workshop: Workshop, project: Project, content: bytes, *, reach: Reach, beside: spec.Beside = spec.ALONE
) -> Examined:
    """`examine` for the text of a storyboard, or for an excerpt of it, `beside` which the other shots stand."""
    with _no_collector():
        return _examine(workshop, project, content, reach=reach, beside=beside)


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    # The cyclic collector walks the growing tree again and again: a third of the time for 10,000 shots (measured).
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _examine(
    workshop: Workshop, project: Project, content: bytes, *, reach: Reach, beside: spec.Beside
) -> Examined:
    schema = read_schema("storyboard.schema.json")
    desk = InputDesk(project, workshop.store, reach)
    reader = Reader(desk)
    document = spec.parse(content, file=project.label)
    document = spec.gather(document, schema=schema, read=reader.read)
    storyboard, diagnostics = spec.interpret(
        document, schema=schema, provider=project.provider, profile=project.profile, beside=beside
    )
    if storyboard is None:
        raise SpecError(diagnostics)
    storyboard = _with_retakes(storyboard, retakes_of(workshop.store, project))
    bench = _Bench(desk, document.text.folders, diagnostics)
    bench.letterer = Letterer(desk, storyboard.outputs, workshop.environ, tell=diagnostics.append)
    settings, outline = settings_of(document, storyboard.outputs), spec.outline_of(document)
    del document  # its tree is a third of all that a large storyboard takes up
    _key_takes(workshop, bench, storyboard, settings=settings)
    tracks = find_tracks(desk, storyboard.tracks)
    _check_slots(bench, storyboard)
    _check_uses(bench, storyboard)
    diagnostics += unsaid_warnings(storyboard, bench.shots)
    diagnostics += idle_reframes(storyboard, bench.sizes) if project.variant is None else ()
    diagnostics += tracks.diagnostics
    diagnostics += check_links(storyboard, bench.shots)
    if storyboard.tracks and len(bench.shots) == len(storyboard.shots):
        diagnostics += check_cues(storyboard, assemble(storyboard, bench.shots, tracks=tracks.rows))
    found = sorted(
        dict.fromkeys(diagnostics),
        key=lambda found: found.place[:3] if found.place else ("", 0, 0),
    )
    return Examined(outline, storyboard, bench.shots, bench.details, found, reader.included, tracks)


def _with_retakes(storyboard: Storyboard, retakes: Mapping[str, Sequence[int]]) -> Storyboard:
    """The storyboard with the takes that were decided for beside it, after those of each shot; a seed that is there adds none."""
    if not retakes:
        return storyboard
    shots = []
    for shot in storyboard.shots:
        for seed in retakes.get(shot.id, ()) if shot.request else ():
            model, known = shot.takes[0].model, {take.seed for take in shot.takes}
            turn = 1 + max(take.turn for take in shot.takes)
            if seed not in known:
                shot = shot._replace(takes=(*shot.takes, Take(model, seed, turn)))  # noqa: PLW2901 - a shot grows
        shots.append(shot)
    return storyboard._replace(shots=tuple(shots))


def read_storyboard(project: Project) -> bytes:
    """The bytes of a storyboard, one more than are allowed at most; `UsageError` where it cannot be read."""
    if not project.spec.is_file():
        raise no_storyboard(project)
    try:
        with project.spec.open("rb") as stream:
            return stream.read(spec.SIZE_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"`{project.label}` cannot be read: {(error.strerror or str(error)).lower()}",
            code="U005",
        ) from error


def _key_takes(
    workshop: Workshop,
    bench: _Bench,
    storyboard: Storyboard,
    *,
    settings: Mapping[str, Mapping[str, tuple[Place, ...]]],
) -> None:
    """Key all takes. What is drawn for one output has its size and rate; all else those of the first."""
    outputs = {output.name: output for output in storyboard.outputs}
    for shot in storyboard.shots:
        output = outputs[shot.output] if shot.output else storyboard.outputs[0]
        if shot.clip:
            _key_footage(bench, shot, shot.clip)
        else:
            _key_shot(workshop, bench, shot, output, settings=settings[output.name])


def _key_footage(bench: _Bench, shot: Shot, source: Source) -> None:
    found = bench.desk.footage(source)
    if isinstance(found, Finding):
        bench.report([_on(found, "clip")], shot)
        return
    assert found
    assert found.facts
    digest, facts = found.digest, found.facts
    footage = FootageRow(shot.id, source.text, digest.sha256, digest.size_bytes, facts.to_json())
    bench.keep(shot, facts.frames / facts.fps, footage=footage)
    bench.sizes[shot.id] = seen_size(facts)


def _key_shot(
    workshop: Workshop,
    bench: _Bench,
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
            key=stand_in_key(manifest, links) if links else action_key(manifest),
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
        bench.details.append(Detail(manifest, _input_details(offer.materials, bench.desk.project), placed))
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


def _offer(workshop: Workshop, bench: _Bench, shot: Shot, name: str | None, *, number: int) -> _Offer | None:
    """What model `name` makes of a shot, None where there is no such model. Tells all that stands between the two."""
    assert shot.request
    request = shot.request if name == shot.request.model else replace(shot.request, model=name)
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
    params = {name: value for name, value in resolved.params_sent.items() if name != "slate"}
    slate = {"shot": shot.id, "take": number, "model": take.model} if request.params.get("slate") else None
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


def _check_slots(bench: _Bench, storyboard: Storyboard) -> None:
    """Tell of each slot that shows nothing."""
    kept = {row.shot for row in bench.shots}
    for output, row in zip(storyboard.outputs, assemble(storyboard, bench.shots).outputs, strict=True):
        cut = storyboard.sequence if output.sequence is None else output.sequence
        slots = [slot for slot in cut if slot.shot_id in kept]
        for slot, shown in zip(slots, clip_slots(row), strict=True):
            if shown.frames < 1:
                bench.diagnostics.append(_too_short(slot.place, slot.shot_id, output.fps))
        bench.diagnostics += check_enters(storyboard, slots, row)
        places = {shot.id: shot.words.titles for shot in storyboard.shots if row.cards}
        for card in row.cards:
            shown = row.slots[card.slot]
            if shown.frames < 1:
                place = next(title.place for title in places[shown.shot] if title.at != "over")
                bench.diagnostics.append(_too_short(place, shown.shot, output.fps))


def _check_uses(bench: _Bench, storyboard: Storyboard) -> None:
    """Tell of each `use` that leaves its clip, where only now the clip's length is known (else `spec` has told)."""
    lengths_s = {row.shot: Fraction(row.length_s) for row in bench.shots}
    for shot, use, place in uses_of(storyboard):
        length_s = lengths_s.get(shot.id)
        if length_s is None or (shot.request and shot.request.duration_s is not None):
            continue
        message = f"and the clip of `{shot.id}` lasts {float(length_s):g} s"
        if use.in_s >= length_s:
            told = f"`use` begins at {float(use.in_s):g} s, {message}"
            bench.diagnostics.append(Diagnostic("S219", told, place))
        elif use.out_s is not None and use.out_s > length_s:
            told = f"`use` ends at {float(use.out_s):g} s, {message}"
            hint = "the last frame is held; end earlier, or use a longer clip"
            bench.diagnostics.append(Diagnostic("S223", told, place, "warning", hint=hint))


def _too_short(place: Place, shot: str, fps: Fraction) -> Diagnostic:
    return Diagnostic(
        code="S226",
        message=f"this slot of `{shot}` is shorter than one frame at {fps} frames a second",
        place=place,
        hint="let it last longer, or leave it out of `sequence`",
    )


def _on(finding: Finding, name: str) -> Finding:
    return finding._replace(field=(name,))


def _input_details(materials: Materials, project: Project) -> dict[str, list[tuple[str, int, str | None]]]:
    return {
        role: [_input_detail(item, project) for item in ([given] if isinstance(given, Material) else given)]
        for role, given in materials.given.items()
    }


def _input_detail(material: Material, project: Project) -> tuple[str, int, str | None]:
    path = _beside(material.path, project) if material.path else None
    return material.digest.sha256, material.digest.size_bytes, path


def _input_row(name: str, material: Material, project: Project) -> InputRow:
    path = _beside(material.path, project) if material.path else ""
    return InputRow(name, path, material.digest.sha256, material.digest.size_bytes)


def _beside(path: Path, project: Project) -> str:
    """A path relative to the storyboard's folder, so that what is remembered holds for a moved project too."""
    return os.path.relpath(path, project.spec.parent)


def diagnostic_row(found: Diagnostic) -> dict[str, Json]:
    """A diagnostic as a row that can be remembered; `diagnostic_of` reads it."""
    place = found.place
    return {
        "code": found.code,
        "message": found.message,
        "severity": found.severity,
        "place": place and [place.file, place.line, place.column, place.end_column, place.path],
        "notes": list(found.notes),
        "hint": found.hint,
    }
