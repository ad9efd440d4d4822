"""`renderer jobs collect`: brings home what was bought, without a storyboard. Nothing here buys."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from renderer.errors import RendererError, UsageError
from renderer.execute.collect import check_account
from renderer.execute.consent import Consent
from renderer.execute.events import Event
from renderer.job import Job, JobState
from renderer.pipeline.buying.shop import awaiting_price, open_shop, sellers_with_keys
from renderer.pipeline.buying.strays import collect_strays
from renderer.pipeline.workshop import Workshop
from renderer.providers.base import Look, Standing
from renderer.row import Row


class Collected(Row):
    """What came home: the jobs that are stored now, those that are still open, and what went wrong on the way."""

    stored: list[Job]
    open: list[Job]
    troubles: list[RendererError]


def adopt(workshop: Workshop, job: Job, *, vendor_job: str, now: datetime) -> None:
    """Put on record that a request of unknown outcome was accepted as `vendor_job`, as a person found out.

    The vendor is asked whether it knows such a job: a slip of the pen would lose the clip.

    Raises `UsageError` U056 for a job whose outcome is known, U054 for a vendor's job that is another one's already,
    U057 for one that the vendor does not know; `ProviderUnavailable` where it cannot be asked.
    """
    if job.state is not JobState.UNKNOWN:
        raise UsageError(
            f"the outcome of `{job.intent}` is known: it is {job.state.value}",
            code="U056",
            hint="only a request of unknown outcome can be given a job by hand",
        )
    journal = workshop.store.journal
    owner = next((other for other in journal.jobs() if other.job == vendor_job), None)
    if owner:
        raise UsageError(
            f"job `{vendor_job}` belongs to another request",
            code="U054",
            facts=[("request", owner.intent), ("shot", ", ".join(asker.shot for asker in owner.askers))],
            hint="look into the account's own log again: each job belongs to one request",
        )
    look = asyncio.run(_look(workshop, job, vendor_job))
    if look.standing is Standing.ABSENT:
        raise UsageError(
            f"`{job.provider}` knows no job `{vendor_job}`",
            code="U057",
            facts=[("request", job.intent)],
            hint="look at its spelling; a job that was accepted a moment ago may take a minute to appear",
        )
    journal.accept(job.intent, job=vendor_job, price=None, how="by hand", at=now)


async def _look(workshop: Workshop, job: Job, vendor_job: str) -> Look:
    seller = workshop.seller(job.provider)
    try:
        check_account(job, seller)
        return await seller.poll(vendor_job, address=job.address)
    finally:
        await seller.close()


def collect_jobs(workshop: Workshop, jobs: Sequence[Job] | None, *, wait: bool) -> Collected:
    """Look requests of unknown outcome up, and bring home the finished ones of `jobs`, or of all that are open.

    With `wait` those that are still being made are waited for. Prices that were not named yet are asked for. Raises
    `ProviderUnauthorised` P704 where a key is missing.
    """
    journal = workshop.store.journal
    chosen = {job.intent: job for job in (journal.open_jobs() if jobs is None else jobs)}
    priceless = [] if jobs is not None else awaiting_price(workshop.store, now=datetime.now(UTC))
    providers = dict.fromkeys(job.provider for job in chosen.values())
    providers |= dict.fromkeys(sellers_with_keys(workshop, {job.provider: None for job in priceless}))
    troubles: list[RendererError] = []
    if providers:
        troubles = asyncio.run(_collect(workshop, list(providers), chosen, wait=wait))
    known = [job for job in journal.jobs() if job.intent in chosen]
    return Collected(
        stored=[job for job in known if job.state is JobState.STORED],
        open=[job for job in known if job.is_open],
        troubles=troubles,
    )


async def _collect(
    workshop: Workshop, providers: Sequence[str], chosen: Collection[str], *, wait: bool
) -> list[RendererError]:
    shop = open_shop(
        workshop,
        providers=providers,
        jobs=None,
        consent=Consent(),
        emit=_unheard,
        names={},
    )
    async with shop:
        await shop.look_up()
        await collect_strays(shop, only=frozenset(chosen), wait=wait)
        await shop.settle_prices()
    return shop.troubles


def _unheard(_: Event) -> None:
    pass
