"""Crash points of a build that buys, one at a time: whatever happens, each request is charged once and nothing is lost."""

import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from renderer.store import Store
from tests.disks import disk
from tests.simulator.simulator import Simulator
from tests.sweep.film import set_stage
from tests.sweep.instants import Instant, Watch
from tests.sweep.weather import CALM, CLOCK_SCALE

from .stage import Stage, finish, playing

SHOTS = 3


@pytest.fixture
def vendor(tmp_path: Path) -> Iterator[Simulator]:
    """Generations take a quarter of a second to a bit more than one; clips are small."""
    state = tmp_path / "vendor.jsonl"
    with Simulator.start(clock_scale=CLOCK_SCALE, state=state, **CALM) as running:
        yield running


@pytest.fixture
def buyer(tmp_path: Path, vendor: Simulator) -> Stage:
    """Three paid shots, and a key that the vendor takes."""
    return set_stage(tmp_path / "stage", shots=SHOTS).using(**vendor.environ)


def watching(stage: Stage, tmp_path: Path) -> Watch:
    return Watch(tmp_path / "vendor.jsonl", stage.store / "journal")


def states(stage: Stage) -> list[str]:
    jobs = stage.run("jobs", "list", "--all", "--json").json["jobs"]
    return sorted(job["state"] for job in jobs)


def charged_once_each(vendor: Simulator) -> bool:
    return [1] * SHOTS == list(vendor.charges_by_request().values())


def test_an_interrupt_waits_for_the_answer_and_writes_it_down(
    buyer: Stage, vendor: Simulator, tmp_path: Path
) -> None:
    """Ctrl-C while requests are open: exit 130, each job on record; the next build collects them and sends nothing."""
    vendor.change(faults={"submit": {"late:1": 1.0}})
    watch = watching(buyer, tmp_path)
    with playing(buyer.start("build", "-y", "--json")) as build:
        assert watch.until(Instant("submit", SHOTS, 0), build=build)
        build.send_signal(signal.SIGINT)
        done = finish(build)
    assert (130, ["running"] * SHOTS) == (done.code, states(buyer))
    assert 0 == buyer.build().code
    assert charged_once_each(vendor)
    assert SHOTS == len(vendor.received("submit"))


def test_an_interrupt_does_not_wait_for_the_log(buyer: Stage, vendor: Simulator, tmp_path: Path) -> None:
    """Ctrl-C while the log is asked for a lost request, which takes long: exit 130 at once, and the film later."""
    vendor.script(submit="accept-then-reset", logs=["ok", "stall"])
    assert 3 == buyer.build("-y", "s01").code
    watch = watching(buyer, tmp_path)
    with playing(buyer.start("build", "-y", "s01", "--json")) as build:
        assert watch.until(Instant("logs", 1, 0), build=build)
        build.send_signal(signal.SIGINT)
        assert 130 == build.wait(10)
    vendor.advance(120)
    assert {"s01": "ran"} == buyer.build("-y", "s01").outcomes
    assert 1 == len(vendor.received("submit"))


def test_a_lost_request_that_failed_is_known_by_the_log(buyer: Stage, vendor: Simulator) -> None:
    """The vendor does not know the job, and its log says that it failed: `failed`, and nothing is waited for."""
    vendor.script(submit="accept-then-500", job="error+unseen:1000000")
    assert 3 == buyer.build("-y", "s01").code
    vendor.advance(120)
    assert (1, ["P712"]) == ((done := buyer.build("-y", "s01")).code, done.codes)
    assert {"s01": "ran"} == buyer.build("-y", "s01", "--retry-failed", "s01").outcomes
    assert [1] == list(vendor.charges_by_request().values())


def test_a_full_disk_loses_nothing_and_buys_nothing_twice(
    buyer: Stage, vendor: Simulator, tmp_path: Path
) -> None:
    """The store fills up while clips come: exit 4, and with room again the film, each take charged once."""
    vendor.change(clip_padding_bytes=1 << 20)
    with disk(tmp_path / "small", "size=3m") as small:
        stage = Stage(buyer.root, small / "store", buyer.environ)
        done = stage.build("-y")
        assert 4 == done.code
        assert "E611" in done.codes
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        assert 0 == stage.build("-y").code
        assert 0 == stage.run("cache", "verify").code
    assert charged_once_each(vendor)


