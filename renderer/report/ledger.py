"""The ledger: what jobs cost, as lines for people and as JSON. Money is never rounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from renderer.model import Json
from renderer.money import Part, Sums
from renderer.report.cells import amount, table
from renderer.report.visible import visible
from renderer.row import Row

VERSION = 1
REMARKS: Mapping[Part, str] = {
    Part.CHARGED: "as the vendor says",
    Part.ESTIMATED: "made, and the vendor has named no price",
    Part.IN_FLIGHT: "paid for if it succeeds",
    Part.AT_MOST: "nobody knows whether it was charged; see `renderer jobs list --all`",
    Part.FREE: "not accepted, refused, failed or replayed",
}


class CostRow(Row):
    """One group of the ledger: the model, shot, day, provider or storyboard that it is for."""

    name: str
    sums: Sums


def cost_lines(whole: Sums, rows: Sequence[CostRow], *, by: str | None) -> list[str]:
    """A line for each part that any job counts for, and for each group if any are asked for."""
    if not whole.jobs_total:
        return ["nothing was bought"]
    shown = [part for part in Part if whole.jobs[part] or part is Part.CHARGED]
    grouped = [*_group_lines(rows, shown, by=by), ""] if by else []
    return [*grouped, *_part_lines(whole, shown), *_unpriced(whole)]


def cost_json(
    whole: Sums, rows: Sequence[CostRow], *, by: str | None, spec: str | None, since: datetime | None
) -> dict[str, Json]:
    """The object that `cost --json` prints: numbers, and in `exact` the same amounts to the last digit."""
    groups = {"by": by, "rows": [{by: row.name} | _sums_json(row.sums) for row in rows]} if by else {}
    return {
        "version": VERSION,
        "spec": spec,
        "since": since.isoformat() if since else None,
        **_sums_json(whole),
        **groups,
    }


def _part_lines(whole: Sums, shown: Sequence[Part]) -> list[str]:
    cells = [
        (part.value, amount(whole.usd[part]), f"{_jobs(whole.jobs[part])}, {REMARKS[part]}") for part in shown
    ]
    cells.append(("in all", amount(whole.total_usd), _jobs(whole.jobs_total)))
    return table(cells, right={1})


def _group_lines(rows: Sequence[CostRow], shown: Sequence[Part], *, by: str | None) -> list[str]:
    parts = [part for part in shown if part is not Part.FREE]
    head = (by or "", "jobs", *(part.value for part in parts))
    body = [
        (visible(row.name), str(row.sums.jobs_total), *(amount(row.sums.usd[part]) for part in parts))
        for row in rows
    ]
    return table([head, *body], right=set(range(1, len(head))))


def _unpriced(whole: Sums) -> list[str]:
    return [f"not counted: {_jobs(whole.unpriced)} of unknown price"] if whole.unpriced else []


def _jobs(count: int) -> str:
    return f"{count:,} {'job' if count == 1 else 'jobs'}"


def _sums_json(sums: Sums) -> dict[str, Json]:
    amounts = {f"{_field(part)}_usd": sums.usd[part] for part in Part if part is not Part.FREE}
    amounts["total_usd"] = sums.total_usd
    return {
        **{name: float(usd) for name, usd in amounts.items()},
        "exact": {name: f"{usd:f}" for name, usd in amounts.items()},
        "jobs": {_field(part): sums.jobs[part] for part in Part},
        "unpriced": sums.unpriced,
    }


def _field(part: Part) -> str:
    return part.value.replace(" ", "_")
