"""Models in words: what each field may be, how long clips are, what they cost. Pure; for `renderer models`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from renderer.catalogue.entry import Field, Model, Price, Shape
from renderer.catalogue.resolve import clip_duration, estimate_usd
from renderer.catalogue.wording import bounds, either, either_number, literal
from renderer.model import Json
from renderer.storyboard import Request

COMPARED_S = Fraction(5)
"""The length for which prices are compared."""
TEXT_SHOWN_MAX = 60
KINDS = ("text-to-video", "image-to-video", "reference-to-video", "video-to-video", "audio-to-video")
_MEDIA = {"image": "an image", "video": "a clip", "audio": "a sound"}
_LISTS = {"image": "images", "video": "clips", "audio": "sounds"}
_TYPES = {"string": "text", "boolean": "true or false", "number": "a number", "integer": "a whole number"}


def field_text(field: Field) -> str:
    """What one neutral field may be, with its default."""
    parts = [_kind(field), *([f"{_shape(field.shape)}"] if field.shape else [])]
    if not field.honoured:
        parts.append("taken and ignored")
    return "; ".join([*parts, *_default(field.default)])


def param_text(schema: Mapping[str, Json]) -> str:
    """What one of the model's own fields may be, with its default.

    >>> param_text({"type": "number", "minimum": 0, "maximum": 1, "default": 0.5})
    'a number, 0 to 1; 0.5 by default'
    """
    return "; ".join([_schema_text(schema), *_default(schema.get("default"))])


def durations_text(model: Model) -> str:
    """The lengths of clips in seconds, `-` where nobody says."""
    if not model.takes("duration"):
        return f"{float(model.clip_s):g}" if model.clip_s else "-"
    limits = model.fields["duration"].limits
    return _length(limits) if limits else "any"


def ratios(model: Model) -> tuple[str, ...]:
    """The ratios that a model makes, none where it follows its input or nobody says."""
    return tuple(model.fields["ratio"].limits.get("enum", ())) if model.takes("ratio") else ()


def compared_usd(model: Model) -> Decimal | None:
    """What five seconds cost in US dollars where nothing else is asked for; None where no price is known.

    A price for a clip of another length is brought to five seconds, so that models can be compared.
    """
    priced = [Fraction(price.when["duration"]) for price in model.prices if "duration" in price.when]
    for length_s in (COMPARED_S, *priced, None):
        request = Request(model.provider, model.id, duration_s=length_s)
        usd, clip_s = estimate_usd(request, model=model), clip_duration(request, model=model)
        if usd is not None and clip_s:
            return usd * (COMPARED_S / clip_s).numerator / (COMPARED_S / clip_s).denominator
    return None


def price_text(price: Price) -> str:
    """One price with its conditions.

    >>> price_text(Price(Decimal("0.40"), "generation", "2026-01-31", "x", {"duration": 5}))
    '$0.40 a clip where `duration` is 5'
    """
    what = "a second" if price.per == "second" else "a clip"
    held = [f"`{name}` is {literal(value)}" for name, value in price.when.items()]
    return f"${price.usd} {what}" + (f" where {' and '.join(held)}" if held else "")


def prices_text(prices: Iterable[Price]) -> str:
    """Several prices in one line, empty where there are none."""
    return "; ".join(map(price_text, prices))


def _kind(field: Field) -> str:
    if field.is_media and field.type.endswith("s"):
        return _counted(field.limits, "images")
    if field.is_media:
        return _MEDIA[field.type]
    if field.name == "duration" and field.limits:
        return f"{_length(field.limits)} s"
    text = _schema_text(field.schema)
    return text.replace("characters", "UTF-16 code units") if field.length_unit == "utf-16" else text


def _length(limits: Mapping[str, Json]) -> str:
    if "enum" in limits:
        return either_number(Fraction(item) for item in limits["enum"])
    return bounds(_exact(limits.get("minimum")), _exact(limits.get("maximum")))


def _schema_text(schema: Mapping[str, Json]) -> str:
    kind, media = schema["type"], schema.get("media")
    if "enum" in schema and kind in {"integer", "number"}:
        return either_number(map(Fraction, schema["enum"]))
    if "enum" in schema:
        return either([literal(item) for item in schema["enum"]])
    if kind == "array":
        return _counted(schema, _LISTS[media] if media else f"of: {_schema_text(schema['items'])}")
    if kind == "object":
        return f"a mapping of {', '.join(_properties(schema))}"
    return _MEDIA[media] if media else ", ".join([_TYPES[kind], *_limits(schema)])


def _counted(limits: Mapping[str, Json], what: str) -> str:
    """How many entries a list has.

    >>> _counted({"maxItems": 4}, "images"), _counted({"minItems": 2, "maxItems": 4}, "images"), _counted({}, "clips")
    ('up to 4 images', '2 to 4 images', 'a list of clips')
    """
    least, most = limits.get("minItems"), limits.get("maxItems")
    count = (
        f"up to {most}" if most and (least or 0) <= 1 else bounds(least, most) if least or most else "a list"
    )
    plain = what.removeprefix("of: ")
    return f"{count} of {plain}" if count == "a list" or plain != what else f"{count} {plain}"


def _properties(schema: Mapping[str, Json]) -> Iterator[str]:
    for name in schema["properties"]:
        needed = " (required)" if name in schema.get("required", ()) else ""
        yield f"`{name}`{needed}"


def _limits(schema: Mapping[str, Json]) -> Iterator[str]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None or high is not None:
        yield bounds(_exact(low), _exact(high))
    if "maxLength" in schema:
        yield f"at most {schema['maxLength']:,} characters"


def _exact(value: Json) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def _shape(shape: Shape) -> str:
    parts = []
    if shape.ratio_min is not None or shape.ratio_max is not None:
        parts.append(f"width/height {bounds(shape.ratio_min, shape.ratio_max)}")
    if shape.short_side_min_px is not None:
        parts.append(f"shorter side at least {shape.short_side_min_px} px")
    unless = f" where no `{shape.unless}` is asked for" if shape.unless else ""
    return ", ".join(parts) + unless


def _default(default: Json) -> list[str]:
    if default is None:
        return []
    text = literal(default)
    shown = text if len(text) <= TEXT_SHOWN_MAX else f"{text[: TEXT_SHOWN_MAX - 1]}…"
    return [f"{shown} by default"]
