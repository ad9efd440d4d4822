"""Pins clips, so that nothing clears them away: by the start of a digest, or what the shots of a storyboard show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from renderer.digest import Digest
from renderer.errors import UsageError
from renderer.pipeline.record.takes import SHORT_MIN, SHOWN, list_takes
from renderer.pipeline.run import Run
from renderer.store.store import Store

MARK = "@"


def pin(store: Store, digests: Sequence[Digest], *, reason: str, now: datetime) -> None:
    """Pin clips; what is pinned already has the new reason, or keeps its own where none is given."""
    known = {one.digest.sha256: one.reason for one in store.care.pinned.all()}
    for digest in digests:
        store.care.pinned.pin(digest, reason=reason or known.get(digest.sha256, ""), now=now)


def unpin(store: Store, digests: Sequence[Digest]) -> list[Digest]:
    """Let go of clips; those that were pinned."""
    return [digest for digest in digests if store.care.pinned.unpin(digest.sha256)]


def stored(store: Store, wanted: Sequence[str]) -> list[Digest]:
    """The stored clips whose digests begin as in `@3f9a`, in order. Raises `UsageError` U090, U091."""
    return [_one(text, store.care.begins_with) for text in wanted]


def pinned(store: Store, wanted: Sequence[str]) -> list[Digest]:
    """The pinned clips whose digests begin so, whether or not they are stored. Raises as `stored`."""
    known = [one.digest for one in store.care.pinned.all()]

    def find(prefix: str) -> list[Digest]:
        return [digest for digest in known if digest.sha256.startswith(prefix)]

    return [_one(text, find, is_there=store.care.begins_with) for text in wanted]


def shown(run: Run, shots: Sequence[str]) -> list[Digest]:
    """The clips that the shots of a storyboard show, each once, in order. Raises `UsageError` U093 where there is none, U006."""
    patterns = shots or ["*"]
    lines = [line for pattern in patterns for line in list_takes(run, pattern, everything=True)]
    found = dict.fromkeys(line.clip for line in lines if line.clip and SHOWN & set(line.marks))
    if not found:
        raise UsageError(
            "there is no clip to pin", code="U093", hint="build the shots first; `renderer takes` lists clips"
        )
    return list(found)


Find = Callable[[str], Sequence[Digest]]


def _one(text: str, find: Find, *, is_there: Find = lambda _: ()) -> Digest:
    """The one clip that is meant; `is_there` finds those that are stored, so that one that is not pinned is told as such."""
    prefix = text.removeprefix(MARK).lower()
    is_digest = text.startswith(MARK) and len(prefix) >= SHORT_MIN and set(prefix) <= set("0123456789abcdef")
    found = find(prefix) if is_digest else []
    if not found and is_digest and is_there(prefix):
        raise UsageError(
            f"the clip `{text}` is not pinned",
            code="U090",
            hint="`renderer cache pins` lists those that are",
        )
    if not found:
        raise UsageError(
            f"there is no clip `{text}`",
            code="U090",
            hint=f"`{MARK}` and {SHORT_MIN} or more signs of a digest, as `renderer takes` and `cache pins` show them",
        )
    if len(found) > 1:
        raise UsageError(f"several clips begin with `{text}`", code="U091", hint="give more of it")
    return found[0]
