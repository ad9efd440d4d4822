"""Brings home what was bought: asks until a job is done, fetches its clip, probes it, stores it, writes it down.

Spends nothing. What cannot be had now stays on record and is tried again by the next build; what can never be had is
written down as failed, and is not bought again unless somebody says so.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from renderer.digest import Digest
from renderer.errors import (
    MediaError,
    ProviderError,
    ProviderFailed,
    ProviderUnauthorised,
    ProviderUnavailable,
    StoreError,
)
from renderer.execute.clock import Clock
from renderer.execute.rhythm import Bounds, Rhythm
from renderer.job import Job, JobState, Price
from renderer.model import MediaFacts, Result, dollars
from renderer.providers.base import LinkExpired, Look, Seller, Standing
from renderer.store.store import Store

POLL_TIMEOUT_S = 3600.0
"""How long one build waits for one job: longer than any model is known to take. The job stays on record after it."""

ABSENT_TIMEOUT_S = 120.0
"""How long a vendor may not know a job yet that it has accepted."""

TROUBLE_TIMEOUT_S = 900.0
"""How long a vendor that does not answer is asked again."""

PAUSE_MAX_S = 60.0
"""The longest pause between two polls, whatever the vendor asks for."""

FETCHES_MAX = 5
LINKLESS_POLLS_MAX = 10
RETRY_FIRST_S = 1.0
RETRY_MAX_S = 30.0

Tell = Callable[[Job, str], None]


@dataclass(frozen=True, slots=True)
class Collector:
    """Collects jobs that were accepted. `probe` reads a clip and raises `MediaError` for what is none.

    `rhythm_for` gives the one rhythm of a job's model; `tell` hears what a job is doing, for the display.
    """

    store: Store
    clock: Clock
    chance: random.Random
    probe: Callable[[Path], MediaFacts]
    rhythm_for: Callable[[Job], Rhythm]
    tell: Tell

    async def collect(
        self, job: Job, seller: Seller, folder: Path, *, on_done: Callable[[], None] = lambda: None
    ) -> Result:
        """The clip of an accepted job, in the store and in the journal; `on_done` is called when the vendor is done.

        Raises `ProviderFailed` where it can never be had, which is written down; `ProviderUnavailable` or `StoreError`
        where it cannot be had now: nothing is lost, and the next build goes on here.
        """
        check_account(job, seller)
        look = await _Wait(self, job, seller).until_done(on_done)
        return await self._bring(await self._today(job), seller, look, folder)

    async def glean(self, job: Job, seller: Seller, folder: Path) -> Result | None:
        """The clip of a job that nobody waits for, if the vendor is done with it: asks once. Raises as `collect`."""
        check_account(job, seller)
        look = await _Wait(self, job, seller).look_once()
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

    async def _today(self, job: Job) -> Job:
        """What is on record of a job by now."""
        known = await asyncio.to_thread(self.store.journal.of_intent, job.intent)
        assert known, "BUG: a job that the journal does not know"
        return known

    def _stored(self, job: Job) -> Result | None:
        if not job.sha256:
            return None
        path = self.store.path(Digest(job.sha256, 0))
        try:
            digest = Digest(job.sha256, path.stat().st_size)
            self.store.verify(digest)
        except (OSError, StoreError):
            return None
        return Result(digest, self.probe(path), price_of(job))

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
        trouble: ProviderError | MediaError = _linkless(job)
        for attempt in range(fetches_max):
            if attempt:
                await self.clock.sleep(self.backoff_s(attempt))
                look = await _fresh(job, seller, look)
            if not look.link:
                continue
            path = folder / f"clip-{attempt}.mp4"
            try:
                self.tell(job, "fetching")
                await seller.fetch(look.link, output=path)
                facts = await asyncio.to_thread(self.probe, path)
            except (ProviderError, MediaError) as error:
                trouble = error
                continue
            return await asyncio.to_thread(self._keep, job, path, facts)
        if isinstance(trouble, ProviderUnavailable):
            raise trouble
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

    def _keep(self, job: Job, path: Path, facts: MediaFacts) -> Result:
        digest = self.store.put_file(path)
        self.store.journal.store(job.intent, sha256=digest.sha256, at=self.clock.now())
        return Result(digest, facts, price_of(job))

    def backoff_s(self, attempt: int) -> float:
        """How long to wait before another try: twice as long each time, with jitter; `attempt` ≥ 1."""
        pause_s: float = min(RETRY_FIRST_S * 2 ** min(attempt - 1, 10), RETRY_MAX_S)
        return pause_s * self.chance.uniform(0.5, 1.0)


class _Wait:
    """One job being waited for."""

    def __init__(self, collector: Collector, job: Job, seller: Seller) -> None:
        self.collector, self.job, self.seller = collector, job, seller
        self.clock = collector.clock
        self.rhythm = collector.rhythm_for(job)
        self.is_fresh = (
            job.state is JobState.RUNNING and job.reason == "answer" and _age_s(job, self.clock) < 1.0
        )
        self.began_s = self.clock.monotonic_s() - (0.0 if self.is_fresh else _age_s(job, self.clock))
        self.first_s = self.clock.monotonic_s()
        self.waiting_s = 0.0
        """When the job was last seen to be waiting, in seconds since it began."""
        self.troubled_since_s: float | None = None
        self.absent_since_s: float | None = None
        self.tries = self.linkless = 0
        self.pause_s: float | None = None

    @property
    def elapsed_s(self) -> float:
        return self.clock.monotonic_s() - self.began_s

    async def until_done(self, on_done: Callable[[], None]) -> Look:
        """The look that found the job done, which is written down. Raises as `Collector.collect`."""
        pause_s = self.rhythm.pause_s(0.0) if self.is_fresh else 0.0
        while True:
            await self.clock.sleep(pause_s)
            look = await self._look()
            if look and look.standing is Standing.DONE and (look.link or self.linkless >= LINKLESS_POLLS_MAX):
                on_done()
                await self._done(look)
                return look
            if look and look.standing is Standing.FAILED:
                await self._failed(look)
            pause_s = self._next_pause_s(look)
            if self.clock.monotonic_s() - self.first_s > POLL_TIMEOUT_S:
                raise _late(self.job)

    async def look_once(self) -> Look | None:
        """What one poll saw if it found the job done; a failure is written down and raised."""
        look = await self.seller.poll(self.job.job or "", address=self.job.address)
        if look.standing is Standing.FAILED:
            await self._failed(look)
        if look.standing is not Standing.DONE or not look.link:
            return None
        await self._done(look)
        return look

    async def _look(self) -> Look | None:
        """What one poll saw, None where it did not come through."""
        try:
            look = await self.seller.poll(self.job.job or "", address=self.job.address)
        except ProviderUnauthorised:
            raise
        except ProviderUnavailable as error:
            now_s = self.clock.monotonic_s()
            self.troubled_since_s = now_s if self.troubled_since_s is None else self.troubled_since_s
            if now_s - self.troubled_since_s > TROUBLE_TIMEOUT_S:
                raise
            self.tries += 1
            self.pause_s = error.pause_s
            return None
        self.troubled_since_s, self.pause_s = None, None
        return look

    def _next_pause_s(self, look: Look | None) -> float:
        if look is None:
            return min(self.pause_s or self.collector.backoff_s(self.tries), PAUSE_MAX_S)
        if look.standing is Standing.ABSENT:
            now_s = self.clock.monotonic_s()
            self.absent_since_s = now_s if self.absent_since_s is None else self.absent_since_s
            if now_s - self.absent_since_s > ABSENT_TIMEOUT_S:
                raise self._absent()
            self.tries += 1
            return self.collector.backoff_s(self.tries)
        self.absent_since_s = None
        self.linkless += look.standing is Standing.DONE
        self.tries = 0
        self.waiting_s = self.elapsed_s
        self.collector.tell(self.job, look.word)
        return self.rhythm.pause_s(self.elapsed_s)

    async def _done(self, look: Look) -> None:
        bounds: Bounds | None = (self.waiting_s, self.elapsed_s) if self.is_fresh else None
        if bounds:
            self.rhythm.learn(bounds)
        if self.job.state is JobState.READY:
            return
        price = None if look.price_usd is None else Price(look.price_usd, "poll")
        journal = self.collector.store.journal
        await asyncio.to_thread(
            journal.ready, self.job.intent, price=price, generated_s=bounds, at=self.clock.now()
        )

    async def _failed(self, look: Look) -> None:
        error = look.error or ProviderFailed("the vendor says nothing of why it failed", code="P703")
        journal = self.collector.store.journal
        await asyncio.to_thread(
            journal.fail, self.job.intent, code=error.code, reason=error.reason, at=self.clock.now()
        )
        raise error

    def _absent(self) -> ProviderError:
        return ProviderUnavailable(
            "the vendor does not know a job that it accepted",
            code="P714",
            facts=job_facts(self.job),
            hint="build again later to ask once more; look into the account's own log before you give it up",
        )


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


def job_facts(job: Job) -> list[tuple[str, object]]:
    """What tells one job from others, for messages."""
    return [("request", job.intent), ("job", job.job or "unknown"), ("sent", job.at)]


async def _fresh(job: Job, seller: Seller, last: Look) -> Look:
    """A fresh link; the last look where the vendor cannot be asked."""
    try:
        look = await seller.poll(job.job or "", address=job.address)
    except ProviderUnavailable:
        return last
    return look if look.standing is Standing.DONE else last


def _age_s(job: Job, clock: Clock) -> float:
    """How long ago a job was accepted, as far as a clock that may be wrong can tell: 0 where that makes no sense."""
    try:
        age_s = (clock.now() - datetime.fromisoformat(job.accepted_at)).total_seconds()
    except ValueError:
        return 0.0
    return age_s if 0 <= age_s <= POLL_TIMEOUT_S else 0.0


def _late(job: Job) -> ProviderUnavailable:
    return ProviderUnavailable(
        "the vendor is still at work after an hour",
        code="P708",
        facts=job_facts(job),
        hint="build again later to collect it: it is on record and is not bought again",
    )


def _linkless(job: Job) -> ProviderFailed:
    return ProviderFailed(
        "the vendor completed the job and gives no link to its clip", code="P707", facts=job_facts(job)
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
