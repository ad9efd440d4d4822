"""Writes down every exchange that goes over a wire, as it ends. No answer is ever lost for want of a record.

What could not be written down is told when the wire is closed, after all that it was opened for.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from renderer.errors import StoreError
from renderer.model import Json
from renderer.providers.replay.exchange import (
    ANSWERED,
    ASKED,
    CLIP,
    DELETE,
    GET,
    POST,
    TEXT_BYTES_MAX,
    Exchange,
    is_shallow,
    scrubbed,
)
from renderer.wire.body import Body
from renderer.wire.client import Wire, with_query
from renderer.wire.download import Delivered, Limits, Undelivered
from renderer.wire.outcome import NoAnswer, NotSent, Outcome, Reply
from renderer.wire.pace import Pace

CLIPS = "clips"
NUMBERS_MAX = 10_000

Answer = Mapping[str, Json]


class Recorder:
    """A wire that keeps a record of another. `secrets` are removed from all that is written."""

    def __init__(self, wire: Wire, *, folder: Path, vendor: str, secrets: tuple[str, ...]) -> None:
        self._wire = wire
        self._folder = folder
        self._vendor = vendor
        self._secrets = secrets
        self._last: int | None = None
        self._guard = threading.Lock()
        self._trouble: Exception | None = None

    async def get(self, path: str, *, query: Mapping[str, str], headers: Mapping[str, str]) -> Outcome:
        """As the wire does."""
        outcome = await self._wire.get(path, query=query, headers=headers)
        await self._keep(GET, with_query(path, query), headers=headers, answer=lambda: _answer(outcome))
        return outcome

    async def post(self, path: str, *, body: Body, headers: Mapping[str, str]) -> Outcome:
        """As the wire does."""
        outcome = await self._wire.post(path, body=body, headers=headers)
        await self._keep(POST, path, headers=headers, body=body.content, answer=lambda: _answer(outcome))
        return outcome

    async def delete(self, path: str, *, headers: Mapping[str, str]) -> Outcome:
        """As the wire does."""
        outcome = await self._wire.delete(path, headers=headers)
        await self._keep(DELETE, path, headers=headers, answer=lambda: _answer(outcome))
        return outcome

    async def download(
        self, link: str, *, target: Path, limits: Limits, pace: Pace
    ) -> Delivered | Undelivered:
        """As the wire does, and keeps the file."""
        got = await self._wire.download(link, target=target, limits=limits, pace=pace)
        await self._keep(CLIP, link, headers={}, answer=lambda: self._delivery(got, target))
        return got

    async def close(self) -> None:
        """As the wire does; after that, raises `StoreError` E624 where the recording is not complete."""
        await self._wire.close()
        if self._trouble:
            raise _incomplete(self._folder, self._trouble) from self._trouble

    async def _keep(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str],
        answer: Callable[[], Answer],
        body: Json = None,
    ) -> None:
        """Write an exchange down; whatever goes wrong is left to `close`, since the answer may have cost money."""
        asked = {name: value for name, value in _lowered(headers).items() if name in ASKED}

        def keep() -> None:
            told = (scrubbed(value, secrets=self._secrets) for value in (target, body, asked, answer()))
            self._write(Exchange(self._vendor, method, *told))

        try:
            await asyncio.to_thread(keep)
        except Exception as error:  # noqa: BLE001 - no record is worth an answer, whatever broke
            self._trouble = error

    def _write(self, exchange: Exchange) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._reserve(f"{exchange.vendor}-{exchange.method.lower()}.json")
        aside = path.with_suffix(".part")
        text = exchange.to_text()
        aside.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        aside.replace(path)

    def _reserve(self, name: str) -> Path:
        """A new, empty file of the next free number; another process may record into the same folder."""
        for _ in range(NUMBERS_MAX):
            path = self._folder / f"{self._number():05}-{name}"
            with contextlib.suppress(FileExistsError):
                path.touch(exist_ok=False)
                return path
        raise OSError(errno.EEXIST, "no number is free")

    def _number(self) -> int:
        """The next number; what was recorded into the folder before comes first."""
        with self._guard:
            if self._last is None:
                names = (path.name.partition("-")[0] for path in self._folder.glob("*.json"))
                self._last = max((int(name) for name in names if name.isdecimal()), default=0)
            self._last += 1
            return self._last

    def _delivery(self, got: Delivered | Undelivered, clip: Path) -> Answer:
        if isinstance(got, Undelivered):
            return {"undelivered": got.cause.name, "reason": got.reason}
        name = self._keep_clip(clip)
        return {"clip": name, "content_type": got.content_type, "size_bytes": got.size_bytes}

    def _keep_clip(self, clip: Path) -> str:
        with clip.open("rb") as stream:
            name = f"{CLIPS}/{hashlib.file_digest(stream, 'sha256').hexdigest()}.mp4"
        (self._folder / CLIPS).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(clip, self._folder / name)
        return name


def _answer(outcome: Outcome) -> Answer:
    if isinstance(outcome, NotSent):
        return {"not_sent": outcome.reason}
    if isinstance(outcome, NoAnswer):
        return {"no_answer": outcome.reason}
    told = {name: value for name, value in outcome.headers.items() if ANSWERED.fullmatch(name)}
    return {"status": outcome.status, "headers": told, "whole": outcome.whole, **_content(outcome)}


def _content(reply: Reply) -> Answer:
    """The body as JSON where it is some, and not nested so deep that it could not be written again; else as text."""
    with contextlib.suppress(ValueError, RecursionError):
        content = json.loads(reply.body)
        if is_shallow(content):
            return {"json": content}
    return {"text": reply.body[:TEXT_BYTES_MAX].decode("utf-8", "replace")}


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _incomplete(folder: Path, error: Exception) -> StoreError:
    said = error.strerror if isinstance(error, OSError) else ""
    return StoreError(
        "the recording is not complete",
        code="E624",
        facts=[("recording", folder), ("reason", said or f"{type(error).__name__}: {error}")],
        hint="record again into an empty folder; what was bought meanwhile is on record and not paid for again",
    )
