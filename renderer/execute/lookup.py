"""Looks into an account's log for what the journal does not know: whether a request was accepted, and what it cost.

A row that names our request proves that it was accepted. The absence of a row proves nothing: rows appear late, and some
carry no name. A price of nothing proves nothing either: the charge is written after the generation. Spends nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta

from renderer.errors import ProviderFailed
from renderer.execute.clock import Clock
from renderer.job import Job, JobState, Price
from renderer.providers.base import LogRow, Seller
from renderer.store.journal import Journal

CLOCKS_APART_MAX = timedelta(days=2)
"""How far our clock and the vendor's may be apart."""

WINDOWS_MAX = 12

Window = tuple[datetime, datetime]
FAILED = ProviderFailed.code


async def look_up(jobs: Sequence[Job], *, seller: Seller, journal: Journal, clock: Clock) -> list[Job]:
    """Adopt those unknown jobs, and price those unpriced ones, that the seller's log names; which they were, adopted.

    A forgotten request that was accepted after all is priced and stays forgotten. A request that the log calls failed, at no cost, has failed: nobody needs to ask for its job, which may never have been.

    `jobs` were all bought with the seller's account. One pass over the log about the times of each. Raises `ProviderUnavailable` as `Seller.log`.
    """
    unknown = {job.intent: job for job in jobs if job.state is JobState.UNKNOWN}
    unpriced = {job.job: job for job in jobs if job.job and not (job.price and job.price.is_charged)}
    unpriced |= {job.intent: job for job in jobs if job.state is JobState.FORGOTTEN and not job.job}
    if not seller.has_log or not (unknown or unpriced):
        return []
    adopted = []
    async for row in _rows(seller, windows([job.at for job in jobs], now=clock.now())):
        if row.intent in unknown:
            job = unknown.pop(row.intent)
            await _adopt(job, row, journal=journal, clock=clock)
            adopted.append(job)
        elif row.price_usd and (found := unpriced.pop(row.job, None) or unpriced.pop(row.intent or "", None)):
            price = Price(row.price_usd, "log")
            await asyncio.to_thread(journal.price, found.intent, price=price, at=clock.now())
        if not (unknown or unpriced):
            break
    return adopted


def windows(sent_at: Iterable[str], *, now: datetime) -> list[Window]:
    """The times that the log is asked about for requests sent at some times, newest first; what overlaps is one.

    A request of long ago must not make the log between then and now be read. Old ones beyond `WINDOWS_MAX` are left out.
    """
    found: list[Window] = []
    for at in sorted((min(datetime.fromisoformat(text), now) for text in sent_at), reverse=True):
        since, until = at - CLOCKS_APART_MAX, at + CLOCKS_APART_MAX
        if found and until >= found[-1][0]:
            found[-1] = (since, found[-1][1])
        else:
            found.append((since, until))
    return found[:WINDOWS_MAX]


async def _rows(seller: Seller, found: Sequence[Window]) -> AsyncIterator[LogRow]:
    for since, until in found:
        async for row in seller.log(since=since, until=until):
            yield row


async def _adopt(job: Job, row: LogRow, *, journal: Journal, clock: Clock) -> None:
    price = Price(row.price_usd, "log") if row.price_usd else None
    await asyncio.to_thread(journal.accept, job.intent, job=row.job, price=price, how="log", at=clock.now())
    if row.succeeded is False and price is None:
        reason = "the account's log says that it failed"
        await asyncio.to_thread(journal.fail, job.intent, code=FAILED, reason=reason, at=clock.now())
