"""The adapter against the simulated vendor, a process of its own: faults sorted, forms read, cents told, clips whole."""

import asyncio
import hashlib
import itertools
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest

from renderer.errors import ProviderFailed, ProviderUnavailable, RendererError
from renderer.job import Frozen
from renderer.media.probe import probe
from renderer.providers.account import Account
from renderer.providers.aimlapi import HOME, UNIVERSAL, AimlApi
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
from renderer.wire.client import Client
from renderer.wire.download import Limits
from renderer.wire.exchange import Timeouts
from renderer.wire.pace import Pace
from tests.simulator.simulator import Simulator

from .sellers import at_once, raised

T = TypeVar("T")
Act = Callable[[AimlApi], Awaitable[T]]

STILL = Path(__file__).parents[2] / "specs" / "stills" / "rocket.jpg"
ROCKET = hashlib.sha256(STILL.read_bytes()).hexdigest()
BODY: Mapping[str, Any] = {
    "model": "gen3a_turbo",
    "prompt": "steam",
    "image_url": {"blob": ROCKET},
    "aspect_ratio": "16:9",
    "duration": 5,
    "seed": 7,
}
LEGACY_BODY = {"ratio" if name == "aspect_ratio" else name: value for name, value in BODY.items()}
QUICK: dict[str, Any] = {"clip_s": 0.5, "clip_size": "64x36", "generation_s": (25, 25)}
PRICE = Decimal("0.2625")
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    """One plain service for all tests that only script it."""
    with Simulator.start(**QUICK) as running:
        yield running


def using(
    simulator: Simulator,
    act: Act[T],
    *,
    endpoint: Any = "universal",
    size_bytes_max: int = 10**8,
    answer_s: float = 0.7,
) -> T:
    async def run() -> T:
        account = Account(
            "aimlapi", "AIMLAPI_API_KEY", simulator.url, HOME, simulator.environ["AIMLAPI_API_KEY"]
        )
        seller = AimlApi(
            account,
            endpoint=endpoint,
            wire=Client(simulator.url, timeouts=Timeouts(connect_s=5, send_s=10, answer_s=answer_s)),
            pace=Pace(sleep=at_once),
            limits=Limits(size_bytes_max, stall_timeout_s=0.5),
        )
        try:
            return await act(seller)
        finally:
            await seller.close()

    return asyncio.run(run())


async def buy(seller: AimlApi, *, prompt: str = "steam", intent: str = "r-1", seed: int = 7) -> Answer:
    body = {**(LEGACY_BODY if seller.endpoint == "legacy" else BODY), "prompt": prompt, "seed": seed}
    return await seller.submit(seller.freeze(body, vendor="runway"), media={ROCKET: STILL}, intent=intent)


def bought(simulator: Simulator, **more: Any) -> str:
    got = using(simulator, lambda seller: buy(seller, **more))
    assert isinstance(got, Accepted)
    return got.job


def look(simulator: Simulator, job: str, *, address: str = UNIVERSAL) -> Look:
    return using(simulator, lambda seller: seller.poll(job, address=address))


def made(simulator: Simulator, **more: Any) -> tuple[str, str]:
    """A finished job and a link to its clip."""
    job = bought(simulator, **more)
    simulator.advance(26)
    link = look(simulator, job).link
    assert link
    return job, link


def fetched(simulator: Simulator, link: str, output: Path, **limits: int) -> str:
    using(simulator, lambda seller: seller.fetch(link, output=output), **limits)
    return hashlib.sha256(output.read_bytes()).hexdigest()


def log(simulator: Simulator) -> list[LogRow]:
    async def rows(seller: AimlApi) -> list[LogRow]:
        now = datetime.now(UTC)
        return [row async for row in seller.log(since=now - timedelta(days=1), until=now + timedelta(days=1))]

    return using(simulator, rows)


