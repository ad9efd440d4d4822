"""What one take's trouble means for the others of its seller."""

import asyncio
import json
import random
from decimal import Decimal
from pathlib import Path

import pytest

from renderer.errors import GateError, ProviderUnavailable
from renderer.execute.clock import HastyClock
from renderer.execute.consent import Consent, Purse
from renderer.execute.counter import Counter
from renderer.execute.draft import Draft
from renderer.execute.flight import Flight
from renderer.execute.purchase import Buyer
from renderer.job import Frozen, JobState
from renderer.model import Asker
from renderer.plan.action import Action
from renderer.providers.aimlapi import open_aimlapi
from renderer.providers.base import Seller
from renderer.store import Store
from tests.builders import ADDRESS, intent
from tests.contract.raw import RawServer, answer, saying
from tests.unit.execute.vendor import collector

BLOB = "a" * 64


def action(name: str) -> Action:
    manifest = {"action": "generate", "provider": "aimlapi", "model": "gen3a_turbo", "prompt": name}
    return Action.of(manifest, name=name, inputs={}, askers=(Asker("project", "film.yaml", name, 1),))


def test_a_medium_that_cannot_be_read_fails_its_take_alone(store: Store, tmp_path: Path) -> None:
    """Others of the same seller are bought; nothing is remembered of it, so once it can be read it is bought too."""
    medium = tmp_path / "still.png"
    takes = action("pad"), action("sky")

    async def draft(action: Action, _: Seller, __: Path) -> Draft:
        still = {"image_url": {"blob": BLOB}} if action.name == "pad" else {}
        return Draft(
            "gen3a_turbo", "runway", {"prompt": action.name, **still}, {BLOB: medium} if still else {}
        )

    async def buy(url: str) -> None:
        clock = HastyClock()
        seller = open_aimlapi({"AIMLAPI_API_KEY": "k-5ecret5ecret", "AIMLAPI_API_BASE": url})
        counter = Counter(seller, Flight(1, clock=clock, chance=random.Random(7)))
        buyer = Buyer(
            journal=store.journal,
            purse=Purse(Consent({take.key: Decimal("0.2625") for take in takes})),
            clock=clock,
            collector=collector(store),
            draft=draft,
            counters={"aimlapi": counter},
        )
        with pytest.raises(ProviderUnavailable) as caught:
            await buyer.buy(takes[0], tmp_path)
        assert ("P718", None) == (caught.value.code, counter.closed)
        for take in reversed(takes):
            medium.write_bytes(b"\x89PNG\r\n\x1a\n")
            with pytest.raises(ProviderUnavailable):  # the vendor does not know the job when it is asked
                await buyer.buy(take, tmp_path)
        await seller.close()

    play = saying(
        answer(json.dumps({"id": "7", "status": "queued"}).encode()), answer(b"{}", status="404 No")
    )
    with RawServer(play) as server:
        asyncio.run(buy(server.url))
    states = {take.name: [job.state for job in store.journal.of_key(take.key)] for take in takes}
    assert {
        "pad": [JobState.NOT_ACCEPTED, JobState.RUNNING],
        "sky": [JobState.RUNNING],
    } == states


def test_what_another_build_sent_meanwhile_is_left_to_the_next(store: Store, tmp_path: Path) -> None:
    """A build that found a failed attempt has no dealings with the seller; the other one's job stays as it is, and nothing is sent."""
    take = action("pad")
    asked = Asker("project", "film.yaml", "pad", 1)
    clock = HastyClock()

    async def draft(*_: object) -> Draft:
        raise AssertionError("nothing is to be sent")

    def buyer() -> Buyer:
        return Buyer(
            journal=store.journal,
            purse=Purse(Consent()),
            clock=clock,
            collector=collector(store),
            draft=draft,
            counters={},
        )

    with pytest.raises(GateError) as gone:
        asyncio.run(buyer().buy(take, tmp_path))
    store.journal.intend(
        intent(
            "r-1",
            at=clock.now().isoformat(timespec="milliseconds"),
            key=take.key,
            account="77fc9f3ea9d1",
            base="http://127.0.0.1:1",
            frozen=Frozen(ADDRESS, {"prompt": "pad"}),
            manifest=take.manifest,
            askers=(asked,),
        )
    )
    store.journal.accept("r-1", at=clock.now(), job="7", price=None, how="answer")
    with pytest.raises(GateError) as running:
        asyncio.run(buyer().buy(take, tmp_path))
    assert ("G931", "G931") == (gone.value.code, running.value.code)
    assert {"request": "r-1", "job": "7"} == dict(running.value.facts)
    assert [JobState.RUNNING] == [job.state for job in store.journal.of_key(take.key)]
