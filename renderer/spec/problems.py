"""The list that diagnostics are gathered in, so that all of a storyboard's are told at once.

Equal ones are told once, and after `PROBLEMS_MAX` the gathering ends: nobody reads more, and a machine-made
file could hold millions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from renderer.diagnostic import Diagnostic, Place, Severity
from renderer.errors import SpecError

PROBLEMS_MAX = 100


class Flood(Exception):  # noqa: N818 - a signal within this room, never shown
    """There are more problems than anyone reads; gathering stops."""


class Problems:
    """Diagnostics in the order in which they were found, each once, at most `PROBLEMS_MAX` and a last word."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, Place | None], Diagnostic] = {}

    def add(
        self,
        code: str,
        message: str,
        place: Place,
        *,
        severity: Severity = "error",
        notes: Sequence[str] = (),
        hint: str | None = None,
        related: Sequence[tuple[Place, str]] = (),
    ) -> None:
        """Keep one more; raises `Flood` when there are enough."""
        self._found.setdefault(
            (code, message, place),
            Diagnostic(code, message, place, severity, tuple(notes), hint, tuple(related)),
        )
        if len(self._found) >= PROBLEMS_MAX:
            raise Flood

    def extend(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Keep those that another gathering has found."""
        for found in diagnostics:
            self._found.setdefault((found.code, found.message, found.place), found)

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Within it a flood ends the work quietly."""
        try:
            yield
        except Flood:
            last = max(self._found.values(), key=_position)
            message = f"there are more problems than these {PROBLEMS_MAX}"
            self._found[("S299", message, last.place)] = Diagnostic("S299", message, last.place)

    @property
    def errors(self) -> bool:
        return any(found.severity == "error" for found in self._found.values())

    def sorted(self) -> list[Diagnostic]:
        """All of them in the order of the text, errors before warnings at one place."""
        return sorted(self._found.values(), key=_position)

    def raise_errors(self) -> None:
        """Raise `SpecError` with all of them if one is an error."""
        if self.errors:
            raise SpecError(self.sorted())


def _position(found: Diagnostic) -> tuple[str, int, int, str, str]:
    place = found.place
    return (*place[:3], found.severity, found.code) if place else ("", 0, 0, "", found.code)
