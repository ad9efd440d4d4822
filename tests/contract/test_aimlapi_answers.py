"""AI/ML API's answers to requests over real HTTP: accepted, not accepted, or unknown."""

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest

from renderer.errors import (
    ProviderBroke,
    ProviderError,
    ProviderRefused,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from renderer.job import Frozen
from renderer.providers.aimlapi import AimlApi
from renderer.providers.base import Accepted, NotAccepted, Unknown, Why

from .aimlapi import BODY, HTML, INTENT, PROBLEM, UNIVERSAL, not_accepted, submit, submit_to, told, using
from .raw import Line, Play, RawServer, answer, saying
from .sellers import answered


@pytest.mark.parametrize(
    ("content", "job"),
    [
        ({"id": "d0cddca1-e382"}, "d0cddca1-e382"),
        ({"generation_id": "-G3b3vVKdoC42f"}, "-G3b3vVKdoC42f"),
        ({"id": 7351}, "7351"),
        ({"id": "", "generation_id": 7351}, "7351"),
        ({"id": None, "generation_id": "cgt-1"}, "cgt-1"),
        ({"id": "7351:minimax/video 01"}, "7351:minimax/video 01"),
    ],
)
@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted"])
def test_any_2xx_that_names_a_job_is_accepted(content: Any, job: str, status: str) -> None:
    """Whatever else the answer says."""
    assert Accepted(job) == submit_to(answered(status, content))


@pytest.mark.parametrize(
    ("usage", "headers", "price"),
    [
        ({"credits_used": 525000}, {}, "0.2625"),
        ({"credits_used": "525000"}, {}, "0.2625"),
        ({"credits_used": 1}, {}, "0.0000005"),
        ({"usd_spent": 0.1}, {}, "0.1"),
        ({"credits_used": 3900000, "usd_spent": 9}, {}, "1.95"),
        (None, {"X-Aimlapi-Credits-Used": "525000"}, "0.2625"),
        ({}, {"X-Aimlapi-Usd-Spent": "0.262500000"}, "0.2625"),
        ({"credits_used": None, "usd_spent": "-1"}, {}, None),
        ({"credits_used": True}, {"X-Aimlapi-Usd-Spent": "NaN"}, None),
        ("much", {}, None),
    ],
)
def test_the_price_is_what_the_vendor_says_to_the_credit(
    usage: Any, headers: dict[str, str], price: str | None
) -> None:
    """2,000,000 credits are a dollar; no binary fraction comes between."""
    body = json.dumps({"id": "a", "meta": {"usage": usage}}).encode()
    got = submit_to(saying(answer(body, length=-1, **headers)))
    assert Accepted("a", Decimal(price) if price else None) == got


@pytest.mark.parametrize(
    ("status", "why", "kind"),
    [
        (400, Why.REFUSED, ProviderRefused),
        (401, Why.UNAUTHORISED, ProviderUnauthorised),
        (402, Why.BROKE, ProviderBroke),
        (403, Why.BROKE, ProviderBroke),
        (404, Why.REFUSED, ProviderRefused),
        (405, Why.REFUSED, ProviderRefused),
        (413, Why.REFUSED, ProviderRefused),
        (415, Why.REFUSED, ProviderRefused),
        (422, Why.REFUSED, ProviderRefused),
        (425, Why.BUSY, ProviderUnavailable),
        (429, Why.BUSY, ProviderUnavailable),
        (499, Why.REFUSED, ProviderRefused),
    ],
)
def test_a_4xx_was_not_accepted(status: int, why: Why, kind: type[ProviderError]) -> None:
    """Each for its own reason, with the vendor's own words."""
    got = not_accepted(answered(f"{status} Words", PROBLEM))
    assert (why, kind) == (got.why, type(got.error))
    assert "words of theirs" in told(got.error)
    assert f"{status}" in got.error.reason
    assert got.error.reason.endswith("words of theirs")
    assert str(status) in told(got.error)


def resets(line: Line) -> None:
    line.hear()
    line.reset()


@pytest.mark.parametrize(
    "play",
    [
        *(
            answered(f"{status} Words", PROBLEM)
            for status in (300, 307, 408, 409, 500, 502, 503, 504, 529, 600)
        ),
        answered("200 OK", HTML, Content_Type="text/html"),
        answered("504 Gateway Timeout", HTML, Content_Type="text/html"),
        answered("200 OK", {}),
        answered("200 OK", {"id": None, "generation_id": True, "status": "queued"}),
        answered("200 OK", {"id": " "}),
        answered("200 OK", {"id": ["a"]}),
        answered("200 OK", ["a"]),
        answered("200 OK", "a"),
        answered("200 OK", b""),
        answered("200 OK", b'{"id": NaN}'),
        answered("200 OK", b"[" * 100_000),
        answered("204 No Content", b""),
        saying(answer(b'{"id": "a"', length=100)),
        saying(b"this is not HTTP\r\n\r\n"),
        saying(b""),
        resets,
    ],
)
def test_all_else_is_unknown(play: Play) -> None:
    """The request may have been accepted, and only the account's log can tell."""
    got = submit_to(play)
    assert isinstance(got, Unknown)
    assert got.reason


def test_a_page_in_place_of_an_answer_does_not_speak_of_the_request() -> None:
    """Something on the way refused; another try may help."""
    for status in ("400 Bad", "403 Forbidden", "404 Not Found", "407 Proxy"):
        got = not_accepted(answered(status, HTML, Content_Type="text/html"))
        assert (Why.UNREACHABLE, ProviderUnavailable) == (got.why, type(got.error))
    assert Why.UNAUTHORISED is not_accepted(answered("401 No", HTML)).why


def test_a_server_that_is_not_there_was_sent_nothing() -> None:
    """Nobody listens at the port of a closed server."""
    with RawServer(saying()) as closed:
        url = closed.url
    got = submit(url)
    assert isinstance(got, NotAccepted)
    assert (Why.UNREACHABLE, ProviderUnavailable) == (got.why, type(got.error))


@pytest.mark.parametrize(
    ("headers", "pause_s"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "0.5"}, 0.5),
        ({"Retry_After": "7", "Retry_After_Ms": "1500"}, 1.5),
        ({"Retry_After": "Sun, 22 Nov 2026 12:01:00 GMT"}, 60.0),
        ({"Retry_After": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0.0),
        # The server's clock and ours are a day apart: its own date counts.
        ({"Retry_After": "Mon, 23 Nov 2026 12:01:00 GMT", "Date": "Mon, 23 Nov 2026 12:00:00 GMT"}, 60.0),
        ({"Retry_After": "-3"}, 0.0),
        ({"Retry_After": "inf"}, None),
        ({"Retry_After": "later"}, None),
        ({"Retry_After": "99999999"}, 3600.0),
        ({}, None),
    ],
)
def test_the_vendors_word_on_when_to_come_back_is_told(
    headers: dict[str, str], pause_s: float | None
) -> None:
    """As seconds, milliseconds or a date."""
    got = not_accepted(answered("429 Too Many Requests", PROBLEM, **headers))
    assert pause_s == got.pause_s
    assert isinstance(got.error, ProviderUnavailable)
    assert pause_s == got.error.pause_s


def stalls(line: Line) -> None:
    line.hear()
    line.wait()


def test_a_submission_that_is_called_off_stops_at_once() -> None:
    """Its outcome is unknown then; who called it off knows that."""

    async def call_off(seller: AimlApi) -> bool:
        task = asyncio.create_task(seller.submit(Frozen(UNIVERSAL, BODY), media={}, intent=INTENT))
        while not server.heard:  # noqa: ASYNC110 - the server is a thread
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled()

    with RawServer(stalls) as server:
        assert using(server.url, call_off)
