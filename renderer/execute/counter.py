"""One seller at work: how many requests are in flight there, whether it knows the account, and whether it still sells."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from renderer.errors import ProviderError
from renderer.execute.flight import Flight
from renderer.providers.base import Seller


@dataclass(slots=True)
class Counter:
    """One seller at work: its flight, and why nothing more is bought from it, once that is so.

    `is_proven` says that it has taken a request of this account before.
    """

    seller: Seller
    flight: Flight
    closed: ProviderError | None = None
    is_proven: bool = True
    _first: asyncio.Lock = field(default_factory=asyncio.Lock)

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A turn to send a request. The first of an account goes alone, so that a wrong key is told once and not by all."""
        if not self.is_proven:
            async with self._first:
                if not self.is_proven:
                    yield
                    return
        yield
