"""The list of jobs: each as a line for people and as JSON, and what of it is told in other places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType

from renderer.job import Job, JobState
from renderer.model import Asker, Json
from renderer.money import Part, counted_at, stake_of
from renderer.report.cells import GAP, age, amount, table
from renderer.report.text import paint
from renderer.report.visible import visible

NO_LABELS: Mapping[str, str] = MappingProxyType({})
INTENT_LENGTH_MIN = 10
MARKS: Mapping[Part, str] = {Part.CHARGED: "", Part.AT_MOST: "≤"}
STYLES: Mapping[JobState, str] = {
    JobState.UNKNOWN: "blocked",
    JobState.REFUSED: "failed",
    JobState.RUNNING: "in_flight",
    JobState.READY: "in_flight",
    JobState.STORED: "ran",
    JobState.FAILED: "failed",
}


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
    return "?" if usd is None else f"{MARKS.get(part, '~')}{amount(usd)}"


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
