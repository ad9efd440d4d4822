"""One exchange as it is written down: what was asked, what was answered, nothing secret. The form of its file.

Written: method, target, the two headers that mean something, a JSON body with its media by digest, the answer. Never
written: any other header, keys, and the queries of links, which hold signatures; a digest stands in for a query, so that
links that differed still differ.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence

from renderer.model import Json
from renderer.row import Row
from renderer.wire.download import Cause

VERSION = 1
TEXT_BYTES_MAX = 1 << 16
DEPTH_MAX = 100
DIGITS = 12
ASKED = frozenset({"x-client-request-id", "x-runway-version"})
ANSWERED = re.compile(r"content-type|retry-after(-ms)?|x-inference-id|x-aimlapi-[a-z-]+")
URL = re.compile(r"https?://[^\s'\"<>\\]+", re.IGNORECASE)
TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bBearer\s+\S+", re.IGNORECASE)
WRITTEN_QUERY = re.compile(rf"recorded=[0-9a-f]{{{DIGITS}}}")
CLIP_FILE = re.compile(r"clips/[0-9a-f]{64}\.mp4")
GET, POST, DELETE, CLIP = "GET", "POST", "DELETE", "CLIP"


class Exchange(Row):
    """`method` is `CLIP` for a download, whose `target` is the link; `file` is where it is written, for messages.

    `answer` is `{status, headers, json | text, whole}`, `{not_sent}`, `{no_answer}`, `{clip, content_type, size_bytes}` or
    `{undelivered, reason}`.
    """

    vendor: str
    method: str
    target: str
    body: Json
    headers: Mapping[str, str]
    answer: Mapping[str, Json]
    file: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it brought what was asked for."""
        status = self.answer.get("status", 0)
        return "clip" in self.answer or (200 <= status < 300 and self.answer["whole"])

    def to_text(self) -> str:
        """The file's text: JSON in lines, keys in order, so that recordings can be read and compared."""
        request = {
            "method": self.method,
            "target": self.target,
            "headers": dict(self.headers),
            "body": self.body,
            "body_sha256": digest_of(self.body),
        }
        value = {"version": VERSION, "vendor": self.vendor, "request": request, "answer": self.answer}
        return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n"

    @classmethod
    def from_text(cls, text: str, *, file: str) -> Exchange:
        """The inverse of `to_text`; raises `KeyError`, `TypeError` or `ValueError` for anything else."""
        value = json.loads(text)
        if value["version"] != VERSION:
            raise ValueError(f"version {value['version']}")
        request = value["request"]
        _check(value["answer"])
        return cls(
            value["vendor"],
            request["method"],
            request["target"],
            request["body"],
            request["headers"],
            value["answer"],
            file,
        )


def _check(answer: Mapping[str, Json]) -> None:
    """Raise unless an answer is of one of its forms; a recording may have been edited, or come from elsewhere."""
    forms: Sequence[Mapping[str, type]] = (
        {"status": int, "headers": dict, "whole": bool},
        {"not_sent": str},
        {"no_answer": str},
        {"clip": str, "content_type": str, "size_bytes": int},
        {"undelivered": str, "reason": str},
    )
    if not any(all(isinstance(answer.get(name), kind) for name, kind in form.items()) for form in forms):
        raise ValueError("the answer is of no known form")
    if "status" in answer and not ("json" in answer or isinstance(answer.get("text"), str)):
        raise ValueError("the answer has no body")
    if "clip" in answer and not CLIP_FILE.fullmatch(answer["clip"]):
        raise ValueError("the clip is not one of the recording")
    if "undelivered" in answer:
        Cause[answer["undelivered"]]


def digest_of(body: Json) -> str | None:
    """The digest by which a body is found again; the order of its fields does not matter."""
    if body is None:
        return None
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def scrubbed(value: Json, *, secrets: Iterable[str] = ()) -> Json:
    """A JSON value without keys and without the queries of links.

    >>> scrubbed({"url": "https://cdn.example.org/a.mp4?_jwt=x"})
    {'url': 'https://cdn.example.org/a.mp4?recorded=488246839eb3'}
    """
    if isinstance(value, str):
        for secret in filter(None, secrets):
            value = value.replace(secret, "…")
        return TOKEN.sub("…", URL.sub(_without_query, value))
    if isinstance(value, Mapping):
        return {
            scrubbed(name, secrets=secrets): scrubbed(item, secrets=secrets) for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [scrubbed(item, secrets=secrets) for item in value]
    return value


def is_shallow(value: Json, *, depth_max: int = DEPTH_MAX) -> bool:
    """Whether a JSON value is nested less deep than what walks through it by recursion can follow.

    >>> is_shallow([[1]]), is_shallow([[1]], depth_max=2)
    (True, False)
    """
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return depth_max > 0 and all(is_shallow(item, depth_max=depth_max - 1) for item in inner)


def _without_query(found: re.Match[str]) -> str:
    """A link with a digest for its query; one that was written so before stays as it is."""
    url = found.group()
    scheme, _, rest = url.partition("://")
    place, mark, query = _parted(rest)
    host, slash, path = place.partition("/")
    plain = f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
    if not mark:
        return plain
    if mark == "?" and WRITTEN_QUERY.fullmatch(query):
        return f"{plain}?{query}"
    digest = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{plain}?recorded={digest[:DIGITS]}"


def _parted(rest: str) -> tuple[str, str, str]:
    """What stands before the first `?` or `#`, that sign, and what stands behind it."""
    found = re.search(r"[?#]", rest)
    return (rest[: found.start()], found.group(), rest[found.end() :]) if found else (rest, "", "")
