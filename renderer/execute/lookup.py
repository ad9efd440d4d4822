"""Looks into an account's log for what the journal does not know: whether a request was accepted, and what it cost.

A row that names our request proves that it was accepted. The absence of a row proves nothing: rows appear late, and some
carry no name. A price of nothing proves nothing either: the charge is written after the generation. Spends nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from renderer.errors import ProviderFailed
from renderer.execute.clock import Clock
from renderer.job import Job, JobState, Price
from renderer.providers.base import LogRow, Seller
from renderer.store.journal import Journal

CLOCKS_APART_MAX = timedelta(days=2)
"""How far our clock and the vendor's may be apart."""

LOG_SPAN_MAX = timedelta(days=90)
FAILED = ProviderFailed.code


async def look_up(jobs: Sequence[Job], *, seller: Seller, journal: Journal, clock: Clock) -> list[Job]:
    """Adopt those unknown jobs, and price those unpriced ones, that the seller's log names; which they were, adopted.

    A forgotten request that was accepted after all is priced and stays forgotten. A request that the log calls failed, at no cost, has failed: nobody needs to ask for its job, which may never have been.

    `jobs` were all bought with the seller's account. One pass over the log. Raises `ProviderUnavailable` as `Seller.log`.
    """
    unknown = {job.intent: job for job in jobs if job.state is JobState.UNKNOWN}
    unpriced = {job.job: job for job in jobs if job.job and not (job.price and job.price.is_charged)}
    unpriced |= {job.intent: job for job in jobs if job.state is JobState.FORGOTTEN and not job.job}
    if not seller.has_log or not (unknown or unpriced):
        return []
    adopted = []
    sent = [datetime.fromisoformat(job.at) for job in jobs]
    until = min(max(sent), clock.now()) + CLOCKS_APART_MAX
    since = max(min(sent) - CLOCKS_APART_MAX, until - LOG_SPAN_MAX)
    async for row in seller.log(since=since, until=until):
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


async def _adopt(job: Job, row: LogRow, *, journal: Journal, clock: Clock) -> None:
    price = Price(row.price_usd, "log") if row.price_usd else None
    await asyncio.to_thread(journal.accept, job.intent, job=row.job, price=price, how="log", at=clock.now())
    if row.succeeded is False and price is None:
        reason = "the account's log says that it failed"
        await asyncio.to_thread(journal.fail, job.intent, code=FAILED, reason=reason, at=clock.now())
