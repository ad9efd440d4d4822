"""What an account's log tells of requests whose answers were lost, and of prices that nobody named."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from renderer.execute.clock import HastyClock
from renderer.execute.lookup import look_up
from renderer.job import Job, JobState
from renderer.money import Part, stake_of
from renderer.providers.base import LogRow
from renderer.store import Store

from .vendor import PRICE, Scripted, known, run, send

DAY = timedelta(days=1)


def look(store: Store, *rows: LogRow) -> Scripted:
    """Look all jobs up once in a log with these rows."""
    vendor = Scripted(rows=rows)
    asyncio.run(
        look_up(store.journal.jobs(), seller=vendor.seller, journal=store.journal, clock=HastyClock())
    )
    return vendor


def row(
    intent: str | None, *, job: str = "job-one", price: Decimal | None = PRICE, succeeded: bool = True
) -> LogRow:
    return LogRow(job, intent, "gen3a_turbo", succeeded, price, "")


def counted(job: Job) -> tuple[Part, Decimal | None]:
    return tuple(stake_of(job))  # type: ignore[return-value]


def test_a_row_that_names_our_request_is_proof(store: Store) -> None:
    """The job is known from then on, with its price; rows of others, and rows without a name, say nothing."""
    send(store, "one")
    send(store, "two")
    look(store, row("three", job="job-three"), row(None, job="job-four"), row("one"))
    one, two = store.journal.jobs()
    assert (JobState.RUNNING, "job-one", PRICE) == (one.state, one.job, one.price and one.price.usd)
    assert JobState.UNKNOWN is two.state


def test_a_price_of_nothing_is_none_yet(store: Store) -> None:
    """A row may be there before the charge is: what was estimated stays until a price is named."""
    send(store, "one")
    look(store, row("one", price=Decimal(0)))
    assert known(store, "one").price is None
    store.journal.ready("one", price=None, generated_s=None, at=datetime.now(UTC))
    look(store, row("one", price=Decimal(0)))
    assert (Part.ESTIMATED, PRICE) == counted(known(store, "one"))
    look(store, row("one", price=Decimal("0.3")))
    assert (Part.CHARGED, Decimal("0.3")) == counted(known(store, "one"))


def test_a_row_that_says_failed_at_no_cost_ends_it(store: Store) -> None:
    """Nobody waits for a job that may never have been."""
    send(store, "one")
    look(store, row("one", price=Decimal(0), succeeded=False))
    assert (JobState.FAILED, "P703") == (known(store, "one").state, known(store, "one").code)


def test_what_was_forgotten_and_charged_counts(store: Store) -> None:
    """It stays forgotten; the ledger says what it cost."""
    send(store, "one")
    store.journal.forget("one", reason="by hand", at=datetime.now(UTC))
    assert Part.FREE is stake_of(known(store, "one")).part
    look(store, row("one"))
    assert (JobState.FORGOTTEN, Part.CHARGED, PRICE) == (
        known(store, "one").state,
        *counted(known(store, "one")),
    )


@pytest.mark.parametrize("ago", [timedelta(0), 30 * DAY], ids=["today", "a month ago"])
def test_clocks_may_be_a_day_apart(store: Store, ago: timedelta) -> None:
    """The log is asked for more than a day on both sides of the request, and for no more than a week."""
    sent = datetime.fromisoformat(send(store, "one", ago=ago).at)
    ((since, until),) = look(store).asked
    assert since <= sent - DAY
    assert sent + DAY <= until
    assert until - since <= 7 * DAY


def test_what_lies_between_two_requests_is_not_read(store: Store) -> None:
    """A request of last month and two of today are two questions, newest first."""
    for name, ago in (("one", 30 * DAY), ("two", DAY), ("three", timedelta(0))):
        send(store, name, ago=ago)
    newest, oldest = look(store).asked
    assert newest[1] - newest[0] <= 7 * DAY
    assert oldest[1] < newest[0]


def test_nothing_is_asked_where_nothing_is_open(store: Store) -> None:
    """A job whose price is known needs no log."""
    run(store, "one")
    look(store, row("one"))
    assert [] == look(store).asked
