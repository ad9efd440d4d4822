"""The gate in front of the till: all or nothing, every take validated and priced before the first request is sent. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from renderer.errors import GateError, shortened
from renderer.execute.consent import Consent
from renderer.model import dollars
from renderer.row import Row


class Purchase(Row):
    """One request that a build would send: the take it is named for, its key, its price and why it is wanted.

    `cause` names the lines that made it another request, empty where none did; `aside` the intents that it sets aside.
    """

    name: str
    key: str
    estimate_usd: Decimal | None
    reason: str
    cause: str = ""
    aside: tuple[str, ...] = ()


class Limits(Row):
    """What the command line and the storyboard allow. `max_cost_usd` and `yes` are consent, `budget` is only a ceiling.

    `spent_usd` is what the storyboard has cost before, against `total_usd`.
    """

    max_cost_usd: Decimal | None = None
    yes: bool = False
    unpriced: bool = False
    per_run_usd: Decimal | None = None
    total_usd: Decimal | None = None
    spent_usd: Decimal = Decimal(0)

    def ceilings(self) -> Mapping[str, Decimal]:
        """Every limit that is set, by name."""
        left = None if self.total_usd is None else max(Decimal(0), self.total_usd - self.spent_usd)
        limits = {"--max-cost": self.max_cost_usd, "budget.per_run": self.per_run_usd, "budget.total": left}
        return {name: limit for name, limit in limits.items() if limit is not None}


class Offer(Row):
    """What a person is asked about: all purchases, what they come to, and how many prices are unknown."""

    purchases: tuple[Purchase, ...]
    total_usd: Decimal
    unpriced: int


Ask = Callable[[Offer], Sequence[Purchase] | None]
"""Asks a person; returns what to buy, none for no, None where there is nobody to ask."""


def admit(purchases: Sequence[Purchase], limits: Limits, *, ask: Ask) -> Consent:
    """The consent to buy, or `GateError`: G921 nobody said yes, G923 a limit would be passed, G924 a price is unknown."""
    if not purchases:
        return Consent()
    offer = offer_of(purchases)
    ceilings = limits.ceilings()
    for name, ceiling in ceilings.items():
        if offer.total_usd > ceiling:
            raise _beyond(offer, name, ceiling, limits)
    if ceilings and offer.unpriced and not limits.unpriced:
        raise _unpriced(offer, next(iter(ceilings)))
    has_consent = limits.yes or limits.max_cost_usd is not None
    chosen = purchases if has_consent else ask(offer)
    if chosen is None:
        raise _unasked(offer)
    if not chosen:
        raise GateError(
            "you said no: nothing was sent",
            code="G925",
            facts=_facts(offer),
            hint="build again to be asked again",
        )
    return Consent(
        estimates_usd={purchase.key: purchase.estimate_usd for purchase in chosen},
        ceiling_usd=min(ceilings.values(), default=None),
        again=frozenset(intent for purchase in chosen for intent in purchase.aside),
    )


def offer_of(purchases: Sequence[Purchase]) -> Offer:
    """What some purchases come to."""
    known = [purchase.estimate_usd for purchase in purchases if purchase.estimate_usd is not None]
    return Offer(tuple(purchases), sum(known, Decimal(0)), len(purchases) - len(known))


def _facts(offer: Offer) -> list[tuple[str, object]]:
    names = shortened([purchase.name for purchase in offer.purchases])
    unpriced = f", and {offer.unpriced} of unknown price" if offer.unpriced else ""
    return [("to buy", names), ("estimate", f"{dollars(offer.total_usd)}{unpriced}")]


def _beyond(offer: Offer, name: str, ceiling: Decimal, limits: Limits) -> GateError:
    facts = _facts(offer)
    if name == "budget.total" and limits.total_usd is not None:
        facts += [("spent before", dollars(limits.spent_usd)), ("budget.total", dollars(limits.total_usd))]
    return GateError(
        f"this build would buy for {dollars(offer.total_usd)}, and `{name}` leaves {dollars(ceiling)}: nothing was sent",
        code="G923",
        facts=facts,
        hint="name the shots to build, draft with `--provider animatic`, or raise the limit",
    )


def _unpriced(offer: Offer, name: str) -> GateError:
    return GateError(
        f"{offer.unpriced} of {len(offer.purchases)} prices are not known, and `{name}` is a limit: nothing was sent",
        code="G924",
        facts=_facts(offer),
        hint="`--allow-unpriced` counts an unknown price as nothing",
    )


def _unasked(offer: Offer) -> GateError:
    count = len(offer.purchases)
    return GateError(
        f"this build would buy {count} {'take' if count == 1 else 'takes'}, and nobody said yes: nothing was sent",
        code="G921",
        facts=_facts(offer),
        hint="`--yes` buys, `--max-cost USD` buys up to a limit; `renderer plan` shows each take and why",
    )
