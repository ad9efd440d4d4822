"""Asks a vendor about one job until it is done, has failed, or nobody can wait any longer; what is seen is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from renderer.errors import ProviderError, ProviderFailed, ProviderUnauthorised, ProviderUnavailable
from renderer.execute.clock import Clock
from renderer.execute.rhythm import Bounds, Rhythm
from renderer.job import Job, JobState, Price
from renderer.providers.base import Look, Seller, Standing
from renderer.store.journal import Journal

POLL_TIMEOUT_S = 3600.0
"""How long one build waits for one job: longer than any model is known to take. The job stays on record after it."""

ABSENT_TIMEOUT_S = 120.0
"""How long a vendor may not know a job yet that it has accepted."""

TROUBLE_TIMEOUT_S = 900.0
"""How long a vendor that does not answer is asked again."""

PAUSE_MAX_S = 60.0
"""The longest pause between two polls, whatever the vendor asks for."""

LINKLESS_POLLS_MAX = 10

Tell = Callable[[Job, str], None]


class Wait:
    """One job being waited for. `backoff_s` says how long to wait after so many polls that led nowhere.

    `tell` hears what the job is doing; how long it took is learned by `rhythm`, where the wait began with the job.
    """

    def __init__(
        self,
        job: Job,
        *,
        seller: Seller,
        clock: Clock,
        journal: Journal,
        rhythm: Rhythm,
        tell: Tell,
        backoff_s: Callable[[int], float],
    ) -> None:
        self.job, self.seller, self.clock, self.journal = job, seller, clock, journal
        self.rhythm, self.tell, self.backoff_s = rhythm, tell, backoff_s
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
            return min(self.pause_s or self.backoff_s(self.tries), PAUSE_MAX_S)
        if look.standing is Standing.ABSENT:
            now_s = self.clock.monotonic_s()
            self.absent_since_s = now_s if self.absent_since_s is None else self.absent_since_s
            if now_s - self.absent_since_s > ABSENT_TIMEOUT_S:
                raise self._absent()
            self.tries += 1
            return self.backoff_s(self.tries)
        self.absent_since_s = None
        self.linkless += look.standing is Standing.DONE
        self.tries = 0
        self.waiting_s = self.elapsed_s
        self.tell(self.job, look.word)
        return self.rhythm.pause_s(self.elapsed_s)

    async def _done(self, look: Look) -> None:
        bounds: Bounds | None = (self.waiting_s, self.elapsed_s) if self.is_fresh else None
        if bounds:
            self.rhythm.learn(bounds)
        if self.job.state is JobState.READY:
            return
        price = None if look.price_usd is None else Price(look.price_usd, "poll")
        await asyncio.to_thread(
            self.journal.ready, self.job.intent, price=price, generated_s=bounds, at=self.clock.now()
        )

    async def _failed(self, look: Look) -> None:
        error = look.error or ProviderFailed("the vendor says nothing of why it failed", code="P703")
        await asyncio.to_thread(
            self.journal.fail, self.job.intent, code=error.code, reason=error.reason, at=self.clock.now()
        )
        raise error

    def _absent(self) -> ProviderError:
        return ProviderUnavailable(
            "the vendor does not know a job that it accepted",
            code="P714",
            facts=job_facts(self.job),
            hint="build again later to ask once more; look into the account's own log before you give it up",
        )


def job_facts(job: Job) -> list[tuple[str, object]]:
    """What tells one job from others, for messages."""
    return [("request", job.intent), ("job", job.job or "unknown"), ("sent", job.at)]


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
