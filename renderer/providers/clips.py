"""Brings the clip that a vendor's link leads to: whole, and no page in its place. Whether it plays is for others."""

from __future__ import annotations

import asyncio
from pathlib import Path

from renderer.errors import ProviderFailed
from renderer.providers.account import Account
from renderer.providers.base import LinkExpired
from renderer.providers.sorting import unavailable
from renderer.wire.address import shown
from renderer.wire.client import Wire
from renderer.wire.download import Cause, Delivered, Limits, Undelivered
from renderer.wire.pace import Pace

CLIP_BYTES_MAX = 2 << 30
LIMITS = Limits(CLIP_BYTES_MAX)
HEAD_BYTES = 256
OPENINGS = (b"<", b"{", b"[")


async def fetch_clip(
    wire: Wire, link: str, *, account: Account, output: Path, limits: Limits, pace: Pace
) -> None:
    """Write the clip to `output`, a path at which nothing stands; free, and never sends the key.

    Raises `LinkExpired` where the link leads to no clip any more (a refusal, a web page),
    `ProviderUnavailable` where it may come later, `ProviderFailed` where it is too large, holds no bytes or the link is not
    one that is followed, `StoreError` where the disk refuses. Leaves nothing at `output` then.
    """
    got = await wire.download(link, target=output, limits=limits, pace=pace)
    if isinstance(got, Undelivered):
        raise _undelivered(link, got, account=account)
    if reason := await asyncio.to_thread(_no_clip, got, output):
        raise (_expired if got.size_bytes else _unfit)(link, account=account, reason=reason)


def _undelivered(link: str, got: Undelivered, *, account: Account) -> Exception:
    if got.cause is Cause.GONE:
        return _expired(link, account=account, reason=got.reason)
    if got.cause is Cause.LATER:
        return unavailable(
            f"`{account.provider}` does not deliver a clip now", answer=account.clean(got.reason)
        )
    return _unfit(link, account=account, reason=got.reason)


def _unfit(link: str, *, account: Account, reason: str) -> ProviderFailed:
    return ProviderFailed(
        f"the clip of `{account.provider}` cannot be taken: {reason}",
        facts=[("link", _shown(link, account))],
    )


def _expired(link: str, *, account: Account, reason: str) -> LinkExpired:
    return LinkExpired(
        f"the link that `{account.provider}` gave leads to no clip",
        facts=[("link", _shown(link, account)), ("reason", reason)],
    )


def _shown(link: str, account: Account) -> str:
    try:
        return account.clean(shown(link))
    except ValueError:
        return "(unreadable)"


def _no_clip(got: Delivered, output: Path) -> str | None:
    """Why what came cannot be a clip, which is removed then. Servers name clips `octet-stream` and worse, so only text is told by its name."""
    with output.open("rb") as stream:
        head = stream.read(HEAD_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
    is_text = got.content_type.startswith("text/html") or head.startswith(OPENINGS)
    if got.size_bytes and not is_text:
        return None
    output.unlink()
    return "it is a page, not a clip" if got.size_bytes else "it holds no bytes"
