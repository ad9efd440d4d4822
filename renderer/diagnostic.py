"""What is wrong with a storyboard, and where: place, finding, diagnostic. Frozen values, no behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from renderer.row import Row

Severity = Literal["error", "warning"]


class Place(Row):
    """A span of a source text. Lines and columns count from 1; columns count characters, not bytes.

    `end_column` is one past the last character and on the same line, so a caret run is
    `end_column - column` long; `path` is the JSON path of the node, such as `$.shots[2].image`.
    """

    file: str
    line: int
    column: int
    end_column: int
    path: str = "$"


def place_in(places: Sequence[Place], field: str) -> Place:
    """The first of some places, ≥ 1, that lies in a field such as `use.out`; the first of all where none does."""
    return next((place for place in places if f".{field}." in f"{place.path}."), places[0])


class Finding(Row):
    """A diagnostic that does not yet know its place: pure rooms find, whoever holds the text places.

    `field` is a path below the thing examined, `("image",)` or `("params", "cfg_scale")`.
    """

    code: str
    message: str
    field: tuple[str | int, ...] = ()
    severity: Severity = "error"
    notes: tuple[str, ...] = ()
    hint: str | None = None

    def at(self, place: Place | None) -> Diagnostic:
        return Diagnostic(
            code=self.code,
            message=self.message,
            place=place,
            severity=self.severity,
            notes=self.notes,
            hint=self.hint,
        )


class Diagnostic(Row):
    """One thing wrong with one storyboard: what (message), where (place), what else, what to do.

    `related` names further places, such as the first of two equal keys, each with a few words.
    """

    code: str
    message: str
    place: Place | None = None
    severity: Severity = "error"
    notes: tuple[str, ...] = ()
    hint: str | None = None
    related: tuple[tuple[Place, str], ...] = ()

    def in_file(self, file: str) -> Diagnostic:
        """The same diagnostic with a place: the top of `file` where it had none."""
        return self if self.place else self._replace(place=Place(file, 1, 1, 1))
