"""What jobs cost: each part of the ledger, exactly."""

from decimal import Decimal
from typing import Any

import pytest

from renderer.job import Job, JobState, Price
from renderer.model import Asker
from renderer.money import Part, asker_of, counted_at, spent_usd, stake_of, sums
from tests import builders

CHARGED = Price(Decimal("0.2625"), "submit")
NOON, LATER = "2026-01-01T12:00:00+00:00", "2026-01-01T12:01:00+00:00"


def job(state: JobState = JobState.STORED, *, price: Price | None = CHARGED, **facts: Any) -> Job:
    """A job for one take of `pad` in `film.yaml`."""
    return builders.job("one", state=state, price=price, **facts)


@pytest.mark.parametrize(
    ("what", "part", "usd"),
    [
        (job(), Part.CHARGED, "0.2625"),
        (job(JobState.READY), Part.CHARGED, "0.2625"),
        (job(price=None), Part.ESTIMATED, "0.30"),
        (job(price=Price(Decimal("0.31"), "estimate")), Part.ESTIMATED, "0.31"),
        (job(JobState.RUNNING), Part.IN_FLIGHT, "0.2625"),
        (job(JobState.RUNNING, price=None), Part.IN_FLIGHT, "0.30"),
        (job(JobState.RUNNING, price=None, estimate_usd=None), Part.IN_FLIGHT, None),
        (job(JobState.UNKNOWN, price=None), Part.AT_MOST, "0.30"),
        (job(JobState.FORGOTTEN, accepted_at=LATER), Part.AT_MOST, "0.2625"),
        (job(JobState.FORGOTTEN, price=None), Part.FREE, "0"),
        (job(JobState.FORGOTTEN, accepted_at=LATER, code="P703"), Part.FREE, "0"),
        (job(JobState.FORGOTTEN, accepted_at=LATER, ready_at=LATER), Part.CHARGED, "0.2625"),
        (job(JobState.FAILED, code="P703"), Part.FREE, "0"),
        (job(JobState.FAILED, code="P716"), Part.AT_MOST, "0.2625"),
        (job(JobState.FAILED, price=None, code="P719"), Part.AT_MOST, "0.30"),
        (job(JobState.FORGOTTEN, accepted_at=LATER, code="P719"), Part.AT_MOST, "0.2625"),
        (job(base="replay", ready_at=LATER), Part.FREE, "0"),
        (job(JobState.UNKNOWN, price=None, base="replay"), Part.FREE, "0"),
        (job(JobState.REFUSED, price=None), Part.FREE, "0"),
        (job(JobState.NOT_ACCEPTED, price=None), Part.FREE, "0"),
    ],
)
def test_every_job_counts_as_one_part(what: Job, part: Part, usd: str | None) -> None:
    """At the vendor's price, or else at ours."""
    assert (part, None if usd is None else Decimal(usd)) == stake_of(what)


def test_a_clip_that_was_made_and_lost_was_paid_for() -> None:
    """A complete job whose link is dead has failed, and is charged all the same."""
    lost = job(JobState.FAILED, ready_at=LATER, code="P708")
    assert (Part.CHARGED, Decimal("0.2625")) == stake_of(lost)


def test_sums_are_exact() -> None:
    """Ten thousand prices that no binary number can hold."""
    dime = Price(Decimal("0.1"), "poll")
    whole = sums([job(price=dime)] * 10_000 + [job(JobState.RUNNING, price=None, estimate_usd=None)])
    assert (Decimal(1000), Decimal(1000)) == (whole.usd[Part.CHARGED], whole.total_usd)
    assert (10_000, 1, 10_001, 1) == (
        whole.jobs[Part.CHARGED],
        whole.jobs[Part.IN_FLIGHT],
        whole.jobs_total,
        whole.unpriced,
    )


def test_what_a_storyboard_has_spent_is_charged_in_flight_and_unknown() -> None:
    """And nothing for what was refused, has no price, or was asked for by others."""
    other = job()._replace(askers=(Asker("project", "other.yaml", "pad", 1),))
    elsewhere = job()._replace(askers=(Asker("elsewhere", "film.yaml", "pad", 1),))
    jobs = [
        job(),
        job(JobState.RUNNING),
        job(JobState.UNKNOWN, price=None),
        job(JobState.REFUSED),
        job(JobState.UNKNOWN, price=None, estimate_usd=None),
        other,
        elsewhere,
    ]
    assert Decimal("0.825") == spent_usd(jobs, project="project", spec="film.yaml")


def test_a_storyboard_made_with_another_provider_spends_the_same_money() -> None:
    """Its name in the journal carries the provider's; a longer name is another storyboard."""
    variant = Asker("project", "film.yaml@runway", "pad", 1)
    stranger = Asker("project", "film.yaml2", "pad", 1)
    found = job()._replace(askers=(stranger, variant))
    assert variant == asker_of(found, project="project", spec="film.yaml")
    assert Decimal(0) == spent_usd([job()._replace(askers=(stranger,))], project="project", spec="film.yaml")


def test_a_job_counts_when_it_was_accepted() -> None:
    """One that never was, when it was sent."""
    assert (LATER, NOON) == (counted_at(job(accepted_at=LATER)), counted_at(job()))
