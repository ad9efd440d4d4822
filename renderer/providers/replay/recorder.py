"""Writes down every exchange that goes over a wire, as it ends. What is bought is never lost for want of a record."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import json
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path

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
    scrubbed,
)
from renderer.wire.body import Body
from renderer.wire.client import Wire, with_query
from renderer.wire.disk import unwritten
from renderer.wire.download import Delivered, Limits, Undelivered
from renderer.wire.outcome import NoAnswer, NotSent, Outcome, Reply
from renderer.wire.pace import Pace

CLIPS = "clips"
NUMBERS_MAX = 10_000


class Recorder:
    """A wire that keeps a record of another. `secrets` are removed from all that is written."""

    def __init__(self, wire: Wire, *, folder: Path, vendor: str, secrets: tuple[str, ...]) -> None:
        self._wire = wire
        self._folder = folder
        self._vendor = vendor
        self._secrets = secrets
        self._last: int | None = None
        self._guard = threading.Lock()
        self._trouble: OSError | None = None

    async def get(self, path: str, *, query: Mapping[str, str], headers: Mapping[str, str]) -> Outcome:
        """As the wire does; raises `StoreError` where the record cannot be written."""
        self._check()
        outcome = await self._wire.get(path, query=query, headers=headers)
        await self._keep(GET, with_query(path, query), headers=headers, answer=_answer(outcome))
        self._check()
        return outcome

    async def post(self, path: str, *, body: Body, headers: Mapping[str, str]) -> Outcome:
        """As the wire does. A record that cannot be written is told by the next free question: this may have cost money."""
        outcome = await self._wire.post(path, body=body, headers=headers)
        await self._keep(POST, path, headers=headers, body=body.content, answer=_answer(outcome))
        return outcome

    async def delete(self, path: str, *, headers: Mapping[str, str]) -> Outcome:
        """As the wire does."""
        outcome = await self._wire.delete(path, headers=headers)
        await self._keep(DELETE, path, headers=headers, answer=_answer(outcome))
        return outcome

    async def download(
        self, link: str, *, target: Path, limits: Limits, pace: Pace
    ) -> Delivered | Undelivered:
        """As the wire does, and keeps the file."""
        got = await self._wire.download(link, target=target, limits=limits, pace=pace)
        answer: dict[str, Json]
        if isinstance(got, Delivered):
            name = await asyncio.to_thread(self._keep_clip, target)
            answer = {"clip": name, "content_type": got.content_type, "size_bytes": got.size_bytes}
        else:
            answer = {"undelivered": got.cause.name, "reason": got.reason}
        await self._keep(CLIP, link, headers={}, answer=answer)
        return got

    async def close(self) -> None:
        await self._wire.close()

    def _check(self) -> None:
        if self._trouble:
            raise unwritten(self._folder, self._trouble)

    async def _keep(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str],
        answer: Mapping[str, Json],
        body: Json = None,
    ) -> None:
        asked = {name: value for name, value in _lowered(headers).items() if name in ASKED}
        exchange = Exchange(
            self._vendor,
            method,
            scrubbed(target, secrets=self._secrets),
            scrubbed(body, secrets=self._secrets),
            scrubbed(asked, secrets=self._secrets),
            scrubbed(answer, secrets=self._secrets),
        )
        await asyncio.to_thread(self._write, exchange)

    def _write(self, exchange: Exchange) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._reserve(f"{exchange.vendor}-{exchange.method.lower()}.json")
            aside = path.with_suffix(".part")
            text = exchange.to_text()
            aside.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
            aside.replace(path)
        except OSError as error:
            self._trouble = error

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

    def _keep_clip(self, clip: Path) -> str:
        with clip.open("rb") as stream:
            name = f"{CLIPS}/{hashlib.file_digest(stream, 'sha256').hexdigest()}.mp4"
        try:
            (self._folder / CLIPS).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(clip, self._folder / name)
        except OSError as error:
            self._trouble = error
        return name


def _answer(outcome: Outcome) -> dict[str, Json]:
    if isinstance(outcome, NotSent):
        return {"not_sent": outcome.reason}
    if isinstance(outcome, NoAnswer):
        return {"no_answer": outcome.reason}
    told = {name: value for name, value in outcome.headers.items() if ANSWERED.fullmatch(name)}
    return {"status": outcome.status, "headers": told, "whole": outcome.whole, **_content(outcome)}


def _content(reply: Reply) -> dict[str, Json]:
    try:
        return {"json": json.loads(reply.body)}
    except (ValueError, RecursionError):
        return {"text": reply.body[:TEXT_BYTES_MAX].decode("utf-8", "replace")}


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
