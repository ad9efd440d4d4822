"""What was bought is brought home, or waits on record; it is given up only where it can never be had."""

import asyncio
import time
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from renderer.errors import ProviderError, ProviderFailed, ProviderUnavailable, StoreError
from renderer.execute.collect import FETCHES_MAX
from renderer.job import JobState
from renderer.model import MediaFacts
from renderer.providers.base import LinkExpired, Look, Standing
from renderer.store import Store
from tests.unit.store.conftest import FACTS

from .vendor import ABSENT, DONE, WAITING, Scripted, collector, known, run

DOWN = ProviderUnavailable("`aimlapi` cannot be reached")
EXPIRED = LinkExpired("the link has expired")
CUT_SHORT = ProviderError("what came is no clip")


def collect(store: Store, vendor: Scripted) -> JobState:
    """Collect the one job; how it stands after."""
    with store.scratch() as folder:
        asyncio.run(collector(store).collect(known(store, "one"), vendor.seller, folder))
    return known(store, "one").state


@pytest.mark.parametrize(
    "looks",
    [
        [ABSENT, ABSENT, WAITING, DONE],
        [DOWN, WAITING, DOWN, DOWN, DONE],
        [Look(Standing.WAITING, "dreaming"), DONE],
        [Look(Standing.DONE, "completed"), DONE],
    ],
    ids=["unknown at first", "down at times", "an unknown word", "no link at first"],
)
def test_a_job_is_waited_for(store: Store, looks: list[Look | ProviderError]) -> None:
    """Whatever it takes: no answer, 404 soon after, words that nobody knows."""
    run(store, "one")
    assert JobState.STORED is collect(store, Scripted(looks=looks))


@pytest.mark.parametrize(
    ("look", "code"), [(ABSENT, "P714"), (DOWN, "P701"), (WAITING, "P708")], ids=["gone", "down", "late"]
)
def test_a_deadline_is_not_a_failure(store: Store, look: Look | ProviderError, code: str) -> None:
    """A vendor that does not know its job, does not answer or takes too long: the job stays, and the next build goes on."""
    run(store, "one")
    with pytest.raises(ProviderUnavailable) as caught:
        collect(store, Scripted(looks=[look]))
    assert (code, JobState.RUNNING) == (caught.value.code, known(store, "one").state)
    assert JobState.STORED is collect(store, Scripted())


def test_an_expired_link_is_asked_for_anew(store: Store) -> None:
    """Each fetch that finds nothing is followed by another poll."""
    run(store, "one")
    vendor = Scripted(fetches=[EXPIRED, EXPIRED, b"clip"])
    assert JobState.STORED is collect(store, vendor)
    assert (3, 3) == (vendor.polled, vendor.fetched)


def test_a_clip_that_cannot_be_had_now_waits(store: Store) -> None:
    """The vendor's files cannot be reached: the job stays `ready`."""
    run(store, "one")
    with pytest.raises(ProviderUnavailable):
        collect(store, Scripted(fetches=[DOWN]))
    assert JobState.READY is known(store, "one").state
    assert JobState.STORED is collect(store, Scripted())


@pytest.mark.parametrize("between", [DOWN, CUT_SHORT])
@pytest.mark.parametrize("at", [2, 3])
def test_a_clip_is_not_given_up_for_what_may_pass(store: Store, at: int, between: ProviderError) -> None:
    """Dead links, and in between one that led somewhere: the last three must say the same. The next build goes on."""
    run(store, "one")
    fetches: list[bytes | ProviderError] = [EXPIRED] * FETCHES_MAX
    fetches[at] = between
    with pytest.raises(ProviderUnavailable) as caught:
        collect(store, Scripted(fetches=fetches))
    assert "fetched yet" in caught.value.message
    assert JobState.READY is known(store, "one").state
    assert JobState.STORED is collect(store, Scripted())


def test_a_clip_is_given_up_when_its_fresh_links_are_dead(store: Store) -> None:
    """What went wrong before does not speak for it."""
    run(store, "one")
    with pytest.raises(ProviderFailed):
        collect(store, Scripted(fetches=[DOWN, CUT_SHORT, EXPIRED]))
    assert JobState.FAILED is known(store, "one").state


def test_a_clip_that_can_never_be_had_is_charged_and_failed(store: Store) -> None:
    """After some tries; where its link leads somewhere later on, it is the clip all the same."""
    run(store, "one")
    with pytest.raises(ProviderFailed) as caught:
        collect(store, Scripted(fetches=[EXPIRED]))
    failed = known(store, "one")
    assert ("P707", JobState.FAILED) == (caught.value.code, failed.state)
    assert failed.price
    with store.scratch() as folder:
        found = asyncio.run(collector(store).restore(failed, Scripted().seller, folder))
    assert found
    assert JobState.STORED is known(store, "one").state


def test_a_job_of_another_key_is_not_asked_for(store: Store) -> None:
    """It may be known to that account alone."""
    run(store, "one")
    vendor = Scripted(account="c3d4")
    with pytest.raises(ProviderUnavailable) as caught:
        collect(store, vendor)
    assert ("P709", 0) == (caught.value.code, vendor.polled)


def test_clips_are_read_one_at_a_time(store: Store) -> None:
    """However many come home at once: a decoder holds pictures, and has all cores to itself."""
    spans: list[tuple[float, float]] = []

    def probe(_: Path) -> MediaFacts:
        began_s = time.monotonic()
        while time.monotonic() - began_s < 0.002:
            pass
        spans.append((began_s, time.monotonic()))
        return FACTS

    jobs = [run(store, name) for name in ("one", "two", "three", "four", "five", "six")]
    one = replace(collector(store), probe=probe)

    async def collect_all() -> None:
        folders = [stack.enter_context(store.scratch()) for _ in jobs]
        vendor = Scripted().seller
        await asyncio.gather(
            *(one.collect(job, vendor, folder) for job, folder in zip(jobs, folders, strict=True))
        )

    with ExitStack() as stack:
        asyncio.run(collect_all())
    assert {JobState.STORED} == {known(store, job.intent).state for job in jobs}
    spans.sort()
    assert all(ended_s <= began_s for (_, ended_s), (began_s, _) in pairwise(spans))


def test_a_stored_clip_that_cannot_be_read_now_is_not_given_up(store: Store) -> None:
    """Nobody says that it is gone, so nothing is bought in its place; one that is not there is fetched again."""
    run(store, "one")
    assert JobState.STORED is collect(store, Scripted())
    job, expired = known(store, "one"), Scripted(fetches=[EXPIRED])
    (blob,) = (store.root / "cas").glob("*/*")
    blob.unlink()
    blob.mkdir()
    with store.scratch() as folder:
        with pytest.raises(StoreError):
            asyncio.run(collector(store).restore(job, expired.seller, folder))
        blob.rmdir()
        assert asyncio.run(collector(store).restore(job, expired.seller, folder)) is None
