"""Brings the file behind a link to disk, whole, or says why not. Free, so it is tried again and again.

What was cut is resumed (RFC 9110, section 14) where the server shows that it is still the same file: by a strong
validator, or else by the same total length. Otherwise it begins anew. Redirects are followed as for an author's URL;
the key is never sent along.
"""

from __future__ import annotations

import contextlib
import re
from enum import Enum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol
from urllib.parse import urljoin

from renderer.row import Row
from renderer.wire.address import is_loopback, objection
from renderer.wire.disk import unwritten
from renderer.wire.outcome import pause_s
from renderer.wire.pace import PACE, Pace

if TYPE_CHECKING:
    import httpx

REDIRECTS_MAX = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LATER = frozenset({408, 425, 429})
CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class Limits(Row):
    """What a download may take: bytes, seconds in all, seconds without a byte, and attempts."""

    size_bytes_max: int
    timeout_s: float = 1800.0
    connect_timeout_s: float = 10.0
    stall_timeout_s: float = 30.0
    attempts_max: int = 10


class Cause(Enum):
    """Why a file did not come."""

    GONE = "the link leads nowhere any more"
    FORBIDDEN = "the link is not one that is followed"
    TOO_LARGE = "it is larger than it may be"
    LATER = "it could not be had now"


class Source(Protocol):
    """Whose links are followed: a vendor's `Client`."""

    @property
    def is_local(self) -> bool:
        """Whether the vendor is this machine itself, whose links may lead to this machine."""

    def links(self) -> httpx.AsyncClient:
        """Connections that never carry a key."""


class Undelivered(Row):
    """Nothing is at the target. `reason` holds no address."""

    cause: Cause
    reason: str


class Delivered(Row):
    """All of it is at the target. `content_type` is in lower case, without parameters."""

    content_type: str
    size_bytes: int


async def download(
    source: Source, link: str, *, target: Path, limits: Limits, pace: Pace = PACE
) -> Delivered | Undelivered:
    """Write the file behind `link` to `target`, a path at which nothing stands; costs no money.

    Raises `StoreError` E610 or E611 when it cannot be written, and nothing else but cancellation.
    """
    try:
        with contextlib.ExitStack() as undo:
            with target.open("xb") as file:
                undo.callback(target.unlink, missing_ok=True)
                got = await _Download(source, link, file=file, target=target, limits=limits, pace=pace).run()
            if isinstance(got, Delivered):
                undo.pop_all()
            return got
    except OSError as error:
        raise unwritten(target, error) from error


