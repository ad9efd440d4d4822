"""Runway's adapter against the simulated vendor, and against single answers where only their words matter."""

import asyncio
import hashlib
import itertools
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import pytest

from renderer.catalogue.body import body
from renderer.catalogue.library import load
from renderer.catalogue.resolve import resolve
from renderer.errors import (
    ProviderFailed,
    ProviderRefused,
    ProviderUnauthorised,
    ProviderUnavailable,
    UsageError,
)
from renderer.providers.base import (
    Accepted,
    Answer,
    LinkExpired,
    Look,
    NotAccepted,
    Seller,
    Standing,
    Unknown,
    Why,
)
from renderer.providers.runway import Runway, open_runway
from renderer.storyboard import Request
from renderer.wire.pace import Pace
from tests.simulator.simulator import Simulator

from .raw import Play, RawServer, fields, saying
from .sellers import answered, at_once, raised

T = TypeVar("T")

STILL = Path(__file__).parents[2] / "specs" / "stills" / "rocket.jpg"
ROCKET = hashlib.sha256(STILL.read_bytes()).hexdigest()
QUICK: dict[str, Any] = {"clip_s": 0.5, "clip_size": "64x36", "generation_s": (25, 25)}
NUMBERS = itertools.count()
BODY: Mapping[str, Any] = {
    "model": "gen3a_turbo",
    "promptText": "steam",
    "promptImage": [{"uri": {"blob": ROCKET}, "position": "first"}],
    "ratio": "1280:768",
    "duration": 5,
}


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    """One plain service for all tests that only script it."""
    with Simulator.start(**QUICK) as running:
        yield running


def using(environ: Mapping[str, str], act: Callable[[Runway], Awaitable[T]]) -> T:
    async def run() -> T:
        seller = open_runway(environ, pace=Pace(sleep=at_once))
        try:
            return await act(seller)
        finally:
            await seller.close()

    return asyncio.run(run())


async def buy(seller: Runway, **changes: Any) -> Answer:
    changed = {**BODY, "seed": next(NUMBERS), **changes}
    return await seller.submit(seller.freeze(changed, vendor="runway"), media={ROCKET: STILL}, intent="r-1")


def bought(simulator: Simulator, **changes: Any) -> str:
    got = using(simulator.environ, lambda seller: buy(seller, **changes))
    assert isinstance(got, Accepted), got
    return got.job


def look(simulator: Simulator, job: str) -> Look:
    return using(simulator.environ, lambda seller: seller.poll(job, address="/v1/image_to_video"))


def at(url: str) -> dict[str, str]:
    return {"RUNWAYML_API_SECRET": "key_5ecret", "RUNWAYML_BASE_URL": url}


def test_it_fills_the_port_of_sellers() -> None:
    """A type checker holds the two together."""
    seller: Seller = open_runway({})
    assert ("runway", "", False, True) == (seller.name, seller.base, seller.has_log, seller.can_cancel)


@pytest.mark.parametrize("model_id", ["gen3a_turbo", "gen4_turbo"])
def test_what_the_catalogue_makes_is_sold_and_fetched(
    shared: Simulator, tmp_path: Path, model_id: str
) -> None:
    """From a shot's words to a clip: the vendor's own schema takes the body, and its price is the catalogue's."""
    model = load("runway", model_id)
    request = Request("runway", model_id, prompt="steam", ratio="16:9", duration_s=Fraction(5), seed=7)
    wire = body(
        resolve(request, model=model), model=model, endpoint="universal", media={"image": {"blob": ROCKET}}
    )

    async def all_of_it(seller: Runway) -> tuple[Answer, Look]:
        sold = await seller.submit(seller.freeze(wire, vendor="runway"), media={ROCKET: STILL}, intent="r-1")
        assert isinstance(sold, Accepted)
        await asyncio.to_thread(shared.advance, 26)
        seen = await seller.poll(sold.job, address="/v1/image_to_video")
        await seller.fetch(seen.link or "", output=tmp_path / "clip.mp4")
        return sold, seen

    sold, seen = using(shared.environ, all_of_it)
    assert isinstance(sold, Accepted)
    assert (None, Standing.DONE, None) == (sold.price_usd, seen.standing, seen.price_usd)
    assert shared.clips()[sold.job] == hashlib.sha256((tmp_path / "clip.mp4").read_bytes()).hexdigest()
    (job,) = [job for job in shared.jobs() if job.id == sold.job]
    assert Decimal(job.price) / 100 == model.prices[0].usd * 5


