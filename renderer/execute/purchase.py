"""Buys takes, each exactly once: every act is on record before the next, so that a crash at any point loses nothing.

The acts: write the intent, send the request, write what was answered, ask until it is done, write that, fetch the clip,
probe it, store it, write that. `Buyer.buy` begins wherever the journal says that an earlier run stopped. It never sends a
request whose outcome is unknown a second time; a person decides that (`Consent.again`).
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from renderer.errors import (
    GateError,
    ProviderError,
    ProviderFailed,
    ProviderRefused,
    RendererError,
)
from renderer.execute.clock import Clock
from renderer.execute.collect import Collector
from renderer.execute.consent import Purse
from renderer.execute.draft import Draft
from renderer.execute.flight import Flight, Place
from renderer.job import Intent, Job, JobState, Price
from renderer.model import Result
from renderer.plan.action import Action
from renderer.providers.base import Accepted, Answer, NotAccepted, Seller, Unknown, Why
from renderer.store.journal import Journal, current

BUSY_TIMEOUT_S = 1800.0
UNREACHABLE_TRIES_MAX = 3
UNREACHABLE_PAUSE_S = 2.0
SET_ASIDE = frozenset({JobState.UNKNOWN, JobState.REFUSED, JobState.FAILED})
CHARGED = frozenset({"P707", "P713"})
"""Failures of jobs that the vendor completed, and so charged."""


@dataclass(slots=True)
class Counter:
    """One seller at work: its flight, and why nothing more is bought from it, once that is so."""

    seller: Seller
    flight: Flight
    closed: ProviderError | None = None


@dataclass(slots=True)
class Buyer:
    """Buys and collects takes. Spends money: only what the purse's consent names, each at most once.

    `draft` makes the request of an action for a seller, given a scratch folder; `counters` has one counter for each provider.
    """

    journal: Journal
    purse: Purse
    clock: Clock
    collector: Collector
    draft: Callable[[Action, Seller, Path], Awaitable[Draft]]
    counters: Mapping[str, Counter]
    name: Callable[[], str] = field(default=lambda: f"r-{uuid.uuid4().hex}")

    async def buy(self, action: Action, folder: Path) -> Result:
        """The result of a paid take, its clip in the store; the caller holds the key's lock and records the trace.

        Raises `GateError` G920 where an earlier request's outcome is unknown or now became so, `ProviderRefused` P712
        where an earlier one was refused or failed, `ProviderError` as the vendor answers, `StoreError`. May spend money.
        """
        job, aside = await self._standing(action.key)
        if job:
            _check(job)
        counter = self.counters[action.manifest["provider"]]
        resume = self._resume(job, counter, folder) if job else self._once_more(aside, counter, folder)
        known = await resume
        if known is not None:
            return known
        # Before there is a place: a place in flight is not to be spent on reading pictures.
        draft = await self.draft(action, counter.seller, folder)
        async with counter.flight.place() as place:
            bought = await self._acquire(action, draft, counter, place)
            try:
                return await self.collector.collect(bought, counter.seller, folder, on_done=place.land)
            except ProviderFailed as failure:
                if failure.code not in CHARGED:
                    self.purse.give_back(action.key)
                raise

    async def _standing(self, key: str) -> tuple[Job | None, list[Job]]:
        """The job that decides about a key, leaving out what the consent sets aside; and that."""
        again = self.purse.consent.again
        jobs = await asyncio.to_thread(self.journal.of_key, key)
        aside = [job for job in jobs if job.intent in again and job.state in SET_ASIDE]
        for job in aside:
            if job.is_open:
                reason = "set aside by hand, and bought again"
                await self._write(self.journal.forget, job.intent, reason=reason)
        return current([job for job in jobs if job not in aside]), aside

    async def _resume(self, job: Job, counter: Counter, folder: Path) -> Result | None:
        """The clip that an earlier run bought; None where it cannot be had any more."""
        if job.state is JobState.STORED:
            return await self.collector.restore(job, counter.seller, folder)
        async with counter.flight.place() as place:
            return await self.collector.collect(job, counter.seller, folder, on_done=place.land)

    async def _once_more(self, aside: Sequence[Job], counter: Counter, folder: Path) -> Result | None:
        """The clip of a job that was charged and given up, if its link leads somewhere by now: then nothing is bought."""
        for job in aside:
            if job.state is JobState.FAILED and job.code in CHARGED:
                known = await self.collector.restore(job, counter.seller, folder)
                if known is not None:
                    return known
        return None

    async def _acquire(self, action: Action, draft: Draft, counter: Counter, place: Place) -> Job:
        """A request accepted by the vendor; sent again only after answers that surely bought nothing."""
        began_s = self.clock.monotonic_s()
        failures = 0
        while True:
            await counter.flight.wait_until_open()
            if counter.closed:
                raise counter.closed
            intent = self._intent(action, draft, counter.seller)
            answer = await self._submit(intent, draft, counter.seller)
            if isinstance(answer, Accepted):
                counter.flight.accepted()
                job = self.journal.of_intent(intent.name)
                assert job, "BUG: an intent that the journal does not know"
                return job
            if isinstance(answer, Unknown):
                raise unknown(intent)
            failures += answer.why is Why.UNREACHABLE
            is_late = self.clock.monotonic_s() - began_s > BUSY_TIMEOUT_S
            if is_late or failures >= UNREACHABLE_TRIES_MAX or answer.why not in {Why.BUSY, Why.UNREACHABLE}:
                self._close(counter, answer)
                raise answer.error
            counter.flight.busy(answer.pause_s if answer.why is Why.BUSY else UNREACHABLE_PAUSE_S * failures)
            await place.queue_again()

    def _intent(self, action: Action, draft: Draft, seller: Seller) -> Intent:
        return Intent(
            name=self.name(),
            at=self.clock.now().isoformat(timespec="milliseconds"),
            key=action.key,
            provider=seller.name,
            model=draft.model,
            account=seller.account,
            base=seller.base,
            frozen=seller.freeze(draft.body, vendor=draft.vendor),
            manifest=action.manifest,
            askers=action.askers,
            estimate_usd=self.purse.hold(action.key),
        )

    async def _submit(self, intent: Intent, draft: Draft, seller: Seller) -> Answer:
        """Write the intent, send it, write the answer. An interrupt waits for the answer: it may have cost money."""
        sending = asyncio.create_task(self._send(intent, draft, seller))
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError:
            await asyncio.gather(sending, return_exceptions=True)
            raise

    async def _send(self, intent: Intent, draft: Draft, seller: Seller) -> Answer:
        try:
            await asyncio.to_thread(self.journal.intend, intent)
        except RendererError:
            self.purse.give_back(intent.key)
            raise
        answer = await seller.submit(intent.frozen, media=draft.media, intent=intent.name)
        if isinstance(answer, Accepted):
            self.purse.settle(intent.key, answer.price_usd)
            price = None if answer.price_usd is None else Price(answer.price_usd, "submit")
            await self._write(self.journal.accept, intent.name, job=answer.job, price=price, how="answer")
        elif isinstance(answer, NotAccepted):
            self.purse.give_back(intent.key)
            error = answer.error
            await self._write(
                self.journal.decline, intent.name, why=answer.why.name, code=error.code, reason=error.reason
            )
        else:
            await self._write(self.journal.lose, intent.name, reason=answer.reason)
        return answer

    async def _write(self, write: Callable[..., None], intent: str, **facts: object) -> None:
        await asyncio.to_thread(write, intent, at=self.clock.now(), **facts)

    @staticmethod
    def _close(counter: Counter, answer: NotAccepted) -> None:
        """Where the answer is about the account or the vendor, the next request would meet the same one."""
        if answer.why is not Why.REFUSED:
            counter.closed = answer.error


def _check(job: Job) -> None:
    """Raise where an earlier attempt stands in the way."""
    if job.state is JobState.UNKNOWN:
        raise unknown(job)
    if job.state in {JobState.REFUSED, JobState.FAILED}:
        raise refused_before(job)


def unknown(job: Job | Intent) -> GateError:
    """Nobody knows whether a request was accepted: only a person may send it again."""
    name = job.intent if isinstance(job, Job) else job.name
    estimate = job.estimate_usd
    reason = job.reason if isinstance(job, Job) else "the answer was lost"
    price = "an unknown amount" if estimate is None else f"${estimate}"
    return GateError(
        "a request was sent and its answer is not known: it may have been charged",
        code="G920",
        facts=[("request", name), ("sent", job.at), ("what happened", reason), ("at stake", price)],
        hint="build again later: it is looked up in the account's log each time. If the vendor never had it, "
        "`--resubmit SHOT` sends it again; `renderer jobs forget` drops it",
    )


def refused_before(job: Job) -> ProviderRefused:
    """The vendor refused this very request, or could not make it; it would again."""
    was = "refused" if job.state is JobState.REFUSED else "failed"
    facts = [("vendor said", job.reason), ("when", job.ended_at)]
    return ProviderRefused(
        "this very request was refused before" if was == "refused" else "this very request failed before",
        code="P712",
        facts=[*facts, ("job", job.job)] if job.job else facts,
        hint="change the shot, or try the same once more with `--retry-failed SHOT`",
    )
