"""A model as a value, and how it is read from a model file. Owns the file's form (`model.schema.json`).

Reading trusts the form, which tests hold the packaged files to; anything else is a `KeyError`,
`TypeError` or `ValueError` that the library translates.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal, cast

from renderer.catalogue.neutral import MEDIA_TYPES, NEUTRAL, FieldType
from renderer.model import Json, Size
from renderer.row import NOTHING, Row

Endpoint = Literal["universal", "legacy"]
ENDPOINTS: tuple[Endpoint, ...] = ("universal", "legacy")
PLACEHOLDER = "$"
APPEND = "[]"
LIMITS = ("enum", "minimum", "maximum", "maxLength", "minItems", "maxItems")


class Shape(Row):
    """What a picture must be like: width/height within bounds, the shorter side at least so long.

    `unless` names a neutral field; where that is asked for, the bounds do not hold.
    """

    ratio_min: Fraction | None = None
    ratio_max: Fraction | None = None
    short_side_min_px: int | None = None
    unless: str | None = None


class Field(Row):
    """How one model takes one neutral field.

    `wire` is the place of the value in the request body per endpoint: names joined by dots, a last `[]`
    appends to a list. `form` is what stands there, `"$"` being the value. `values` translates neutral
    values to the vendor's. `limits` are JSON Schema keywords over the neutral value; `default` is a
    neutral value, too. A field that is not `honoured` is accepted by the vendor and then ignored.
    """

    name: str
    wire: Mapping[Endpoint, str]
    type: FieldType
    required: bool = False
    default: Json = None
    limits: Mapping[str, Json] = NOTHING
    values: Mapping[str, Json] = NOTHING
    form: Json = PLACEHOLDER
    length_unit: Literal["utf-16", "characters"] = "characters"
    shape: Shape | None = None
    honoured: bool = True

    @property
    def is_media(self) -> bool:
        return NEUTRAL[self.name].type in MEDIA_TYPES

    @property
    def schema(self) -> dict[str, Json]:
        """The JSON Schema of the neutral value; media are strings (paths, URLs, data URIs) or lists of them."""
        if not self.is_media:
            default = {} if self.default is None else {"default": self.default}
            return {"type": self.type, **self.limits, **default}
        if self.type.endswith("s"):
            return {"type": "array", "items": {"type": "string"}, **self.limits}
        return {"type": "string", **self.limits}


class Price(Row):
    """What a generation costs in US dollars where all of `when` holds of what is sent, with date and source."""

    usd: Decimal
    per: Literal["second", "generation"]
    date: str
    source: str
    when: Mapping[str, Json] = NOTHING


class Model(Row):
    """What one model of one provider takes, makes and costs.

    `fields` in the order of `NEUTRAL`; `params` are JSON Schemas of the model's own further fields by wire
    name. `sizes` by ratio, or by `ratio@resolution`. `clip_s` is the length of a clip where the model has
    no duration; `latency_s` how long a generation takes, from and to; `jobs_max` how many may be in flight
    at first; `uri_max_bytes` the longest data URI. `lenient` models accept anything and limit nothing.
    """

    id: str
    provider: str
    title: str
    vendor: str
    kind: str
    fields: Mapping[str, Field]
    source: str = ""
    aliases: tuple[str, ...] = ()
    params: Mapping[str, Mapping[str, Json]] = NOTHING
    params_required: tuple[str, ...] = ()
    sizes: Mapping[str, Size] = NOTHING
    fps: Fraction | None = None
    clip_s: Fraction | None = None
    prices: tuple[Price, ...] = ()
    latency_s: tuple[int, int] | None = None
    jobs_max: int | None = None
    uri_max_bytes: int | None = None
    lenient: bool = False

    @property
    def seed_honoured(self) -> bool:
        return self.takes("seed")

    @property
    def last_frame_honoured(self) -> bool:
        return self.takes("last_image")

    @property
    def names(self) -> tuple[str, ...]:
        return (self.id, *self.aliases)

    @property
    def params_schema(self) -> dict[str, Json]:
        """The JSON Schema of `params` as a whole, closed unless the model is lenient."""
        return {
            "type": "object",
            "properties": dict(self.params),
            "required": list(self.params_required),
            "additionalProperties": self.lenient,
        }

    def takes(self, name: str) -> bool:
        """Whether a neutral field reaches the picture: the model has it and honours it."""
        return name in self.fields and self.fields[name].honoured


def parse_model(value: Mapping[str, Json]) -> Model:
    """Read one model of a model file; `KeyError`, `TypeError` or `ValueError` for another form."""
    params = value.get("params", {})
    return Model(
        id=value["id"],
        provider=value["provider"],
        title=value["title"],
        vendor=value["vendor"],
        kind=value["kind"],
        source=value["source"],
        aliases=tuple(value.get("aliases", ())),
        fields={
            name: parse_field(name, value["fields"][name]) for name in NEUTRAL if name in value["fields"]
        },
        params={name: _without_required(schema) for name, schema in params.items()},
        params_required=tuple(name for name, schema in params.items() if schema.get("required") is True),
        sizes={ratio: Size.parse(size) for ratio, size in value.get("sizes", {}).items()},
        fps=_fraction(value.get("fps")),
        clip_s=_fraction(value.get("clip_s")),
        prices=tuple(_price(price) for price in value.get("prices", ())),
        latency_s=_pair(value.get("latency_s")),
        jobs_max=value.get("jobs_max"),
        uri_max_bytes=value.get("uri_max_bytes"),
    )


def parse_field(name: str, value: Mapping[str, Json]) -> Field:
    """Read one neutral field of a model; a name alone stands for itself on every endpoint."""
    wire = value["wire"]
    limits = {keyword: value[keyword] for keyword in LIMITS if keyword in value}
    values = value.get("values", {})
    if values:
        limits["enum"] = list(values)
    return Field(
        name=name,
        wire=dict.fromkeys(ENDPOINTS, wire) if isinstance(wire, str) else wire,
        type=cast("FieldType", value.get("type", NEUTRAL[name].type)),
        required=value.get("required", False),
        default=value.get("default"),
        limits=limits,
        values=values,
        form=value.get("form", PLACEHOLDER),
        length_unit=value.get("length_unit", "characters"),
        shape=_shape(value["shape"]) if "shape" in value else None,
        honoured=value.get("honoured", True),
    )


def parse_ratio(text: str) -> Fraction | None:
    """Width to height as a number, None for words such as `auto`.

    >>> parse_ratio("21:9")
    Fraction(7, 3)
    """
    width, colon, height = text.partition(":")
    if not (colon and width.isdecimal() and height.isdecimal() and int(height)):
        return None
    return Fraction(int(width), int(height))


def _shape(value: Mapping[str, Json]) -> Shape:
    return Shape(
        ratio_min=parse_ratio(value.get("ratio_min", "")),
        ratio_max=parse_ratio(value.get("ratio_max", "")),
        short_side_min_px=value.get("short_side_min_px"),
        unless=value.get("unless"),
    )


def _price(value: Mapping[str, Json]) -> Price:
    return Price(
        usd=Decimal(value["usd"]),
        per=value["per"],
        date=value["date"],
        source=value["source"],
        when=value.get("when", {}),
    )


def _without_required(schema: Mapping[str, Json]) -> dict[str, Json]:
    return {keyword: part for keyword, part in schema.items() if not (keyword == "required" and part is True)}


def _fraction(value: Json) -> Fraction | None:
    return None if value is None else Fraction(value)


def _pair(value: Json) -> tuple[int, int] | None:
    return None if value is None else (value[0], value[1])
