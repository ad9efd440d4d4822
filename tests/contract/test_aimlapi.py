"""AI/ML API's adapter over real HTTP: what is sent, what becomes of it, and what of it may be shown."""

import asyncio
import base64
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest

from renderer.errors import (
    ProviderBroke,
    ProviderError,
    ProviderFailed,
    ProviderRefused,
    ProviderUnauthorised,
    ProviderUnavailable,
    RendererError,
    StoreError,
    UsageError,
)
from renderer.job import Frozen
from renderer.providers.aimlapi import AimlApi, open_aimlapi
from renderer.providers.base import (
    Accepted,
    Answer,
    LinkExpired,
    LogRow,
    Look,
    NotAccepted,
    Standing,
    Unknown,
    Why,
)
from renderer.report.errors import error_json, render_error
from renderer.wire.pace import Pace

from .raw import Line, Play, RawServer, answer, bodies, fields, saying

T = TypeVar("T")

KEY = "k-5ecret5ecret5ecret"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
INTENT = "r-0123456789abcdef"
JOB = "d0cddca1:runway/gen3a turbo"
UNIVERSAL = "/v2/video/generations"
BODY: Mapping[str, Any] = {"model": "gen3a_turbo", "prompt": "ein Mädchen", "duration": 5, "seed": 7}
STILL = Path(__file__).parents[2] / "specs" / "stills" / "rocket.jpg"


async def sleep(_: float) -> None:
    pass


def using(base: str, act: Callable[[AimlApi], Awaitable[T]], **environ: str) -> T:
    async def run() -> T:
        given = {"AIMLAPI_API_KEY": KEY, "AIMLAPI_API_BASE": base, **environ}
        seller = open_aimlapi(given, pace=Pace(now=lambda: NOW, sleep=sleep))
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


def answered(status: str, content: Any, **headers: str) -> Play:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return saying(answer(body, status=status, length=-1, **headers))


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


def raised(act: Callable[[], object]) -> RendererError:
    with pytest.raises(RendererError) as caught:
        act()
    return caught.value


def told(error: RendererError) -> str:
    """All that can be seen of an error."""
    return render_error(error, colour=False) + json.dumps(error_json(error)) + repr(error)


# What is sent


def test_a_request_is_sent_with_its_key_and_our_id() -> None:
    """The body is the frozen one, word for word."""
    with RawServer(answered("200 OK", {"id": "a", "status": "queued"})) as server:
        assert Accepted("a") == submit(server.url)
        (request,) = server.heard
        sent = fields(request)
    assert request.startswith(b"POST /v2/video/generations HTTP/1.1\r\n")
    assert f"Bearer {KEY}" == sent["authorization"]
    assert (INTENT, "application/json") == (sent["x-client-request-id"], sent["content-type"])
    assert BODY == json.loads(next(bodies([request])))


def test_the_legacy_address_names_the_models_maker() -> None:
    """A setting chooses it, for new requests alone."""
    with RawServer(answered("200 OK", {"id": "a"})) as server:
        submit(server.url, AIMLAPI_ENDPOINT="legacy")
        assert server.heard[0].startswith(b"POST /v2/generate/video/runway/generation HTTP/1.1\r\n")


def test_media_are_sent_as_data_uris_wherever_they_stand(tmp_path: Path) -> None:
    """The type is told by the bytes, not by the name."""
    clip = tmp_path / "clip.png"
    clip.write_bytes(b"\0\0\0\x18ftypmp42" + b"\0" * 100_000)
    still, film = {"blob": "a" * 64}, {"blob": "b" * 64}
    body = {
        "image_url": still,
        "keyframes": {"frame0": {"type": "image", "url": still}},
        "urls": [film, "https://x"],
    }
    with RawServer(answered("200 OK", {"id": "a"})) as server:
        submit(server.url, body=body, media={"a" * 64: STILL, "b" * 64: clip})
        sent = json.loads(next(bodies(server.heard)))
    picture = f"data:image/jpeg;base64,{base64.b64encode(STILL.read_bytes()).decode()}"
    assert picture == sent["image_url"]
    assert {"type": "image", "url": picture} == sent["keyframes"]["frame0"]
    assert f"data:video/mp4;base64,{base64.b64encode(clip.read_bytes()).decode()}" == sent["urls"][0]
    assert "https://x" == sent["urls"][1]


