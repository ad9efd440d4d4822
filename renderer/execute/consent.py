"""What a build was allowed to buy, held against what it does buy: the last gate, in front of every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from renderer.errors import GateError


@dataclass(frozen=True, slots=True)
class Consent:
    """The requests that may be sent, by action key, each with its estimate; None where the price is not known.

    `ceiling_usd` is the most that all of them may come to; None means that somebody said yes to whatever they cost.
    `again` are the intents of earlier attempts (unknown, refused or failed) that were set aside by name.
    """

    estimates_usd: Mapping[str, Decimal | None] = field(default_factory=dict)
    ceiling_usd: Decimal | None = None
    again: frozenset[str] = frozenset()


class Purse:
    """What was spent under a consent, and is about to be."""

    def __init__(self, consent: Consent) -> None:
        self.consent = consent
        self._held_usd: dict[str, Decimal] = {}

    @property
    def spent_usd(self) -> Decimal:
        """What was sent for under this consent, at the vendor's price where it named one."""
        return sum(self._held_usd.values(), Decimal(0))

    def hold(self, key: str) -> Decimal | None:
        """Set the estimate aside before a request is sent.

        Raises `GateError` G925 for a request that was not agreed to, G922 where the ceiling is reached: estimates were
        under it when the build was admitted, and vendors' real prices may turn out higher.
        """
        if key not in self.consent.estimates_usd:
            raise GateError("it was not bought", code="G925", hint="build again and say yes to buy it")
        estimate = self.consent.estimates_usd[key]
        ceiling, amount = self.consent.ceiling_usd, estimate or Decimal(0)
        if ceiling is not None and self.spent_usd + amount > ceiling:
            raise GateError(
                f"the limit of ${ceiling} is reached: nothing more is bought",
                code="G922",
                facts=[("spent", f"${self.spent_usd}"), ("this take", f"about ${amount}")],
                hint="the vendor charged more than was estimated; raise the limit and run the same command again",
            )
        self._held_usd[key] = amount
        return estimate

    def settle(self, key: str, amount_usd: Decimal | None) -> None:
        """The vendor took the request: at its own price, where it names one."""
        if amount_usd is not None:
            self._held_usd[key] = amount_usd

    def give_back(self, key: str) -> None:
        """The request was not accepted, or failed without a charge."""
        self._held_usd.pop(key, None)
