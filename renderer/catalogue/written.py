"""A model as an entry of a model file again: the inverse of `entry.parse_model`, for programs that read models."""

from __future__ import annotations

from collections.abc import Mapping

from renderer.catalogue.entry import PLACEHOLDER, Endpoint, Field, Model, Price, Shape
from renderer.catalogue.neutral import NEUTRAL
from renderer.model import Json


def entry_of(model: Model) -> dict[str, Json]:
    """The entry that `parse_model` reads as this model; what is as by default is left out."""
    params = {
        name: {**schema, **({"required": True} if name in model.params_required else {})}
        for name, schema in model.params.items()
    }
    entry = {
        "id": model.id,
        "provider": model.provider,
        "title": model.title,
        "vendor": model.vendor,
        "kind": model.kind,
        "source": model.source,
        "aliases": list(model.aliases),
        "fields": {name: _field(field) for name, field in model.fields.items()},
        "params": params,
        "sizes": {ratio: str(size) for ratio, size in model.sizes.items()},
        "fps": model.fps and str(model.fps),
        "clip_s": model.clip_s and str(model.clip_s),
        "prices": [price_entry(price) for price in model.prices],
        "latency_s": model.latency_s and list(model.latency_s),
        "jobs_max": model.jobs_max,
        "uri_max_bytes": model.uri_max_bytes,
    }
    return _told(entry, always=("fields",))


def _field(field: Field) -> dict[str, Json]:
    limits = {
        keyword: value for keyword, value in field.limits.items() if keyword != "enum" or not field.values
    }
    entry = {
        "wire": _wire(field.wire),
        "form": None if field.form == PLACEHOLDER else field.form,
        "values": field.values,
        "required": field.required or None,
        "type": None if field.type == NEUTRAL[field.name].type else field.type,
        **limits,
        "length_unit": None if field.length_unit == "characters" else field.length_unit,
        "shape": _shape(field.shape) if field.shape else None,
        "honoured": None if field.honoured else False,
        "default": field.default,
    }
    return _told(entry)


def _wire(places: Mapping[Endpoint, str]) -> Json:
    """One place where all endpoints have the same."""
    distinct = set(places.values())
    return distinct.pop() if len(distinct) == 1 else dict(places)


def _shape(shape: Shape) -> dict[str, Json]:
    ratios = {"ratio_min": shape.ratio_min, "ratio_max": shape.ratio_max}
    texts = {name: value and f"{value.numerator}:{value.denominator}" for name, value in ratios.items()}
    return _told({**texts, "short_side_min_px": shape.short_side_min_px, "unless": shape.unless})


def price_entry(price: Price) -> dict[str, Json]:
    """A price as it stands in a model file."""
    when = {"when": dict(price.when)} if price.when else {}
    return {"usd": str(price.usd), "per": price.per, **when, "date": price.date, "source": price.source}


def _told(entry: Mapping[str, Json], *, always: tuple[str, ...] = ()) -> dict[str, Json]:
    return {
        name: value
        for name, value in entry.items()
        if name in always or not (value is None or value in ({}, [], ""))
    }