def test_a_medium_that_is_gone_was_not_sent(tmp_path: Path) -> None:
    """Nothing was bought, and the request is not to blame."""
    with RawServer(answered("200 OK", {"id": "a"})) as server:
        got = submit(server.url, body={"image_url": {"blob": "a" * 64}}, media={"a" * 64: tmp_path / "gone"})
        assert 0 == server.connections
    assert isinstance(got, NotAccepted)
    assert (Why.UNREADABLE, "P718") == (got.why, got.error.code)
    assert str(tmp_path / "gone") in told(got.error)


def test_without_a_key_nothing_is_sent() -> None:
    """The error names the variable."""
    with RawServer(answered("200 OK", {"id": "a"})) as server:
        for key in ("", "  ", "two words", "Schlüssel", "new\nline"):
            got = submit(server.url, AIMLAPI_API_KEY=key)
            assert isinstance(got, NotAccepted)
            assert Why.UNAUTHORISED is got.why
            assert isinstance(got.error, ProviderUnauthorised)
            assert "AIMLAPI_API_KEY" in str(got.error.hint)
            assert not key.strip() or key not in told(got.error)
        assert 0 == server.connections


def test_the_second_name_of_the_key_is_taken_too() -> None:
    """The vendor's own tools know both."""
    with RawServer(answered("401 No", {})) as server:
        got = submit(server.url, AIMLAPI_API_KEY="", AIML_API_KEY="other")
        assert "Bearer other" == fields(server.heard[0])["authorization"]
    assert isinstance(got, NotAccepted)
    assert "`AIML_API_KEY`" in str(got.error.hint)


# What becomes of it


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


HTML = b"<!DOCTYPE html><html><body>Just a moment...</body></html>"
PROBLEM = {"message": "words of theirs", "statusCode": "400", "path": "/v2", "requestId": "1"}


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


# How a job stands


def test_a_jobs_name_is_opaque_and_encoded() -> None:
    """It is asked after at the address that its request went to."""
    with RawServer(answered("200 OK", {"id": "a", "status": "queued"})) as server:
        using(server.url, lambda seller: seller.poll(JOB, address="/v2/generate/video/x/generation"))
        line = server.heard[0].split(b"\r\n")[0]
    assert (
        b"GET /v2/generate/video/x/generation?generation_id=d0cddca1%3Arunway%2Fgen3a%20turbo HTTP/1.1"
        == line
    )


@pytest.mark.parametrize(
    "word", ["queued", "generating", "waiting", "active", "processing", "dreaming", " Queued "]
)
def test_a_job_waits_by_any_word_that_is_not_an_end(word: str) -> None:
    """An unknown word is no verdict."""
    assert Standing.WAITING is look_at({"id": "a", "status": word, "video": {"url": "https://x"}}).standing


@pytest.mark.parametrize(
    ("video", "link"),
    [
        ({"url": "https://x/a.mp4?_jwt=1"}, "https://x/a.mp4?_jwt=1"),
        ({"url": "https://x/a.mp4", "duration": 5}, "https://x/a.mp4"),
        ([{"url": "https://x/a.mp4"}], "https://x/a.mp4"),
        (["https://x/a.mp4"], "https://x/a.mp4"),
        ("https://x/a.mp4", "https://x/a.mp4"),
        ([None, {}, {"url": None}, {"url": "https://x/b.mp4"}], "https://x/b.mp4"),
        ([], None),
        (None, None),
        ({}, None),
        (7, None),
    ],
)
@pytest.mark.parametrize("word", ["completed", "succeeded", "COMPLETED"])
def test_a_job_is_done_and_its_link_is_found_in_any_form(video: Any, link: str | None, word: str) -> None:
    """A completed job without a link is done all the same."""
    look = look_at({"id": "a", "status": word, "video": video, "error": None})
    assert (Standing.DONE, word, link) == (look.standing, look.word, look.link)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"name": "Internal", "message": "no luck"}, "Internal: no luck"),
        (
            {
                "detail": [
                    {
                        "loc": ["body", "image_url"],
                        "msg": "no face",
                        "type": "face_error",
                        "input": "https://x?s=1",
                    }
                ]
            },
            "face_error: no face (body.image_url)",
        ),
        ("no luck", "no luck"),
        ({"message": ["one", "two"]}, "one; two"),
        (None, "failed"),
        ([], "failed"),
        (7, "failed"),
    ],
)
def test_a_failure_tells_the_vendors_words_in_any_form(error: Any, words: str) -> None:
    """Where it has none, its word for the state."""
    look = look_at({"id": "a", "status": "failed", "video": None, "error": error})
    assert Standing.FAILED is look.standing
    assert isinstance(look.error, ProviderFailed)
    assert (("job", JOB), ("reason", words)) == look.error.facts
    assert words == look.error.reason


