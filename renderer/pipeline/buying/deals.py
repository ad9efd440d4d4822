"""Takes made and bought side by side: what is on its way is looked up first, what was lost on the way once more at the end.

Loaded only where a build buys, or brings home what earlier ones left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal

from renderer.execute.consent import Consent
from renderer.execute.events import Emit
from renderer.execute.step import Ending
from renderer.pipeline.buying.shop import Shop, open_shop, until_stopped
from renderer.pipeline.buying.strays import collecting_strays
from renderer.pipeline.buying.thrift import thrifty
from renderer.pipeline.buying.till import budget_of, sellers_needed
from renderer.pipeline.graph import Graph, run_graph
from renderer.pipeline.run import Run

UNKNOWN = "G920"
NEED_MISSING = "G901"


async def make_and_buy(
    run: Run,
    graph: Graph,
    consent: Consent | None,
    strays: Sequence[str],
    *,
    emit: Emit,
    stop: asyncio.Event,
) -> None:
    """Make and buy takes; see to what earlier builds left, whose open jobs are at the providers `strays`.

    How each take ended, and what was spent, stands in `run` after. A request whose outcome becomes unknown is looked up
    once. Spends money: what `consent` names, nothing where it is None.
    """
    run.workshop.store.save()  # what was read to plan is a kilobyte a take, and is not held while they are bought
    with thrifty():
        paid = [number for number in run.dirty() if run.compiled.takes[number].paid]
        shop = open_shop(
            run.workshop,
            providers=dict.fromkeys([*sellers_needed(run, paid), *strays]),
            jobs=run.wishes.jobs,
            consent=consent or Consent(),
            budget=budget_of(run),
            emit=emit,
            names=graph.names,
        )
        try:
            run.endings |= await _deal(run, graph, shop, emit=emit, stop=stop)
        finally:  # what was sent for counts against the limits of a second round, however the first one ended
            run.spent_usd += Decimal(0) if run.workshop.is_replaying else shop.purse.spent_usd
            run.collected += shop.collected
            run.troubles += shop.troubles
            run.workshop.store.journal.let_go()


async def _deal(run: Run, graph: Graph, shop: Shop, *, emit: Emit, stop: asyncio.Event) -> dict[str, Ending]:
    """All dealings with sellers, and how each take ended."""
    async with shop:
        await until_stopped(shop.look_up(), stop)
        async with collecting_strays(shop, but={*graph.makers}, stop=stop):
            endings = await run_graph(graph, emit=emit, stop=stop, shop=shop)
        lost = [key for key, ending in endings.items() if _is_unknown(ending)]
        found = await until_stopped(shop.look_up(), stop) if lost else None
        if found:
            endings |= await _once_more(run, graph, endings, emit=emit, stop=stop, shop=shop)
        await until_stopped(shop.settle_prices(), stop)
        run.left_open += shop.left_open(but={*graph.makers, *graph.keys.values()})
    return endings


async def _once_more(
    run: Run,
    graph: Graph,
    endings: Mapping[str, Ending],
    *,
    emit: Emit,
    stop: asyncio.Event,
    shop: Shop,
) -> dict[str, Ending]:
    """Make again what is on its way after all, and what was blocked behind it."""
    names = [
        name for name, key in graph.keys.items() if _is_unknown(endings[key]) or _is_blocked(endings[key])
    ]
    run.endings |= endings
    run.take_in()
    return await run_graph(graph.part(names), emit=emit, stop=stop, shop=shop)


def _is_unknown(ending: Ending) -> bool:
    return ending.error is not None and ending.error.code == UNKNOWN


def _is_blocked(ending: Ending) -> bool:
    return ending.error is not None and ending.error.code == NEED_MISSING
