"""Live prices: what a provider's own list says, in the terms of the catalogue, and the file that keeps it.

A live price wins over the one in the model file. Where the list names a model and tells no price that can be read, the
price is unknown: the vendor has contradicted the model file, and an unknown price is better than a wrong one. A price is
never part of a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from renderer.catalogue.entry import Field, Model, Price
from renderer.model import Json
from renderer.row import Row

VERSION = 1
NUMBERS = frozenset({"number", "integer"})
PER: Mapping[Json, Literal["second", "generation"]] = {"second": "second", "generation": "generation"}
BOOLEANS = {"true": True, "false": False}


class Live(Row):
    """What a list said of one model's price on a day: `prices`, or in `unread` why there is none."""

    date: str
    prices: tuple[Price, ...] = ()
    unread: str = ""


class Book(Row):
    """The live prices of one provider by model id, and the address that they were read from."""

    source: str = ""
    live: Mapping[str, Live] = {}

    def priced(self, model: Model) -> Model:
        """The model with its live prices where there are any to be had, else as it is."""
        live = self.live.get(model.id)
        return model if live is None else model._replace(prices=live.prices)

    def to_json(self, *, provider: str) -> dict[str, Json]:
        """The file's content, prices in the form of the model files."""
        models = {name: _live_json(live) for name, live in sorted(self.live.items())}
        return {"version": VERSION, "provider": provider, "source": self.source, "models": models}

    @classmethod
    def from_json(cls, value: Json) -> Book:
        """The inverse; raises `ArithmeticError`, `AttributeError`, `KeyError`, `TypeError` or `ValueError` for another form."""
        if value["version"] != VERSION:
            raise ValueError(f"version {value['version']}")
        source = str(value["source"])
        return cls(source, {name: _live(entry, source=source) for name, entry in value["models"].items()})


def condition(when: Mapping[str, Json], *, model: Model) -> dict[str, Json] | None:
    """A condition in the vendor's names and words as one in the catalogue's; None where it is about nothing that is sent.

    >>> from renderer.catalogue.library import load
    >>> condition({"aspect_ratio": "16:9", "duration": "5"}, model=load("aimlapi", "gen3a_turbo"))
    {'ratio': '16:9', 'duration': 5}
    """
    places = {place: field for field in model.fields.values() for place in field.wire.values()}
    told: dict[str, Json] = {}
    for name, value in when.items():
        field = places.get(name) or model.fields.get(name)
        if field is not None:
            told[field.name] = _neutral(value, field)
        elif name in model.params:
            schema = model.params[name]
            told[name] = _typed(value, kind=schema["type"], known=schema.get("enum", ()))
    whole = len(told) == len(when) and None not in told.values()
    return told if whole else None


def same_prices(some: tuple[Price, ...], others: tuple[Price, ...]) -> bool:
    """Whether two lists of prices ask for the same, whatever their dates and sources."""
    return [(price.usd, price.per, dict(price.when)) for price in some] == [
        (price.usd, price.per, dict(price.when)) for price in others
    ]


def _neutral(value: Json, field: Field) -> Json:
    words = {str(word).lower(): neutral for neutral, word in field.values.items()}
    found = words.get(str(value).lower())
    return found if found is not None else _typed(value, kind=field.type, known=field.limits.get("enum", ()))


def _typed(value: Json, *, kind: str, known: Json) -> Json:
    """A value as it is sent in a field of a type; None where it can be none of it."""
    if kind in NUMBERS:
        return _number(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else BOOLEANS.get(str(value).lower())
    if kind != "string" or isinstance(value, bool):
        return None
    return next((word for word in known if str(word).lower() == str(value).lower()), str(value))


def _number(value: Json) -> Json:
    try:
        number = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        return None
    return number.numerator if number.denominator == 1 else float(number)


def _live(entry: Mapping[str, Json], *, source: str) -> Live:
    date = str(entry["date"])
    prices = (
        Price(Decimal(price["usd"]), PER[price["per"]], date, source, dict(price.get("when", {})))
        for price in entry["prices"]
    )
    return Live(date, tuple(prices), str(entry.get("unread", "")))


def _live_json(live: Live) -> dict[str, Json]:
    prices = [_price_json(price) for price in live.prices]
    return {"date": live.date, "prices": prices} | ({"unread": live.unread} if live.unread else {})


def _price_json(price: Price) -> dict[str, Json]:
    when = {"when": dict(price.when)} if price.when else {}
    return {"usd": f"{price.usd:f}", "per": price.per, **when}
