"""Fetches a file from a URL that an author wrote.

Every redirect is checked as the first URL was, and none leads from elsewhere to this machine. No credentials,
cookies or netrc are sent. The body goes to disk as it comes, up to a limit in bytes and one in seconds.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from renderer import __version__
from renderer.errors import RendererError
from renderer.wire.address import FetchRefused, check_url, is_loopback, not_fetched, shown
from renderer.wire.disk import unwritten

if TYPE_CHECKING:
    import httpx

REDIRECTS_MAX = 5
CHUNK_BYTES = 1 << 16
BUSY = frozenset({408, 425, 429})


class FetchFailed(RendererError):  # noqa: N818 - named for what it states
    """The file did not arrive; a retry may help."""

    code = "S460"
    exit_code = 4
    retryable = True


@dataclass(frozen=True, slots=True)
class Fetched:
    """What arrived: its type as the server names it, lower case without parameters, and its size."""

    content_type: str
    size_bytes: int


def fetch(
    url: str,
    *,
    size_max: int,
    timeout_s: float,
    connect_timeout_s: float,
    target: Path,
    clock_s: Callable[[], float] = time.monotonic,
) -> Fetched:
    """Write the body that `url` gives to `target`, a path at which nothing stands; costs no money.

    `size_max` is in bytes of the decoded body; `timeout_s` covers all of it, redirects too. Nothing is
    left at `target` after a failure. Raises `FetchRefused` S461 too large, S462 a URL that is not
    allowed, S463 a status such as 404, S464 too many redirects; `FetchFailed` S460 not reached, cut off
    or too slow, S463 a status of a busy or broken server; `StoreError` E610 or E611 when it cannot be written.
    """
    import httpx  # noqa: PLC0415 - it takes 100 ms

    check_url(url)
    deadline_s = clock_s() + timeout_s
    timeout = httpx.Timeout(timeout_s, connect=connect_timeout_s)
    try:
        with httpx.Client(
            timeout=timeout,
            follow_redirects=False,
            trust_env=not is_loopback(url),
            headers={"User-Agent": f"renderer/{__version__}", "Accept-Encoding": "identity"},
        ) as client:
            return _follow(
                client, url, target=target, size_max=size_max, deadline_s=deadline_s, clock_s=clock_s
            )
    except httpx.TimeoutException as error:
        raise _failed(url, "it took too long") from error
    except httpx.HTTPError as error:
        raise _failed(url, str(error) or type(error).__name__) from error
    except httpx.InvalidURL as error:
        raise not_fetched(url, str(error)) from error
    except OSError as error:
        raise unwritten(target, error) from error


def _follow(
    client: httpx.Client,
    url: str,
    *,
    target: Path,
    size_max: int,
    deadline_s: float,
    clock_s: Callable[[], float],
) -> Fetched:
    here = url
    for _ in range(REDIRECTS_MAX + 1):
        client.cookies.clear()
        with client.stream("GET", here) as response:
            if response.next_request is None:
                _check_status(response, url=here)
                return _save(
                    response, target=target, size_max=size_max, deadline_s=deadline_s, clock_s=clock_s
                )
            there = str(response.next_request.url)
        check_url(there)
        if is_loopback(there) and not is_loopback(here):
            raise not_fetched(there, "a redirect may not lead to this machine")
        here = there
    raise FetchRefused(
        f"there are more than {REDIRECTS_MAX} redirects", code="S464", facts=[("url", shown(url))]
    )


def _save(
    response: httpx.Response, *, target: Path, size_max: int, deadline_s: float, clock_s: Callable[[], float]
) -> Fetched:
    url, size_bytes = str(response.url), 0
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > size_max:
        raise _too_large(url, int(announced), size_max)
    with target.open("xb") as file, contextlib.ExitStack() as undo:
        undo.callback(target.unlink, missing_ok=True)
        for chunk in response.iter_bytes(CHUNK_BYTES):
            size_bytes += len(chunk)
            if size_bytes > size_max:
                raise _too_large(url, size_bytes, size_max)
            if clock_s() > deadline_s:
                raise _failed(url, "it took too long")
            file.write(chunk)
        file.flush()
        undo.pop_all()
    content_type = response.headers.get("content-type", "")
    return Fetched(content_type.partition(";")[0].strip().lower(), size_bytes)


def _check_status(response: httpx.Response, *, url: str) -> None:
    status = response.status_code
    if status == 200:
        return
    kind = FetchFailed if status >= 500 or status in BUSY else FetchRefused
    raise kind(
        f"the server answers {status} {response.reason_phrase}".rstrip(),
        code="S463",
        facts=[("url", shown(url))],
        hint="open the URL in a browser, or save the file and name its path",
    )


def _failed(url: str, reason: str) -> FetchFailed:
    return FetchFailed(
        "the file could not be fetched",
        facts=[("url", shown(url)), ("reason", reason)],
        hint="run the same command again, or save the file and name its path",
    )


def _too_large(url: str, size_bytes: int, size_max: int) -> FetchRefused:
    return FetchRefused(
        "the file is too large",
        code="S461",
        facts=[("url", shown(url)), ("bytes", f"at least {size_bytes}"), ("limit", f"{size_max} bytes")],
        hint="make it smaller, save it and name its path",
    )
