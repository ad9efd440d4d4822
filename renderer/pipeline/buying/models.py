"""The models for people and programs: found by words, told as rows and pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from renderer.catalogue.described import (
    compared_usd,
    durations_text,
    field_text,
    param_text,
    price_text,
    ratios,
)
from renderer.catalogue.entry import Field, Model
from renderer.catalogue.library import models
from renderer.catalogue.live import Live
from renderer.catalogue.providers import Provider, providers
from renderer.catalogue.written import entry_of
from renderer.model import Json
from renderer.pipeline.workshop import Workshop
from renderer.report.models import FieldLine, ModelLine, ModelPage


def search(words: Sequence[str] = (), *, provider: str | None = None, kind: str | None = None) -> list[Model]:
    """The models that have all of some words in id, alias or title, in any case, by provider and id."""
    wanted = [word.lower() for word in words]
    return [
        model
        for model in models()
        if provider in (None, model.provider)
        and kind in (None, model.kind)
        and all(word in " ".join((*model.names, model.title, model.vendor)).lower() for word in wanted)
    ]


def priced(workshop: Workshop, model: Model) -> tuple[Model, Live | None]:
    """A model with its live prices, and what its provider's list said of them, if it was read."""
    return workshop.priced(model), workshop.book(model.provider).live.get(model.id)


def line_of(model: Model, *, live: Live | None = None) -> ModelLine:
    """A model, with its live prices already, as a row of a list."""
    return ModelLine(
        id=model.id,
        provider=model.provider,
        kind=model.kind,
        durations=durations_text(model),
        ratios=ratios(model),
        seed_honoured=model.seed_honoured,
        price_usd=compared_usd(model),
        price_date=live.date if live else "",
    )


def row_of(model: Model, *, live: Live | None = None) -> dict[str, Json]:
    """The same for a program: the length as a JSON Schema, the price with its date and whether it is live."""
    price_usd = compared_usd(model)
    return {
        "id": model.id,
        "aliases": list(model.aliases),
        "provider": model.provider,
        "title": model.title,
        "kind": model.kind,
        "duration": model.fields["duration"].schema if model.takes("duration") else None,
        "ratios": list(ratios(model)),
        "seed_honoured": model.seed_honoured,
        "last_frame_honoured": model.last_frame_honoured,
        "price_usd_5s": None if price_usd is None else float(price_usd),
        "price_date": live.date if live else model.prices[0].date if model.prices else None,
        "price_live": live is not None,
    }


def entry(model: Model) -> dict[str, Json]:
    """All of a model in the form of the model files, `model.schema.json`."""
    return entry_of(model)


def page_of(model: Model, *, live: Live | None = None) -> ModelPage:
    """All of a model, with its live prices already, in words."""
    sold = providers()[model.provider]
    return ModelPage(
        id=model.id,
        title=model.title,
        about=f"{model.kind}, made by {model.vendor}, sold by {sold.title} (`provider: {model.provider}`)",
        fields=tuple(_field_line(field) for field in model.fields.values()),
        params=tuple(
            FieldLine(name, param_text(schema), "", required=name in model.params_required)
            for name, schema in model.params.items()
        ),
        facts=tuple((heading, tuple(told)) for heading, told in _facts(model, sold=sold, live=live) if told),
    )


def _field_line(field: Field) -> FieldLine:
    places = list(dict.fromkeys(field.wire.values()))
    wire = places[0] if len(places) == 1 else f"{places[0]} (legacy: {places[1]})"
    return FieldLine(field.name, field_text(field), wire, required=field.required)


def _facts(model: Model, *, sold: Provider, live: Live | None) -> Iterator[tuple[str, list[str]]]:
    yield "also called", [", ".join(model.aliases)] if model.aliases else []
    yield "takes", ["each has its own seed" if model.seed_honoured else "are told apart by number: no seed"]
    yield "clip", [f"{model.clip_s} s long"] if model.clip_s else []
    yield (
        "size",
        [", ".join(f"{size} ({ratio})" for ratio, size in model.sizes.items())] if model.sizes else [],
    )
    yield "rate", [f"{model.fps} frames a second"] if model.fps else []
    yield "price", list(_prices(model)) or _unpriced(live)
    yield "", [sold.prices]
    yield "made in", [_seconds(model.latency_s)] if model.latency_s else []
    yield "in flight", [f"{model.jobs_max} at first"] if model.jobs_max else []
    yield "data URI", [f"{model.uri_max_bytes:,} bytes at most"] if model.uri_max_bytes else []
    yield "source", [model.source]


def _prices(model: Model) -> Iterator[str]:
    for price in model.prices:
        yield price_text(price)
        yield f"as of {price.date}: {price.source}"


def _unpriced(live: Live | None) -> list[str]:
    return [f"unknown: {live.unread}", f"as of {live.date}: the provider's own list"] if live else ["unknown"]


def _seconds(latency_s: tuple[int, int]) -> str:
    least, most = latency_s
    return f"about {least} s" if least == most else f"{least} to {most} s"
