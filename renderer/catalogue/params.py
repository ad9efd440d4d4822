"""The model's own further fields, `params`, checked against their JSON Schemas in our own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from renderer.catalogue.entry import APPEND, Field, Model
from renderer.catalogue.media import media_places
from renderer.catalogue.wording import did_you_mean, either, listed, literal
from renderer.diagnostic import Finding
from renderer.model import Json
from renderer.storyboard import Source

SLATE = "slate"

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


def check_params(params: Mapping[str, Json], *, model: Model) -> Iterator[Finding]:
    """Findings in the order of `params`, then what is missing. jsonschema is imported only where it decides."""
    known = {name: value for name, value in params.items() if name in model.params}
    yield from (_unknown(name, model=model) for name in params if name not in known)
    yield from (_missing(name, model=model) for name in model.params_required if name not in params)
    if known:
        yield from _check_known(known, model=model)
        yield from _check_media(known, model=model)


def check_slate(params: Mapping[str, Json]) -> Iterator[Finding]:
    """The one param that `animatic` reads itself. YAML 1.2 takes `no` for a word, and any word would be drawn as a yes."""
    value = params.get(SLATE, False)
    if not isinstance(value, bool | None):
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(str(value).lower())
        yield Finding(
            code="S307",
            message=f"`params.{SLATE}` is `true` or `false`, not `{literal(value)}`",
            field=("params", SLATE),
            hint=f"`{value}` is text in YAML 1.2: write `{meant}`" if meant else None,
        )


def _check_known(params: Mapping[str, Json], *, model: Model) -> Iterator[Finding]:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 60 ms that most storyboards need not pay

    validator = Draft202012Validator({"properties": model.params})
    for error in sorted(
        validator.iter_errors(dict(params)), key=lambda error: list(map(str, error.absolute_path))
    ):
        path = ("params", *error.absolute_path)
        yield Finding(
            code="S307", message=f"`{_dotted(path)}` {_reason(error)}", field=path, hint=_hint(error)
        )


def _check_media(params: Mapping[str, Json], *, model: Model) -> Iterator[Finding]:
    for place, value in media_places(params, model.params_schema):
        texts = [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]
        for text in (text for text in texts if Source.read(text) is None):
            path = ("params", *place)
            message = f"`{_dotted(path)}` must be a path, an https URL or a data URI, not `{text}`"
            yield Finding(code="S307", message=message, field=path)


def _unknown(name: str, *, model: Model) -> Finding:
    own = next((field.name for field in model.fields.values() if name in (field.name, *_wired(field))), None)
    hint = f"that is `{own}` of the shot itself" if own else did_you_mean(name, model.params)
    return Finding(
        code="S306",
        message=f"`{model.id}` has no `params.{name}`",
        field=("params", name),
        notes=(f"params of `{model.id}`: {listed(model.params) or 'none'}",),
        hint=hint or f"take `{name}` out",
    )


def _wired(field: Field) -> Iterable[str]:
    """The outermost names of a field in the request body."""
    return (place.partition(".")[0].removesuffix(APPEND) for place in field.wire.values())


def _missing(name: str, *, model: Model) -> Finding:
    return Finding(
        code="S302",
        message=f"`{model.id}` needs `params.{name}`, and none is given",
        field=("params",),
        hint=f"add `{name}` below `params`",
    )


def _reason(error: ValidationError) -> str:
    """What is wrong with a value, from the schema's keyword; rarer keywords in jsonschema's words."""
    bound: Json = error.validator_value
    value: Json = error.instance
    match error.validator:
        case "enum":
            return f"is {either([f'`{literal(item)}`' for item in bound])}, not `{literal(value)}`"
        case "type":
            return f"is of type {bound}, not `{literal(value)}`"
        case "minimum" | "maximum":
            side = "or more" if error.validator == "minimum" else "or less"
            return f"is {bound} {side}, not {value}"
        case "minItems" | "maxItems":
            side = "or more" if error.validator == "minItems" else "or fewer"
            return f"has {bound} {side} entries, not {len(value)}"
    return f"is not of the model's form: {error.message.replace(chr(39), '`')}"


def _hint(error: ValidationError) -> str | None:
    allowed: Json = error.validator_value
    if error.validator == "enum" and isinstance(error.instance, str):
        return did_you_mean(error.instance, [item for item in allowed if isinstance(item, str)])
    return None


def _dotted(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
