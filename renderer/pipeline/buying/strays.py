"""What earlier builds left behind: their open jobs, brought home beside whatever a build does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection

from renderer.errors import RendererError
from renderer.job import AT_WORK, Job
from renderer.pipeline.buying.shop import Shop, until_stopped
from renderer.providers.base import Seller

STRAYS_AT_ONCE_MAX = 8
STRAYS_TIMEOUT_S = 120.0
"""How long a build waits for what it could as well do next time."""


async def collect_strays(
    shop: Shop, *, but: Collection[str] = (), only: Collection[str] | None = None, wait: bool = False
) -> None:
    """Bring home the finished jobs whose keys are not among `but`, or whose intents are among `only`.

    What is not done is left alone, or waited for with `wait`.
    """
    gate = asyncio.Semaphore(STRAYS_AT_ONCE_MAX)
    strays = [
        (job, counter.seller)
        for counter in shop.counters.values()
        for job in await asyncio.to_thread(shop.open_jobs_of, counter.seller)
        if job.key not in but and (only is None or job.intent in only) and job.state in AT_WORK
    ]

    async def collect(job: Job, seller: Seller) -> None:
        async with gate:
            await _collect_stray(shop, job, seller, wait=wait)

    await asyncio.gather(*(collect(job, seller) for job, seller in strays))


@contextlib.asynccontextmanager
async def collecting_strays(shop: Shop, *, but: Collection[str], stop: asyncio.Event) -> AsyncIterator[None]:
    """`collect_strays` beside what is done inside, and ended with it where that is interrupted."""
    collecting = asyncio.create_task(until_stopped(_collect_in_time(shop, but), stop))
    try:
        yield
        await collecting
    finally:
        collecting.cancel()
        await asyncio.gather(collecting, return_exceptions=True)


async def _collect_in_time(shop: Shop, but: Collection[str]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STRAYS_TIMEOUT_S):
            await collect_strays(shop, but=but)


async def _collect_stray(shop: Shop, job: Job, seller: Seller, *, wait: bool) -> None:
    """Bring one job's clip home and record it; leave it to another build that is at it."""
    give_back = shop.store.try_lock(job.key)
    if give_back is None:
        return  # another build is at it
    try:
        today = await asyncio.to_thread(shop.store.journal.of_intent, job.intent)
        if today is None or today.state not in AT_WORK:
            return  # another build was at it
        with shop.store.scratch() as folder:
            bring = shop.collector.collect if wait else shop.collector.glean
            result = await bring(today, seller, folder)
        if result:
            _, manifest = await asyncio.to_thread(shop.store.journal.request_of, job.intent)
            await asyncio.to_thread(
                shop.store.record,
                job.key,
                manifest=manifest,
                result=result,
                askers=job.askers,
                now=shop.clock.now(),
            )
            shop.collected += 1
    except RendererError as error:
        shop.troubles.append(error)
    finally:
        give_back()
