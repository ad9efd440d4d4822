"""What there is to tell of each shot by itself: kept with its section of the text, it is told again without the shot being compiled.

Such is a field that a model lacks. What is told of tracks follows from their files and the films' lengths, and is looked at anew each
time. Whatever else depends on more than one shot is no such thing, and has the whole text compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from renderer.diagnostic import Diagnostic, Place
from renderer.model import Json
from renderer.pipeline.reading.bench import diagnostic_row
from renderer.pipeline.reading.compile import diagnostic_of
from renderer.pipeline.reading.examine import Examined

Told = Sequence[Mapping[str, Json]]
"""The warnings of one section, as they are remembered."""


def told_by_section(examined: Examined, sections: int) -> list[list[Diagnostic]] | None:
    """The warnings of the shots of each section; None where there is anything else to tell."""
    found: list[list[Diagnostic]] = [[] for _ in range(sections)]
    for shot in examined.storyboard.shots:
        found[shot.item] += examined.told.get(shot.id, ())
    known = {one for section in found for one in section}
    heard = {one for one in (*examined.tracks.diagnostics, *examined.cues) if one.severity == "warning"}
    return found if (known | heard).issuperset(examined.diagnostics) else None


def rows_of(told: Iterable[Diagnostic]) -> Told:
    """The form in which warnings are remembered."""
    return [*map(diagnostic_row, told)]


def told_again(told: Told, move: Callable[[Place], Place]) -> list[Diagnostic]:
    """Remembered warnings, as they stand in another text."""
    return moved_all(map(diagnostic_of, told), move)


def moved_all(told: Iterable[Diagnostic], move: Callable[[Place], Place]) -> list[Diagnostic]:
    """The same warnings, as they stand in another text."""
    return [found._replace(place=found.place and move(found.place)) for found in told]
