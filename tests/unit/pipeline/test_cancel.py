"""Cancelling: what is asked of the seller, and what is put on record."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from renderer.errors import RendererError
from renderer.job import Frozen, Job, JobState, Price
from renderer.pipeline.buying.jobs import cancel
from renderer.providers.base import Look, Seller, Standing
from renderer.store import Store
from tests.builders import NOON, intent


@dataclass
class Desk:
    """A seller's desk, as far as cancelling goes: it says where jobs stand and writes down what is asked of it."""

    standing: Standing = Standing.WAITING
    can_cancel: bool = True
    account: str = "a1b2"
    base: str = ""
    name: str = "runway"
    asked: list[str] = field(default_factory=list)

    async def poll(self, job: str, *, address: str) -> Look:
        self.asked.append(f"poll {job} {address}")
        return Look(self.standing, self.standing.name)

    async def cancel(self, job: str) -> None:
        self.asked.append(f"cancel {job}")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with one job that was sent."""
    with Store.open(tmp_path / "store") as store:
        store.journal.intend(
            intent(
                "one",
                provider="runway",
                model="gen4_turbo",
                frozen=Frozen("/v1/image_to_video", {}),
                estimate_usd=Decimal("0.25"),
            )
        )
        yield store


def accepted(store: Store) -> Job:
    store.journal.accept("one", job="7", price=Price(Decimal("0.25"), "submit"), how="answer", at=NOON)
    return job_of(store)


def job_of(store: Store) -> Job:
    job = store.journal.of_intent("one")
    assert job
    return job


def act(store: Store, job: Job, desk: Desk) -> str:
    """Cancel, and return the code of what was raised, or nothing."""
    seller: Seller = desk  # type: ignore[assignment]
    try:
        asyncio.run(cancel(store, job, seller=seller, now=NOON))
    except RendererError as error:
        return error.code
    return ""


def test_a_running_job_is_looked_at_and_then_cancelled(store: Store) -> None:
    """It has failed then, with a code that says by whose hand."""
    job, desk = accepted(store), Desk()
    assert "" == act(store, job, desk)
    assert ["poll 7 /v1/image_to_video", "cancel 7"] == desk.asked
    assert (JobState.FAILED, "P716") == (job_of(store).state, job_of(store).code)


@pytest.mark.parametrize("standing", [Standing.DONE, Standing.FAILED])
def test_a_job_that_has_ended_is_left_alone(store: Store, standing: Standing) -> None:
    """To cancel what is complete could throw away a clip that is paid for."""
    job, desk = accepted(store), Desk(standing)
    assert "P717" == act(store, job, desk)
    assert (["poll 7 /v1/image_to_video"], JobState.RUNNING) == (desk.asked, job_of(store).state)


@pytest.mark.parametrize(
    ("desk", "code"),
    [
        (Desk(can_cancel=False), "P711"),
        (Desk(account="c3d4"), "P709"),
        (Desk(base="http://127.0.0.1:1"), "P709"),
    ],
)
def test_nothing_is_sent_where_it_could_not_help(store: Store, desk: Desk, code: str) -> None:
    """No way to cancel, or another account."""
    assert code == act(store, accepted(store), desk)
    assert ([], JobState.RUNNING) == (desk.asked, job_of(store).state)


def test_only_a_running_job_can_be_cancelled(store: Store) -> None:
    """One whose answer was lost has no name that the seller knows."""
    desk = Desk()
    assert "U052" == act(store, job_of(store), desk)
    assert [] == desk.asked


def test_what_became_of_a_job_since_it_was_named_counts(store: Store) -> None:
    """Another run has stored its clip meanwhile: nothing is asked, and the clip stays."""
    job, desk = accepted(store), Desk()
    store.journal.store("one", sha256="c" * 64, at=NOON)
    assert "U052" == act(store, job, desk)
    assert ([], JobState.STORED) == (desk.asked, job_of(store).state)


def test_a_job_that_another_run_is_at_work_on_is_left_to_it(store: Store) -> None:
    """It could store the clip in the same second."""
    job, desk = accepted(store), Desk()
    give_back = store.try_lock(job.key)
    assert give_back
    assert "E616" == act(store, job, desk)
    give_back()
    assert "" == act(store, job, desk)
    assert ["poll 7 /v1/image_to_video", "cancel 7"] == desk.asked
