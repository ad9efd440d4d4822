"""The simulator's clock: real time, made faster, and moved on at will."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import format_datetime


class Clock:
    """Seconds since the Unix epoch that pass `scale` times as fast as real ones, from `began_s` on.

    A state that is taken up again has the `began_s` of the first run, so that the clock runs on while nobody serves.
    """

    def __init__(self, *, scale: float, began_s: float | None = None, ahead_s: float = 0.0) -> None:
        self.scale = scale
        self.began_s = time.time() if began_s is None else began_s
        self.ahead_s = ahead_s
        self._anchor_s = time.monotonic() - (time.time() - self.began_s)

    def now_s(self) -> float:
        return self.began_s + self.ahead_s + (time.monotonic() - self._anchor_s) * self.scale

    def advance(self, seconds: float) -> None:
        self.ahead_s += seconds


def iso(at_s: float) -> str:
    """A moment as the service writes it: ISO 8601, milliseconds, Z."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def http_date(at_s: float) -> str:
    """A moment as HTTP writes it."""
    return format_datetime(datetime.fromtimestamp(int(at_s), UTC), usegmt=True)


def read_iso(text: str) -> float:
    """Seconds since the epoch; a moment without an offset is UTC. Raises `ValueError`."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
