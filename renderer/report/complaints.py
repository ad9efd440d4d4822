"""The errors of a run as few as possible: takes that were struck by the same are told together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from renderer.errors import GateError, ProviderError, RendererError
from renderer.row import Row

NAMES_MAX = 6
ROWS_MAX = 20
"""How many takes that one error struck are told each with its facts."""


class Complaint(Row):
    """What is to be said of some takes, and their names for its first line."""

    subject: str
    error: RendererError


def complaints(errors: Iterable[tuple[str, RendererError]]) -> list[Complaint]:
    """What is to be said of the errors of some takes, named, in the order in which each kind comes first."""
    struck: dict[tuple[object, ...], dict[str, RendererError]] = {}
    for name, error in errors:
        struck.setdefault(_kind(error), {})[name] = error
    return [Complaint(_subject([*found]), _gathered(found)) for found in struck.values()]


def _kind(error: RendererError) -> tuple[object, ...]:
    """What errors have in common that are told together. What a gate or a vendor has to say of a take fits into a line, and else it may be long."""
    is_short = isinstance(error, GateError | ProviderError)
    return error.code, error.message, error.hint, is_short or error.facts


def _subject(names: list[str]) -> str:
    return ", ".join(names[:NAMES_MAX]) + (", …" if len(names) > NAMES_MAX else "")


def _gathered(errors: Mapping[str, RendererError]) -> RendererError:
    """One error for several that say the same of different takes, by name: what they share is told once, the rest beside each name."""
    first, *others = errors.values()
    if not others:
        return first
    shared = [
        fact for fact in first.facts if all(fact in error.facts for error in others) and not _is_amount(fact)
    ]
    rows = [
        (name, ", ".join(f"{label} {value}" for label, value in error.facts if (label, value) not in shared))
        for name, error in errors.items()
    ]
    told = [row for row in rows[:ROWS_MAX] if row[1]]
    rest = [("…", f"and {len(rows) - ROWS_MAX} more")] if told and len(rows) > ROWS_MAX else []
    return GateError(first.message, code=first.code, hint=first.hint, facts=[*shared, *told, *rest])


def _is_amount(fact: tuple[str, str]) -> bool:
    """Whether a fact is a price: told once for several it would read as their sum."""
    return "$" in fact[1]
