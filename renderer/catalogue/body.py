"""The request body: neutral fields under the model's own names, in the form that the vendor wants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renderer.catalogue.entry import APPEND, PLACEHOLDER, Endpoint, Field, Model
from renderer.catalogue.media import join_params
from renderer.catalogue.resolve import Resolved
from renderer.model import Json


def body(
    resolved: Resolved, *, model: Model, endpoint: Endpoint, media: Mapping[str, Json]
) -> dict[str, Json]:
    """The JSON object to send, defaults written out; `media` has a URL or a list of them for each role.

    >>> from renderer.catalogue.library import load
    >>> from renderer.catalogue.resolve import resolve
    >>> from renderer.storyboard import Request
    >>> gen3a = load("aimlapi", "gen3a_turbo")
    >>> resolved = resolve(Request("aimlapi", "gen3a_turbo", seed=7), model=gen3a)
    >>> body(resolved, model=gen3a, endpoint="legacy", media={"last_image": "https://example.org/end.png"})
    {'model': 'gen3a_turbo', 'last_image_url': 'https://example.org/end.png', 'ratio': '16:9', 'duration': 5, 'seed': 7}
    """
    content: dict[str, Json] = {"model": resolved.model}
    neutral = {**resolved.sent, **media}
    for name in (name for name in model.fields if name in neutral):
        field, value = model.fields[name], neutral[name]
        _put(content, path=field.wire[endpoint], value=_wired(field, value))
    return {**content, **join_params(resolved.params_sent, media)}


def _wired(field: Field, value: Json) -> Json:
    if isinstance(value, list | tuple):
        return [_wired(field, item) for item in value]
    return _filled(field.form, field.values.get(value, value) if isinstance(value, str) else value)


def _filled(form: Json, value: Json) -> Json:
    """The form with the value in place of every placeholder."""
    if form == PLACEHOLDER:
        return value
    if isinstance(form, Mapping):
        return {name: _filled(part, value) for name, part in form.items()}
    return form


def _put(content: dict[str, Any], *, path: str, value: Json) -> None:
    *parents, last = path.removesuffix(APPEND).split(".")
    for name in parents:
        content = content.setdefault(name, {})
    if not path.endswith(APPEND):
        content[last] = value
    else:
        content[last] = _listed(content.get(last, [])) + _listed(value)


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]
