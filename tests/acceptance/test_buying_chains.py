"""Chains bought over real HTTP from the simulated vendor: what is sent when, and never twice."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.simulator import Simulator

from .door import posts
from .stage import Stage, digest_of, finish, playing, real_ffmpeg

SPEC = """\
version: 1
output: {fps: 4}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9"}
shots:
  - {id: pad, prompt: steam, image: a.png, use: 0.25}
  - {id: sky, prompt: galaxies, image: {last_frame_of: pad}, use: 0.25}
  - {id: end, prompt: credits, image: {last_frame_of: sky}, use: 0.25}
"""
EACH_USD = 0.2625
NAMES = ["pad", "sky", "end"]
DEADLINE_S = 20.0


@pytest.fixture
def vendor() -> Iterator[Simulator]:
    """Generations take a moment; clips are small."""
    with Simulator.start(generation_s=(0.2, 0.4), clip_s=0.5, clip_size="128x76") as running:
        yield running


@pytest.fixture
def buyer(customer: Stage) -> Stage:
    """A chain of three shots."""
    customer.write("film.yaml", SPEC)
    return customer


def bought(buyer: Stage, *arguments: str) -> list[str]:
    """The takes that a build bought."""
    ended = buyer.build("--yes", *arguments)
    assert 0 == ended.code, ended.stderr + ended.stdout
    return ended.ran


def test_a_chain_is_priced_before_and_bought_in_order(buyer: Stage, vendor: Simulator) -> None:
    """All three count in the total; each starts from a picture of the one before; a second build sends nothing."""
    plan = buyer.plan()
    assert {"pad": "run", "sky": "depends", "end": "depends"} == plan.verdicts
    assert 0.7875 == plan.json["estimate_usd"]
    assert [EACH_USD] * 3 == [shot["estimate_usd"] for shot in plan.json["shots"]]
    ended = buyer.build("--max-cost", "0.80")
    assert (0, NAMES) == (ended.code, ended.ran)
    assert 0.7875 == ended.json["spent_usd"]
    assert ["steam", "galaxies", "credits"] == [job.prompt for job in vendor.jobs()]
    assert [1, 1, 1] == list(vendor.charges_by_request().values())
    before = len(vendor.received())
    assert dict.fromkeys(NAMES, "reused") == buyer.build().outcomes
    assert before == len(vendor.received())


def test_the_gate_counts_the_whole_chain(buyer: Stage, vendor: Simulator) -> None:
    """All or nothing, before the first request."""
    ended = buyer.build("--max-cost", "0.60")
    assert (3, ["G923"]) == (ended.code, ended.codes)
    assert 0 == posts(vendor)


def test_a_parents_prompt_buys_it_and_its_chain_again(buyer: Stage, vendor: Simulator) -> None:
    """And changed back, nothing."""
    bought(buyer)
    buyer.edit("steam", "fog")
    assert {"pad": "run", "sky": "depends", "end": "depends"} == buyer.plan().verdicts
    assert NAMES == bought(buyer)
    assert 6 == posts(vendor)
    buyer.edit("fog", "steam")
    assert [] == bought(buyer)
    buyer.edit("credits", "titles")
    assert ["end"] == bought(buyer)
    assert 7 == posts(vendor)


def test_use_moved_by_less_than_a_frame_buys_nothing(buyer: Stage, vendor: Simulator) -> None:
    """Moved further it prices the chain anew, and says which frame is meant now."""
    bought(buyer)
    buyer.edit("image: a.png, use: 0.25", "image: a.png, use: 0.24")  # of 24 frames a second
    assert dict.fromkeys(NAMES, "reused") == buyer.plan().verdicts
    buyer.edit("image: a.png, use: 0.24", "image: a.png, use: 0.4")
    plan = buyer.plan()
    assert {"pad": "reused", "sky": "run", "end": "depends"} == plan.verdicts
    assert 2 * EACH_USD == plan.json["estimate_usd"]
    assert ["sky", "end"] == bought(buyer)
    assert 5 == posts(vendor)


def test_another_take_picked_buys_the_chain_and_the_first_one_nothing(
    buyer: Stage, vendor: Simulator
) -> None:
    """A pick decides what is started from; both ways stay in the store."""
    buyer.edit("steam, image", "steam, takes: 2, image")
    waiting = buyer.build("--yes")
    assert (3, ["pad", "pad.take2"]) == (waiting.code, waiting.ran)
    assert 2 == posts(vendor)
    told = buyer.run("pick", "film.yaml", "pad", "1").stderr
    assert "buys 2 chained shots, $0.525" == told.splitlines()[0]
    assert ["sky", "end"] == bought(buyer)
    told = buyer.run("pick", "film.yaml", "pad", "2").stderr
    assert "re-buys 2 chained shots, $0.525" == told.splitlines()[0]
    assert ["sky", "end"] == bought(buyer)
    assert 6 == posts(vendor)
    assert 1 == len(buyer.run("pick", "film.yaml", "pad", "1").stderr.splitlines())
    assert [] == bought(buyer)
    assert "re-buys" not in buyer.run("keep", "film.yaml", "pad").stderr


def test_the_lock_alone_tells_whether_a_chain_is_as_it_was(buyer: Stage, vendor: Simulator) -> None:
    """By the digests and frames that it names; where a frame is not among them, that is said. A repair keeps it all."""
    check = ("plan", "film.yaml", "--check-lock", "--json")
    bought(buyer)
    assert [] == buyer.run(*check).json["stale"]
    lock = (buyer.root / "film.lock").read_text()
    (buyer.root / "film.lock").unlink()
    for _ in range(2):
        repaired = buyer.run("lock", "repair", "film.yaml")
        assert 0 == repaired.code, repaired.stderr
        assert lock.partition("\noutput ")[0] == (buyer.root / "film.lock").read_text()
    buyer.edit("image: a.png, use: 0.25", "image: a.png, use: 0.4")
    told = {one["id"]: one["reason"] for one in buyer.run(*check).json["stale"]}
    assert {
        "sky": "the lock does not say which frame of `pad`",
        "end": "its parent `sky` cannot be told",
    } == told
    buyer.edit("image: a.png, use: 0.4", "image: a.png, use: 0.25")
    buyer.edit("steam", "fog")
    told = {one["id"]: one["reason"] for one in buyer.run(*check).json["stale"]}
    assert {
        "pad": "its request has changed",
        "sky": "its parent `pad` is behind",
        "end": "its parent `sky` cannot be told",
    } == told


def test_own_footage_that_comes_out_the_same_buys_nothing(buyer: Stage, vendor: Simulator) -> None:
    """A file touched, or given another name, is the same clip."""
    buyer.footage("logo.mp4")
    buyer.edit("{id: pad, prompt: steam, image: a.png, use: 0.25}", "{id: pad, clip: logo.mp4, use: 0.25}")
    assert ["sky", "end"] == bought(buyer)
    (buyer.root / "logo.mp4").rename(buyer.root / "mark.mp4")
    buyer.edit("logo.mp4", "mark.mp4")
    assert [] == bought(buyer)
    assert 2 == posts(vendor)


def test_a_child_of_a_drawn_parent_is_bought_once(buyer: Stage, vendor: Simulator) -> None:
    """The drawing is lost and drawn again to the same bytes: an early cutoff."""
    buyer.edit("{id: pad, prompt: steam,", "{id: pad, provider: animatic, prompt: steam,")
    assert NAMES == bought(buyer)
    buyer.blob_of("pad").unlink()
    assert {"pad": "run", "sky": "depends", "end": "reused"}.keys() == buyer.plan().verdicts.keys()
    assert ["pad"] == bought(buyer)
    assert 2 == posts(vendor)
    buyer.blob_of("pad").unlink()
    assert ["pad"] == buyer.built("--frozen").ran
    assert 2 == posts(vendor)


def test_a_build_killed_between_parent_and_child_buys_neither_twice(buyer: Stage, vendor: Simulator) -> None:
    """Killed when the second request is sent: the next build brings it home and goes on."""
    started = buyer.start("build", "--yes")
    with playing(started):
        deadline = time.monotonic() + DEADLINE_S
        while posts(vendor) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        finish(started)
    ended = buyer.build("--yes")
    for _ in range(10):
        if ended.code == 0:
            break
        time.sleep(0.3)
        ended = buyer.build("--yes")
    assert 0 == ended.code, ended.stderr + ended.stdout
    assert 3 == posts(vendor)
    assert [1, 1, 1] == list(vendor.charges_by_request().values())


def test_three_chains_run_side_by_side(buyer: Stage, vendor: Simulator) -> None:
    """Each waits for its own parent alone: while one child is made, the parents of others are."""
    parents = "".join(f"  - {{id: p{n}, prompt: parent {n}, image: a.png}}\n" for n in range(3))
    children = "".join(
        f"  - {{id: c{n}, prompt: child {n}, image: {{last_frame_of: p{n}}}}}\n" for n in range(3)
    )
    buyer.write("film.yaml", SPEC.partition("  - ")[0] + children + parents)
    assert 6 == len(bought(buyer, "-j", "3"))
    assert [1] * 6 == list(vendor.charges_by_request().values())
    jobs = vendor.jobs()
    assert {f"parent {n}" for n in range(3)} == {job.prompt for job in jobs[:3]}


def test_a_refused_parent_blocks_its_children_and_they_cost_nothing(buyer: Stage, vendor: Simulator) -> None:
    """The build ends with 1; the next plan prices only what can be bought."""
    vendor.script(submit="400", about="steam")
    ended = buyer.build("--yes")
    assert (1, {"pad": "failed", "sky": "blocked", "end": "blocked"}) == (ended.code, ended.outcomes)
    plan = buyer.plan()
    assert {"pad": "refused", "sky": "waiting", "end": "waiting"} == plan.verdicts
    assert 0 == plan.json["estimate_usd"]
    again = buyer.build("--yes", "--retry-failed", "pad")
    assert (0, NAMES) == (again.code, again.ran)


def test_a_clone_with_the_stores_clips_makes_the_same_film_without_a_request(
    buyer: Stage, vendor: Simulator, tmp_path: Path
) -> None:
    """The lock names each parent's clip and frame; what was exported is all that is needed."""
    bought(buyer)
    lock = (buyer.root / "film.lock").read_text()
    assert f"  input image {digest_of(buyer.clip('pad'))} frame 5 before 1/4\n" in lock
    assert 0 == buyer.run("cache", "export", "film.yaml", str(tmp_path / "clips.tar")).code
    clone = buyer.copy(tmp_path / "clone", store=tmp_path / "other")
    assert 0 == clone.run("cache", "import", str(tmp_path / "clips.tar")).code
    before = len(vendor.received())
    built = clone.built("--frozen")
    assert [] == built.ran
    assert digest_of(buyer.film()) == digest_of(clone.film())
    assert before == len(vendor.received())
    assert lock == (clone.root / "film.lock").read_text()


