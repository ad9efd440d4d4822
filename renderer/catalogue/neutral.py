"""The provider-neutral fields: one table of what an author may ask of any model.

A model file says how a model names, limits and fills each of them; what is not in this table is the
model's own and goes below `params`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from renderer.model import Json
from renderer.row import Row
from renderer.storyboard import Request

FieldType = Literal["string", "number", "integer", "boolean", "image", "images", "video", "videos", "audio"]
MEDIA_TYPES: frozenset[FieldType] = frozenset({"image", "images", "video", "videos", "audio"})


class Neutral(Row):
    """One neutral field: its name in a storyboard, its type, what it means, and where `Request` keeps it.

    Media types are files, URLs or data URIs, and enter a key by their digests. A `number` is exact.
    """

    name: str
    type: FieldType
    meaning: str
    attribute: str


def _neutral(name: str, kind: FieldType, meaning: str, attribute: str | None = None) -> Neutral:
    return Neutral(name, kind, meaning, attribute or name)


NEUTRAL: Mapping[str, Neutral] = {
    entry.name: entry
    for entry in (
        _neutral("prompt", "string", "what is to be seen, in words"),
        _neutral("negative_prompt", "string", "what is not to be seen, in words"),
        _neutral("image", "image", "the first frame"),
        _neutral("last_image", "image", "the last frame"),
        _neutral("references", "images", "pictures of people, things and styles to keep to"),
        _neutral("video", "video", "a clip to change or to go on from"),
        _neutral("audio", "audio", "sound that the picture follows, such as a voice to speak with"),
        _neutral("ratio", "string", "width to height, such as `16:9`"),
        _neutral("resolution", "string", "how fine the picture is, such as `720p`"),
        _neutral("duration", "number", "the length that is bought, in seconds", "duration_s"),
        _neutral("enhance_prompt", "boolean", "whether the vendor may rewrite the prompt"),
        _neutral("seed", "integer", "the number that tells takes apart; take n uses seed + n - 1"),
    )
}


def asked(request: Request) -> dict[str, Json]:
    """The neutral fields that a request asks for, in the table's order, without the seed.

    The seed is left out because every request has one, asked for or not. A field that `Request` does not
    keep, or keeps as None, is not asked for.
    """
    values = {
        name: getattr(request, entry.attribute, None) for name, entry in NEUTRAL.items() if name != "seed"
    }
    return {name: value for name, value in values.items() if value not in (None, (), "")}
