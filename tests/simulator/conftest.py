"""Simulators that end with their test."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from .simulator import Simulator

QUICK: dict[str, Any] = {"clip_s": 0.5, "clip_size": "64x36", "generation_s": (25, 25)}


@pytest.fixture(scope="session")
def stand() -> Iterator[Simulator]:
    """A process that serves one test after the other."""
    with Simulator.start(**QUICK) as running:
        yield running


@pytest.fixture
def simulator(stand: Simulator) -> Simulator:
    """A plain service at its beginning, whose generations take 25 s of its clock, and whose clips are small."""
    stand.reset(**QUICK)
    return stand


@pytest.fixture
def client(simulator: Simulator) -> Iterator[httpx.Client]:
    """Somebody with a good key."""
    headers = {"Authorization": f"Bearer {simulator.environ['AIMLAPI_API_KEY']}"}
    with httpx.Client(
        base_url=simulator.url, headers=headers, trust_env=False, verify=False, timeout=20
    ) as client:
        yield client