@pytest.mark.parametrize("endpoint", ["universal", "legacy"])
def test_a_clip_is_bought_at_either_address(shared: Simulator, endpoint: str, tmp_path: Path) -> None:
    """Submitted, looked at, fetched: the price is told to the credit, and the clip plays."""

    async def all_of_it(seller: AimlApi) -> tuple[Answer, Look, Look]:
        frozen = seller.freeze({}, vendor="runway")
        sold = await buy(seller, prompt=endpoint)
        assert isinstance(sold, Accepted)
        before = await seller.poll(sold.job, address=frozen.address)
        await asyncio.to_thread(shared.advance, 26)
        after = await seller.poll(sold.job, address=frozen.address)
        await seller.fetch(after.link or "", output=tmp_path / "clip.mp4")
        return sold, before, after

    sold, before, after = using(shared, all_of_it, endpoint=endpoint)
    assert isinstance(sold, Accepted)
    assert (PRICE, Standing.WAITING, Standing.DONE) == (sold.price_usd, before.standing, after.standing)
    assert shared.clips()[sold.job] == hashlib.sha256((tmp_path / "clip.mp4").read_bytes()).hexdigest()
    assert "mp4" in probe(tmp_path / "clip.mp4").container


REFUSALS = [
    ("400", Why.REFUSED),
    ("401", Why.UNAUTHORISED),
    ("403", Why.BROKE),
    ("404", Why.REFUSED),
    ("413", Why.REFUSED),
    ("422", Why.REFUSED),
    ("429", Why.BUSY),
    ("html:403", Why.UNREACHABLE),
]
LOST = ["500", "502", "503", "504", "408", "409", "html", "html:502", "empty", "empty:500", "garbage", "odd"]
BROKEN = ["reset", "close", "stall"]


@pytest.mark.parametrize(("fault", "why"), REFUSALS)
def test_a_refusal_is_not_accepted(shared: Simulator, fault: str, why: Why) -> None:
    """And indeed nothing was bought."""
    prompt = f"refused {next(NUMBERS)}"
    shared.script(submit=fault)
    got = using(shared, lambda seller: buy(seller, prompt=prompt))
    assert isinstance(got, NotAccepted)
    assert why is got.why
    assert [] == [job for job in shared.jobs() if job.prompt == prompt]


@pytest.mark.parametrize("is_accepted", [False, True])
@pytest.mark.parametrize("fault", [*LOST, *BROKEN, "cut:5", "cut-by-reset:5", "hang", "missized"])
def test_what_cannot_be_told_is_unknown(shared: Simulator, fault: str, is_accepted: bool) -> None:  # noqa: FBT001
    """Whether it was accepted or not looks the same from here."""
    prompt = f"unknown {next(NUMBERS)}"
    is_shaping = fault.partition(":")[0] in {"cut", "cut-by-reset", "hang", "missized"}
    shared.script(submit=f"accept-then-{fault}" if is_accepted else fault)
    got = using(shared, lambda seller: buy(seller, prompt=prompt))
    assert isinstance(got, Unknown)
    accepted = [job for job in shared.jobs() if job.prompt == prompt]
    assert (is_accepted or is_shaping) == bool(accepted)


def test_a_connection_reset_before_the_request_was_read_is_unknown(shared: Simulator) -> None:
    """Some of it had left."""
    shared.script(submit="reset-unread")
    assert isinstance(using(shared, buy), Unknown)


@pytest.mark.parametrize("fault", ["late:0.3", "slow:2000", "unsized"])
def test_an_answer_that_is_merely_slow_or_odd_counts(shared: Simulator, fault: str) -> None:
    """It names the job."""
    shared.script(submit=fault)
    assert bought(shared, prompt=f"slow {next(NUMBERS)}")