def test_a_reviewed_plan_buys_its_chain_and_no_other(buyer: Stage, vendor: Simulator) -> None:
    """Keys that become known under way are under its ceiling; another `use` of the parent is another plan."""
    buyer.run("plan", "film.yaml", "--out", "plan.json")
    buyer.edit("galaxies", "nebulae")
    refused = buyer.build("--plan", "plan.json")
    assert (3, ["G940"]) == (refused.code, refused.codes)
    buyer.edit("nebulae", "galaxies")
    assert (0, NAMES) == ((ended := buyer.build("--plan", "plan.json")).code, ended.ran)
    assert 0 == buyer.build("--plan", "plan.json").code
    assert 3 == posts(vendor)


def test_two_shots_that_turn_out_to_ask_for_the_same_are_told_as_one_purchase(
    buyer: Stage, vendor: Simulator
) -> None:
    """Their parents are one request, so they are, too: priced once, sent once, and told as made, at its price, of both."""
    buyer.edit("- {id: sky,", "- {id: twin, prompt: steam, image: a.png, use: 0.25}\n  - {id: sky,")
    buyer.edit("{last_frame_of: sky}", "{last_frame_of: twin}")
    buyer.edit("prompt: credits", "prompt: galaxies")
    assert 2 * EACH_USD == buyer.plan().json["estimate_usd"]
    ended = buyer.built("--max-cost", str(2 * EACH_USD))
    assert dict.fromkeys(["pad", "twin", "sky", "end"], "ran") == ended.outcomes
    assert [EACH_USD] * 4 == [shot["cost_usd"] for shot in ended.json["shots"]]
    assert (2, 2 * EACH_USD) == (posts(vendor), ended.json["spent_usd"])