@pytest.mark.parametrize("word", ["error", "failed", "cancelled", "canceled", "expired", "timeout"])
def test_a_job_fails_by_any_of_these_words(word: str) -> None:
    """All that vendors and their clients are known to use."""
    assert Standing.FAILED is look_at({"status": word}).standing


def test_an_answer_without_a_status_is_no_verdict() -> None:
    """Unless it has the clip."""
    assert Standing.WAITING is look_at({"message": "Too Many Requests", "statusCode": 429}).standing
    assert Standing.WAITING is look_at([]).standing
    assert Standing.DONE is look_at({"id": "a", "video": {"url": "https://x"}}).standing


def test_the_price_of_a_job_is_told_by_a_look() -> None:
    """The last word on it."""
    usage = {"usage": {"credits_used": 525000}}
    assert Decimal("0.2625") == look_at({"status": "completed", "meta": usage}).price_usd


def poll_fails(play: Play) -> RendererError:
    with RawServer(play) as server:
        return raised(lambda: using(server.url, lambda seller: seller.poll(JOB, address=UNIVERSAL)))


@pytest.mark.parametrize(
    ("play", "kind"),
    [
        (answered("401 No", PROBLEM), ProviderUnauthorised),
        (answered("403 No", PROBLEM), ProviderBroke),
        (answered("429 Busy", PROBLEM), ProviderUnavailable),
        (answered("409 Hm", PROBLEM), ProviderUnavailable),
        (answered("500 Oh", PROBLEM), ProviderUnavailable),
        (answered("502 Oh", HTML), ProviderUnavailable),
        (answered("302 Found", b"", Location="/x"), ProviderUnavailable),
        (answered("200 OK", HTML, Content_Type="text/html"), ProviderUnavailable),
        (answered("404 None", HTML, Content_Type="text/html"), ProviderUnavailable),
        (answered("200 OK", b"queued"), ProviderUnavailable),
        (saying(answer(b'{"status": "completed"', length=99)), ProviderUnavailable),
        (saying(b"this is not HTTP\r\n\r\n"), ProviderUnavailable),
    ],
)
def test_a_look_that_sees_nothing_may_be_repeated(play: Play, kind: type[ProviderError]) -> None:
    """It costs nothing."""
    error = poll_fails(play)
    assert kind is type(error)
    assert error.retryable


def test_a_look_tells_when_to_come_back() -> None:
    """As a refused submission does."""
    error = poll_fails(answered("429 Busy", PROBLEM, Retry_After="9"))
    assert isinstance(error, ProviderUnavailable)
    assert 9.0 == error.pause_s


@pytest.mark.parametrize("status", ["404 Not Found", "400 Bad Request", "410 Gone"])
def test_a_job_that_the_vendor_does_not_know_is_absent(status: str) -> None:
    """Or not known yet: that is for others to decide."""
    with RawServer(answered(status, PROBLEM)) as server:
        look = using(server.url, lambda seller: seller.poll(JOB, address=UNIVERSAL))
    assert Standing.ABSENT is look.standing


# The clip


def fetch(play: Play, output: Path) -> None:
    with RawServer(play) as server:
        using(server.url, lambda seller: seller.fetch(f"{server.url}/a.mp4?_jwt=signature", output=output))


def test_a_clip_is_fetched_without_the_key(tmp_path: Path) -> None:
    """A link may lead anywhere."""
    clip = random.Random(1).randbytes(10_000)
    with RawServer(answered("200 OK", clip)) as server:
        using(server.url, lambda seller: seller.fetch(f"{server.url}/a", output=tmp_path / "clip"))
        assert KEY.encode() not in server.heard[0]
        assert "authorization" not in fields(server.heard[0])
    assert clip == (tmp_path / "clip").read_bytes()


