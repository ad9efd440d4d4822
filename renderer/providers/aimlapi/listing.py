"""The forms of AI/ML API's list of models, and of the prices in it.

Three kinds of price are documented (docs/api-references/service-endpoints/models.json and complete-model-list.md of
github.com/aimlapi/api-docs, 2026-08-21): `fixed` has one rate for each unit, `variants` one for each combination of
request parameters, `variable` cannot be told before the request. A price is `price` for `per` units. What is of another
form is no price: an unknown price is better than a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

from renderer.model import Json
from renderer.providers.aimlapi.shapes import amount_of, at, entries_of, name_of
from renderer.providers.lister import Listing, Rate
from renderer.providers.words import clean

VIDEO = "internal/video-generations/submit"
CURRENCY = "USD"
MODELS_MAX, ALIASES_MAX, RATES_MAX = 10_000, 100, 1_000
UNITS: Mapping[str, Literal["second", "generation"]] = {
    **dict.fromkeys(("second", "seconds", "sec"), "second"),
    **dict.fromkeys(("generation", "video", "clip", "request"), "generation"),
}
"""`second` is documented; the others are the plain words for one clip. What is counted in another unit has no price."""


class _Unread(Exception):  # noqa: N818 - it never leaves this module
    """Why a price cannot be told."""


def listings_of(content: Json) -> Iterator[Listing]:
    """The models of a list; an entry without an id says nothing and is left out."""
    for entry in entries_of(content)[:MODELS_MAX]:
        name = name_of(at(entry, "id"))
        if name:
            aliases = at(entry, "aliases")
            names = map(name_of, aliases[:ALIASES_MAX] if isinstance(aliases, list) else ())
            rates, unread = _price(at(entry, "pricing"))
            yield Listing(
                names=tuple(dict.fromkeys([name, *filter(None, names)])),
                makes_clips=at(entry, "type") == VIDEO,
                rates=rates,
                unread=unread,
            )


def _price(pricing: Json) -> tuple[tuple[Rate, ...], str]:
    """The rates of a price, or why it has none; neither where nothing is said of it."""
    if pricing is None:
        return (), ""
    try:
        return _rates(pricing), ""
    except _Unread as reason:
        return (), clean(str(reason))


def _rates(pricing: Json) -> tuple[Rate, ...]:
    kind, currency = at(pricing, "kind"), at(pricing, "currency")
    if kind == "variable":
        raise _Unread("it varies with the request")
    if str(currency or CURRENCY).upper() != CURRENCY:
        raise _Unread(f"it is in `{currency}`")
    if kind == "fixed":
        return (_fixed(_list(at(pricing, "units"))),)
    if kind == "variants":
        return tuple(_variant(entry) for entry in _list(at(pricing, "variants")))
    raise _Unread(f"its kind is `{kind}`")


def _fixed(units: list[Json]) -> Rate:
    if len(units) > 1:
        raise _Unread("several things are charged")
    (unit,) = units
    if at(unit, "measure") == "input":
        raise _Unread("it counts what is sent")
    return _rate(unit, unit=at(unit, "name"), when={})


def _variant(entry: Json) -> Rate:
    when = at(entry, "when")
    is_plain = isinstance(when, dict) and all(
        isinstance(value, str | int | Decimal) for value in when.values()
    )
    if not is_plain:
        raise _Unread("its conditions are of another form")
    return _rate(entry, unit=at(entry, "unit"), when=when)


def _rate(entry: Json, *, unit: Json, when: Mapping[str, Json]) -> Rate:
    price, per = amount_of(at(entry, "price")), amount_of(at(entry, "per"))
    if not isinstance(unit, str) or unit.lower() not in UNITS:
        raise _Unread(f"it is by the `{unit}`")
    if not price or not per:  # nothing that is sold costs nothing
        raise _Unread("it names no amount")
    return Rate(price if per == 1 else price / per, UNITS[unit.lower()], when)


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list) or not 0 < len(value) <= RATES_MAX:
        raise _Unread("it has no rates")
    return value