def test_other_frames_of_shots_that_are_one_request_are_priced_each(buyer: Stage) -> None:
    """Their parents are one request, and what is used of it ends elsewhere: two purchases."""
    buyer.edit("- {id: sky,", "- {id: twin, prompt: steam, image: a.png, use: 0.5}\n  - {id: sky,")
    buyer.edit("{last_frame_of: sky}", "{last_frame_of: twin}")
    buyer.edit("prompt: credits", "prompt: galaxies")
    assert 0.7875 == buyer.plan().json["estimate_usd"]


def test_another_ffmpeg_draws_a_parent_anew_and_buys_nothing(
    buyer: Stage, vendor: Simulator, tmp_path: Path
) -> None:
    """Other bytes of the same drawing: what was bought for the first stands, also frozen; another drawing is another request."""
    buyer.edit(
        "id: pad, prompt: steam, image: a.png", "id: pad, provider: animatic, prompt: steam, duration: 0.5"
    )
    first = buyer.built("--yes")
    drawn, lock = digest_of(buyer.clip("pad")), bought_by_lock(buyer)
    other = buyer.using(RENDERER_FFMPEG=str(coarser(tmp_path / "ffmpeg")))
    assert {"pad": "run", "sky": "reused", "end": "reused"} == other.plan().verdicts
    ended = other.built("--frozen")
    assert (["pad"], 2) == (ended.ran, posts(vendor))
    assert drawn != digest_of(buyer.clip("pad"))
    assert first.json["shots"][1]["key"] == ended.json["shots"][1]["key"]
    assert lock == bought_by_lock(other)
    assert [] == other.built("--frozen").ran
    other.edit("prompt: steam", "prompt: fog")
    assert (["pad", "sky", "end"], 4) == (other.built("--yes").ran, posts(vendor))


