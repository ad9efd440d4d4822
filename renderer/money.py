"""What jobs cost: how each counts, and sums of many. Pure, in exact US dollars; nothing here is ever rounded.

A job counts from the moment at which its request may have left. What was reused costs nothing and is no job; what was
replayed is a job that costs nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from enum import Enum

from renderer.job import MAY_BE_CHARGED, REPLAYED, Job, JobState
from renderer.model import Asker
from renderer.row import Row


class Part(Enum):
    """How a job counts; the words are those of `cost`."""

    CHARGED = "charged"
    """Its clip was made, and the vendor named the price."""
    ESTIMATED = "estimated"
    """Its clip was made, and we alone say what it costs."""
    IN_FLIGHT = "in flight"
    """It is being made, and is paid for if it succeeds."""
    AT_MOST = "at most"
    """It may have been charged: its answer was lost, even if it was sent again since, somebody forgot it while it ran or
    cancelled it, or moderation refused it."""
    FREE = "free"
    """Nothing is charged: it was not accepted, it failed, or a person said that the vendor never had it; or it was replayed."""


class Stake(Row):
    """How one job counts, and for how much; None where nobody knows the price."""

    part: Part
    usd: Decimal | None


class Sums(Row):
    """What some jobs come to: dollars and numbers of jobs for each part, and how many of them have no known price."""

    usd: dict[Part, Decimal]
    jobs: dict[Part, int]
    unpriced: int = 0

    @property
    def total_usd(self) -> Decimal:
        """All parts together: the most that these jobs can have cost, unknown prices aside."""
        return sum(self.usd.values(), Decimal(0))

    @property
    def jobs_total(self) -> int:
        return sum(self.jobs.values())


def stake_of(job: Job) -> Stake:
    """How a job counts. One whose clip was made is paid for, whatever became of the clip."""
    part = _part_of(job)
    if part is Part.FREE:
        return Stake(part, Decimal(0))
    return Stake(part, job.price.usd if job.price else job.estimate_usd)


def sums(jobs: Iterable[Job]) -> Sums:
    """What some jobs come to; every part has an entry."""
    stakes = [stake_of(job) for job in jobs]
    usd = {
        part: sum((stake.usd for stake in stakes if stake.part is part and stake.usd is not None), Decimal(0))
        for part in Part
    }
    counted = Counter(stake.part for stake in stakes)
    return Sums(usd, {part: counted[part] for part in Part}, sum(stake.usd is None for stake in stakes))


def spent_usd(jobs: Iterable[Job], *, project: str, spec: str) -> Decimal:
    """What a storyboard has cost, to be held against `budget.total`.

    What was charged, what is in flight at its price or estimate, and what is unknown at its estimate; a job whose price
    nobody knows counts nothing. `spec` is the storyboard's name in its project; stand-ins made of it with another
    provider count too.
    """
    return sums(job for job in jobs if asker_of(job, project=project, spec=spec)).total_usd


def asker_of(job: Job, *, project: str, spec: str) -> Asker | None:
    """The first that asked for a job out of a storyboard; None where none did."""
    return next(
        (
            asker
            for asker in job.askers
            if asker.project == project and (asker.spec == spec or asker.spec.startswith(f"{spec}@"))
        ),
        None,
    )


def counted_at(job: Job) -> str:
    """When a job counts: when it was accepted, or else when it was sent. UTC in ISO 8601."""
    return job.accepted_at or job.at


def _part_of(job: Job) -> Part:
    if job.base == REPLAYED:
        return Part.FREE
    if job.ready_at or job.state in {JobState.READY, JobState.STORED}:
        return Part.CHARGED if job.price and job.price.is_charged else Part.ESTIMATED
    if job.state is JobState.RUNNING:
        return Part.IN_FLIGHT
    if job.state is JobState.FORGOTTEN and job.price and job.price.source == "log":
        return Part.CHARGED
    was_running = job.state is JobState.FORGOTTEN and job.accepted_at and not job.code
    may_be_charged = job.state is JobState.UNKNOWN or was_running or job.code in MAY_BE_CHARGED
    return Part.AT_MOST if may_be_charged else Part.FREE
