"""A build's dealings with sellers: wires journal, sellers, limits and rhythms, and sees to what earlier builds left.

Opened only where something is to be bought or brought home; a build with neither never comes here.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter as Tally
from collections.abc import Collection, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from renderer.catalogue.library import CatalogueError, load
from renderer.catalogue.providers import jobs_max
from renderer.errors import ProviderUnauthorised, ProviderUnavailable, RendererError, StoreError
from renderer.execute.clock import Clock, HastyClock, WallClock
from renderer.execute.collect import Collector
from renderer.execute.consent import Budget, Consent, Purse
from renderer.execute.counter import Counter
from renderer.execute.draft import Draft, draft
from renderer.execute.events import Emit, Noted
from renderer.execute.flight import Flight
from renderer.execute.lookup import look_up
from renderer.execute.purchase import Buyer
from renderer.execute.rhythm import HISTORY_MAX, Rhythm
from renderer.job import Job, JobState
from renderer.media.fit import fit_still
from renderer.media.probe import probe
from renderer.pipeline.workshop import Workshop
from renderer.plan.action import Action
from renderer.providers.base import Seller
from renderer.store.store import Store

T = TypeVar("T")

LOOK_UP_TIMEOUT_S = 120.0
"""How long a build waits for what it could as well do next time."""

PRICES_AWAITED = timedelta(days=7)
"""How long the log is asked for a price that nobody names."""

ASHORE = 16
"""How many takes of one provider may be fetched and stored beside those in flight."""


@dataclass(slots=True)
class Shop:
    """One build's purchases. `names` are the takes' names by key, for events."""

    workshop: Workshop
    clock: Clock
    counters: dict[str, Counter]
    purse: Purse
    emit: Emit
    names: Mapping[str, str]
    rhythms: dict[tuple[str, str], Rhythm] = field(default_factory=dict)
    collected: int = 0
    troubles: list[RendererError] = field(default_factory=list)
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def store(self) -> Store:
        return self.workshop.store

    @property
    def pool_size(self) -> int:
        """How many takes may be on their way at once, ≥ 1: in flight, or being brought ashore."""
        return max(1, sum(counter.flight.jobs_max + ASHORE for counter in self.counters.values()))

    @property
    def collector(self) -> Collector:
        return Collector(
            store=self.store,
            clock=self.clock,
            chance=random.Random(),  # noqa: S311 - jitter
            probe=probe,
            rhythm_for=self._rhythm_for,
            tell=self._tell,
            reading=self.reading,
        )

    @property
    def buyer(self) -> Buyer:
        return Buyer(
            journal=self.store.journal,
            purse=self.purse,
            clock=self.clock,
            collector=self.collector,
            draft=self._draft,
            counters=self.counters,
        )

    async def look_up(self) -> int:
        """Look all jobs of unknown outcome up in their accounts' logs, once; how many were found."""
        found = 0
        for counter in self.counters.values():
            own = await asyncio.to_thread(self.open_jobs_of, counter.seller)
            jobs = [job for job in own if job.state is JobState.UNKNOWN]
            found += await self._look_up(jobs, counter.seller)
        return found

    async def settle_prices(self) -> None:
        """Ask the logs once what was charged for what no vendor has named a price of yet."""
        jobs = await asyncio.to_thread(awaiting_price, self.store, now=self.clock.now())
        for counter in self.counters.values():
            await self._look_up([job for job in jobs if _is_of(job, counter.seller)], counter.seller)

    def left_open(self, *, but: Collection[str]) -> Tally[JobState]:
        """How many jobs of these accounts are open still, by state, besides those of some keys."""
        jobs = [job for counter in self.counters.values() for job in self.open_jobs_of(counter.seller)]
        return Tally(job.state for job in jobs if job.key not in but)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for counter in self.counters.values():
            try:
                await counter.seller.close()
            except StoreError as error:  # a recording that is not complete
                self.troubles.append(error)

    async def _look_up(self, jobs: list[Job], seller: Seller) -> int:
        if not jobs:
            return 0
        try:
            async with asyncio.timeout(LOOK_UP_TIMEOUT_S):
                return len(await look_up(jobs, seller=seller, journal=self.store.journal, clock=self.clock))
        except ProviderUnavailable as error:
            self.troubles.append(error)
        except TimeoutError:
            self.troubles.append(ProviderUnavailable(f"the log of `{seller.name}` takes too long to read"))
        return 0

    def open_jobs_of(self, seller: Seller) -> list[Job]:
        """The open jobs of a seller's account."""
        return [job for job in self.store.journal.open_jobs() if _is_of(job, seller)]

    async def _draft(self, action: Action, seller: Seller, folder: Path) -> Draft:
        return await draft(action, seller=seller, store=self.store, fit=fit_still, folder=folder)

    def _tell(self, job: Job, text: str) -> None:
        name = self.names.get(job.key)
        if name is not None:
            self.emit(Noted(name, text))

    def _rhythm_for(self, job: Job) -> Rhythm:
        kind = job.provider, job.model
        if kind not in self.rhythms:
            history = [
                known.generated_s
                for known in self.store.journal.jobs()
                if known.generated_s and (known.provider, known.model) == kind
            ]
            self.rhythms[kind] = Rhythm(history[-HISTORY_MAX:], guess=_guess(job))
        return self.rhythms[kind]


