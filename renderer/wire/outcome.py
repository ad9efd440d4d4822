"""What became of one request: never sent, not answered, or answered. Values, no I/O."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime

from renderer.model import Json
from renderer.row import Row

PAUSE_S_MAX = 3600.0


class NotSent(Row):
    """Nothing left this machine: no name, no connection, no TLS. The server cannot have acted on it."""

    reason: str


class NoAnswer(Row):
    """Some of the request may have left, and no status came back: the server may have acted on it."""

    reason: str


class Reply(Row):
    """A status came back. Names of headers are in lower case; `whole` is False where the body was cut or too large."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True

    @property
    def is_page(self) -> bool:
        """Whether this is a web page: somebody on the way speaks, not the API."""
        return "html" in self.headers.get("content-type", "").lower() or self.body.lstrip()[:1] == b"<"

    def json(self) -> Json:
        """The body as JSON, fractions as exact `Decimal`; raises `ValueError` where it is none."""
        if not self.whole:
            raise ValueError("the answer is cut short")
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_refuse)
        except RecursionError:
            raise ValueError("the answer is nested too deeply") from None


Outcome = NotSent | NoAnswer | Reply


def pause_s(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """How long the server asks us to wait, in seconds from 0 to an hour; None where it does not say.

    `retry-after-ms` and `retry-after` are read, the latter as seconds or a date (RFC 9110, section 10.2.3). A date is
    held against the answer's own `date` where there is one, since our clock (`now`, with a zone) may be wrong.
    """
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        text = headers.get(name, "").strip()
        found = _number(text, scale=scale)
        if found is None and text and name == "retry-after":
            found = _until(text, date_of(headers.get("date", "")) or now)
        if found is not None:
            return min(max(found, 0.0), PAUSE_S_MAX)
    return None


def _number(text: str, *, scale: float) -> float | None:
    try:
        number = float(text) * scale
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _until(text: str, now: datetime) -> float | None:
    then = date_of(text)
    return (then - now).total_seconds() if then else None


def date_of(text: str) -> datetime | None:
    """The time of a `Date` header, None where it is none with a zone."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _refuse(word: str) -> Json:
    raise ValueError(f"`{word}` is not JSON")
