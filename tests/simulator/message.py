"""What comes in and what goes out: a request as it was read, and an answer with all that may go wrong in giving it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PHRASES = {status.value: status.phrase for status in HTTPStatus}


class Ending(Enum):
    """What becomes of the connection."""

    KEEP = "it stays open"
    CLOSE = "it is closed in order"
    RESET = "it is reset"


@dataclass(frozen=True, slots=True)
class Request:
    """A request; header names in lower case. `body` is empty while only the head was read."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    target: str
    body: bytes = b""

    @classmethod
    def read(cls, method: bytes, target: bytes, headers: Mapping[str, str]) -> Request:
        parts = urlsplit(target.decode("latin-1"))
        query = parse_qs(parts.query, keep_blank_values=True)
        return cls(method.decode("latin-1"), unquote(parts.path), query, headers, target.decode("latin-1"))

    def asked(self, name: str) -> str | None:
        """The one value of a query parameter, None where it is not given."""
        return self.query[name][-1] if name in self.query else None

    @property
    def key(self) -> str | None:
        """The bearer key."""
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        return key.strip() or None if scheme.lower() == "bearer" else None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. Times here are real seconds: they are about the connection, not about the service.

    `announced` is the Content-Length: the true one, none at all, or a lie. `filler` bytes of zero follow the body.
    After `sent_max` bytes of the body and `lingering_s` the connection ends. `job` and `accepted` are for the record.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | str = "true"
    filler: int = 0
    sent_max: int | None = None
    rate_bytes_per_s: float | None = None
    pause_s: float = 0.0
    lingering_s: float = 0.0
    ending: Ending = Ending.KEEP
    silent: bool = False
    job: str | None = None
    accepted: bool = False
    note: str | None = None

    @property
    def size(self) -> int:
        return len(self.body) + self.filler

    def head(self, date: str) -> bytes:
        """The status line and the headers, with a Content-Length as announced."""
        phrase = PHRASES.get(self.status, "Unknown")
        lines = [f"HTTP/1.1 {self.status} {phrase}", f"date: {date}", "server: simulator"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        length = self.size if self.announced == "true" else self.announced
        if length != "none" and self.status not in {204, 304}:
            lines.append(f"content-length: {length}")
        if not self.keeps_open:
            lines.append("connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    @property
    def keeps_open(self) -> bool:
        """Whether another request may follow: only where the end of this answer can be seen."""
        is_whole = self.sent_max is None or self.sent_max >= self.size
        return self.ending is Ending.KEEP and self.announced == "true" and is_whole and not self.silent


def json_answer(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return Answer(status, body, {"content-type": "application/json; charset=utf-8", **(headers or {})})


def with_headers(answer: Answer, headers: Mapping[str, str]) -> Answer:
    """The answer with more headers, which win."""
    return replace(answer, headers={**answer.headers, **headers})
