"""Requests at random, within the limits that a model file states."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from renderer.catalogue.entry import Field, Model
from renderer.storyboard import Request, Source

WORDS = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)
SOURCES = st.sampled_from(["stills/a.png", "https://example.org/b.jpg", "data:image/png;base64,AA=="])
NUMBERS = st.integers(-1000, 1000) | st.floats(-1000, 1000).map(lambda number: round(number, 3))


@st.composite
def requests(draw: st.DrawFn, model: Model) -> Request:
    """A request that a model takes: what it requires, and any of the rest."""
    values = {
        name: draw(fielded(field))
        for name, field in model.fields.items()
        if name != "seed" and (field.required or draw(st.booleans()))
    }
    if "duration" in values:
        values["duration_s"] = values.pop("duration")
    seed = draw(st.integers(*seed_bounds(model)))
    return Request(model.provider, model.id, seed=seed, params=draw(params(model)), **values)


def seed_bounds(model: Model) -> tuple[int, int]:
    """The least and the most that a seed of take 1 to 3 may be; 1, which is none, for a model without seeds."""
    limits = model.fields["seed"].limits if model.seed_honoured else {"minimum": 1, "maximum": 4}
    return limits.get("minimum", 0), limits.get("maximum", 2**32 - 1) - 3


def fielded(field: Field) -> st.SearchStrategy[Any]:
    """Neutral values of one field."""
    source = SOURCES.map(Source.read)
    if field.is_media:
        if not field.type.endswith("s"):
            return source
        most = min(field.limits.get("maxItems", 3), 3)
        return st.lists(source, min_size=max(1, field.limits.get("minItems", 1)), max_size=most).map(tuple)
    value = of_schema(field.schema)
    return value.map(Fraction) if field.type in {"number", "integer"} else value


@st.composite
def params(draw: st.DrawFn, model: Model) -> dict[str, Any]:
    """Any of the model's own fields."""
    return {
        name: draw(of_schema(schema))
        for name, schema in model.params.items()
        if name in model.params_required or draw(st.booleans())
    }


def of_schema(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values of the JSON Schemas that model files use."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "media" in schema and schema["type"] == "string":
        return SOURCES
    return OF_TYPE[schema["type"]](schema)


def _number(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    low, high = schema.get("minimum", -1000), schema.get("maximum", 1000)
    return st.floats(low, high) | st.integers(int(low), int(high))


def _array(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    items = SOURCES if "media" in schema else of_schema(schema["items"])
    least = schema.get("minItems", 0)
    return st.lists(items, min_size=least, max_size=min(schema.get("maxItems", least + 2), least + 2))


def _object(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    required = set(schema.get("required", ()))
    parts = {name: of_schema(part) for name, part in schema["properties"].items()}
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in required},
        optional={name: part for name, part in parts.items() if name not in required},
    )


def _text(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    return WORDS.filter(lambda text: schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 99))


OF_TYPE: Mapping[str, Callable[[Mapping[str, Any]], st.SearchStrategy[Any]]] = {
    "boolean": lambda _: st.booleans(),
    "integer": lambda schema: st.integers(schema.get("minimum", -1000), schema.get("maximum", 1000)),
    "number": _number,
    "array": _array,
    "object": _object,
    "string": _text,
}
