"""Builders for the store's tests: a store in a fresh folder, whose clock says that all times have settled."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from renderer.digest import action_key
from renderer.model import Asker, Result, Size, Trace
from renderer.store import Store
from tests.builders import NOON, facts

HOUR_NS = 3600 * 10**9
FACTS = facts(
    size=Size(1280, 720),
    fps=Fraction(24000, 1001),
    time_base=Fraction(1, 24000),
    parameter_sets="ab" * 32,
    duration_s=Fraction(1001, 200),
)

Make = Callable[..., Trace]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def reopen(root: Path) -> Iterator[Callable[[], Store]]:
    """Open the store as another run would, an hour later as far as it can tell."""
    opened: list[Store] = []

    def open_again() -> Store:
        opened.append(Store(root, clock_ns=lambda: time.time_ns() + HOUR_NS))
        return opened[-1]

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Callable[[], Store]) -> Store:
    return reopen()


@pytest.fixture
def make() -> Make:
    """Store a clip with the given bytes and record it for a prompt; the trace is returned."""

    def make_clip(
        store: Store,
        prompt: str,
        *,
        clip: bytes | None = None,
        shot: str = "pad",
        spec: str = "liftoff.yaml",
        now: datetime = NOON,
    ) -> Trace:
        manifest = {"action": "generate", "prompt": prompt}
        digest = store.put_bytes(prompt.encode() if clip is None else clip)
        return store.record(
            action_key(manifest),
            manifest=manifest,
            result=Result(digest, FACTS, Decimal("0.25")),
            askers=[Asker("project", spec, shot, 1)],
            now=now,
        )

    return make_clip
