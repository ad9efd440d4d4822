"""Brings home what was bought: asks until a job is done, fetches its clip, probes it, stores it, writes it down.

Spends nothing. What cannot be had now stays on record and is tried again by the next build; what can never be had is
written down as failed, and is not bought again unless somebody says so.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from renderer.errors import (
    MediaError,
    ProviderError,
    ProviderFailed,
    ProviderUnauthorised,
    ProviderUnavailable,
    StoreError,
)
from renderer.execute.clock import Clock
from renderer.execute.rhythm import Rhythm
from renderer.execute.waiting import Tell, Wait, job_facts
from renderer.job import Job
from renderer.model import MediaFacts, Result, dollars
from renderer.providers.base import LinkExpired, Look, Seller, Standing
from renderer.store.blobs import DAMAGED
from renderer.store.store import Store

FETCHES_MAX = 5
ALIKE_MIN = 3
"""A clip is given up after so many failures of one kind in a row: a link that is dead once, or a clip cut short, may pass."""
RETRY_FIRST_S = 1.0
RETRY_MAX_S = 30.0


@dataclass(frozen=True, slots=True)
class Collector:
    """Collects jobs that were accepted. `probe` reads a clip and raises `MediaError` for what is none.

    `rhythm_for` gives the one rhythm of a job's model; `tell` hears what a job is doing, for the display. Whoever holds
    `reading` reads a clip.
    """

    store: Store
    clock: Clock
    chance: random.Random
    probe: Callable[[Path], MediaFacts]
    rhythm_for: Callable[[Job], Rhythm]
    tell: Tell
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def collect(
        self, job: Job, seller: Seller, folder: Path, *, on_done: Callable[[], None] = lambda: None
    ) -> Result:
        """The clip of an accepted job, in the store and in the journal; `on_done` is called when the vendor is done.

        Raises `ProviderFailed` where it can never be had, which is written down; `ProviderUnavailable` or `StoreError`
        where it cannot be had now: nothing is lost, and the next build goes on here.
        """
        check_account(job, seller)
        look = await self._wait(job, seller).until_done(on_done)
        return await self._bring(await self._today(job), seller, look, folder)

    async def glean(self, job: Job, seller: Seller, folder: Path) -> Result | None:
        """The clip of a job that nobody waits for, if the vendor is done with it: asks once. Raises as `collect`."""
        check_account(job, seller)
        look = await self._wait(job, seller).look_once()
        return await self._bring(await self._today(job), seller, look, folder) if look else None

    async def restore(self, job: Job, seller: Seller, folder: Path) -> Result | None:
        """The clip of a job that was stored or given up, from its blob, else from its link; None where neither is there."""
        result = await asyncio.to_thread(self._stored, job)
        if result is not None:
            return result
        try:
            check_account(job, seller)
            look = await seller.poll(job.job or "", address=job.address)
            if look.standing is not Standing.DONE:
                return None
            return await self._bring(job, seller, look, folder, fetches_max=2, forgive=True)
        except (ProviderFailed, ProviderUnauthorised):
            return None

    def _wait(self, job: Job, seller: Seller) -> Wait:
        return Wait(
            job,
            seller=seller,
            clock=self.clock,
            journal=self.store.journal,
            rhythm=self.rhythm_for(job),
            tell=self.tell,
            backoff_s=self.backoff_s,
        )

    async def _today(self, job: Job) -> Job:
        """What is on record of a job by now."""
        known = await asyncio.to_thread(self.store.journal.of_intent, job.intent)
        assert known, "BUG: a job that the journal does not know"
        return known

    def _stored(self, job: Job) -> Result | None:
        """The stored clip of a job, None where it is gone or damaged: one that cannot be read now is still paid for."""
        if not job.sha256:
            return None
        digest = self.store.find(job.sha256)
        if digest is None:
            return None
        try:
            self.store.verify(digest)
        except StoreError as error:
            if error.code in DAMAGED:
                return None
            raise
        return Result(digest, self.probe(self.store.path(digest)), price_of(job))

    async def _bring(
        self,
        job: Job,
        seller: Seller,
        look: Look,
        folder: Path,
        *,
        fetches_max: int = FETCHES_MAX,
        forgive: bool = False,
    ) -> Result:
        """Fetch, probe and store the clip; a link that has expired is asked for anew. With `forgive` no failure is noted."""
        troubles: list[ProviderError | MediaError] = []
        for attempt in range(fetches_max):
            if attempt:
                await self.clock.sleep(self.backoff_s(attempt))
                look = await _fresh(job, seller, look)
            path = folder / f"clip-{attempt}.mp4"
            try:
                facts = await self._fetch(job, seller, look, output=path)
            except (ProviderError, MediaError) as error:
                troubles.append(error)
                continue
            return await asyncio.to_thread(self._keep, job, path, facts)
        trouble = troubles[-1]
        if isinstance(trouble, ProviderUnavailable):
            raise trouble
        if not forgive and len(set(map(type, troubles[-ALIKE_MIN:]))) > 1:
            raise _in_passing(job, trouble) from trouble
        failure = _never(job, trouble)
        if not forgive:
            await asyncio.to_thread(
                self.store.journal.fail,
                job.intent,
                code=failure.code,
                reason=failure.message,
                at=self.clock.now(),
            )
        raise failure

    async def _fetch(self, job: Job, seller: Seller, look: Look, *, output: Path) -> MediaFacts:
        """Fetch the clip of a job that is done, and say what it is. Raises `ProviderError` and `MediaError`."""
        if not look.link:
            raise _linkless(job)
        self.tell(job, "fetching")
        await seller.fetch(look.link, output=output)
        # One is read at a time: its decoder works on all cores, and holds pictures for each.
        async with self.reading:
            return await asyncio.to_thread(self.probe, output)

    def _keep(self, job: Job, path: Path, facts: MediaFacts) -> Result:
        digest = self.store.put_file(path)
        self.store.journal.store(job.intent, sha256=digest.sha256, at=self.clock.now())
        return Result(digest, facts, price_of(job))

    def backoff_s(self, attempt: int) -> float:
        """How long to wait before another try: twice as long each time, with jitter; `attempt` ≥ 1."""
        pause_s: float = min(RETRY_FIRST_S * 2 ** min(attempt - 1, 10), RETRY_MAX_S)
        return pause_s * self.chance.uniform(0.5, 1.0)


def check_account(job: Job, seller: Seller) -> None:
    """Raise `ProviderUnauthorised` P709 unless the job was bought with today's key, at today's address."""
    if (job.account, job.base) != (seller.account, seller.base):
        raise ProviderUnauthorised(
            "this job was bought with another key, or at another address",
            code="P709",
            facts=[*job_facts(job), ("bought with", job.account), ("key set now", seller.account)],
            hint="set the key it was bought with and build again; or `renderer jobs forget` gives it up",
        )


def price_of(job: Job) -> Decimal:
    """What a clip counts as having cost: the vendor's price, else our estimate, else nothing."""
    return job.price.usd if job.price else job.estimate_usd or Decimal(0)


