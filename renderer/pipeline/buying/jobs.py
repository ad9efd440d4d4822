"""Jobs by hand: which there are, forgetting them, and asking a seller to end one. Nothing here buys."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from renderer.errors import GateError, ProviderRefused, StoreError, UsageError
from renderer.job import AT_WORK, FAILURES, Job, JobState
from renderer.pipeline.buying.ledger import jobs_of
from renderer.pipeline.project import Project
from renderer.pipeline.workshop import Workshop
from renderer.store.journal import current
from renderer.store.store import Store

if TYPE_CHECKING:
    from renderer.providers.base import Seller

CANCELLED = "P716"
SHOWN_MAX = 5
FORGETTABLE = FAILURES | {JobState.UNKNOWN}


def listed(workshop: Workshop, project: Project | None, *, everything: bool) -> list[Job]:
    """The jobs of a storyboard, or of the store, oldest first.

    Without `everything`, those that are open, and those whose refusal or failure still stands in the way of their request.
    """
    jobs = jobs_of(workshop, project)
    return jobs if everything else [job for job in jobs if job.is_open or _is_in_the_way(workshop.store, job)]


def named(store: Store, beginnings: Sequence[str]) -> list[Job]:
    """The jobs whose intents begin so, each once, in order.

    Raises `UsageError` U050 where there is none, U051 where there are several.
    """
    jobs = store.journal.jobs()
    found = [_named(jobs, beginning) for beginning in beginnings]
    return list({job.intent: job for job in found}.values())


def forget(store: Store, jobs: Sequence[Job], *, reason: str, consent: bool, now: datetime) -> None:
    """Put on record that some jobs do not count any more: all of them, or none where one may not be.

    Raises `UsageError` U052 for a job with nothing to forget, `GateError` G930 for one at work without `consent`, and
    `StoreError` E616 where another run is at work on its request.
    """
    with contextlib.ExitStack() as stack:
        for key in {job.key: None for job in jobs}:
            stack.enter_context(_held(store, key))
        today = [store.journal.of_intent(job.intent) or job for job in jobs]
        for job in today:
            _refuse_to_forget(job, consent=consent)
        for job in today:
            store.journal.forget(job.intent, reason=reason, at=now)


def cancel_job(workshop: Workshop, job: Job, *, now: datetime) -> None:
    """Ask the seller of a job to end it; see `cancel`."""
    import asyncio  # noqa: PLC0415 - only where a seller is asked

    seller = workshop.seller(job.provider)

    async def act() -> None:
        try:
            await cancel(workshop.store, job, seller=seller, now=now)
        finally:
            await seller.close()

    asyncio.run(act())


async def cancel(store: Store, job: Job, *, seller: Seller, now: datetime) -> None:
    """Ask the seller to end a running job, and put that on record. What was made until then may be charged.

    Raises `UsageError` U052 for a job that does not run, `ProviderRefused` P711 where the seller has no way to cancel and
    P717 where the job has ended, `ProviderUnauthorised` P709 for a job of another account, `StoreError` E616 where another
    run is at work on its request; else what the seller raises.
    """
    with _held(store, job.key):
        await _cancel(store, store.journal.of_intent(job.intent) or job, seller=seller, now=now)


async def _cancel(store: Store, job: Job, *, seller: Seller, now: datetime) -> None:
    if job.state is not JobState.RUNNING or job.job is None:
        raise _nothing(job, "cancel")
    from renderer.execute.collect import check_account  # noqa: PLC0415 - asyncio, only where a seller is asked

    if not seller.can_cancel:
        raise ProviderRefused(
            f"`{seller.name}` has no way to cancel a job",
            code="P711",
            facts=_facts(job),
            hint="it goes on and is paid for if it succeeds; `renderer jobs collect` brings its clip home",
        )
    check_account(job, seller)
    await _end(job, job.job, seller)
    store.journal.fail(job.intent, code=CANCELLED, reason="it was cancelled by hand", at=now)


async def _end(job: Job, name: str, seller: Seller) -> None:
    from renderer.providers.base import Standing  # noqa: PLC0415 - there already, since there is a seller

    look = await seller.poll(name, address=job.address)
    if look.standing in {Standing.DONE, Standing.FAILED}:
        raise ProviderRefused(
            f"job `{job.intent}` has ended already: `{look.word}`",
            code="P717",
            facts=_facts(job),
            hint="`renderer jobs collect` puts on record what came of it, and brings its clip home",
        )
    await seller.cancel(name)


def _is_in_the_way(store: Store, job: Job) -> bool:
    return job.state in FAILURES and current(store.journal.of_key(job.key)) == job


def _named(jobs: Sequence[Job], beginning: str) -> Job:
    found = [job for job in jobs if job.intent.startswith(beginning)]
    exact = [job for job in found if job.intent == beginning]
    if not (beginning and found):
        raise UsageError(
            f"there is no job whose name begins with `{beginning}`",
            code="U050",
            hint="`renderer jobs list --all` shows every job",
        )
    if len(found) > 1 and not exact:
        names = ", ".join(f"`{job.intent}`" for job in found[:SHOWN_MAX])
        raise UsageError(
            f"{len(found)} jobs have names that begin with `{beginning}`",
            code="U051",
            hint=f"give more of it: {names}",
        )
    return (exact or found)[0]


def _refuse_to_forget(job: Job, *, consent: bool) -> None:
    if job.state in AT_WORK and not consent:
        raise GateError(
            f"job `{job.intent}` is {job.state.value}: it may be charged, and its clip would not be collected",
            code="G930",
            facts=_facts(job),
            hint="`renderer jobs collect` brings its clip home; `--yes` forgets it all the same",
        )
    if job.state not in FORGETTABLE | AT_WORK:
        raise _nothing(job, "forget")


def _nothing(job: Job, act: str) -> UsageError:
    return UsageError(
        f"job `{job.intent}` is {job.state.value}: there is nothing to {act}",
        code="U052",
        facts=_facts(job),
        hint="`renderer jobs list --all` shows how each job stands",
    )


def _facts(job: Job) -> list[tuple[str, object]]:
    askers = ", ".join(f"{asker.spec}:{asker.shot}" for asker in job.askers)
    facts = [("shot", askers), ("model", job.model), ("vendor's id", job.job or "")]
    return [(name, value) for name, value in facts if value]


@contextlib.contextmanager
def _held(store: Store, key: str) -> Iterator[None]:
    give_back = store.try_lock(key)
    if give_back is None:
        raise StoreError(
            "another run is at work on this very request",
            code="E616",
            facts=[("key", key)],
            hint="wait for it to end, or end it, and run the same command again",
        )
    try:
        yield
    finally:
        give_back()