def test_a_clip_that_was_given_up_is_asked_for_before_it_is_bought_again(
    buyer: Stage, vendor: Simulator
) -> None:
    """A link that led nowhere leads somewhere by now: `--retry-failed` fetches the clip and sends no request."""
    assert 0 == buyer.build("-y", "s01").code
    lose_clip(buyer)
    assert (1, ["P712"]) == ((done := buyer.build("-y", "s01")).code, done.codes)
    assert {"s01": "ran"} == buyer.build("-y", "s01", "--retry-failed", "s01").outcomes
    assert 1 == len(vendor.received("submit"))


def test_a_second_attempt_whose_answer_is_lost_needs_one_word(buyer: Stage, vendor: Simulator) -> None:
    """Failed, tried again by `--retry-failed`, lost on the way: `--resubmit` alone sends it once more."""
    vendor.script(job="error")
    assert 1 == buyer.build("-y", "s01").code
    vendor.script(submit="reset-unread")
    assert 3 == buyer.build("-y", "s01", "--retry-failed", "s01").code
    assert {"s01": "ran"} == buyer.build("-y", "s01", "--resubmit", "s01").outcomes
    assert [1] == list(vendor.charges_by_request().values())


def test_what_was_sent_again_too_soon_is_in_the_ledger(buyer: Stage, vendor: Simulator) -> None:
    """The first request was accepted after all: until the log tells, the ledger says that it may have cost as much again."""
    vendor.script(submit="accept-then-reset", job="late-row:900")
    assert 3 == buyer.build("-y", "s01").code
    assert 0 == buyer.build("-y", "s01", "--resubmit", "s01").code
    cost = buyer.run("cost", "--json").json
    assert (0.2625, 0.2625) == (cost["charged_usd"], cost["at_most_usd"])
    vendor.advance(1200)
    assert 0 == buyer.run("jobs", "collect").code
    assert 0.525 == buyer.run("cost", "--json").json["charged_usd"]
    assert [2] == list(vendor.charges_by_request().values())


def lose_clip(stage: Stage) -> None:
    """Leave a store as if the one job's clip could not be fetched."""
    (log,) = (stage.store / "journal").glob("*.jsonl")
    rows = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(row for row in rows if b'"event":"stored"' not in row))
    with Store.open(stage.store) as store:
        (job,) = store.journal.jobs()
        store.journal.fail(job.intent, code="P707", reason="no link led to it", at=datetime.now(UTC))
        store.path(store.lookup_many([job.key])[0].digest).unlink()  # type: ignore[union-attr]
    for known in [*(stage.store / "ac").glob("*/*.json"), *stage.root.glob("*.lock")]:
        known.unlink()


def test_a_job_of_another_account_is_not_bought_again(
    buyer: Stage, vendor: Simulator, tmp_path: Path
) -> None:
    """Killed, then built with another key: exit 4 and P709, nothing sent; with the first key the job is collected."""
    watch = watching(buyer, tmp_path)
    with playing(buyer.start("build", "-y", "s01")) as build:
        assert watch.until(Instant("accepted", 1, 0), build=build)
        build.kill()
    vendor.change(key="another")
    other = buyer.using(AIMLAPI_API_KEY="another")
    assert (4, ["P709"]) == ((done := other.build("-y", "s01")).code, done.codes)
    vendor.change(key=buyer.environ["AIMLAPI_API_KEY"])
    assert {"s01": "ran"} == buyer.build("-y", "s01").outcomes
    assert 1 == len(vendor.received("submit"))


def test_a_price_that_is_named_late_is_taken_up_by_a_later_build(buyer: Stage, vendor: Simulator) -> None:
    """Answers name no price, and the rows of the log come later: the ledger is exact after the next purchase."""
    vendor.change(credits=["nowhere"], price_usd_per_s="0.07", log_delay_s=(600, 600))
    assert 0 == buyer.build("-y", "s01", "s02").code
    assert 0.525 == buyer.run("cost", "--json").json["estimated_usd"]
    vendor.advance(1200)
    vendor.change(log_delay_s=(0, 0))
    assert 0 == buyer.build("-y").code
    cost = buyer.run("cost", "--json").json
    assert (0, 1.05) == (cost["estimated_usd"], cost["charged_usd"])
    assert vendor.credits_charged() == round(cost["charged_usd"] * 2_000_000)
