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
from renderer.row import Row


class Told(Row):
    """The warnings of a text, each once, in their JSON form, and by their numbers those of each section."""

    rows: Sequence[Mapping[str, Json]]
    sections: Sequence[Sequence[int]]

    @classmethod
    def of(cls, sections: Iterable[Iterable[Diagnostic]]) -> Told:
        """What of each section's warnings is remembered: that of a default, which all shots share, is so once."""
        numbers: dict[Diagnostic, int] = {}
        by_section = [[numbers.setdefault(found, len(numbers)) for found in section] for section in sections]
        return cls(rows_of(numbers), by_section)

    def moved(self, move: Callable[[Place], Place]) -> list[list[Diagnostic]]:
        """The warnings of each section, as they stand in another text."""
        found = moved_all(map(diagnostic_of, self.rows), move)
        return [[found[number] for number in section] for section in self.sections]


def told_by_section(examined: Examined, sections: int) -> list[list[Diagnostic]] | None:
    """The warnings of the shots of each section; None where there is anything else to tell."""
    found: list[list[Diagnostic]] = [[] for _ in range(sections)]
    for shot in examined.storyboard.shots:
        found[shot.item] += examined.told.get(shot.id, ())
    known = {one for section in found for one in section}
    heard = {one for one in (*examined.tracks.diagnostics, *examined.cues) if one.severity == "warning"}
    return found if (known | heard).issuperset(examined.diagnostics) else None


def rows_of(told: Iterable[Diagnostic]) -> list[Mapping[str, Json]]:
    """The JSON form of warnings."""
    return [*map(diagnostic_row, told)]


def moved_all(told: Iterable[Diagnostic], move: Callable[[Place], Place]) -> list[Diagnostic]:
    """The same warnings, as they stand in another text."""
    return [found._replace(place=found.place and move(found.place)) for found in told]