def test_a_last_frame_stands_beside_the_first(shared: Simulator) -> None:
    """Both in one list, each with its position."""
    model = load("runway", "gen3a_turbo")
    request = Request("runway", "gen3a_turbo", prompt="steam", seed=next(NUMBERS))
    media = {"image": {"blob": ROCKET}, "last_image": {"blob": ROCKET}}
    wire = body(resolve(request, model=model), model=model, endpoint="universal", media=media)
    assert ["first", "last"] == [image["position"] for image in wire["promptImage"]]
    assert bought(shared, **wire)


@pytest.mark.parametrize(
    ("content", "address"),
    [
        ({"promptImage": []}, "/v1/image_to_video"),
        ({"videoUri": ""}, "/v1/video_to_video"),
        ({"promptVideo": "", "promptImage": ""}, "/v1/video_to_video"),
        ({"promptText": ""}, "/v1/text_to_video"),
    ],
)
def test_what_a_body_starts_from_tells_its_address(content: dict[str, str], address: str) -> None:
    """The models' own fields differ enough."""
    assert address == open_runway({}).freeze(content, vendor="google").address


def test_a_request_names_the_version_and_the_key() -> None:
    """Each one, and a task is asked after by its encoded name."""

    async def both(seller: Runway) -> None:
        await buy(seller)
        await seller.poll("a/b c", address="")

    with RawServer(answered("200 OK", {"id": "a", "status": "PENDING"})) as server:
        using(at(server.url), both)
        sent = [fields(request) for request in server.heard]
        assert server.heard[1].startswith(b"GET /v1/tasks/a%2Fb%20c HTTP/1.1")
    assert ["2024-11-06"] * 2 == [each["x-runway-version"] for each in sent]
    assert ["Bearer key_5ecret"] * 2 == [each["authorization"] for each in sent]


def test_a_task_waits_is_throttled_and_runs() -> None:
    """Beyond what the tier allows it is queued, not refused."""
    with Simulator.start(**QUICK, runway_concurrent_max=1) as simulator:
        first, second = bought(simulator), bought(simulator)
        assert ("PENDING", "THROTTLED") == (look(simulator, first).word, look(simulator, second).word)
        simulator.advance(20)
        assert "RUNNING" == look(simulator, first).word
        assert {Standing.WAITING} == {look(simulator, job).standing for job in (first, second)}
        simulator.advance(6)
        assert (Standing.DONE, Standing.WAITING) == tuple(
            look(simulator, job).standing for job in (first, second)
        )


@pytest.mark.parametrize(
    ("code", "hint", "ours"),
    [
        ("SAFETY.INPUT.TEXT", "moderation", "P719"),
        ("SAFETY.OUTPUT.VIDEO", "moderation", "P719"),
        ("ASSET.INVALID", "input", "P703"),
        ("INTERNAL.BAD_OUTPUT.CODE01", None, "P703"),
        ("without-code", None, "P703"),
    ],
)
def test_a_failed_task_says_why(shared: Simulator, code: str, hint: str | None, ours: str) -> None:
    """In the vendor's words, with its code, and what to do about it; what moderation refuses may be charged."""
    shared.script(job=f"error:{code}")
    job = bought(shared)
    shared.advance(26)
    seen = look(shared, job)
    assert (Standing.FAILED, "FAILED") == (seen.standing, seen.word)
    assert isinstance(seen.error, ProviderFailed)
    facts = dict(seen.error.facts)
    assert ("The task could not be completed.", None if code == "without-code" else code) == (
        facts["reason"],
        facts.get("failure code"),
    )
    assert (hint or "") in (seen.error.hint or "")
    assert ours == seen.error.code


def test_a_task_that_is_cancelled_ends(shared: Simulator) -> None:
    """It is not waited for any more; what was made until then may be charged."""
    job = bought(shared)
    using(shared.environ, lambda seller: seller.cancel(job))
    seen = look(shared, job)
    assert (Standing.FAILED, "CANCELLED") == (seen.standing, seen.word)
    assert seen.error
    assert "P716" == seen.error.code


def test_a_task_that_has_ended_is_never_deleted(shared: Simulator, tmp_path: Path) -> None:
    """The vendor would delete its clip."""
    job = bought(shared)
    shared.advance(26)
    error = raised(lambda: using(shared.environ, lambda seller: seller.cancel(job)))
    assert ("P717", ProviderRefused) == (error.code, type(error))
    link = look(shared, job).link
    using(shared.environ, lambda seller: seller.fetch(link or "", output=tmp_path / "clip.mp4"))
    assert shared.clips()[job] == hashlib.sha256((tmp_path / "clip.mp4").read_bytes()).hexdigest()


