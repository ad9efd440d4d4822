"""Media that a storyboard names by a URL: fetched once, looked at, put into the store, and pinned."""

from __future__ import annotations

from typing import Literal

from renderer.digest import Digest
from renderer.errors import MediaError
from renderer.media.stills import STILL_BYTES_MAX, inspect_still
from renderer.media.tracks import TRACK_BYTES_MAX, inspect_track
from renderer.store.store import Store

FETCH_TIMEOUT_S = 60.0
CONNECT_TIMEOUT_S = 10.0
Sort = Literal["image", "video", "audio"]


def fetch_medium(store: Store, url: str, *, sort: Sort, pinned: Digest | None) -> Digest:
    """Fetch a URL and pin it to what it holds.

    Raises `MediaError` S466 where it was pinned to something else, and as `fetch`, `inspect_still` and `inspect_track` do.
    """
    from renderer.wire import fetch  # noqa: PLC0415 - httpx costs 100 ms

    with store.scratch() as folder:
        target = folder / "fetched"
        fetch(
            url,
            target=target,
            size_max=STILL_BYTES_MAX if sort == "image" else TRACK_BYTES_MAX,
            timeout_s=FETCH_TIMEOUT_S,
            connect_timeout_s=CONNECT_TIMEOUT_S,
        )
        if sort == "image":
            inspect_still(target)
        else:
            inspect_track(target, sort=sort)
        digest = store.put_file(target)
    if pinned and digest != pinned:
        raise MediaError(
            f"`{url}` does not hold any more what it was pinned to",
            code="S466",
            facts=[("pinned", pinned.short), ("now", digest.short)],
            hint="bring back the store that has it, or save the new file and name its path",
        )
    store.fetched.put(url, digest)
    return digest
