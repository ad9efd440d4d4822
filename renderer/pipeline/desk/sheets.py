"""The contact sheets of a film: a frame of each shot, as the film shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from renderer.export.plain import timecode
from renderer.export.timeline import Event, Timeline
from renderer.lettering.face import read_faces
from renderer.lettering.find import TEXT, Font, search, shipped, system_files
from renderer.lettering.runs import missing
from renderer.media.contact import Cell, contact_sheets
from renderer.model import MIDDLE
from renderer.pipeline.run import Run
from renderer.plan.film import OutputRow

WIDE = Fraction(16, 9)
CROP = "crop"


def fonts_for(run: Run, film: Timeline, output: OutputRow) -> list[Font]:
    """The fonts for a sheet's texts: those that ship, those that the film's own titles are drawn with, those of this machine."""
    found = [*shipped(TEXT), *_own(run, output)]
    lacking = missing(film.title, [font.face for font in found])
    return [*found, *(search(lacking, system_files(run.workshop.environ)) if lacking else ())]


def _own(run: Run, output: OutputRow) -> Iterator[Font]:
    paths = {sha256: given.path for sha256, given in run.fonts(output).items()}
    for font in dict.fromkeys(font for text in output.texts for font in text.fonts):
        if path := paths[font.sha256]:
            yield from (Font(path, face) for face in read_faces(path) if face.number == font.number)


def unshown(film: Timeline, fonts: Sequence[Font]) -> str:
    """What of a film's title no font here has, so that its sheets tell it by its number; empty where that is nothing."""
    return missing(film.title, [font.face for font in fonts])


def sheets_of(
    film: Timeline, output: OutputRow, sources: Mapping[str, Path], *, fonts: Sequence[Font]
) -> Iterator[bytes]:
    """A frame of each shot that the film shows, from the middle of its first slot, cut out as it is there."""
    first: dict[int, tuple[int, int, Event]] = {}
    for number, (start, event) in enumerate(zip(film.starts, film.events, strict=True)):
        if event.ground is None:
            first.setdefault(id(event.shown), (number, start, event))
    fits = {row.slot: row for row in output.fits}
    cells = []
    for number, start, event in first.values():
        fit = fits.get(number)
        centre = fit.centre if fit else MIDDLE
        is_cut = film.size is not None and (fit.fit if fit else output.fit) == CROP
        cells.append(_cell(film, start, event, sources)._replace(centre=centre if is_cut else None))
    aspect = Fraction(*film.size) if film.size else WIDE
    return contact_sheets(film.title, cells, aspect=aspect, fonts=fonts)


def _cell(film: Timeline, start: int, event: Event, sources: Mapping[str, Path]) -> Cell:
    shown = event.shown
    moving = max(1, event.frames - event.held - event.ahead)
    middle = (event.motion.shows(event.first + moving // 2) + Fraction(1, 2)) / film.fps
    how = ", ".join(filter(None, [shown.label, shown.model or shown.provider]))
    clip = sources[shown.clip.path] if shown.clip else None
    return Cell(clip, middle, (shown.shot, how, timecode(start, fps=film.fps)))
