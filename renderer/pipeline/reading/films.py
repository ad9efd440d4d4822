"""What is found of some of several films: told once, with the names of the films that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from renderer.diagnostic import Diagnostic


def told_once(found: Iterable[tuple[str, Diagnostic]], *, films: Sequence[str]) -> list[Diagnostic]:
    """Findings, each with the name of its film, in the order found; one that is not about all of `films` notes which it is about."""
    about: dict[Diagnostic, list[str]] = {}
    for film, diagnostic in found:
        about.setdefault(diagnostic, []).append(film)
    return [
        diagnostic if set(films) <= set(named) else diagnostic._replace(notes=(*diagnostic.notes, _of(named)))
        for diagnostic, named in about.items()
    ]


def _of(films: Sequence[str]) -> str:
    return "this is so in " + ", ".join(f"`{film}`" for film in dict.fromkeys(films))
