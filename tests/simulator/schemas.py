"""What a request may hold: one JSON Schema per model, and the images that it carries.

gen3a_turbo is written here from its documented fields; `--schemas FILE` adds others: a mapping of model id to a schema,
or to an object with the schema under `request`. Documented: fields, types, enums, limits. Guesses: unknown fields and
numbers in quotes are refused (settings can let the first pass); http links are refused; the size of a data URI.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from PIL import Image

from .settings import Settings

URI_KEYS = ("url", "urls", "uri", "_image", "_mask", "promptImage")
IMAGE_TYPES = {"image/jpeg": "JPEG", "image/jpg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
URL_CHARS_MAX = 2048
SHAPE_MIN, SHAPE_MAX = 0.5, 2.0
LEGACY_NAMES = {"ratio": "aspect_ratio", "last_image_url": "tail_image_url"}
GEN3A: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "model": {"const": "gen3a_turbo"},
        "prompt": {"type": "string", "maxLength": 1000},
        "image_url": {"type": "string"},
        "tail_image_url": {"type": "string"},
        "aspect_ratio": {"enum": ["16:9", "9:16"]},
        "duration": {"type": "integer", "enum": [5, 10]},
        "seed": {"type": "integer", "minimum": 0, "maximum": 4294967295},
    },
    "required": ["model", "image_url"],
}


class Schemas:
    """The models that are sold, each with the form of its request."""

    def __init__(self, more: Path | None = None) -> None:
        given = json.loads(more.read_text()) if more else {}
        found = {model: closed(value.get("request", value)) for model, value in given.items()}
        self.by_model: dict[str, Mapping[str, Any]] = {"gen3a_turbo": GEN3A, **found}
        self._validators: dict[str, Any] = {}

    def problems(self, body: Any, *, settings: Settings, legacy: bool) -> list[str]:
        """What is wrong with the body of a submission, in words; empty when nothing is."""
        model = body.get("model") if isinstance(body, dict) else None
        if not isinstance(model, str) or model not in self.by_model:
            return [f"model: Invalid enum value. Received '{model}'"]
        schema = self.by_model[model]
        found = [
            f"{_place(error)}: {error.message[:200]}" for error in self._validator(model).iter_errors(body)
        ]
        strange = sorted(set(body) - set(schema.get("properties", body)))
        if settings.unknown_fields_refused:
            found += [f"Unrecognized key: '{name}'" for name in strange]
        takes_shape = model == "gen3a_turbo" and "aspect_ratio" not in body and legacy
        return found or uri_problems(body, settings=settings, shaped=takes_shape)

    def _validator(self, model: str) -> Any:
        if model not in self._validators:
            self._validators[model] = jsonschema_rs.Draft202012Validator(dict(self.by_model[model]))
        return self._validators[model]


def closed(schema: Any, *, is_top: bool = True) -> Any:
    """A published schema made sound and strict: a boolean `required` dropped, `nullable` honoured, nested objects closed."""
    if isinstance(schema, list):
        return [closed(item, is_top=False) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {
        name: {field: closed(one, is_top=False) for field, one in value.items()}
        if name == "properties"
        else closed(value, is_top=False)
        if name in {"items", "anyOf", "oneOf", "allOf"}
        else value
        for name, value in schema.items()
        if not (name == "required" and isinstance(value, bool))
    }
    if "properties" in inner and not is_top:
        inner.setdefault("additionalProperties", False)
    return {"anyOf": [inner, {"type": "null"}]} if inner.pop("nullable", False) is True else inner


def universal_body(body: Any) -> Any:
    """The body of a legacy request by the names of the universal address; the universal names are unknown there."""
    if not isinstance(body, dict):
        return body
    names = {**LEGACY_NAMES, **{new: f"{new} (unknown here)" for new in LEGACY_NAMES.values()}}
    return {names.get(name, name): value for name, value in body.items()}


def uri_problems(body: Any, *, settings: Settings, shaped: bool = False) -> list[str]:
    """What is wrong with the links and data URIs anywhere in a body."""
    if not settings.images_decoded:
        return []
    return [
        f"{name}: {problem}"
        for name, uri in _uris(body)
        if (problem := _uri_problem(uri, name=name, size_max=settings.uri_max_bytes, shaped=shaped))
    ]


def _uris(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and name.endswith(URI_KEYS):
        yield name, value
    elif isinstance(value, list):
        for item in value:
            yield from _uris(item, name)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _uris(item, key)


@lru_cache(maxsize=512)
def _uri_problem(uri: str, *, name: str, size_max: int, shaped: bool) -> str | None:
    if uri.startswith("https://") and len(uri) <= URL_CHARS_MAX:
        return None
    head, _, text = uri.partition(",")
    if not head.startswith("data:"):
        return f"Invalid url: an https URL of at most {URL_CHARS_MAX} characters, or a data URI"
    if len(uri) > size_max:
        return f"the data URI is larger than {size_max} bytes"
    try:
        content = base64.b64decode(text, validate=True) if head.endswith(";base64") else b""
    except binascii.Error:
        content = b""
    if not content:
        return "the data URI is empty or not base64"
    kind = head.removeprefix("data:").removesuffix(";base64")
    if kind.startswith(("video/", "audio/")) and "image" not in name:
        return None
    return _image_problem(content, kind=kind, shaped=shaped)


def _image_problem(content: bytes, *, kind: str, shaped: bool) -> str | None:
    if kind not in IMAGE_TYPES:
        return f"the type {kind} is not supported"
    try:
        with Image.open(io.BytesIO(content)) as image:
            found, width, height = image.format, image.width, image.height
            image.verify()
    except (OSError, SyntaxError, ValueError):
        return "the image cannot be read"
    if found != IMAGE_TYPES[kind]:
        return f"the image is {found}, not {kind}"
    if shaped and not SHAPE_MIN <= width / height <= SHAPE_MAX:
        return "the width of the image must be 0.5 to 2 times its height"
    return None


def _place(error: Any) -> str:
    return ".".join(map(str, error.instance_path)) or "body"
