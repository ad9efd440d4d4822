"""Answers from a recording, in any order, without a network and without waiting.

An exchange is found by method, target and body. What was only in the way when it was recorded (429, 5xx, a broken line)
and was overcome is not played again. Questions are answered in the recorded order, the last answer again and again; a
request that was accepted is played as often as it was bought.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from renderer.errors import ProviderUnavailable, UsageError
from renderer.model import Json
from renderer.providers.replay.exchange import CLIP, DELETE, GET, POST, Exchange, digest_of, scrubbed
from renderer.wire.body import Body
from renderer.wire.client import with_query
from renderer.wire.disk import unwritten
from renderer.wire.download import Cause, Delivered, Limits, Undelivered
from renderer.wire.outcome import NoAnswer, NotSent, Outcome, Reply
from renderer.wire.pace import Pace

Key = tuple[str, str, str | None]

FIELDS_SHOWN_MAX = 5


class Player:
    """A wire that has heard it all before. `exchanges` in the order in which they were recorded."""

    def __init__(self, exchanges: Iterable[Exchange], *, folder: Path) -> None:
        self._folder = folder
        self._heard: defaultdict[Key, list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            self._heard[_key(exchange.method, exchange.target, exchange.body)].append(exchange)
        self._heard = defaultdict(list, {key: _overcome(heard) for key, heard in self._heard.items()})

    async def get(self, path: str, *, query: Mapping[str, str], headers: Mapping[str, str]) -> Outcome:  # noqa: ARG002
        """The next recorded answer. Raises `ProviderUnavailable` P730 where there is none."""
        return _outcome(self._next(GET, with_query(path, query)))

    async def post(self, path: str, *, body: Body, headers: Mapping[str, str]) -> Outcome:  # noqa: ARG002
        """The recorded answer to the same body, whoever sends it. Raises as `get`; costs nothing."""
        return _outcome(self._next(POST, path, scrubbed(body.content)))

    async def delete(self, path: str, *, headers: Mapping[str, str]) -> Outcome:  # noqa: ARG002
        """The next recorded answer. Raises as `get`."""
        return _outcome(self._next(DELETE, path))

    async def download(
        self,
        link: str,
        *,
        target: Path,
        limits: Limits,  # noqa: ARG002 - it was kept to when it was recorded
        pace: Pace,  # noqa: ARG002
    ) -> Delivered | Undelivered:
        """A copy of the recorded file. Raises as `get`, and `StoreError` where it cannot be written."""
        answer = self._next(CLIP, scrubbed(link)).answer
        if "clip" not in answer:
            return Undelivered(Cause[answer["undelivered"]], answer["reason"])
        clip = self._folder / answer["clip"]
        if not await asyncio.to_thread(_is_whole, clip):
            raise ProviderUnavailable(
                "a clip of the recording is missing or damaged",
                code="P730",
                facts=[("recording", self._folder), ("clip", answer["clip"])],
                hint="restore it (`git lfs pull`?), or record again with `RENDERER_RECORD`",
            )
        try:
            await asyncio.to_thread(_copy, clip, target)
        except OSError as error:
            raise unwritten(target, error) from error
        return Delivered(answer["content_type"], answer["size_bytes"])

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _next(self, method: str, target: str, body: Json = None) -> Exchange:
        heard = self._heard.get(_key(method, target, body)) or self._under_another_signature(method, target)
        if not heard:
            raise self._unheard(method, target, body)
        is_used_up = method == POST and heard[0].is_good
        return heard.pop(0) if is_used_up or len(heard) > 1 else heard[0]

    def _under_another_signature(self, method: str, target: str) -> list[Exchange]:
        """A clip by its link without the query, where another look gave another signature."""
        if method != CLIP:
            return []
        place = target.partition("?")[0]
        found = (
            heard for (kind, link, _), heard in self._heard.items() if kind == CLIP and _place(link) == place
        )
        return next(found, [])

    def _unheard(self, method: str, target: str, body: Json) -> ProviderUnavailable:
        facts = [("recording", str(self._folder)), ("asked", f"{method} {target}")]
        near = self._nearest(method, target, body)
        return ProviderUnavailable(
            "the recording has no answer to this request",
            code="P730",
            facts=[*facts, ("nearest", near)] if near else facts,
            hint="record it again with `RENDERER_RECORD`",
        )

    def _nearest(self, method: str, target: str, body: Json) -> str | None:
        """The exchange of the same kind that differs in the fewest fields, and in which."""
        alike = [heard[0] for (kind, _, _), heard in self._heard.items() if kind == method and heard]
        if not alike:
            return None
        near = min(
            alike,
            key=lambda other: (_place(other.target) != _place(target), len(_differing(body, other.body))),
        )
        fields = [f"`{name}`" for name in _differing(body, near.body)[:FIELDS_SHOWN_MAX]]
        return f"{near.file}: {near.method} {near.target}" + (
            f", other {', '.join(fields)}" if fields else ""
        )


def read_recording(folder: Path, *, vendor: str) -> Sequence[Exchange]:
    """One vendor's exchanges in order; an empty file is a record that was never ended.

    Raises `UsageError` U043 for a file that is no exchange.
    """
    found = []
    for path in sorted(folder.glob("*.json")):
        if not path.stat().st_size:
            continue
        try:
            exchange = Exchange.from_text(path.read_text("utf-8"), file=path.name)
        except (OSError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise UsageError(
                f"`{path}` is not a recorded exchange",
                code="U043",
                facts=[("reason", f"{type(error).__name__}: {error}")],
                hint="record again into an empty folder",
            ) from error
        found.append(exchange)
    return [exchange for exchange in found if exchange.vendor == vendor]


def _key(method: str, target: str, body: Json) -> Key:
    # A question about a span of time is asked with other times whenever it is asked.
    timeless = _place(target) if "start=" in target else target
    return method, timeless, digest_of(body)


def _place(target: str) -> str:
    return target.partition("?")[0]


def _overcome(heard: Sequence[Exchange]) -> list[Exchange]:
    """Without the failures after which the same was asked again and answered."""
    last_good = max((number for number, exchange in enumerate(heard) if exchange.is_good), default=-1)
    return [exchange for number, exchange in enumerate(heard) if exchange.is_good or number > last_good]


def _differing(body: Json, other: Json) -> list[str]:
    if not (isinstance(body, Mapping) and isinstance(other, Mapping)):
        return []
    return sorted(name for name in {*body, *other} if body.get(name) != other.get(name))


def _outcome(exchange: Exchange) -> Outcome:
    answer = exchange.answer
    if "not_sent" in answer:
        return NotSent(answer["not_sent"])
    if "no_answer" in answer:
        return NoAnswer(answer["no_answer"])
    body = json.dumps(answer["json"]).encode() if "json" in answer else answer["text"].encode()
    return Reply(answer["status"], answer["headers"], body, answer["whole"])


def _is_whole(clip: Path) -> bool:
    """Whether the file has the bytes that its name says."""
    try:
        with clip.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == clip.stem
    except OSError:
        return False


def _copy(clip: Path, target: Path) -> None:
    with clip.open("rb") as source, target.open("xb") as copy:
        shutil.copyfileobj(source, copy)
