"""From a storyboard's text to keyed rows: read, validate, expand, check against the catalogue, key.

Every fault is collected with its place, so that one run tells all of them.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence

from renderer import spec
from renderer.catalogue.locate import read_schema
from renderer.diagnostic import Diagnostic
from renderer.errors import SpecError, UsageError
from renderer.pipeline.clips.picked import retakes_of
from renderer.pipeline.project import Project, Reach, no_storyboard
from renderer.pipeline.reading.bench import Bench, diagnostic_row
from renderer.pipeline.reading.cutcheck import check_slots, check_uses
from renderer.pipeline.reading.fonts import Letterer
from renderer.pipeline.reading.footage import check_stills
from renderer.pipeline.reading.including import Included, Reader
from renderer.pipeline.reading.inputs import InputDesk
from renderer.pipeline.reading.keying import key_takes
from renderer.pipeline.reading.links import check_links
from renderer.pipeline.reading.makeable import check_makeable
from renderer.pipeline.reading.outputs import (
    idle_reframes,
    settings_of,
)
from renderer.pipeline.reading.ranges import check_ranges
from renderer.pipeline.reading.tracks import Tracks, check_cues, find_tracks
from renderer.pipeline.reading.wording import check_words
from renderer.pipeline.workshop import Workshop
from renderer.plan.assemble import assemble
from renderer.plan.rows import Compiled, Detail, ShotRow
from renderer.row import Row
from renderer.storyboard import Storyboard, Take


class Examined(Row):
    """What was found: the storyboard and the outline of its text, a row for each shot, details beside its takes, all diagnostics.

    With an error rows are missing. `told` are those of the warnings that follow from a shot alone, by its id, `cues` what is told of
    tracks in their films, but for an excerpt, whose films are not those of the whole.
    """

    outline: spec.Outline
    storyboard: Storyboard
    shots: list[ShotRow]
    details: list[Detail]
    diagnostics: list[Diagnostic]
    included: Included
    told: Mapping[str, Sequence[Diagnostic]]
    cues: Sequence[Diagnostic]
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


def examine(workshop: Workshop, project: Project, *, reach: Reach) -> Examined:
    """All that a storyboard compiles to, with every error and warning found, in order of place.

    Raises `SpecError` where its text or structure is so wrong that nothing more can be looked at, `UsageError`
    where it cannot be read. Fetches URLs that were never fetched, if `reach` allows.
    """
    workshop.texts.clear()
    return examine_text(workshop, project, read_storyboard(workshop, project), reach=reach)


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
    reader = Reader(desk, workshop.texts)
    document = spec.parse(content, file=project.label)
    document = spec.gather(document, schema=schema, read=reader.read)
    storyboard, diagnostics = spec.interpret(
        document, schema=schema, provider=project.provider, profile=project.profile, beside=beside
    )
    if storyboard is None:
        raise SpecError(diagnostics)
    storyboard = _with_retakes(storyboard, retakes_of(workshop.store, project))
    letterer = Letterer(desk, storyboard.outputs, workshop.environ, tell=diagnostics.append)
    bench = Bench(desk, document.text.folders, diagnostics, letterer=letterer)
    settings, outline = settings_of(document, storyboard.outputs), spec.outline_of(document)
    del document  # its tree is a third of all that a large storyboard takes up
    key_takes(workshop, bench, storyboard, settings=settings)
    tracks = find_tracks(desk, storyboard.tracks)
    is_whole = len(bench.shots) == len(storyboard.shots)
    films = assemble(storyboard, bench.shots, tracks=tracks.rows if is_whole else ())
    diagnostics += check_slots(storyboard, bench.shots, films.outputs, is_whole=not beside.shots)
    diagnostics += check_uses(storyboard, bench.shots)
    diagnostics += check_stills(storyboard, bench.shots)
    diagnostics += check_ranges(storyboard, films)
    diagnostics += check_words(storyboard, bench.shots, films.outputs)
    diagnostics += idle_reframes(storyboard, bench.sizes) if project.variant is None else ()
    diagnostics += tracks.diagnostics
    diagnostics += check_links(storyboard, bench.shots)
    if is_whole:
        diagnostics += check_makeable(storyboard, films, folder=project.spec.parent)
    cues = check_cues(storyboard, films) if is_whole and not beside.shots else ()
    found = in_order([*diagnostics, *cues])
    return Examined(
        outline, storyboard, bench.shots, bench.details, found, reader.included, bench.told, cues, tracks
    )


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Each once, in order of place."""
    return sorted(
        dict.fromkeys(diagnostics),
        key=lambda found: found.place[:3] if found.place else ("", 0, 0),
    )


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


def read_storyboard(workshop: Workshop, project: Project) -> bytes:
    """The bytes of a storyboard, one more than are allowed at most; `UsageError` where it cannot be read."""
    if project.spec not in workshop.texts:
        workshop.texts[project.spec] = _storyboard_bytes(project)
    return workshop.texts[project.spec]


def _storyboard_bytes(project: Project) -> bytes:
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