def test_a_task_that_nobody_knows_is_absent(shared: Simulator) -> None:
    """404, as after it was deleted."""
    assert Standing.ABSENT is look(shared, "d0cddca1-e382-4625-84c9-0817a6441876").standing


def test_a_link_that_has_expired_is_replaced_by_looking_again(tmp_path: Path) -> None:
    """Each look signs another one."""
    with Simulator.start(**QUICK, link_life_s=60) as simulator:
        job = bought(simulator)
        simulator.advance(26)
        old = look(simulator, job).link or ""
        simulator.advance(120)
        fetch = tmp_path / "clip.mp4"
        error = raised(lambda: using(simulator.environ, lambda seller: seller.fetch(old, output=fetch)))
        assert isinstance(error, LinkExpired)
        fresh = look(simulator, job).link or ""
        using(simulator.environ, lambda seller: seller.fetch(fresh, output=fetch))
        assert fetch.exists()


def refused(play: Play) -> NotAccepted:
    with RawServer(play) as server:
        got = using(at(server.url), buy)
    assert isinstance(got, NotAccepted)
    return got


@pytest.mark.parametrize(
    ("status", "words", "why"),
    [
        ("400 Bad Request", "promptText is too long", Why.REFUSED),
        ("400 Bad Request", "You do not have enough credits to run this task.", Why.BROKE),
        ("401 Unauthorized", "no key", Why.UNAUTHORISED),
        ("403 Forbidden", "Model variant gen3a_turbo is not available", Why.REFUSED),
        ("404 Not Found", "no such address", Why.REFUSED),
        ("429 Too Many Requests", "daily limit", Why.BUSY),
    ],
)
def test_a_refusal_is_sorted_by_this_vendors_words(status: str, words: str, why: Why) -> None:
    """403 speaks of the model, and 400 may speak of money."""
    got = refused(answered(status, {"error": words}))
    assert why is got.why
    assert words in dict(got.error.facts)["answer"]


def test_the_simulated_vendor_refuses_in_those_words() -> None:
    """Without credits, and over the day's count."""
    with Simulator.start(**QUICK, runway_credits=30, runway_daily_max=2) as simulator:
        bought(simulator)
        poor = using(simulator.environ, buy)
        unavailable = using(simulator.environ, lambda seller: buy(seller, model="gen3"))
        simulator.change(runway_credits=1000, runway_daily_max=1)
        busy = using(simulator.environ, buy)
    assert isinstance(poor, NotAccepted)
    assert isinstance(unavailable, NotAccepted)
    assert isinstance(busy, NotAccepted)
    assert (Why.BROKE, Why.REFUSED, Why.BUSY) == (poor.why, unavailable.why, busy.why)


@pytest.mark.parametrize(
    "play",
    [
        answered("500 Oh", {"error": "oh"}),
        answered("504 Late", {"error": "late"}),
        answered("200 OK", {"name": "a"}),
        answered("200 OK", {"id": 7}),
        saying(b""),
    ],
)
def test_all_else_is_unknown(play: Play) -> None:
    """This vendor has no log that could tell."""
    with RawServer(play) as server:
        assert isinstance(using(at(server.url), buy), Unknown)


def test_a_look_that_sees_nothing_may_be_repeated(shared: Simulator) -> None:
    """It costs nothing."""
    job = bought(shared)
    for fault in ("500", "502", "html", "429:2", "empty"):
        shared.script(task=fault)
        assert isinstance(raised(lambda: look(shared, job)), ProviderUnavailable)
        assert Standing.WAITING is look(shared, job).standing


def test_there_is_no_log() -> None:
    """And nothing is sent for it."""

    async def rows(seller: Runway) -> list[object]:
        now = datetime.now(UTC)
        return [row async for row in seller.log(since=now, until=now)]

    assert [] == using({}, rows)


def test_without_a_key_nothing_is_sent() -> None:
    """The error names the variable."""
    got = using({}, buy)
    assert isinstance(got, NotAccepted)
    assert isinstance(got.error, ProviderUnauthorised)
    assert "`RUNWAYML_API_SECRET`" in str(got.error.hint)
    assert isinstance(raised(lambda: open_runway({"RUNWAYML_BASE_URL": "http://a.example"})), UsageError)