class _Download:
    """One file under way: what of it is on disk, and by what the rest would be known to belong to it."""

    def __init__(
        self, source: Source, link: str, *, file: IO[bytes], target: Path, limits: Limits, pace: Pace
    ) -> None:
        self._source, self._link, self._limits, self._pace = source, link, limits, pace
        self._file, self._target = file, target
        self._deadline_s = pace.clock_s() + limits.timeout_s
        self._asked_s: float | None = None
        self._forget()

    async def run(self) -> Delivered | Undelivered:
        got: Delivered | Undelivered = Undelivered(Cause.LATER, "it was not tried")
        for attempt in range(1, self._limits.attempts_max + 1):
            got = await self._attempt()
            if isinstance(got, Delivered) or got.cause is not Cause.LATER or self._is_late(self._asked_s):
                return got
            if attempt < self._limits.attempts_max:
                await self._pace.back_off(attempt, asked_s=self._asked_s)
        return got

    async def _attempt(self) -> Delivered | Undelivered:
        import httpx  # noqa: PLC0415 - it takes 100 ms

        self._asked_s = None
        try:
            return await self._follow()
        except httpx.TimeoutException:
            return Undelivered(Cause.LATER, "nothing came for too long")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Undelivered(Cause.LATER, f"the connection broke: {type(error).__name__}")

    async def _follow(self) -> Delivered | Undelivered:
        here, came_from = self._link, None
        for _ in range(REDIRECTS_MAX + 1):
            if reason := self._objection(here, came_from):
                return Undelivered(Cause.FORBIDDEN, reason)
            async with self._open(here) as response:
                there = response.headers.get("location")
                if response.status_code not in REDIRECTS or not there:
                    return await self._take(response)
            here, came_from = urljoin(here, there), here
        return Undelivered(Cause.FORBIDDEN, f"there are more than {REDIRECTS_MAX} redirects")

    def _objection(self, here: str, came_from: str | None) -> str | None:
        if reason := objection(here):
            return reason
        may_be_local = is_loopback(came_from) if came_from else self._source.is_local
        return "it leads to this machine" if is_loopback(here) and not may_be_local else None

    def _open(self, here: str) -> contextlib.AbstractAsyncContextManager[httpx.Response]:
        import httpx  # noqa: PLC0415 - it is loaded by now

        timeout = httpx.Timeout(
            self._limits.stall_timeout_s, connect=self._limits.connect_timeout_s, pool=None
        )
        return self._source.links().stream("GET", here, headers=self._wanted(), timeout=timeout)

    def _wanted(self) -> dict[str, str]:
        """The headers that ask for the rest, none where the rest could not be told from another file's."""
        if not self._size_bytes or not (self._validator or self._total_bytes):
            return {}
        asked = {"Range": f"bytes={self._size_bytes}-"}
        return {**asked, "If-Range": self._validator} if self._validator else asked

    async def _take(self, response: httpx.Response) -> Delivered | Undelivered:
        status = response.status_code
        if status == 200:
            self._begin(response)
        elif status in {206, 416} and not self._continues(response):
            self._forget()
            return Undelivered(Cause.LATER, "another part came than was asked for")
        elif status != 206:
            return self._refused(response)
        if (self._total_bytes or 0) > self._limits.size_bytes_max:
            return self._too_large()
        return await self._save(response)

    def _refused(self, response: httpx.Response) -> Undelivered:
        status = response.status_code
        cause = Cause.LATER if status >= 500 or status in LATER else Cause.GONE
        self._asked_s = pause_s(response.headers, now=self._pace.now())
        return Undelivered(cause, f"the server answers {status}")

    def _begin(self, response: httpx.Response) -> None:
        self._forget()
        etag, length = response.headers.get("etag", ""), response.headers.get("content-length", "")
        self._type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if "content-encoding" not in response.headers:
            self._validator = "" if etag.startswith("W/") else etag
            self._total_bytes = int(length) if length.isdecimal() else None

    def _continues(self, response: httpx.Response) -> bool:
        """Whether this is the very rest that was asked for, of the same file."""
        part = CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
        if not part or not self._wanted() or int(part[1]) != self._size_bytes:
            return False
        same = response.headers.get("etag", self._validator) == self._validator or not self._validator
        same_total = self._total_bytes in {None, int(part[3])}
        self._total_bytes = int(part[3])
        return same and same_total and "content-encoding" not in response.headers

    async def _save(self, response: httpx.Response) -> Delivered | Undelivered:
        async for chunk in response.aiter_bytes():
            self._size_bytes += len(chunk)
            if self._size_bytes > self._limits.size_bytes_max:
                return self._too_large()
            if self._is_late():
                return Undelivered(Cause.LATER, "it took too long")
            self._write(chunk)
        if self._total_bytes is not None and self._size_bytes != self._total_bytes:
            self._forget()
            return Undelivered(Cause.LATER, "it ended early")
        return Delivered(self._type, self._size_bytes)

    def _write(self, chunk: bytes) -> None:
        try:
            self._file.write(chunk)
        except OSError as error:
            raise unwritten(self._target, error) from error

    def _forget(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._size_bytes, self._total_bytes, self._validator, self._type = 0, None, "", ""

    def _is_late(self, pause_s: float | None = None) -> bool:
        return self._pace.clock_s() + (pause_s or 0.0) > self._deadline_s

    def _too_large(self) -> Undelivered:
        return Undelivered(Cause.TOO_LARGE, f"it has more than {self._limits.size_bytes_max} bytes")
