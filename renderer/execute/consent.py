"""What a build was allowed to buy, held against what it does buy: the last gate, in front of every request."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from renderer.errors import GateError
from renderer.model import dollars

CREDIT_USD = Decimal("0.0000001")
"""Amounts that are worked out are rounded up to this: finer than any price."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The requests that may be sent, by action key, each with its estimate; None where the price is not known.

    `ceiling_usd` is the most that all of them may come to; None means that somebody said yes to whatever they cost.
    `again` are the intents of earlier attempts (unknown, refused or failed) that were set aside by name.
    """

    estimates_usd: Mapping[str, Decimal | None] = field(default_factory=dict)
    ceiling_usd: Decimal | None = None
    again: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Budget:
    """What all builds of a storyboard together may spend, those that run at the same time included.

    `spent_usd` asks the journal, `hold` keeps other builds from asking until an intent is on record. Without `total_usd`
    there is no budget.
    """

    total_usd: Decimal | None = None
    spent_usd: Callable[[], Decimal] = lambda: Decimal(0)
    hold: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext

    @contextlib.contextmanager
    def held(self, estimate_usd: Decimal | None) -> Iterator[None]:
        """Room for one more request, to be put on record inside; raises `GateError` G922 where there is none."""
        if self.total_usd is None:
            yield
            return
        with self.hold():
            spent_usd, amount = self.spent_usd(), estimate_usd or Decimal(0)
            if spent_usd + amount > self.total_usd:
                raise _reached(self.total_usd, spent_usd, amount)
            yield


class Purse:
    """What was spent under a consent, and is about to be; `budget` is what other builds draw on, too."""

    def __init__(self, consent: Consent, budget: Budget = Budget()) -> None:
        self.consent = consent
        self.budget = budget
        self._estimates_usd = dict(consent.estimates_usd)
        self._known_as: dict[str, str] = {}
        self._held_usd: dict[str, Decimal] = {}
        self._dearer = Fraction(1)
        self._is_proven = False
        self._first = asyncio.Lock()

    @property
    def spent_usd(self) -> Decimal:
        """What was sent for under this consent, at the vendor's price where it named one."""
        return sum(self._held_usd.values(), Decimal(0))

    def agree(self, key: str, *, placeholder: str) -> None:
        """Let a request have the consent that was given to its placeholder, before its key was known: this one, and no other."""
        if placeholder in self._estimates_usd and self._known_as.setdefault(placeholder, key) == key:
            self._estimates_usd.setdefault(key, self._estimates_usd[placeholder])

    def hold(self, key: str) -> Decimal | None:
        """Set the estimate aside before a request is sent.

        Raises `GateError` G925 for a request that was not agreed to, G922 where the ceiling is reached: estimates were
        under it when the build was admitted, and vendors' real prices may turn out higher.
        """
        if key not in self._estimates_usd:
            raise GateError(
                "it is not among those that you chose to buy",
                code="G925",
                hint="build again to be asked for the rest",
            )
        estimate = self._estimates_usd[key]
        ceiling, amount = self.consent.ceiling_usd, self.amount_usd(key)
        if ceiling is not None and self.spent_usd + amount > ceiling:
            raise _reached(ceiling, self.spent_usd, amount)
        self._held_usd[key] = amount
        return estimate

    def amount_usd(self, key: str) -> Decimal:
        """What a request is counted for before its price is named: its estimate, by as much more as prices were so far."""
        estimate = self._estimates_usd.get(key) or Decimal(0)
        if self._dearer == 1:
            return estimate
        dearer = Fraction(estimate) * self._dearer
        return (
            (Decimal(dearer.numerator) / dearer.denominator).quantize(CREDIT_USD, ROUND_CEILING).normalize()
        )

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A turn to send a request. Under a ceiling the first one goes alone, so that a higher price is seen in time."""
        if self.consent.ceiling_usd is not None and not self._is_proven:
            async with self._first:
                if not self._is_proven:
                    yield
                    return
        yield

    def settle(self, key: str, amount_usd: Decimal | None) -> None:
        """The vendor took the request: at its own price, where it names one."""
        self._is_proven = True
        if amount_usd is None:
            return
        self._held_usd[key] = amount_usd
        if estimate := self._estimates_usd.get(key):
            self._dearer = max(self._dearer, Fraction(amount_usd) / Fraction(estimate))

    def give_back(self, key: str) -> None:
        """The request was not accepted, or failed without a charge."""
        self._held_usd.pop(key, None)


def _reached(limit_usd: Decimal, spent_usd: Decimal, amount_usd: Decimal) -> GateError:
    return GateError(
        f"the limit of {dollars(limit_usd)} is reached: nothing more is bought",
        code="G922",
        facts=[("spent", dollars(spent_usd)), ("this take", f"about {dollars(amount_usd)}")],
        hint="prices were higher than estimated, or another build bought meanwhile; raise the limit and run it again",
    )
