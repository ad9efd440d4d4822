"""Asks a person at a terminal whether to buy: what, why, for how much."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from renderer.errors import shortened
from renderer.model import dollars
from renderer.report.visible import visible

if TYPE_CHECKING:
    from renderer.pipeline.buying.gate import Offer, Purchase

TRY = 3
NAMES_SHOWN_MAX = 6
ANSWERS_MAX = 5


def ask(offer: Offer) -> Sequence[Purchase] | None:
    """What to buy of an offer; None where nobody sits at a terminal. Nothing but a clear yes buys anything."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    for line in offer_lines(offer):
        click.echo(line, err=True)
    can_try = len(offer.purchases) > TRY
    choices = f"[b]uy {_price(offer.purchases)}{f' / try [{TRY}] first' if can_try else ''} / [n]othing"
    for _ in range(ANSWERS_MAX):
        click.echo(f"{choices}? ", nl=False, err=True)
        answer = sys.stdin.readline().strip().lower()
        if answer in {"b", "buy", "y", "yes"}:
            return offer.purchases
        if can_try and answer in {str(TRY), "t", "try"}:
            return offer.purchases[:TRY]
        if answer in {"", "n", "no", "nothing"}:
            break
    return ()


def offer_lines(offer: Offer) -> list[str]:
    """The offer grouped by why each take is wanted, and what it comes to."""
    groups: dict[tuple[str, str], list[Purchase]] = {}
    for purchase in offer.purchases:
        kind = (purchase.cause, "") if purchase.cause else ("", purchase.reason)
        groups.setdefault(kind, []).append(purchase)
    lines = [_group_line(cause, reason, purchases) for (cause, reason), purchases in groups.items()]
    unpriced = f" and {offer.unpriced} of unknown price" if offer.unpriced else ""
    count = len(offer.purchases)
    total = f"{count} {'take' if count == 1 else 'takes'} for {dollars(offer.total_usd)}{unpriced}"
    return [*lines, total]


def _group_line(cause: str, reason: str, purchases: Sequence[Purchase]) -> str:
    names = shortened([visible(purchase.name) for purchase in purchases], shown_max=NAMES_SHOWN_MAX)
    count = f"{len(purchases)} {'take' if len(purchases) == 1 else 'takes'}"
    why = f"{cause} changed {count}" if cause else reason
    return f"  {_price(purchases):>9}  {visible(why)}: {names}"


def _price(purchases: Sequence[Purchase]) -> str:
    known = [purchase.estimate_usd for purchase in purchases if purchase.estimate_usd is not None]
    return dollars(sum(known, Decimal(0))) if known or not purchases else "unknown"