def test_a_lost_answer_is_found_in_the_log(shared: Simulator) -> None:
    """By our own id; the job is then looked at as any other."""
    shared.script(submit="accept-then-close")
    intent = f"r-lost-{next(NUMBERS)}"
    assert isinstance(using(shared, lambda seller: buy(seller, intent=intent)), Unknown)
    shared.advance(26)
    (row,) = [row for row in log(shared) if row.intent == intent]
    assert (True, PRICE) == (row.succeeded, row.price_usd)
    assert row.model in {"gen3a_turbo", "runway/gen3a_turbo"}
    assert Standing.DONE is look(shared, row.job).standing


def test_the_log_waits_for_its_turn() -> None:
    """Its limit of requests is answered with 429."""
    with Simulator.start(**QUICK) as simulator:
        job = bought(simulator)
        simulator.advance(26)
        simulator.script(logs=["429:1", "429"])
        assert [job] == [row.job for row in log(simulator)]


def test_beyond_the_limit_we_are_told_when_to_come_back() -> None:
    """As many generations as the account allows, and no more."""
    with Simulator.start(**QUICK, in_flight_max=1, retry_after=["3"]) as simulator:
        bought(simulator)
        got = using(simulator, buy)
        assert isinstance(got, NotAccepted)
        assert (Why.BUSY, 3.0) == (got.why, got.pause_s)


def test_without_credits_nothing_more_is_bought() -> None:
    """403 is this vendor's word for it."""
    with Simulator.start(**QUICK, balance_usd="0.3") as simulator:
        bought(simulator)
        got = using(simulator, buy)
        assert isinstance(got, NotAccepted)
        assert Why.BROKE is got.why
        assert "credits" in str(got.error.facts)


def test_another_key_is_not_taken(shared: Simulator) -> None:
    """Not for buying, and not for looking."""
    wrong = Account("aimlapi", "AIMLAPI_API_KEY", shared.url, HOME, "wrong")

    async def run() -> Answer:
        seller = AimlApi(wrong)
        try:
            return await buy(seller)
        finally:
            await seller.close()

    got = asyncio.run(run())
    assert isinstance(got, NotAccepted)
    assert (Why.UNAUTHORISED, True) == (got.why, "AIMLAPI_API_KEY" in str(got.error.hint))


def test_a_job_that_is_not_known_yet_is_absent() -> None:
    """A service may take a while to know its own jobs."""
    with Simulator.start(**QUICK, unseen_s=(10, 10)) as simulator:
        job = bought(simulator)
        assert Standing.ABSENT is look(simulator, job).standing
        simulator.advance(11)
        assert Standing.WAITING is look(simulator, job).standing


@pytest.mark.parametrize("fault", [*LOST, "429:2", "reset", "stall", "cut:5", "403", "401"])
def test_a_look_that_sees_nothing_raises_and_the_next_one_sees(shared: Simulator, fault: str) -> None:
    """It is free, so it is simply repeated."""
    job = bought(shared, prompt=f"poll {next(NUMBERS)}")
    is_repeated = fault == "reset"  # a kept connection that broke is asked again at once
    shared.script(poll=fault, times=2 if is_repeated else 1)
    if fault == "odd":
        assert Standing.WAITING is look(shared, job).standing
    else:
        assert isinstance(raised(lambda: look(shared, job)), ProviderUnavailable)
    assert Standing.WAITING is look(shared, job).standing


@pytest.mark.parametrize("form", ["named", "detail", "text", "null", "empty"])
def test_a_failed_generation_says_why(shared: Simulator, form: str) -> None:
    """In whichever form, and it costs nothing."""
    shared.script(job=f"error:{form}")
    job = bought(shared, prompt=f"fails {next(NUMBERS)}")
    shared.advance(26)
    seen = look(shared, job)
    assert Standing.FAILED is seen.standing
    assert isinstance(seen.error, ProviderFailed)
    assert ("job", job) == seen.error.facts[0]
    assert seen.error.facts[1][1]