def test_a_child_in_flight_is_awaited_though_another_ffmpeg_drew_its_parent_anew(
    buyer: Stage, vendor: Simulator, tmp_path: Path
) -> None:
    """The build was interrupted after its request was accepted: it is collected, and not sent again for the new drawing."""
    buyer.edit(
        "id: pad, prompt: steam, image: a.png", "id: pad, provider: animatic, prompt: steam, duration: 0.5"
    )
    vendor.change(generation_s=(3, 3))
    with playing(buyer.start("build", "--yes")) as build:
        end_s = time.monotonic() + DEADLINE_S
        while not vendor.jobs() and time.monotonic() < end_s:
            time.sleep(0.05)
        build.send_signal(signal.SIGINT)
        assert 130 == build.wait(DEADLINE_S)
    assert 1 == posts(vendor)
    vendor.change(generation_s=(0.1, 0.1))
    other = buyer.using(RENDERER_FFMPEG=str(coarser(tmp_path / "ffmpeg")))
    ended = other.built("--yes")
    assert (["pad", "sky", "end"], 2) == (ended.ran, posts(vendor))


def bought_by_lock(stage: Stage) -> str:
    """What the lock says of takes."""
    return (stage.root / "film.lock").read_text().partition("\noutput ")[0]


def coarser(path: Path) -> Path:
    """An ffmpeg of another build, which encodes otherwise."""
    path.write_text(
        f"#!{sys.executable}\n"
        "import os, sys\n"
        "if '-version' in sys.argv:\n"
        "    sys.exit(print('ffmpeg version 99.1 other'))\n"
        "told = ['23' if word == '18' else word for word in sys.argv[1:]]\n"
        f"os.execv({str(real_ffmpeg())!r}, ['ffmpeg', *told])\n"
    )
    path.chmod(0o755)
    return path
