"""AI/ML API's adapter at a server of bytes: one act each, and what came of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from renderer.errors import RendererError
from renderer.providers.aimlapi import AimlApi, open_aimlapi
from renderer.providers.base import Answer, Look, NotAccepted
from renderer.report.errors import error_json, render_error
from renderer.wire.pace import Pace

from .raw import Play, RawServer
from .sellers import answered, at_once, raised

T = TypeVar("T")

KEY = "k-5ecret5ecret5ecret"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
INTENT = "r-0123456789abcdef"
JOB = "d0cddca1:runway/gen3a turbo"
UNIVERSAL = "/v2/video/generations"
BODY: Mapping[str, Any] = {"model": "gen3a_turbo", "prompt": "ein Mädchen", "duration": 5, "seed": 7}
PROBLEM = {"message": "words of theirs", "statusCode": "400", "path": "/v2", "requestId": "1"}
HTML = b"<!DOCTYPE html><html><body>Just a moment...</body></html>"
STILL = Path(__file__).parents[2] / "specs" / "stills" / "rocket.jpg"


def using(base: str, act: Callable[[AimlApi], Awaitable[T]], **environ: str) -> T:
    async def run() -> T:
        given = {"AIMLAPI_API_KEY": KEY, "AIMLAPI_API_BASE": base, **environ}
        seller = open_aimlapi(given, pace=Pace(now=lambda: NOW, sleep=at_once))
        try:
            return await act(seller)
        finally:
            await seller.close()

    return asyncio.run(run())


def submit(
    base: str, *, body: Mapping[str, Any] = BODY, media: Mapping[str, Path] | None = None, **environ: str
) -> Answer:
    return using(
        base,
        lambda seller: seller.submit(seller.freeze(body, vendor="runway"), media=media or {}, intent=INTENT),
        **environ,
    )


def submit_to(play: Play) -> Answer:
    with RawServer(play) as server:
        return submit(server.url)


def look_at(content: Any, **headers: str) -> Look:
    with RawServer(answered("200 OK", content, **headers)) as server:
        return using(server.url, lambda seller: seller.poll(JOB, address=UNIVERSAL))


def not_accepted(play: Play) -> NotAccepted:
    got = submit_to(play)
    assert isinstance(got, NotAccepted)
    return got


def told(error: RendererError) -> str:
    """All that can be seen of an error."""
    return render_error(error, colour=False) + json.dumps(error_json(error)) + repr(error)


def poll_fails(play: Play) -> RendererError:
    with RawServer(play) as server:
        return raised(lambda: using(server.url, lambda seller: seller.poll(JOB, address=UNIVERSAL)))