@pytest.mark.parametrize(
    "faults",
    [
        ["cut:1000"],
        ["cut:1000", "cut:500", "cut-by-reset:700"],
        ["hang"],
        ["missized:5"],
        ["500", "503:1", "reset", "close"],
        ["slow:20000"],
        ["unsized"],
        ["cut:0"],
    ],
    ids=str,
)
def test_a_clip_comes_whole_in_spite_of(shared: Simulator, tmp_path: Path, faults: Sequence[str]) -> None:
    """Resumed, begun anew, waited for."""
    job, link = made(shared, prompt=f"clip {next(NUMBERS)}")
    shared.script(download=faults)
    assert shared.clips()[job] == fetched(shared, link, tmp_path / "clip.mp4")


@pytest.mark.parametrize(
    "changes", [{"ranges": False}, {"etags": False}, {"lengths": False}, {"link_hops": 3}], ids=str
)
def test_a_clip_comes_whole_from_any_kind_of_store(changes: dict[str, Any], tmp_path: Path) -> None:
    """Without ranges, validators or lengths, and behind redirects."""
    with Simulator.start(**{**QUICK, **changes}) as simulator:
        job, link = made(simulator)
        if simulator.settings.get(
            "lengths", True
        ):  # without one, an end that comes early looks like any other
            simulator.script(download=["ok"] * changes.get("link_hops", 0) + ["cut:1000", "cut:2000"])
        assert simulator.clips()[job] == fetched(simulator, link, tmp_path / "clip.mp4")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("403", LinkExpired),
        ("404", LinkExpired),
        ("html", LinkExpired),
        ("zero", ProviderFailed),
        ("empty", ProviderFailed),
        ("oversized:3000000000", ProviderFailed),
        ("oversized-unsized:300000", ProviderFailed),
        ("redirect:http://example.org/a.mp4", ProviderFailed),
    ],
)
def test_what_is_no_clip_is_refused(
    shared: Simulator, tmp_path: Path, fault: str, kind: type[RendererError]
) -> None:
    """Nothing is left of it, and its signature is not shown."""
    _, link = made(shared, prompt=f"no clip {next(NUMBERS)}")
    shared.script(download=fault)
    error = raised(lambda: fetched(shared, link, tmp_path / "clip.mp4", size_bytes_max=200_000))
    assert kind is type(error)
    assert "_jwt" not in str(error.facts)
    assert [] == list(tmp_path.iterdir())


def test_a_link_that_has_expired_is_replaced_by_looking_again(tmp_path: Path) -> None:
    """The vendor gives a fresh one with each look."""
    with Simulator.start(**QUICK, link_life_s=60) as simulator:
        job, link = made(simulator)
        simulator.advance(120)
        assert isinstance(raised(lambda: fetched(simulator, link, tmp_path / "clip.mp4")), LinkExpired)
        fresh = look(simulator, job).link
        assert fresh
        assert simulator.clips()[job] == fetched(simulator, fresh, tmp_path / "clip.mp4")


def test_every_form_of_answer_is_read(tmp_path: Path) -> None:
    """Names of jobs, words, links, prices: whatever is documented, recorded or looked for by anybody."""
    with Simulator.start(**QUICK, wild=True, seed=3) as simulator:
        simulator.script(job=["ok", "ok", "error"] * 20)

        async def wild(seller: AimlApi) -> list[tuple[Accepted, Look, Look]]:
            sold = await asyncio.gather(*(buy(seller, intent=f"r-{seed}", seed=seed) for seed in range(60)))
            jobs = [each for each in sold if isinstance(each, Accepted)]
            assert 60 == len(jobs)
            before = [await seller.poll(each.job, address=UNIVERSAL) for each in jobs]
            await asyncio.to_thread(simulator.advance, 26)
            after = [await seller.poll(each.job, address=UNIVERSAL) for each in jobs]
            links = [(each, seen.link) for each, seen in zip(jobs, after, strict=True) if seen.link]
            await asyncio.gather(
                *(seller.fetch(link, output=tmp_path / str(n)) for n, (_, link) in enumerate(links))
            )
            clips = await asyncio.to_thread(simulator.clips)
            for number, (each, _) in enumerate(links):
                assert clips[each.job] == hashlib.sha256((tmp_path / str(number)).read_bytes()).hexdigest()
            return list(zip(jobs, before, after, strict=True))

        seen = using(simulator, wild, answer_s=30)
        fails = {job.id: job.fails for job in simulator.jobs()}
    assert {each.job for each, _, _ in seen} == set(fails)
    assert {Standing.WAITING} == {before.standing for _, before, _ in seen}
    for sold, _, after in seen:
        assert (Standing.FAILED if fails[sold.job] else Standing.DONE) is after.standing
        assert fails[sold.job] == (after.link is None)
        assert {sold.price_usd, after.price_usd} <= {None, PRICE, Decimal(0)}