@pytest.mark.parametrize(
    ("play", "kind"),
    [
        (answered("403 Expired", b""), LinkExpired),
        (answered("404 None", b""), LinkExpired),
        (answered("200 OK", HTML), LinkExpired),
        (answered("200 OK", b"Not found", Content_Type="text/html; charset=utf-8"), LinkExpired),
        (answered("200 OK", {"message": "expired"}), LinkExpired),
        (answered("200 OK", b""), ProviderFailed),
        (answered("503 Busy", b""), ProviderUnavailable),
        (answered("302 Found", b"", Location="http://example.org/a"), ProviderFailed),
        (saying(answer(b"", length=3 << 30)), ProviderFailed),
    ],
)
def test_what_is_no_clip_leaves_nothing(tmp_path: Path, play: Play, kind: type[ProviderError]) -> None:
    """And the error says what to do next, without the link's signature."""
    error = raised(lambda: fetch(play, tmp_path / "clip"))
    assert kind is type(error)
    assert "signature" not in told(error)
    assert not (tmp_path / "clip").exists()


def test_a_disk_that_refuses_a_clip_is_named(tmp_path: Path) -> None:
    """It is not the vendor's fault."""
    assert isinstance(raised(lambda: fetch(answered("200 OK", b"x"), tmp_path / "no" / "clip")), StoreError)


# The log


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


def test_this_vendor_cannot_cancel() -> None:
    """It says so, and sends nothing."""
    with RawServer(saying()) as server:
        error = raised(lambda: using(server.url, lambda seller: seller.cancel(JOB)))
        assert 0 == server.connections
    assert ("P711", ProviderRefused) == (error.code, type(error))


# Settings and secrets


def test_an_account_is_told_by_a_fingerprint_of_its_key() -> None:
    """Different keys differ, and none can be read off it."""
    one, same, other = (open_aimlapi({"AIML_API_KEY": key}).account for key in ("k-1", " k-1 ", "k-2"))
    assert one == same != other
    assert 12 == len(one)
    assert isinstance(raised(lambda: open_aimlapi({}).account), ProviderUnauthorised)


@pytest.mark.parametrize(
    ("base", "told_base"),
    [
        ("", ""),
        ("https://api.aimlapi.com/", ""),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("https://gateway.example.org/aiml/", "https://gateway.example.org/aiml"),
    ],
)
def test_the_address_is_the_vendors_own_or_a_checked_one(base: str, told_base: str) -> None:
    """A slash at its end makes no difference."""
    assert told_base == open_aimlapi({"AIMLAPI_API_BASE": base}).base


@pytest.mark.parametrize(
    "base",
    [
        "http://api.aimlapi.com",
        "https://me:secret@api.aimlapi.com",
        "https://api.aimlapi.com/?key=secret",
        "api.aimlapi.com",
        "ftp://127.0.0.1",
        "https://",
        "https://[::1",
    ],
)
def test_an_address_that_would_leak_the_key_is_refused(base: str) -> None:
    """https alone, http to this machine alone, and nothing secret in it."""
    error = raised(lambda: open_aimlapi({"AIMLAPI_API_BASE": base}))
    assert ("U041", UsageError) == (error.code, type(error))
    assert "secret" not in told(error)


def test_an_unknown_endpoint_is_refused() -> None:
    """The two that there are, are named."""
    error = raised(lambda: open_aimlapi({"AIMLAPI_ENDPOINT": "legasy"}))
    assert ("U040", "`AIMLAPI_ENDPOINT` is `universal` or `legacy`, not `legasy`") == (
        error.code,
        error.message,
    )
    assert ["universal", "legacy"] == [
        open_aimlapi({"AIMLAPI_ENDPOINT": word}).endpoint for word in ("", "legacy")
    ]


LEAKY = {
    "message": f"key {KEY} is bad, header was Authorization: Bearer {KEY}; image data:image/png;base64,{'A' * 999}"
    " from https://cdn.example.org/a.png?_jwt=eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln\x1b[2J"
}


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 422, 429, 500])
def test_nothing_secret_comes_back_in_words(status: int) -> None:
    """A server that echoes the request is not quoted on keys, signatures and pictures."""
    got = submit_to(answered(f"{status} Words", LEAKY))
    seen = told(got.error) if isinstance(got, NotAccepted) else repr(got)
    seen += told(poll_fails(answered("500 Oh", LEAKY)))
    seen += told(look_at({"status": "error", "error": LEAKY}).error or ProviderError(""))
    for secret in (KEY, "_jwt", "eyJ", "AAAA", "\x1b"):
        assert secret not in seen


def test_an_adapter_does_not_show_its_key() -> None:
    """Neither it nor its account."""
    seller = open_aimlapi({"AIMLAPI_API_KEY": KEY})
    assert KEY not in repr(seller) + repr(seller._account) + str(vars(seller))
    assert KEY not in repr(Frozen("/v2", BODY))


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
