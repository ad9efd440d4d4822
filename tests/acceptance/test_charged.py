"""The ledger against the vendor's own: what was charged, to the credit, whatever happened on the way."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from ..simulator.simulator import Simulator  # noqa: TID252 - the other half of the tests
from .stage import Finished, Stage, finish

CREDITS_PER_USD = 2_000_000
TRIES_TIMEOUT_S = 120.0
"""A dead link is tried some times, further and further apart, before it is given up."""

SHOTS = ("pad", "crew", "sky", "deep", "end")
SPEC = """\
version: 1
output: {size: 64x36, fps: 4}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", image: a.png, use: 0.25}
shots:
"""


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A vendor whose clips are small and whose clock runs fast."""
    with Simulator.start(clock_scale=60, clip_s=0.5, clip_size="64x36") as running:
        yield running


@pytest.fixture
def shop(stage: Stage, simulator: Simulator) -> Stage:
    """Five paid shots, and a key."""
    stage.still("a.png")
    lines = "".join(f"  - {{id: {shot}, prompt: the {shot} of it}}\n" for shot in SHOTS)
    stage.write("film.yaml", SPEC + lines)
    return stage.using(**simulator.environ)


def cost(stage: Stage, *arguments: str) -> Finished:
    done = stage.run("cost", *arguments, "--json")
    assert 0 == done.code, done.stderr
    return done


def assert_agreed(stage: Stage, simulator: Simulator) -> None:
    """Both ledgers say the same, to the credit."""
    told = Decimal(cost(stage).json["exact"]["total_usd"])
    assert simulator.credits_charged() == told * CREDITS_PER_USD


@pytest.mark.parametrize("where", ["submit", "end", "nowhere"])
def test_what_was_charged_is_what_the_vendor_charged(shop: Stage, simulator: Simulator, where: str) -> None:
    """Wherever the price is named, in the log at the latest; failed generations cost nothing; a second build adds nothing."""
    simulator.change(credits=[where], price_usd_per_s="0.0600001")
    simulator.script(job="error:named", about="deep")
    simulator.script(submit="400", about="end")
    done = shop.build("-y")
    assert 1 == done.code
    assert {"pad": "ran", "crew": "ran", "sky": "ran", "deep": "failed", "end": "failed"} == done.outcomes
    assert_agreed(shop, simulator)
    found = cost(shop, "film.yaml", "--by", "shot").json
    assert {"charged": 3, "estimated": 0, "in_flight": 0, "at_most": 0, "free": 2} == found["jobs"]
    assert {"pad", "crew", "sky", "deep", "end"} == {row["shot"] for row in found["rows"]}
    again = shop.build("-y")
    assert 0 == again.json["spent_usd"]
    assert found["exact"] == cost(shop).json["exact"]


def test_a_clip_that_the_vendor_made_and_lost_was_charged(shop: Stage, simulator: Simulator) -> None:
    """A dead link: the shot has failed, the money is spent, and the ledger says so."""
    simulator.script(job="dead-link", about="deep")
    done = finish(shop.start("build", "-y", "--json"), timeout_s=TRIES_TIMEOUT_S)
    assert (1, "failed") == (done.code, done.outcomes["deep"])
    assert_agreed(shop, simulator)
    assert 5 == cost(shop).json["jobs"]["charged"]
    listed = shop.run("jobs", "list", "--json").json["jobs"]
    assert [("failed", "deep", "charged")] == [
        (job["state"], job["askers"][0]["shot"], job["counts_as"]) for job in listed
    ]


def test_a_lost_answer_counts_as_at_most(shop: Stage, simulator: Simulator) -> None:
    """Until the log shows it: then it is adopted, and charged once."""
    simulator.change(log_delay_s=[3600, 3600])
    simulator.script(submit="accept-then-reset", about="deep")
    done = shop.build("-y")
    assert (3, "blocked") == (done.code, done.outcomes["deep"])
    assert ("unknown", 1) == (
        shop.run("jobs", "list", "--json").json["jobs"][0]["state"],
        cost(shop).json["jobs"]["at_most"],
    )
    assert_agreed(shop, simulator)
    simulator.advance(7200)
    assert 0 == shop.build("-y").code
    assert {"charged": 5, "estimated": 0, "in_flight": 0, "at_most": 0, "free": 0} == cost(shop).json["jobs"]
    assert_agreed(shop, simulator)
