"""The contact sheets of a film: a frame of each shot, as the film shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from renderer.export.plain import timecode
from renderer.export.timeline import Event, Timeline
from renderer.media.contact import Cell, Type, contact_sheets
from renderer.model import MIDDLE
from renderer.plan.film import OutputRow

WIDE = Fraction(16, 9)
CROP = "crop"


def sheets_of(film: Timeline, output: OutputRow, sources: Mapping[str, Path]) -> Iterator[bytes]:
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
    return contact_sheets(film.title, cells, aspect=aspect, type_=_type())


def _cell(film: Timeline, start: int, event: Event, sources: Mapping[str, Path]) -> Cell:
    shown = event.shown
    moving = max(1, event.frames - event.held - event.ahead)
    middle = (event.motion.shows(event.first + moving // 2) + Fraction(1, 2)) / film.fps
    how = ", ".join(filter(None, [shown.label, shown.model or shown.provider]))
    clip = sources[shown.clip.path] if shown.clip else None
    return Cell(clip, middle, (shown.shot, how, timecode(start, fps=film.fps)))


def _type() -> Type:
    """The fonts of cards and slates."""
    from renderer.providers.animatic.typeset import font, printable, shorten, width_em  # noqa: PLC0415 - drawing is imported late

    def fitted(text: str, size_px: int, width_px: int) -> str:
        measure: Callable[[str], float] = lambda part: width_em("text", part)  # noqa: E731 - a port of one line
        return shorten(printable(text), width_px / size_px, measure)

    return Type(lambda size_px: font("text", size_px), fitted)
