"""What a decision sets off: the chained shots that would be bought again, since what they start from would be another clip. Buys nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from decimal import Decimal

from renderer.decisions.picks import Decision
from renderer.pipeline.run import Run
from renderer.plan.chain import descendants_of
from renderer.row import Row


class SetsOff(Row):
    """How many chained shots a build would buy because of a decision, for how much; `again` where they have clips today.

    `unpriced` counts requests of unknown price.
    """

    shots: int = 0
    price_usd: Decimal = Decimal(0)
    unpriced: int = 0
    again: bool = False


Foretell = Callable[[SetsOff], None]
"""Is told, before a decision is written, what it sets off."""


def unheard(_: SetsOff) -> None:
    """For those who do not ask."""


def sets_off(run: Run, decisions: Mapping[str, Decision]) -> SetsOff:
    """What would be bought below some shots if this were decided about them, and would not be bought otherwise."""
    below = descendants_of(run.bare, decisions)
    if not below:
        return SetsOff()
    after = copy(run)
    after.decisions, after.standings = {**run.decisions, **decisions}, {}
    after.look_up()
    takes, before = after.compiled.takes, run.compiled.takes
    bought = [
        number
        for number, row in enumerate(takes)
        if row.shot in below
        and after.is_bought(number)
        and not (row.key == before[number].key and run.is_bought(number))
    ]
    prices = {takes[number].key: takes[number].estimate_usd for number in bought}
    known = [Decimal(price) for price in prices.values() if price is not None]
    return SetsOff(
        shots=len({takes[number].shot for number in bought}),
        price_usd=sum(known, Decimal(0)),
        unpriced=len(prices) - len(known),
        again=any(run.results[number] for number in bought),
    )
