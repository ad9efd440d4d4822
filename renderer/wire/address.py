"""Addresses: which URLs are spoken to at all, and how they are shown. Pure."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from renderer.errors import RendererError


class FetchRefused(RendererError):  # noqa: N818 - named for what it states
    """The URL does not give a file that may be used; another try gives the same."""

    code = "S460"
    exit_code = 2


def check_url(url: str) -> None:
    """Raise `FetchRefused` S462 unless `url` is https, or http to a loopback address, without credentials."""
    if reason := objection(url):
        raise not_fetched(url, reason)


def objection(url: str) -> str | None:
    """Why a URL is not spoken to, None where it is.

    >>> objection("http://example.org/")
    'only https is fetched, and http from this machine itself'
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "it is not a URL"
    if not host:
        return "it names no host"
    if parts.username or parts.password:
        return "it carries a user name or password"
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url)):
        return "only https is fetched, and http from this machine itself"
    return None


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine itself, by its name or number."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def shown(url: str) -> str:
    """A URL fit for messages: without user, query and fragment, which may hold signatures."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def not_fetched(url: str, reason: str) -> FetchRefused:
    """The error for a URL that is not spoken to."""
    try:
        name = shown(url)
    except ValueError:
        name = "(unreadable)"
    return FetchRefused(
        "the URL is not one that is fetched",
        code="S462",
        facts=[("url", name), ("reason", reason)],
        hint="name an https URL or a file",
    )
