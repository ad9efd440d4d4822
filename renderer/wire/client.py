"""One vendor's API over HTTP. Says for every request whether it was never sent, not answered, or answered.

A POST gets a connection of its own, since it may cost money: on a kept one that the server has just closed nobody can
say whether the request was taken. A GET shares kept connections, and is asked once more when one was closed under it.
Redirects are never followed, so the key goes to the vendor's address alone; cookies are neither kept nor sent.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import ssl
import sys
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlencode

from renderer import __version__
from renderer.wire.address import is_loopback
from renderer.wire.body import Body
from renderer.wire.download import Delivered, Limits, Undelivered, download
from renderer.wire.exchange import BROKEN, TIMEOUTS, Exchange, Timeouts
from renderer.wire.outcome import NoAnswer, NotSent, Outcome
from renderer.wire.pace import Pace

if TYPE_CHECKING:
    import httpx

IN_FLIGHT_MAX = 256
KEPT_MAX = 8
"""Few: httpcore looks at every pair of idle connections for each request (measured: 64 cost 20 ms a take)."""
KEPT_S = 30.0
ATTEMPTS_MAX = 2


class Wire(Protocol):
    """What a seller asks of the wire: a `Client`, or somebody who has heard one before."""

    async def get(self, path: str, *, query: Mapping[str, str], headers: Mapping[str, str]) -> Outcome: ...

    async def post(self, path: str, *, body: Body, headers: Mapping[str, str]) -> Outcome: ...

    async def delete(self, path: str, *, headers: Mapping[str, str]) -> Outcome: ...

    async def download(
        self, link: str, *, target: Path, limits: Limits, pace: Pace
    ) -> Delivered | Undelivered: ...

    async def close(self) -> None: ...


class Client:
    """Connections to one vendor at `base`, an address that was checked. To be closed in the loop that used it."""

    def __init__(
        self, base: str, *, timeouts: Timeouts = TIMEOUTS, in_flight_max: int = IN_FLIGHT_MAX
    ) -> None:
        self._base = base.rstrip("/")
        self._timeouts = timeouts
        self._in_flight_max = in_flight_max
        self._pools: dict[str, httpx.AsyncClient] = {}

    @property
    def is_local(self) -> bool:
        """Whether the vendor is this machine itself, as in tests."""
        return is_loopback(self._base)

    async def get(self, path: str, *, query: Mapping[str, str], headers: Mapping[str, str]) -> Outcome:
        """Ask for something; free, so it is tried once more where a kept connection broke under it."""
        outcome: Outcome = NotSent("it was not tried")
        for _ in range(ATTEMPTS_MAX):
            outcome = await self._exchange("GET", path, query=query, headers=headers)
            if not (isinstance(outcome, NoAnswer) and outcome.reason.startswith(BROKEN)):
                return outcome
        return outcome

    async def post(self, path: str, *, body: Body, headers: Mapping[str, str]) -> Outcome:
        """Send a JSON body once. Raises nothing but cancellation, after which it may have been sent."""
        sent = {**headers, "Content-Type": "application/json", "Content-Length": str(body.length)}
        return await self._exchange("POST", path, headers=sent, body=body)

    async def delete(self, path: str, *, headers: Mapping[str, str]) -> Outcome:
        """Ask once for something to be ended."""
        return await self._exchange("DELETE", path, headers=headers)

    async def download(
        self, link: str, *, target: Path, limits: Limits, pace: Pace
    ) -> Delivered | Undelivered:
        """Bring the file that a link of an answer leads to; see `download.download`."""
        return await download(self, link, target=target, limits=limits, pace=pace)

    def links(self) -> httpx.AsyncClient:
        """The connections for links that answers lead to, which never carry the key."""
        return self._pool("links", kept_max=0)

    async def close(self) -> None:
        """Let go of all connections."""
        while self._pools:
            await self._pools.popitem()[1].aclose()

    async def _exchange(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
    ) -> Outcome:
        pool = self._pool("once", kept_max=0) if method == "POST" else self._pool("kept", kept_max=KEPT_MAX)
        exchange = Exchange(self._timeouts)
        try:
            async with (
                asyncio.timeout(None) as exchange.limit,
                pool.stream(
                    method,
                    f"{self._base}{with_query(path, query)}",
                    headers=dict(headers),
                    content=body.chunks() if body else None,
                    extensions={"trace": exchange.watch},
                ) as response,
            ):
                await exchange.read(response)
        except Exception as error:  # noqa: BLE001 - whatever broke, the request may have left, and that must be told
            return exchange.broken(error)
        return exchange.reply(whole=True)

    def _pool(self, name: str, *, kept_max: int) -> httpx.AsyncClient:
        if name not in self._pools:
            self._pools[name] = self._open(kept_max)
        return self._pools[name]

    def _open(self, kept_max: int) -> httpx.AsyncClient:
        import httpx  # noqa: PLC0415 - it takes 100 ms

        _silence()
        _know_what_is_missing()
        wait_s = self._timeouts.answer_s
        return httpx.AsyncClient(
            verify=_tls(),
            trust_env=not self.is_local,
            follow_redirects=False,
            timeout=httpx.Timeout(wait_s, connect=self._timeouts.connect_s, pool=None),
            limits=httpx.Limits(
                max_connections=self._in_flight_max,
                max_keepalive_connections=kept_max,
                keepalive_expiry=KEPT_S,
            ),
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            headers={
                "User-Agent": f"renderer/{__version__}",
                "Accept": "*/*",
                "Accept-Encoding": "identity",
            },
        )


@functools.cache
def _tls() -> ssl.SSLContext:
    """One for all connections, because each takes 35 ms and half a megabyte."""
    import httpx  # noqa: PLC0415 - it is loaded by now

    return httpx.create_ssl_context()


def with_query(path: str, query: Mapping[str, str] | None) -> str:
    """The target of a request. Every reserved character is encoded: an id may hold `:`, `/` and more."""
    return f"{path}?{urlencode(query, quote_via=quote, safe='')}" if query else path


def _know_what_is_missing() -> None:
    """Tell the interpreter once that `sniffio` is not installed, where it is not.

    httpcore tries to import it some ten times a request, and each try searches the whole path (measured: 5 ms a take).
    """
    if find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]


def _silence() -> None:
    """Keep whole URLs out of logs, since a link's query may hold a signature."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
