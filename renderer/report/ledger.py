"""The ledger and the list of jobs: values, lines for people, and their JSON form. Money is never rounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType

from renderer.job import Job, JobState
from renderer.model import Asker, Json, dollars
from renderer.money import Part, Sums, counted_at, stake_of
from renderer.report.text import paint
from renderer.report.visible import visible
from renderer.row import Row

VERSION = 1
NO_LABELS: Mapping[str, str] = MappingProxyType({})
INTENT_LENGTH_MIN = 10
GAP = "  "
MARKS: Mapping[Part, str] = {Part.CHARGED: "", Part.AT_MOST: "≤"}
STYLES: Mapping[JobState, str] = {
    JobState.UNKNOWN: "blocked",
    JobState.REFUSED: "failed",
    JobState.RUNNING: "in_flight",
    JobState.READY: "in_flight",
    JobState.STORED: "ran",
    JobState.FAILED: "failed",
}
SPAN_S: Mapping[str, int] = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
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


# What it cost


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
        (part.value, _amount(whole.usd[part]), f"{_jobs(whole.jobs[part])}, {REMARKS[part]}")
        for part in shown
    ]
    cells.append(("in all", _amount(whole.total_usd), _jobs(whole.jobs_total)))
    return table(cells, right={1})


def _group_lines(rows: Sequence[CostRow], shown: Sequence[Part], *, by: str | None) -> list[str]:
    parts = [part for part in shown if part is not Part.FREE]
    head = (by or "", "jobs", *(part.value for part in parts))
    body = [
        (visible(row.name), str(row.sums.jobs_total), *(_amount(row.sums.usd[part]) for part in parts))
        for row in rows
    ]
    return table([head, *body], right=set(range(1, len(head))))


def _unpriced(whole: Sums) -> list[str]:
    return [f"not counted: {_jobs(whole.unpriced)} of unknown price"] if whole.unpriced else []


def _jobs(count: int) -> str:
    return f"{count:,} {'job' if count == 1 else 'jobs'}"


def _amount(usd: Decimal) -> str:
    return dollars(usd) if usd else "$0"


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


# Which jobs there are


def job_lines(
    jobs: Sequence[Job],
    *,
    names: Iterable[str],
    now: datetime,
    colour: bool,
    labels: Mapping[str, str] = NO_LABELS,
) -> list[str]:
    """A line for each job: intent, state, age, price, model, the shot that asked, the vendor's own id, the reason.

    `names` are the intents of all jobs, so that what is shown of one is enough to name it; `labels` what
    projects are called, by identity, where there are several.
    """
    length = short_length(names)
    cells = [
        (
            job.intent[:length],
            job.state.value,
            age(counted_at(job), now=now),
            price_text(job),
            visible(job.model),
            visible(asker_text(job, labels=labels)),
            visible(job.job or ""),
            visible(reason_text(job)),
        )
        for job in jobs
    ]
    start = max((len(row[0]) for row in cells), default=0) + len(GAP)
    lines = zip(jobs, table(cells, right={3}), strict=True)
    return [_painted(line, job.state, start=start, colour=colour) for job, line in lines]


def job_json(job: Job) -> dict[str, Json]:
    """One job, as `jobs list --json` tells it."""
    stake = stake_of(job)
    return {
        "intent": job.intent,
        "state": job.state.value,
        "provider": job.provider,
        "model": job.model,
        "job": job.job,
        "key": job.key,
        "askers": [asker._asdict() for asker in job.askers],
        "sent_at": job.at,
        "accepted_at": job.accepted_at or None,
        "ended_at": job.ended_at or None,
        "counts_as": stake.part.value,
        "cost_usd": None if stake.usd is None else float(stake.usd),
        "price_usd": None if job.price is None else float(job.price.usd),
        "price_source": job.price.source if job.price else None,
        "estimate_usd": None if job.estimate_usd is None else float(job.estimate_usd),
        "code": job.code or None,
        "reason": reason_text(job) or None,
        "clip": job.sha256 or None,
    }


def price_text(job: Job) -> str:
    """What a job counts for: charged as it stands, `~` an estimate or still in flight, `≤` at most, `?` unknown."""
    part, usd = stake_of(job)
    if part is Part.FREE:
        return "free"
    return "?" if usd is None else f"{MARKS.get(part, '~')}{_amount(usd)}"


def asker_text(job: Job, *, labels: Mapping[str, str] = NO_LABELS) -> str:
    """The storyboard and shot that asked, and how many others did."""
    if not job.askers:
        return ""
    first = job.askers[0]
    take = "" if first.take == 1 else f" take {first.take}"
    more = len(job.askers) - 1
    storyboard = storyboard_text(first, labels=labels)
    return f"{storyboard}:{first.shot}{take}{f' +{more}' if more else ''}"


def storyboard_text(asker: Asker, *, labels: Mapping[str, str] = NO_LABELS) -> str:
    """The storyboard that asked, after its project's label where it has one."""
    label = labels.get(asker.project)
    return f"{label}: {asker.spec}" if label else asker.spec


def reason_text(job: Job) -> str:
    """Why a job is not on its way to a clip; empty where it is, or has got there."""
    if job.state in {JobState.RUNNING, JobState.READY, JobState.STORED}:
        return ""
    return f"{job.code} {job.reason}".strip()


def age(at: str, *, now: datetime) -> str:
    """How long ago that was, in its largest unit; a clock that is behind says `0 s`.

    >>> from datetime import UTC
    >>> age("2026-01-01T10:30:00+00:00", now=datetime(2026, 1, 1, 12, tzinfo=UTC))
    '1 h'
    """
    elapsed_s = max(0, int((now - datetime.fromisoformat(at)).total_seconds()))
    unit = next((unit for unit, span_s in SPAN_S.items() if elapsed_s >= span_s), "s")
    return f"{elapsed_s // SPAN_S[unit]} {unit}"


def short_length(names: Iterable[str]) -> int:
    """How many characters tell names apart, at least 10.

    >>> short_length(["r-23456789ab", "r-23456789cd"])
    11
    """
    shared = [_shared(one, other) for one, other in pairwise(sorted(set(names)))]
    return max([INTENT_LENGTH_MIN, *(length + 1 for length in shared)])


def _shared(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))


def _painted(line: str, state: JobState, *, start: int, colour: bool) -> str:
    end = start + len(state.value)
    return line[:start] + paint(state.value, STYLES.get(state, ""), colour=colour) + line[end:]


def table(cells: Sequence[Sequence[str]], *, right: set[int]) -> list[str]:
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
