"""Decisions about takes: what the film shows, what is bought after them, and the file in which they stand."""

import pytest

from tests.simulator.simulator import Simulator

from .door import posts
from .stage import Stage, digest_of, packets_in

SPEC = """\
version: 1
output: {size: 64x36, fps: 4}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", image: a.png, use: 0.25}
shots:
  - {id: pad, prompt: steam}
  - {id: sky, prompt: galaxies, takes: 3}
"""
PICKS = "film.picks.yaml"


@pytest.fixture
def bought(customer: Stage) -> Stage:
    """Two shots, one of three takes, built."""
    customer.write("film.yaml", SPEC)
    customer.built("--yes")
    return customer


def picks(stage: Stage) -> str:
    return (stage.root / PICKS).read_text("utf-8")


def shown(stage: Stage, shot: str) -> str:
    """The sha256 of the clip that the film shows for a shot, by what `takes` says."""
    listed = stage.run("takes", "film.yaml", shot, "--all", "--json").json["takes"]
    (found,) = [take["sha256"] for take in listed if {"shown", "picked", "kept"} & set(take["marks"])]
    return str(found)


def do(stage: Stage, *arguments: str) -> str:
    """A command that succeeds; what it says."""
    done = stage.run(*arguments)
    assert 0 == done.code, done.stderr
    return done.stderr


def test_takes_are_listed_with_all_that_tells_them_apart(bought: Stage) -> None:
    """Number, digest, verdict, seed, model, price, file; the first is shown."""
    takes = bought.run("takes", "film.yaml", "sky", "--json").json["takes"]
    assert [1, 2, 3] == [take["take"] for take in takes]
    assert [1, 2, 3] == [take["seed"] for take in takes]
    assert [0.2625] * 3 == [take["price_usd"] for take in takes]
    assert [["shown"], [], []] == [take["marks"] for take in takes]
    assert digest_of(bought.clip("sky.take2")) == takes[1]["sha256"]
    assert "build/film/sky.take2.mp4" == takes[1]["file"]
    line = bought.run("takes", "film.yaml", "sky").stdout.splitlines()[1]
    for word in ("sky", takes[1]["sha256"][:8], "reused", "gen3a_turbo", "$0.2625"):
        assert word in line


def test_every_clip_that_a_shot_ever_had_is_listed(bought: Stage) -> None:
    """Also those under an older request, without a number."""
    before = digest_of(bought.clip("pad"))
    bought.edit("steam", "smoke")
    bought.built("--yes")
    takes = bought.run("takes", "film.yaml", "pad", "--all", "--json").json["takes"]
    assert [(1, digest_of(bought.clip("pad"))), (None, before)] == [
        (take["take"], take["sha256"]) for take in takes
    ]
    assert 1 == len(bought.run("takes", "film.yaml", "pad", "--json").json["takes"])


def test_a_picked_take_is_in_the_film_and_nothing_is_bought(bought: Stage, vendor: Simulator) -> None:
    """And taken back, the film is the one of before."""
    first = digest_of(bought.film())
    assert "sky: take 2" in do(bought, "pick", "film.yaml", "sky", "2")
    bought.built()
    assert first != digest_of(bought.film())
    assert digest_of(bought.clip("sky.take2")) == shown(bought, "sky")
    do(bought, "pick", "film.yaml", "sky", "--undo")
    bought.built()
    assert (first, 4) == (digest_of(bought.film()), posts(vendor))


def test_a_changed_request_buys_the_picked_take_alone(bought: Stage, vendor: Simulator) -> None:
    """One request of three, and a warning until somebody picks again."""
    do(bought, "pick", "film.yaml", "sky", "2")
    bought.edit("galaxies", "nebulae")
    plan = bought.plan()
    assert {"pad": "reused", "sky.take2": "run"} == plan.verdicts
    assert "warning[D110]" in plan.stderr or "D110" in bought.run("plan").stderr
    bought.built("--yes")
    assert 5 == posts(vendor)
    assert digest_of(bought.clip("sky.take2")) == shown(bought, "sky")
    do(bought, "pick", "film.yaml", "sky", "2")
    assert "D110" not in bought.run("plan").stderr
    assert {
        "pad": "reused",
        "sky": "run",
        "sky.take2": "reused",
        "sky.take3": "run",
    } == bought.plan().verdicts


