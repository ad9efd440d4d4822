"""A vendor as a script: what each poll sees, what a link leads to, what the log shows; and a store with one job of its."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

from renderer.errors import ProviderError
from renderer.execute.clock import HastyClock
from renderer.execute.collect import Collector
from renderer.execute.rhythm import Rhythm
from renderer.job import Job
from renderer.providers.base import LogRow, Look, Seller, Standing
from renderer.store import Store
from tests.builders import intent
from tests.unit.store.conftest import FACTS

PRICE = Decimal("0.2625")
WAITING = Look(Standing.WAITING, "queued")
ABSENT = Look(Standing.ABSENT, "404")
DONE = Look(Standing.DONE, "completed", link="https://a.example/clip.mp4", price_usd=PRICE)


@dataclass
class Scripted:
    """A seller whose answers are given; the last look and the last fetch are repeated for ever."""

    looks: Sequence[Look | ProviderError] = (DONE,)
    fetches: Sequence[bytes | ProviderError] = (b"clip",)
    rows: Iterable[LogRow] = ()
    polled: int = 0
    fetched: int = 0
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)
    name: str = "aimlapi"
    account: str = "a1b2"
    base: str = ""
    has_log: bool = True

    async def poll(self, job: str, *, address: str) -> Look:
        look = self.looks[min(self.polled, len(self.looks) - 1)]
        self.polled += 1
        if isinstance(look, ProviderError):
            raise look
        return look

    async def fetch(self, link: str, *, output: Path) -> None:
        clip = self.fetches[min(self.fetched, len(self.fetches) - 1)]
        self.fetched += 1
        if isinstance(clip, ProviderError):
            raise clip
        await asyncio.to_thread(output.write_bytes, clip)

    async def log(self, *, since: datetime, until: datetime) -> AsyncIterator[LogRow]:
        self.asked.append((since, until))
        for row in self.rows:
            yield row

    @property
    def seller(self) -> Seller:
        """The same, as far as collecting and looking up need a seller."""
        return cast("Seller", self)


def send(store: Store, name: str, *, ago: timedelta = timedelta(0)) -> Job:
    """Put a request on record whose answer nobody knows."""
    store.journal.intend(
        intent(name, at=(datetime.now(UTC) - ago).isoformat(), key=name.ljust(64, "0"), estimate_usd=PRICE)
    )
    return known(store, name)


def run(store: Store, name: str, *, ago: timedelta = timedelta(0)) -> Job:
    """Put a job on record that was accepted."""
    send(store, name, ago=ago)
    store.journal.accept(name, job=f"job-{name}", price=None, how="answer", at=datetime.now(UTC) - ago)
    return known(store, name)


def known(store: Store, name: str) -> Job:
    job = store.journal.of_intent(name)
    assert job
    return job


def collector(store: Store) -> Collector:
    """A collector for whom no time passes, and to whom every file is a clip."""
    return Collector(
        store=store,
        clock=HastyClock(),
        chance=random.Random(7),
        probe=lambda _: FACTS,
        rhythm_for=lambda _: Rhythm(),
        tell=lambda _, __: None,
    )
