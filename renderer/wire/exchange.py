"""One request under way: what is known of it at each moment, and so what is certain when it breaks.

A request counts as sent from the moment its first byte may have been written, which the connection itself tells
(httpcore's trace of `send_request_headers`); which error came of it later does not matter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from renderer.row import Row
from renderer.wire.outcome import NoAnswer, NotSent, Outcome, Reply

if TYPE_CHECKING:
    import httpx

ANSWER_BYTES_MAX = 8 << 20
BROKEN = "the connection broke"


class Timeouts(Row):
    """How long each part of an exchange may take, in seconds.

    `send_s` bounds the whole of sending, `answer_s` the time from the last byte sent to the last one received, and
    any wait for the next byte of either.
    """

    connect_s: float = 10.0
    send_s: float = 600.0
    answer_s: float = 60.0


TIMEOUTS = Timeouts()


class Exchange:
    """What is known of one request. `watch` follows the connection, `limit` is the time that is left."""

    limit: asyncio.Timeout

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._sent = False
        self._status: int | None = None
        self._headers: dict[str, str] = {}
        self._body = bytearray()

    async def watch(self, event: str, about: Mapping[str, Any]) -> None:
        """Follow httpcore's events. A CONNECT to a proxy is not the request, and says nothing about it."""
        if event.endswith(".send_request_headers.started") and about["request"].method != b"CONNECT":
            self._sent = True
            self._allow(self._timeouts.send_s)
        elif event.endswith(".send_request_body.complete"):
            self._allow(self._timeouts.answer_s)

    async def read(self, response: httpx.Response) -> None:
        """Take up the answer; raises what httpx raises, and `ValueError` where it is too large."""
        self._status, self._headers = response.status_code, dict(response.headers)
        async for chunk in response.aiter_bytes():
            self._body += chunk
            if len(self._body) > ANSWER_BYTES_MAX:
                raise ValueError("the answer is too large")

    def broken(self, error: Exception) -> Outcome:
        """What is certain after an error, and no more."""
        if self._status is not None:
            return self.reply(whole=False)
        return NoAnswer(_reason(error)) if self._sent else NotSent(_reason(error))

    def reply(self, *, whole: bool) -> Reply:
        assert self._status is not None, "BUG: an answer without a status"
        return Reply(self._status, self._headers, bytes(self._body), whole)

    def _allow(self, seconds: float) -> None:
        self.limit.reschedule(asyncio.get_running_loop().time() + seconds)


def _reason(error: Exception) -> str:
    """Why it broke, in words that hold no address."""
    import httpx  # noqa: PLC0415 - it is loaded by now

    kinds: list[tuple[type[Exception], str]] = [
        (httpx.ConnectTimeout, "no connection in time"),
        (httpx.TimeoutException, "no answer in time"),
        (httpx.ConnectError, f"no connection: {error}"),
        (httpx.ProxyError, f"the proxy refused: {error}"),
        (httpx.LocalProtocolError, "it cannot be sent"),  # its text may hold the header with the key
        (httpx.TransportError, f"{BROKEN}: {error}" if str(error) else BROKEN),
        (TimeoutError, "no answer in time"),
    ]
    return next((text for kind, text in kinds if isinstance(error, kind)), type(error).__name__)