def test_a_clip_of_an_older_request_can_be_picked(bought: Stage, vendor: Simulator) -> None:
    """By its digest; it is shown while the request stays what it was then, and with the request of the clip it is that take."""
    old = digest_of(bought.clip("pad"))
    bought.edit("steam", "smoke")
    bought.built("--yes")
    said = do(bought, "pick", "film.yaml", "pad", f"@{old[:6]}")
    assert "older request" in said
    bought.built()
    assert (old, 5) == (shown(bought, "pad"), posts(vendor))
    bought.edit("smoke", "fog")
    assert "D110" in bought.run("plan").stderr
    bought.built("--yes")
    assert (digest_of(bought.clip("pad")), 6) == (shown(bought, "pad"), posts(vendor))


@pytest.mark.parametrize(
    ("wanted", "code"), [("4", "U072"), ("@ffffffff", "U072"), ("@12", "U072"), ("two", "U072")]
)
def test_a_take_that_is_not_there_cannot_be_picked(bought: Stage, wanted: str, code: str) -> None:
    """Exit 2, and nothing is written."""
    done = bought.run("pick", "film.yaml", "sky", wanted)
    assert (2, True) == (done.code, f"error[{code}]" in done.stderr)
    assert not (bought.root / PICKS).exists()


def test_a_retake_buys_only_the_new_takes(bought: Stage, vendor: Simulator) -> None:
    """With the next seeds, or with one that is named; taken back, they are not asked for any more."""
    assert "seeds 4, 5 added" in do(bought, "retake", "film.yaml", "sky", "-n", "2")
    assert "seed 42 added" in do(bought, "retake", "film.yaml", "pad", "--seed", "42")
    assert {"sky.take4": "run", "sky.take5": "run", "pad.take2": "run"} == {
        name: verdict for name, verdict in bought.plan().verdicts.items() if verdict != "reused"
    }
    bought.built("--yes")
    assert 7 == posts(vendor)
    assert 2 == bought.run("retake", "film.yaml", "pad", "--seed", "42").code
    do(bought, "pick", "film.yaml", "sky", "5")
    bought.built()
    assert digest_of(bought.clip("sky.take5")) == shown(bought, "sky")
    do(bought, "retake", "film.yaml", "pad", "--undo")
    assert {"pad", "sky", "sky.take2", "sky.take3", "sky.take4", "sky.take5"} == bought.plan().verdicts.keys()


def test_a_further_take_is_told_by_the_line_that_adds_it(bought: Stage) -> None:
    """No line of the storyboard has changed, and none is blamed, also where the newest footage is of another prompt."""
    bought.edit("steam", "smoke")
    bought.built("--yes")
    bought.edit("smoke", "steam")
    do(bought, "retake", "film.yaml", "pad")
    assert f"a further take, added in {PICKS}:2" == bought.plan().reasons["pad.take2"]
    assert {None} == {shot["cause"] for shot in bought.plan().json["shots"]}


def test_a_take_that_was_passed_over_blames_no_line_for_its_seed(bought: Stage) -> None:
    """The picked take alone was made for today's request; once the pick is confirmed the others are missing, and nobody changed a seed."""
    do(bought, "retake", "film.yaml", "pad")
    bought.built("--yes")
    do(bought, "pick", "film.yaml", "pad", "2")
    bought.edit("steam", "smoke")
    bought.built("--yes")
    do(bought, "pick", "film.yaml", "pad", "2")
    plan = bought.plan()
    assert ("run", "not made yet, unlike another take of `pad`") == (
        plan.verdicts["pad"],
        plan.reasons["pad"],
    )


def test_takes_always_list_the_clip_that_is_shown(bought: Stage) -> None:
    """Also footage that is kept, and a pick of an older request, neither of which is a take of today."""
    before = digest_of(bought.clip("pad"))
    do(bought, "approve", "film.yaml", "pad")
    bought.edit("steam", "smoke")
    do(bought, "keep", "film.yaml", "pad")
    takes = bought.run("takes", "film.yaml", "pad", "--json").json["takes"]
    assert [(1, None, []), (None, before, ["kept", "approved"])] == [
        (take["take"], take["sha256"], take["marks"]) for take in takes
    ]


