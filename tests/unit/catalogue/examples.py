"""The least and the most that can be asked of a model: two requests that never change with the model file's defaults."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from renderer.catalogue.entry import Field, Model
from renderer.storyboard import Request, Source

TEXTS = {"image": "still.png", "video": "clip.mp4", "audio": "voice.wav"}
SEED = 7


def least(model: Model) -> Request:
    """Only what the model requires."""
    required = {name: field for name, field in model.fields.items() if field.required}
    return _request(model, required, {name: model.params[name] for name in model.params_required}, seed=1)


def most(model: Model) -> Request:
    """Every field and every param, each at the end of its range."""
    return _request(model, model.fields, model.params, seed=SEED)


def _request(
    model: Model, fields: Mapping[str, Field], params: Mapping[str, Mapping[str, Any]], *, seed: int
) -> Request:
    values = {name: _value(field) for name, field in fields.items() if name != "seed"}
    if "duration" in values:
        values["duration_s"] = Fraction(values.pop("duration"))
    return Request(
        model.provider,
        model.id,
        seed=seed,
        params={name: _param(schema) for name, schema in params.items()},
        **values,
    )


def _value(field: Field) -> Any:
    if field.is_media:
        source = Source("path", TEXTS[field.type.removesuffix("s")])
        return (source,) * max(1, field.limits.get("minItems", 1)) if field.type.endswith("s") else source
    return _param(field.schema)


def _param(schema: Mapping[str, Any]) -> Any:
    """The last value that a schema allows; of those without an end, a plain one."""
    if "enum" in schema:
        return schema["enum"][-1]
    plain: Mapping[str, Any] = {
        "string": TEXTS.get(schema.get("media", ""), "a launch"),
        "boolean": True,
        "integer": schema.get("maximum", 9),
        "number": schema.get("maximum", 0.5),
    }
    if schema["type"] == "array":
        entry = TEXTS[schema["media"]] if "media" in schema else _param(schema["items"])
        return [entry] * max(1, schema.get("minItems", 1))
    if schema["type"] == "object":
        return {name: _param(part) for name, part in schema["properties"].items()}
    return plain[schema["type"]]
