"""A plan that was reviewed is built as it was read, or not at all."""

import json

import pytest

from tests.simulator.simulator import Simulator

from .stage import Stage

SPEC = """\
version: 1
output: {fps: 4}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", use: 0.25}
shots:
  - {id: pad, prompt: steam, image: a.png}
  - {id: sky, prompt: galaxies, image: a.png, seed: 9}
"""


@pytest.fixture
def buyer(customer: Stage) -> Stage:
    """Two shots, and a plan of them that was written down."""
    customer.write("film.yaml", SPEC)
    assert 0 == customer.run("plan", "--out", "plan.json").code
    return customer


def test_a_reviewed_plan_is_consent_up_to_its_price(buyer: Stage, vendor: Simulator) -> None:
    """Both are bought without another yes; the same plan again finds nothing to do."""
    assert "0.5250" == json.loads((buyer.root / "plan.json").read_text())["ceiling_usd"]
    done = buyer.build("--plan", "plan.json")
    assert (0, {"pad": "ran", "sky": "ran"}) == (done.code, done.outcomes)
    assert 0 == buyer.build("--plan", "plan.json").code
    assert 2 == len(vendor.received("submit"))


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("galaxies", "stars", "other requests"),
        ("use: 0.25", "use: 0.5", "another cut"),
        ("seed: 9}", "seed: 9}\n  - {id: end, prompt: stars, image: b.png}", "other requests"),
    ],
)
def test_a_plan_of_another_storyboard_is_refused(
    buyer: Stage, vendor: Simulator, old: str, new: str, fact: str
) -> None:
    """Exit 3, and nothing was sent; also with a yes."""
    buyer.edit(old, new)
    done = buyer.build("--plan", "plan.json", "--yes")
    assert (3, ["G940"]) == (done.code, done.codes)
    assert fact in buyer.run("build", "--plan", "plan.json").stderr
    assert not vendor.received("submit")


def test_a_still_with_other_bytes_is_another_request(buyer: Stage) -> None:
    """The name is as it was."""
    buyer.still("a.png", colour="orange")
    assert ["G940"] == buyer.build("--plan", "plan.json").codes


def test_a_plan_buys_no_clip_that_it_took_for_stored(buyer: Stage, vendor: Simulator) -> None:
    """It was in the store when the plan was read; now it is gone."""
    assert 0 == buyer.build("--yes").code
    buyer.run("plan", "--out", "later.json")
    buyer.edit("version: 1", "version: 1  # as it was")
    (buyer.root / "film.lock").unlink(missing_ok=True)
    done = buyer.build("--plan", "later.json", "--cache-dir", str(buyer.root.parent / "empty"))
    assert (3, ["G940"]) == (done.code, done.codes)
    assert 2 == len(vendor.received("submit"))


def test_what_is_no_plan_is_told(buyer: Stage) -> None:
    """A file of something else, and none at all."""
    buyer.write("other.json", "{}")
    assert (2, ["U083"]) == ((done := buyer.build("--plan", "other.json")).code, done.codes)
    assert ["U083"] == buyer.build("--plan", "gone.json").codes
