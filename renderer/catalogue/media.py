"""The media of a request by role: a neutral field (`image`), or a place in `params` (`params.elements.0.video_url`).

Media are named, keyed and sent apart from everything else, since a key holds their digests and the wire their
bytes or addresses. So they are taken out of `params` and put back where they stood.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Literal, cast

from renderer.catalogue.entry import Model
from renderer.catalogue.neutral import NEUTRAL
from renderer.model import Json
from renderer.storyboard import Source

PARAMS = "params"
Role = str
Sort = Literal["image", "video", "audio"]
Place = tuple[str | int, ...]


def split_params(params: Mapping[str, Json], *, model: Model) -> tuple[dict[str, Json], dict[Role, Json]]:
    """`params` without media, and the media: a `Source` or a tuple of them for each role.

    What is not the text of a source stays where it is: `check` tells of it.
    """
    rest = deepcopy(dict(params))
    media: dict[Role, Json] = {}
    for place, value in media_places(params, model.params_schema):
        sources = _sources(value)
        if sources is not None:
            media[".".join(map(str, (PARAMS, *place)))] = sources
            parent, name = _parent(rest, place)
            del parent[name]
    return rest, media


def join_params(params: Mapping[str, Json], media: Mapping[Role, Json]) -> dict[str, Json]:
    """The inverse: `params` with what stands for each medium at its place; other roles are not looked at."""
    whole = deepcopy(dict(params))
    for role, value in media.items():
        first, *place = role.split(".")
        if first == PARAMS:
            parent, name = _parent(whole, tuple(place))
            parent[name] = value
    return whole


def sort_of(role: Role, *, model: Model) -> Sort:
    """Whether an image, a clip or a sound stands in a role of a model."""
    first, *place = role.split(".")
    if first != PARAMS:
        return cast("Sort", NEUTRAL[first].type.removesuffix("s"))
    schema: Any = model.params_schema
    for part in place:
        schema = schema["items"] if part.isdecimal() else schema["properties"][part]
    return cast("Sort", schema["media"])


def media_places(value: Json, schema: Mapping[str, Json], at: Place = ()) -> Iterator[tuple[Place, Json]]:
    """Where a value has media, and what is written there: text, or a list of texts."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            part = schema.get("properties", {}).get(name, {})
            if "media" in part:
                yield (*at, name), item
            else:
                yield from media_places(item, part, (*at, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from media_places(item, schema.get("items", {}), (*at, number))


def _sources(value: Json) -> Json:
    """The source of a text, the sources of a list of texts, None for anything else."""
    if isinstance(value, str):
        return Source.read(value)
    if not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
        return None
    sources = tuple(Source.read(item) for item in value)
    return None if None in sources else sources


def _parent(value: Any, place: Place) -> tuple[Any, str]:
    """What holds a place, and the place's name in it. A media place is always a mapping's."""
    *parents, name = place
    for part in parents:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value, str(name)