def test_nothing_secret_is_left_behind(
    shared: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No key and no signature in logs, in errors, or with the store of clips."""
    caplog.set_level(logging.DEBUG)
    key = shared.environ["AIMLAPI_API_KEY"]
    _, link = made(shared, prompt=f"secret {next(NUMBERS)}")
    shared.script(download="404")
    error = raised(lambda: fetched(shared, link, tmp_path / "clip.mp4"))
    fetched(shared, link, tmp_path / "clip.mp4")
    told = caplog.text + str(error.facts) + str(error)
    assert key not in told
    assert "_jwt" not in told
    assert all(not received.note for received in shared.received("download"))


def test_many_at_once_are_sold_once_each() -> None:
    """64 submissions with pictures in flight together, each under its own id."""
    with Simulator.start(**QUICK) as simulator:

        async def all_at_once(seller: AimlApi) -> list[Answer]:
            return await asyncio.gather(*(buy(seller, intent=f"r-{seed}", seed=seed) for seed in range(64)))

        sold = using(simulator, all_at_once, answer_s=30)
        assert {Accepted} == {type(each) for each in sold}
        assert {1} == set(simulator.charges_by_request().values())
        assert 64 == len(simulator.charges_by_request())


def test_a_request_that_is_frozen_is_sent_as_it_was(shared: Simulator) -> None:
    """Whatever the setting of the address says by then."""
    frozen = Frozen("/v2/generate/video/runway/generation", {**LEGACY_BODY, "prompt": "frozen before"})
    got = using(shared, lambda seller: seller.submit(frozen, media={ROCKET: STILL}, intent="r-frozen"))
    assert isinstance(got, Accepted)
    assert frozen.address == shared.saw("r-frozen")[0].target


def test_whatever_goes_wrong_what_is_certain_is_true() -> None:
    """400 submissions among all faults at random, before and after acceptance: accepted means sold, not accepted means not."""
    broken = [*LOST, "reset", "close", "cut:5"]
    before = [fault for fault, _ in REFUSALS] + broken
    after = [f"accept-then-{fault}" for fault in [*broken, "late:0.1"]]
    shares = {fault: 0.7 / len(before + after) for fault in [*before, *after]}
    with Simulator.start(**QUICK, wild=True, faults={"submit": shares}) as simulator:

        async def at_random(seller: AimlApi) -> list[Answer]:
            gate = asyncio.Semaphore(16)

            async def one(number: int) -> Answer:
                async with gate:
                    return await buy(seller, intent=f"r-{number}", seed=number)

            return await asyncio.gather(*(one(number) for number in range(400)))

        got = using(simulator, at_random, answer_s=30)
        sold = {job.client_request_id: job.id for job in simulator.jobs()}
    told = {f"r-{number}": answer for number, answer in enumerate(got)}
    accepted = {intent: answer.job for intent, answer in told.items() if isinstance(answer, Accepted)}
    assert accepted == {intent: sold.get(intent) for intent in accepted}
    assert [] == [
        intent for intent, answer in told.items() if isinstance(answer, NotAccepted) and intent in sold
    ]
    assert {Accepted, NotAccepted, Unknown} == {type(answer) for answer in got}