async def _fresh(job: Job, seller: Seller, last: Look) -> Look:
    """A fresh link; the last look where the vendor cannot be asked."""
    try:
        look = await seller.poll(job.job or "", address=job.address)
    except ProviderUnavailable:
        return last
    return look if look.standing is Standing.DONE else last


def _linkless(job: Job) -> ProviderFailed:
    return ProviderFailed(
        "the vendor completed the job and gives no link to its clip", code="P707", facts=job_facts(job)
    )


def _in_passing(job: Job, trouble: ProviderError | MediaError) -> ProviderUnavailable:
    """The clip could not be fetched, now for this reason and now for that: none of them is for good."""
    return ProviderUnavailable(
        f"the clip was made and could not be fetched yet: {trouble.message}",
        facts=job_facts(job),
        hint="build again: it is fetched then, and nothing is bought anew",
    )


def _never(job: Job, trouble: ProviderError | MediaError) -> ProviderFailed:
    """The vendor was done, and its clip can never be had: it may have been charged."""
    if isinstance(trouble, LinkExpired):
        message, code = "the clip was made, and no link leads to it any more", "P707"
    else:
        message, code = f"the clip was made, and what comes is none: {trouble.message}", "P713"
    failure = ProviderFailed(
        message,
        code=code,
        facts=[*job_facts(job), ("charged", dollars(price_of(job)))],
        hint="ask the vendor for the clip by its job; `--retry-failed SHOT` tries once more, and buys the take again only if that fails",
    )
    failure.__cause__ = trouble
    return failure
