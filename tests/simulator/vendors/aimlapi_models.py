"""AI/ML API's list of models, and what is charged by it.

Documented: that the list needs no key, its filters, which split at commas and know aliases, ETags, the three kinds of
prices, a `variants` price without a currency. Guess: that a `fixed` price of a video model is by the second, as in the
samples of `variants`; what is charged where a price cannot be told beforehand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.simulator.message import Answer, Request, json_answer, with_headers
from tests.simulator.world import World

ENDPOINT = "internal/video-generations/submit"


def models(world: World, request: Request) -> Answer:
    """The models that are listed, with prices where they are asked for; no key, an ETag."""
    wanted, types = _split(request, "id"), _split(request, "type")
    sections = _split(request, "include") | ({"all"} if request.asked("details") == "true" else set())
    listed = sorted({*world.settings.models, *world.schemas.by_model} - {*world.settings.unlisted})
    found = [_model(world, model, priced=bool(sections & {"pricing", "all"})) for model in listed]
    rows = [
        row
        for row in found
        if (not wanted or not wanted.isdisjoint(name.lower() for name in (row["id"], *row["aliases"])))
        and (not types or row["type"].lower() in types)
    ]
    answer = json_answer({"object": "list", "data": rows})
    etag = f'W/"{hashlib.sha256(answer.body).hexdigest()[:24]}"'
    if request.headers.get("if-none-match") == etag:
        return Answer(304, headers={"etag": etag})
    return with_headers(answer, {"etag": etag})


def usd_of(world: World, model: str, *, body: Mapping[str, Any], duration_s: float) -> Decimal:
    """What a generation costs by the list: the variant that holds, else the rate by the second."""
    pricing = pricing_of(world, model)
    quoted = [{"when": {}, "unit": one["name"], **one} for one in pricing.get("units", ())]
    quoted += pricing.get("variants", ())
    for rate in quoted:
        if rate["when"].items() <= body.items():
            each = Decimal(str(rate["price"])) / Decimal(str(rate["per"]))
            return each * Decimal(str(duration_s)) if rate["unit"] == "second" else each
    return Decimal(world.settings.price_usd_per_s) * Decimal(str(duration_s))


def pricing_of(world: World, model: str) -> Mapping[str, Any]:
    """The section `pricing` of a model, as a setting has it or by the second."""
    settings = world.settings
    price = float(settings.price_usd_of.get(model, settings.price_usd_per_s))
    unit = {"name": "second", "measure": "output", "price": price, "per": 1}
    given: Mapping[str, Any] | None = settings.pricing_of.get(model)
    return given or {"kind": "fixed", "currency": "USD", "units": [unit]}


def _model(world: World, model: str, *, priced: bool) -> dict[str, Any]:
    own = [f"runway/{model}"] if "/" not in model else []
    row = {
        "id": model,
        "aliases": list(world.settings.aliases_of.get(model, own)),
        "type": world.settings.types_of.get(model, ENDPOINT),
        "info": {"name": model, "developer": model.partition("/")[0]},
        "tags": ["playground:video"],
    }
    return row | ({"pricing": pricing_of(world, model)} if priced else {})


def _split(request: Request, name: str) -> set[str]:
    return {one.lower() for text in request.query.get(name, []) for one in text.split(",") if one}
