"""AI/ML API's log over real HTTP: what is read of it, and how much."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from renderer.errors import ProviderUnauthorised, ProviderUnavailable
from renderer.providers.aimlapi import AimlApi
from renderer.providers.base import LogRow

from .aimlapi import NOW, PROBLEM, using
from .raw import RawServer, answer, saying
from .sellers import answered, raised


def row(number: int, **more: Any) -> dict[str, Any]:
    plain = {
        "created": f"2026-11-22T11:00:{number % 60:02}.000Z",
        "status": "succeeded",
        "model": "gen3a_turbo",
        "cost": {"usd": 0.2625, "credits": 525000},
        "request_id": None,
        "inference_id": f"job-{number}",
        "client_request_id": f"r-{number}",
    }
    return {**plain, **more}


def page(rows: list[Any], *, more: bool = False) -> bytes:
    body = json.dumps({"data": rows, "pagination": {"has_more": more}}).encode()
    return answer(body)


def read_log(base: str, *, since: datetime = NOW - timedelta(days=1)) -> list[LogRow]:
    async def rows(seller: AimlApi) -> list[LogRow]:
        return [each async for each in seller.log(since=since, until=NOW)]

    return using(base, rows)


def test_the_log_is_read_page_by_page() -> None:
    """A row names our id, the job, and what was charged."""
    rows = [row(number) for number in range(150)]
    with RawServer(saying(page(rows[:100], more=True), page(rows[100:]))) as server:
        got = read_log(server.url)
        lines = [request.split(b" ")[1].decode() for request in server.heard]
    assert [f"job-{number}" for number in range(150)] == [each.job for each in got]
    first = LogRow("job-0", "r-0", "gen3a_turbo", True, Decimal("0.2625"), "2026-11-22T11:00:00.000Z")
    assert first == got[0]
    span = "start=2026-11-21T12%3A00%3A00Z&end=2026-11-22T12%3A00%3A00Z&limit=100"
    assert [f"/v2/logs?{span}&offset={offset}" for offset in (0, 100)] == lines


def test_a_row_may_lack_anything_but_the_jobs_name() -> None:
    """Our id may be missing, and the price; a row without a job says nothing."""
    rows = [
        row(1, client_request_id=None, status="failed", cost=None),
        row(2, inference_id=None),
        {"inference_id": 3},
        7,
    ]
    with RawServer(saying(page(rows))) as server:
        first, second = read_log(server.url)
    assert (None, False, None) == (first.intent, first.succeeded, first.price_usd)
    assert LogRow("3", None, "", None, None, "") == second


def test_the_log_waits_out_a_429_and_gives_up_at_last() -> None:
    """200 requests a minute are allowed, and a trouble of minutes is not waited for."""
    busy = answer(b"{}", status="429 Busy", Retry_After="30")
    with RawServer(saying(busy, busy, page([row(1)]))) as server:
        assert 1 == len(read_log(server.url))
    with RawServer(saying(*[busy] * 9)) as server:
        assert isinstance(raised(lambda: read_log(server.url)), ProviderUnavailable)
        assert 4 == len(server.heard)
    with RawServer(saying(answer(b"{}", status="429 Busy", Retry_After="600"))) as server:
        raised(lambda: read_log(server.url))
        assert 1 == len(server.heard)


def test_the_log_is_read_for_92_days_and_20_pages_at_most() -> None:
    """The vendor refuses a longer span, and nobody's log is read for ever."""
    with RawServer(saying(*[page([row(1)], more=True)] * 30)) as server:
        assert 20 == len(read_log(server.url, since=NOW - timedelta(days=400)))
        assert b"start=2026-08-22T12%3A00%3A00Z" in server.heard[0]
        assert b"&offset=19 " in server.heard[19]


def test_a_key_that_is_not_taken_ends_the_log_at_once() -> None:
    """Another try would not help."""
    with RawServer(answered("401 No", PROBLEM)) as server:
        assert isinstance(raised(lambda: read_log(server.url)), ProviderUnauthorised)
        assert 1 == len(server.heard)
