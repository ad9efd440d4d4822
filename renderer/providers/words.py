"""A vendor's own words, made fit for messages: no keys, no signatures, no media, nothing that a terminal would obey."""

from __future__ import annotations

import re
from collections.abc import Iterable

from renderer.model import Json

WORDS_MAX = 400
_DATA_URI = re.compile(r"data:[\w.+-]*/?[\w.+-]*(?:;[\w=.-]+)*,[^\s'\"<>]*", re.IGNORECASE)
_URL = re.compile(r"(https?://)(?:[^\s/'\"<>@]*@)?([^\s?#'\"<>]*)[?#]?[^\s'\"<>]*", re.IGNORECASE)
_BEARER = re.compile(r"\bBearer\s+\S+", re.IGNORECASE)
_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")


def clean(text: str, *, secrets: Iterable[str] = ()) -> str:
    """One line of at most 400 characters that may be shown and stored.

    >>> clean("see https://me:pw@example.org/a.mp4?_jwt=x now, key k-123456", secrets=["k-123456"])
    'see https://example.org/a.mp4 now, key …'
    >>> clean("bad image data:image/png;base64,iVBORw0KGgo= in body")
    'bad image data:… in body'
    """
    text = text[: 1 << 16]
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    for pattern, safe in ((_DATA_URI, "data:…"), (_BEARER, "Bearer …"), (_URL, r"\1\2"), (_TOKEN, "…")):
        text = pattern.sub(safe, text)
    line = " ".join(_UNSAFE.sub(" ", text).split())
    return line if len(line) <= WORDS_MAX else f"{line[: WORDS_MAX - 1]}…"


def spoken(value: Json) -> str:
    """What an error object says, in whichever of its shapes; empty where it says nothing.

    A string, a list, `{name, message}`, `{message: […]}`, `{detail: [{msg, type, loc}]}`, or one of these inside
    `error`.

    >>> spoken({"detail": [{"loc": ["body", "image_url"], "msg": "no face", "type": "face_detection_error"}]})
    'face_detection_error: no face (body.image_url)'
    >>> spoken({"name": "InternalError", "message": "try later"})
    'InternalError: try later'
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "; ".join(filter(None, map(spoken, value)))
    if not isinstance(value, dict):
        return ""
    if inner := spoken(value.get("error")):
        said = spoken(value.get("message"))
        return f"{inner}: {said}" if said and said != inner else inner
    told = next(
        filter(None, (spoken(value.get(name)) for name in ("message", "msg", "detail", "errors"))), ""
    )
    kind = next((value[name] for name in ("name", "type", "code") if isinstance(value.get(name), str)), "")
    place = ".".join(str(part) for part in value["loc"]) if isinstance(value.get("loc"), list) else ""
    return ": ".join(filter(None, (kind, told))) + (f" ({place})" if place else "")
