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
    ProviderFailed,
    ProviderUnavailable,
    RendererError,
)
from renderer.execute.attempts import check_earlier, sent_meanwhile, unknown
from renderer.execute.clock import Clock
from renderer.execute.collect import Collector
from renderer.execute.consent import Purse
from renderer.execute.counter import Counter
from renderer.execute.draft import Draft
from renderer.execute.flight import Place
from renderer.job import MAY_BE_CHARGED, Intent, Job, JobState, Price
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
        where an earlier one was refused or failed, `GateError` G931 where another build saw to it meanwhile and this one came
        without its seller, `ProviderError` as the vendor answers, `StoreError`. May spend money.
        """
        job, aside = await asyncio.to_thread(self._standing, action.key)
        counter = self.counters.get(action.manifest["provider"])
        if job:
            check_earlier(job, has_log=counter is None or counter.seller.has_log)
        if counter is None:
            raise sent_meanwhile(job)
        resume = self._resume(job, counter, folder) if job else self._once_more(aside, counter, folder)
        known = await resume
        if known is not None:
            return known
        # Before there is a place: a place in flight is not to be spent on reading pictures.
        draft = await self.draft(action, counter.seller, folder)
        async with counter.flight.place() as place:
            bought = await self._acquire(action, draft, counter, place, aside)
            try:
                return await self.collector.collect(bought, counter.seller, folder, on_done=place.land)
            except ProviderFailed as failure:
                if failure.code not in CHARGED | MAY_BE_CHARGED:
                    self.purse.give_back(action.key)
                raise
            finally:
                await self._settle(bought)

    def _standing(self, key: str) -> tuple[Job | None, list[Job]]:
        """The job that decides about a key, leaving out what the consent sets aside; and that."""
        again = self.purse.consent.again
        jobs = self.journal.of_key(key)
        aside = [job for job in jobs if job.intent in again and job.state in SET_ASIDE]
        return current([job for job in jobs if job not in aside]), aside

    async def _settle(self, bought: Job) -> None:
        """Count the price that the vendor named by now, at the request or at a poll."""
        job = await asyncio.to_thread(self.journal.of_intent, bought.intent)
        if (
            job
            and job.price
            and job.price.is_charged
            and not (job.state is JobState.FAILED and not job.ready_at)
        ):
            self.purse.settle(bought.key, job.price.usd)

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

    async def _acquire(
        self, action: Action, draft: Draft, counter: Counter, place: Place, aside: Sequence[Job]
    ) -> Job:
        """A request accepted by the vendor; sent again only after answers that surely bought nothing."""
        began_s = self.clock.monotonic_s()
        failures = 0
        while True:
            await counter.flight.wait_until_open()
            async with counter.turn(), self.purse.turn():
                if counter.closed:
                    raise counter.closed
                intent = self._intent(action, draft, counter.seller)
                answer = await self._submit(intent, _Sending(draft, counter.seller, tuple(aside)))
            aside = ()
            if isinstance(answer, Accepted):
                counter.is_proven = True
                counter.flight.accepted()
                job = await asyncio.to_thread(self.journal.of_intent, intent.name)
                assert job, "BUG: an intent that the journal does not know"
                return job
            if isinstance(answer, Unknown):
                raise unknown(intent, has_log=counter.seller.has_log, reason=answer.reason)
            failures += answer.why is Why.UNREACHABLE
            # The vendor is busy for too long when it has taken nothing at all, not when this take waits its turn.
            since_s = max(began_s, counter.flight.accepted_at_s)
            is_late = self.clock.monotonic_s() - since_s > BUSY_TIMEOUT_S
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

    async def _submit(self, intent: Intent, sending: _Sending) -> Answer:
        """Write the intent, send it, write the answer. An interrupt waits for the answer: it may have cost money."""
        task = asyncio.create_task(self._send(intent, sending))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            sending.is_stopped = True
            await asyncio.gather(task, return_exceptions=True)
            raise

    def _begin(self, intent: Intent, aside: Sequence[Job]) -> None:
        """Put on record what is set aside, and then the intent; the budget is held until both are there."""
        with self.purse.budget.held(self.purse.amount_usd(intent.key)):
            for job in aside:
                today = self.journal.of_intent(job.intent)
                if today and today.state not in SET_ASIDE:
                    raise GateError(
                        "a request that was set aside was found meanwhile: nothing was sent",
                        code="G929",
                        facts=[("request", job.intent), ("job", today.job or "unknown")],
                        hint="run the same command again without `--resubmit`: its clip is fetched",
                    )
                if today and today.is_open:
                    self.journal.resubmit(job.intent, at=self.clock.now())
            self.journal.intend(intent)

    async def _send(self, intent: Intent, sending: _Sending) -> Answer:
        try:
            await asyncio.to_thread(self._begin, intent, sending.aside)
        except RendererError:
            self.purse.give_back(intent.key)
            raise
        answer: Answer
        if sending.is_stopped:
            answer = NotAccepted(Why.INTERRUPTED, ProviderUnavailable("interrupted before it was sent"))
        else:
            answer = await self._answer(intent, sending)
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

    @staticmethod
    async def _answer(intent: Intent, sending: _Sending) -> Answer:
        """What the seller answers; a bug on the way leaves the outcome unknown, and on record as such."""
        try:
            return await sending.seller.submit(intent.frozen, media=sending.draft.media, intent=intent.name)
        except Exception as error:  # noqa: BLE001 - whatever it was, the request may have been sent
            return Unknown(f"BUG: {type(error).__name__} while it was sent")

    async def _write(self, write: Callable[..., None], intent: str, **facts: object) -> None:
        await asyncio.to_thread(write, intent, at=self.clock.now(), **facts)

    @staticmethod
    def _close(counter: Counter, answer: NotAccepted) -> None:
        """Where the answer is about the account or the vendor, the next request would meet the same one."""
        if not answer.why.is_about_request:
            counter.closed = answer.error


@dataclass(slots=True)
class _Sending:
    """One request on its way: what it sends, to whom, and the jobs that it is sent again for.

    `is_stopped` is set by an interrupt: what has not been sent by then stays unsent.
    """

    draft: Draft
    seller: Seller
    aside: tuple[Job, ...] = ()
    is_stopped: bool = False