def open_shop(
    workshop: Workshop,
    *,
    providers: Iterable[str],
    jobs: int | None,
    consent: Consent,
    emit: Emit,
    names: Mapping[str, str],
    budget: Budget | None = None,
) -> Shop:
    """The shop for some paid providers; `jobs` replaces the catalogue's limit of how many are in flight.

    Raises `ProviderUnauthorised` P704 for a provider whose key is not set. Sends nothing.
    """
    clock = workshop.clock or (HastyClock() if workshop.is_replaying else WallClock())
    counters = {}
    for name in providers:
        seller = workshop.seller(name)
        assert seller.account, "BUG: an account without a fingerprint"
        limit = jobs or jobs_max(name) or 1
        flight = Flight(limit, clock=clock, chance=random.Random())  # noqa: S311 - jitter
        is_proven = any(job.accepted_at and _is_of(job, seller) for job in workshop.store.journal.jobs())
        counters[name] = Counter(seller, flight, is_proven=is_proven)
    return Shop(workshop, clock, counters, Purse(consent, budget or Budget()), emit, names)


async def until_stopped(work: Coroutine[Any, Any, T], stop: asyncio.Event) -> T | None:
    """What some work comes to; None where `stop` is set before, which ends it."""
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        stopped.cancel()
        await asyncio.gather(task, stopped, return_exceptions=True)


def awaiting_price(store: Store, *, now: datetime) -> list[Job]:
    """The jobs whose clips were made lately, or that were forgotten lately before anybody knew whether they were accepted.

    Only those whose price no vendor has named yet.
    """
    since = (now - PRICES_AWAITED).isoformat()
    return [
        job
        for job in store.journal.jobs()
        if (job.ready_at >= since or _is_lost(job, since)) and not (job.price and job.price.is_charged)
    ]


def _is_lost(job: Job, since: str) -> bool:
    return job.state is JobState.FORGOTTEN and job.job is None and job.at >= since


def sellers_with_keys(workshop: Workshop, names: Iterable[str]) -> list[str]:
    """Those of some providers whose key is set."""
    found = []
    for name in names:
        try:
            if workshop.seller(name).account:
                found.append(name)
        except ProviderUnauthorised:
            continue
    return found


def _is_of(job: Job, seller: Seller) -> bool:
    return (job.provider, job.account, job.base) == (seller.name, seller.account, seller.base)


def _guess(job: Job) -> tuple[float, float] | None:
    """How long the catalogue says that the job's model takes."""
    try:
        latency = load(job.provider, job.model).latency_s
    except CatalogueError:
        return None
    return latency and (float(latency[0]), float(latency[1]))
