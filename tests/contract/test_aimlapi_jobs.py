"""AI/ML API's jobs over real HTTP: how one stands, and how its clip is fetched."""

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from renderer.errors import (
    ProviderBroke,
    ProviderError,
    ProviderFailed,
    ProviderRefused,
    ProviderUnauthorised,
    ProviderUnavailable,
    StoreError,
)
from renderer.providers.base import LinkExpired, Standing

from .aimlapi import HTML, JOB, KEY, PROBLEM, UNIVERSAL, look_at, poll_fails, told, using
from .raw import Play, RawServer, answer, fields, saying
from .sellers import answered, raised


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


def test_this_vendor_cannot_cancel() -> None:
    """It says so, and sends nothing."""
    with RawServer(saying()) as server:
        error = raised(lambda: using(server.url, lambda seller: seller.cancel(JOB)))
        assert 0 == server.connections
    assert ("P711", ProviderRefused) == (error.code, type(error))


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
