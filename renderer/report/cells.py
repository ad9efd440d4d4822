"""Cells of lists for people: amounts, ages, and columns that stand under each other."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from renderer.model import dollars

GAP = "  "
SPAN_S: Mapping[str, int] = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}


def amount(usd: Decimal) -> str:
    """A sum as people read it, to its last digit."""
    return dollars(usd) if usd else "$0"


def age(at: str, *, now: datetime) -> str:
    """How long ago that was, in its largest unit; a clock that is behind says `0 s`.

    >>> from datetime import UTC
    >>> age("2026-01-01T10:30:00+00:00", now=datetime(2026, 1, 1, 12, tzinfo=UTC))
    '1 h'
    """
    elapsed_s = max(0, int((now - datetime.fromisoformat(at)).total_seconds()))
    unit = next((unit for unit, span_s in SPAN_S.items() if elapsed_s >= span_s), "s")
    return f"{elapsed_s // SPAN_S[unit]} {unit}"


def table(cells: Sequence[Sequence[str]], *, right: Container[int] = ()) -> list[str]:
    """Rows with their columns aligned, two spaces between; columns that are empty throughout are left out."""
    columns = (
        [column for column in range(len(cells[0])) if any(row[column] for row in cells)] if cells else []
    )
    widths = {column: max(len(row[column]) for row in cells) for column in columns}
    return [
        GAP.join(
            f"{row[column]:{'>' if column in right else '<'}{widths[column]}}" for column in columns
        ).rstrip()
        for row in cells
    ]
