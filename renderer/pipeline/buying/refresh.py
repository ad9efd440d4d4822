"""Live prices: read a provider's own list, hold it against the catalogue, keep what it says. Buys nothing.

Three things can differ: a price, a model that is sold and that the catalogue does not have, a model of the catalogue that
is not listed any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from renderer.catalogue.described import prices_text
from renderer.catalogue.entry import Model, Price
from renderer.catalogue.library import find, models
from renderer.catalogue.live import Book, Live, condition, same_prices
from renderer.catalogue.providers import providers
from renderer.catalogue.written import price_entry
from renderer.errors import StoreError, UsageError
from renderer.model import Json
from renderer.pipeline.prices import price_file, read_book
from renderer.pipeline.workshop import Workshop
from renderer.providers.words import clean
from renderer.report.models import PriceChange
from renderer.row import Row

if TYPE_CHECKING:
    from renderer.providers.lister import Listing, Listings


class Change(Row):
    """A model whose live price is another than its model file's; without prices in `live`, `unread` tells why."""

    model: Model
    live: Live


class Refreshed(Row):
    """Where a list read on `date` and the catalogue differ; `kept` where it prices what is built from now on.

    `unknown` are ids that are sold and that the catalogue does not have, `gone` ids of the catalogue that are not listed.
    """

    provider: str
    source: str
    date: str
    kept: bool
    changed: tuple[Change, ...]
    unknown: tuple[str, ...]
    gone: tuple[str, ...]


def refresh(workshop: Workshop, names: Sequence[str] = (), *, provider: str, keep: bool) -> Refreshed:
    """Read the list of a provider, of some models or of all, and keep its prices where `keep` is set.

    Raises `UsageError` U064 for a provider without a list, S301 for an unknown model, `ProviderUnavailable` where there is
    no answer, `StoreError` where prices cannot be kept.
    """
    if not providers()[provider].lists_prices:
        raise UsageError(
            f"`{provider}` has no list of prices that could be read",
            code="U064",
            hint="`renderer models list` shows the prices of the catalogue, with their dates",
        )
    asked = _asked(names, provider=provider)
    wanted = [name for model in asked for name in model.names] if names else []
    listings = asyncio.run(_read(workshop, wanted, provider=provider))
    date, listed = f"{listings.read_at:%Y-%m-%d}", _by_name(listings.models)
    live, gone = dict[str, Live](), list[str]()
    for model in asked:
        listing = next((listed[name.lower()] for name in model.names if name.lower() in listed), None)
        if listing is None:
            gone.append(model.id)
        elif said := _said(model, listing, date=date, source=listings.source):
            live[model.id] = said
    if keep:
        with workshop.store.hold("prices"):  # what is kept of other models is read and written again
            _keep(workshop, Book(listings.source, live), asked=asked, provider=provider)
    unknown = () if names else _unknown(listings.models, asked)
    return Refreshed(
        provider, listings.source, date, keep, tuple(_changes(asked, live)), unknown, tuple(gone)
    )


def change_of(change: Change) -> PriceChange:
    """A change in words."""
    now = prices_text(change.live.prices) or f"unknown: {change.live.unread}"
    return PriceChange(change.model.id, prices_text(change.model.prices) or "unknown", now)


def refreshed_json(refreshed: Refreshed) -> dict[str, Json]:
    """The same for a program, prices in the form of the model files."""
    changed = [
        {
            "id": change.model.id,
            "was": [price_entry(price) for price in change.model.prices],
            "now": [price_entry(price) for price in change.live.prices],
            "unread": change.live.unread or None,
        }
        for change in refreshed.changed
    ]
    return {
        "version": 1,
        "provider": refreshed.provider,
        "source": refreshed.source,
        "date": refreshed.date,
        "kept": refreshed.kept,
        "prices": changed,
        "unknown": list(refreshed.unknown),
        "gone": list(refreshed.gone),
    }


def _asked(names: Sequence[str], *, provider: str) -> list[Model]:
    """The catalogue's models of some ids or aliases, each once, or all that a provider sells."""
    if not names:
        return [model for model in models() if model.provider == provider]
    found = [model for name in names for model in find(name, provider=provider)]
    return list({model.id: model for model in found}.values())


async def _read(workshop: Workshop, names: Sequence[str], *, provider: str) -> Listings:
    lister = workshop.lister(provider)
    try:
        return await lister.listings(names)
    finally:
        await lister.close()


def _by_name(listings: Iterable[Listing]) -> dict[str, Listing]:
    """What each name stands for, in lower case: an id before an alias, what makes clips before what does not."""
    ranked = sorted(listings, key=lambda listing: listing.makes_clips)
    aliases = {name.lower(): listing for listing in ranked for name in listing.names[1:]}
    return aliases | {listing.names[0].lower(): listing for listing in ranked}


def _said(model: Model, listing: Listing, *, date: str, source: str) -> Live | None:
    """What a listing says of a model's price; None where it says nothing of one."""
    if listing.unread:
        return Live(date, unread=listing.unread)
    prices = []
    for rate in listing.rates:
        when = condition(rate.when, model=model)
        if when is None:
            return Live(date, unread=f"it depends on {clean(_conditions(rate.when))}")
        prices.append(Price(rate.usd, rate.per, date, source, when))
    return Live(date, tuple(prices)) if prices else None


def _conditions(when: Mapping[str, Json]) -> str:
    return ", ".join(f"`{name}`: {value}" for name, value in when.items())


def _keep(workshop: Workshop, book: Book, *, asked: Iterable[Model], provider: str) -> None:
    """Put what was read in place of what was kept of the same models."""
    try:
        kept = read_book(workshop.store, workshop.environ, provider=provider).live
    except StoreError:
        kept = {}  # it cannot be read: what was read now takes its place
    names = {model.id for model in asked}
    others = {name: live for name, live in kept.items() if name not in names}
    whole = book._replace(live={**others, **book.live})
    name = price_file(workshop.environ, provider=provider)
    workshop.store.prices.put(name, whole.to_json(provider=provider))


def _changes(asked: Iterable[Model], live: Mapping[str, Live]) -> Iterator[Change]:
    for model in asked:
        said = live.get(model.id)
        if said and (said.unread or not same_prices(said.prices, model.prices)):
            yield Change(model, said)


def _unknown(listings: Iterable[Listing], asked: Iterable[Model]) -> tuple[str, ...]:
    """The ids that make clips and that no model of the catalogue is called, made fit to be shown."""
    known = {name.lower() for model in asked for name in model.names}
    strange = (
        listing.names[0]
        for listing in listings
        if listing.makes_clips and known.isdisjoint(name.lower() for name in listing.names)
    )
    return tuple(sorted({clean(name) for name in strange}))