def test_kept_footage_is_not_made_anew(bought: Stage, vendor: Simulator) -> None:
    """Although its request changed: the verdict is `kept`, the film as it was, and the reason is told."""
    film = digest_of(bought.film())
    bought.edit("steam", "smoke")
    do(bought, "keep", "film.yaml", "p*", "--reason", "the light: it is “right”")
    plan = bought.plan()
    assert "kept" == plan.verdicts["pad"]
    assert "the light: it is “right”" == plan.reasons["pad"]
    assert 0 == bought.run("plan", "--check").code
    assert 0 == bought.run("lock", "check").code
    done = bought.built()
    assert ("reused", film, 4) == (done.outcomes["pad"], digest_of(bought.film()), posts(vendor))
    do(bought, "keep", "film.yaml", "pad", "--undo")
    assert "run" == bought.plan().verdicts["pad"]


def test_an_approved_clip_is_marked(bought: Stage) -> None:
    """That clip alone."""
    do(bought, "approve", "film.yaml", "*")
    takes = bought.run("takes", "film.yaml", "sky", "--json").json["takes"]
    assert [["shown", "approved"], [], []] == [take["marks"] for take in takes]
    do(bought, "pick", "film.yaml", "sky", "2")
    takes = bought.run("takes", "film.yaml", "sky", "--json").json["takes"]
    assert [["approved"], ["picked"], []] == [take["marks"] for take in takes]
    do(bought, "approve", "film.yaml", "sky", "--undo")
    assert "approved" not in picks(bought).partition("sky")[2]


def test_comments_in_the_picks_stay(bought: Stage) -> None:
    """An edit touches the line of its shot alone."""
    bought.write(PICKS, "# our choices\npad: 1   # the first one is fine\n")
    do(bought, "pick", "film.yaml", "sky", "3")
    assert picks(bought).startswith("# our choices\npad: 1   # the first one is fine\nsky: {pick: 3, clip: ")


def test_picks_that_are_not_understood_stop_everything(bought: Stage) -> None:
    """Exit 2, with the line."""
    bought.write(PICKS, "pad: {pik: 1}\n")
    said = bought.run("plan")
    assert 2 == said.code
    assert "error[D102]" in said.stderr
    assert "film.picks.yaml:1:7" in said.stderr


def test_a_pick_follows_a_renamed_shot(bought: Stage) -> None:
    """By the request that it was made for."""
    do(bought, "pick", "film.yaml", "sky", "2")
    bought.built()
    clip, before = shown(bought, "sky"), packets_in(bought.film())
    bought.edit("id: sky", "id: heaven")
    bought.built("--frozen")
    assert (clip, before) == (shown(bought, "heaven"), packets_in(bought.film()))
    bought.edit("galaxies", "nebulae")
    assert "D111" in bought.run("plan").stderr


def test_another_provider_ignores_picks_and_keeps(bought: Stage) -> None:
    """A stand-in shows the storyboard as it is written."""
    do(bought, "pick", "film.yaml", "sky", "2")
    do(bought, "keep", "film.yaml", "pad")
    verdicts = bought.run("plan", "--provider", "animatic", "--json").verdicts
    assert {"run"} == set(verdicts.values())
    assert 4 == len(verdicts)


def test_a_picked_clip_that_no_store_has_stops_the_film(bought: Stage, vendor: Simulator) -> None:
    """Exit 3: it is lost, and nothing takes its place."""
    old = digest_of(bought.clip("pad"))
    bought.edit("steam", "smoke")
    bought.built("--yes")
    do(bought, "pick", "film.yaml", "pad", f"@{old}")
    (bought.store / "cas" / old[:2] / old).unlink()
    done = bought.build("--yes")
    assert (3, ["G926"], 5) == (done.code, done.codes, posts(vendor))


def test_why_tells_that_footage_is_kept_and_how_to_let_go(bought: Stage) -> None:
    """The request has changed, and nothing is made."""
    do(bought, "keep", "film.yaml", "pad", "--reason", "the cut is locked")
    bought.edit("steam", "fog")
    (shot,) = bought.run("why", "film.yaml", "pad", "--json").json["shots"]
    assert ("kept", "its footage is kept whatever is asked for: the cut is locked") == (
        shot["verdict"],
        shot["reason"],
    )
    assert "`renderer keep pad --undo` lets go of it" == shot["hint"]


def test_why_tells_of_the_picked_take_alone(bought: Stage) -> None:
    """Takes that a pick makes needless are not bought under a new prompt, so there is nothing to explain."""
    do(bought, "pick", "film.yaml", "sky", "2")
    bought.edit("galaxies", "stars")
    (take,) = bought.run("why", "film.yaml", "sky", "--json").json["shots"]
    assert (2, "run", "`prompt` changed") == (take["take"], take["verdict"], take["reason"])
    assert ["shots[1].prompt"] == [cause["field"] for cause in take["causes"]]
