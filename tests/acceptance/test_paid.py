"""A storyboard for a paid model: planned and priced without a key, previewed for nothing, never bought by accident."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from .stage import Stage

SPEC = """\
version: 1
output: {fps: 4}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9"}
shots:
  - {id: pad, prompt: steam, image: a.png, use: 0.25}
  - {id: sky, prompt: galaxies, image: a.png, use: 0.25}
"""


@pytest.fixture
def paid(stage: Stage) -> Stage:
    """Two shots of five seconds, no key anywhere."""
    stage.still("a.png")
    stage.write("film.yaml", SPEC)
    return stage


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """Where the provider is said to be; whoever calls is heard."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.setblocking(False)
        yield server


def called(server: socket.socket) -> bool:
    try:
        server.accept()
    except BlockingIOError:
        return False
    return True


def test_a_plan_prices_it_without_a_key(paid: Stage) -> None:
    """Five seconds of gen3a_turbo cost $0.2625; both shots $0.525."""
    planned = paid.plan()
    assert 0 == planned.code
    assert [0.2625, 0.2625] == [shot["estimate_usd"] for shot in planned.json["shots"]]
    assert (0.525, 0) == (planned.json["estimate_usd"], planned.json["unpriced"])
    assert {"pad": "run", "sky": "run"} == planned.verdicts
    assert "costs $0.525" in paid.run("plan").stdout
    assert not paid.store.exists()


def test_one_request_of_two_shots_is_priced_once(paid: Stage) -> None:
    """Identical requests share one clip, so only one is bought."""
    paid.edit("galaxies", "steam")
    assert 1 == len({shot["key"] for shot in paid.plan().json["shots"]})
    assert 0.2625 == paid.plan().json["estimate_usd"]
    assert "costs $0.2625" in paid.run("plan").stdout


def test_without_a_key_nothing_is_sent(paid: Stage, listening: socket.socket) -> None:
    """Exit 4, the variable by its name, no call, no file; no yes changes that."""
    stage = paid.using(AIMLAPI_API_BASE=f"http://127.0.0.1:{listening.getsockname()[1]}")
    done = stage.build("--yes")
    assert (4, ["P704"]) == (done.code, done.codes)
    assert "AIMLAPI_API_KEY" in done.json["errors"][0]["hint"]
    assert not called(listening)
    assert not (paid.root / "build").exists()


def test_without_a_yes_nothing_is_sent(paid: Stage, listening: socket.socket) -> None:
    """Exit 3 where nobody sits at a terminal; the key is told to nobody."""
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    done = paid.using(AIMLAPI_API_BASE=base, AIMLAPI_API_KEY="secret").build()
    assert (3, ["G921"]) == (done.code, done.codes)
    assert "secret" not in done.stdout + done.stderr
    assert not called(listening)
    assert not (paid.root / "build").exists()


def test_a_limit_is_held_before_anything_is_sent(paid: Stage, listening: socket.socket) -> None:
    """Two takes for $0.525 and 52 cents: exit 3; a cent more would have done."""
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    done = paid.using(AIMLAPI_API_BASE=base, AIMLAPI_API_KEY="secret").build("--max-cost", "0.52")
    assert (3, ["G923"]) == (done.code, done.codes)
    assert not called(listening)


def test_a_frozen_build_is_a_gate(paid: Stage) -> None:
    """Exit 3, with the takes that are missing."""
    done = paid.run("build", "--frozen")
    assert 3 == done.code
    assert done.stderr.startswith("error[G910]: 2 paid takes are missing")
    assert "`pad`, `sky`" in done.stderr


def test_admission_is_all_or_nothing(paid: Stage) -> None:
    """With something to buy not even the free shots are made."""
    paid.edit("shots:", "shots:\n  - {id: card, provider: animatic, prompt: Liftoff, duration: 0.25}")
    assert 4 == paid.build("--yes").code
    assert ["card"] == paid.built("card").ran


def test_the_animatic_of_a_paid_storyboard_is_a_film_of_its_own(paid: Stage) -> None:
    """`--provider animatic` needs no key, takes the model's size, and keeps out of the real film's way."""
    done = paid.build("--provider", "animatic", "--frozen")
    assert (0, ["pad", "sky"]) == (done.code, done.ran)
    assert "build/film.animatic.mp4" == done.json["sequence"]["path"]
    assert ["build/film.animatic/pad.mp4", "build/film.animatic/sky.mp4"] == [
        shot["clip"]["path"] for shot in done.json["shots"]
    ]
    assert {(1280, 768)} == {(shot["clip"]["width"], shot["clip"]["height"]) for shot in done.json["shots"]}
    assert 2 == done.json["sequence"]["frames"]
    assert not paid.film().exists()
    assert 0 == paid.plan("--provider", "animatic", "--check").code
    assert 5 == paid.plan("--check").code


def test_a_paid_key_knows_nothing_of_the_machine(paid: Stage) -> None:
    """Output, ffmpeg and folder may change; the key does not."""
    keys = [shot["key"] for shot in paid.plan().json["shots"]]
    paid.edit("fps: 4", "fps: 30, size: 640x384")
    assert keys == [shot["key"] for shot in paid.plan().json["shots"]]


def test_an_unknown_model_is_told_with_the_nearest(paid: Stage) -> None:
    """Before anything else, with its place."""
    paid.edit("gen3a_turbo", "gen3_turbo")
    done = paid.plan()
    assert (2, {"S301"}) == (done.code, set(done.codes))
    assert "gen3a_turbo" in done.json["errors"][0]["hint"]
