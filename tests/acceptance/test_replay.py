"""A build that is recorded once and played again: the same film for nothing, without a key, a network or a wait."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..simulator.simulator import Simulator  # noqa: TID252 - the other half of the tests
from .stage import Stage, digest_of

SHOTS = ("pad", "crew", "sky")
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
    """Three paid shots, and keys."""
    stage.still("a.png")
    lines = "".join(f"  - {{id: {shot}, prompt: the {shot} of it}}\n" for shot in SHOTS)
    stage.write("film.yaml", SPEC + lines)
    return stage.using(**simulator.environ)


def text_of(recording: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(recording.glob("*.json")))


def player(shop: Stage, simulator: Simulator, recording: Path, *, folder: Path) -> Stage:
    """A clone elsewhere with an empty store and no key, that hears the recording."""
    keyless = {name: "" for name in simulator.environ if name.endswith(("_KEY", "_SECRET"))}
    clone = shop.copy(folder / "clone", store=folder / "store")
    return clone.using(**keyless, RENDERER_REPLAY=str(recording))


@pytest.mark.parametrize("provider", ["aimlapi", "runway"])
def test_a_recorded_build_is_played_again(
    shop: Stage, simulator: Simulator, tmp_path: Path, provider: str
) -> None:
    """The vendor is gone; keys, clips and the film's bytes are those of the recorded build."""
    shop.edit("aimlapi", provider)
    recording = tmp_path / "recording"
    simulator.script(submit=["429:1", "503"], download="cut:500")
    simulator.script(poll="502", task="502")
    built = shop.using(RENDERER_RECORD=str(recording)).build("-y")
    blocked = [shot["id"] for shot in built.json["shots"] if shot["outcome"] == "blocked"]
    assert 1 == len(blocked), "the 503 leaves one request unknown"
    shop.using(RENDERER_RECORD=str(recording)).built("-y", "--resubmit", blocked[0])
    simulator.stop()
    there = player(shop, simulator, recording, folder=tmp_path / "there")
    played = there.built("-y")
    assert set(SHOTS) == set(played.ran)
    recorded = shop.built()
    assert [shot["key"] for shot in recorded.json["shots"]] == [shot["key"] for shot in played.json["shots"]]
    assert [shot["clip"]["sha256"] for shot in recorded.json["shots"]] == [
        shot["clip"]["sha256"] for shot in played.json["shots"]
    ]
    assert digest_of(shop.film()) == digest_of(tmp_path / "there" / "clone" / "build" / "film.mp4")
    assert played.json["elapsed_s"] < 15, "nothing is waited for"
    assert 0 == played.json["spent_usd"], "a recording is no vendor"
    cost = json.loads(there.run("cost", "--json").stdout)
    assert (0, {"free": len(SHOTS)}) == (
        cost["total_usd"],
        {part: jobs for part, jobs in cost["jobs"].items() if jobs},
    )


def test_nothing_secret_is_recorded(shop: Stage, simulator: Simulator, tmp_path: Path) -> None:
    """Neither keys nor signatures, in whatever the vendor echoes."""
    recording = tmp_path / "recording"
    shop.using(RENDERER_RECORD=str(recording)).built("-y")
    text = text_of(recording)
    assert "prompt" in text
    for secret in (
        simulator.environ["AIMLAPI_API_KEY"],
        simulator.environ["RUNWAYML_API_SECRET"],
        "_jwt",
        "uthorization",
        "Bearer",
        "base64",
    ):
        assert secret not in text


def test_a_shot_that_was_not_recorded_is_told(shop: Stage, simulator: Simulator, tmp_path: Path) -> None:
    """With the recording, what was asked, and what comes nearest; the other shots are played."""
    recording = tmp_path / "recording"
    shop.using(RENDERER_RECORD=str(recording)).built("-y")
    stage = player(shop, simulator, recording, folder=tmp_path / "there")
    stage.edit("the sky of it", "another sky")
    done = stage.build("-y", "-j", "1")
    assert 4 == done.code
    assert {"pad": "ran", "crew": "ran", "sky": "failed"} == done.outcomes
    (error,) = done.json["errors"]
    assert "P730" == error["code"]
    assert ".json: POST /v" in error["facts"]["nearest"]
    assert "other `prompt" in error["facts"]["nearest"]
    assert str(recording) == error["facts"]["recording"]


def test_a_recording_is_made_of_files_that_can_be_read(
    shop: Stage, simulator: Simulator, tmp_path: Path
) -> None:
    """JSON in lines with sorted keys; media by digest; the clips beside it."""
    recording = tmp_path / "recording"
    shop.using(RENDERER_RECORD=str(recording)).built("-y")
    files = sorted(recording.glob("*.json"))
    assert [f"{number:05}" for number in range(1, len(files) + 1)] == [path.name[:5] for path in files]
    for path in files:
        value = json.loads(path.read_text("utf-8"))
        assert f"{json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)}\n" == path.read_text(
            "utf-8"
        )
    assert {"blob": digest_of(shop.root / "a.png")} == next(
        found
        for path in files
        if "-post" in path.name
        for found in _blobs(json.loads(path.read_text("utf-8"))["request"]["body"])
    )
    assert {digest_of(path) for path in (recording / "clips").iterdir()} == set(simulator.clips().values())


def _blobs(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from (
            [value] if "blob" in value else (found for item in value.values() for found in _blobs(item))
        )
    elif isinstance(value, list):
        yield from (found for item in value for found in _blobs(item))


def test_what_makes_no_sense_is_told_before_anything_is_sent(shop: Stage, tmp_path: Path) -> None:
    """Recording a replay, and a recording that is not there."""
    both = shop.using(RENDERER_RECORD=str(tmp_path / "a"), RENDERER_REPLAY=str(tmp_path / "b")).build("-y")
    assert (2, ["U042"]) == (both.code, both.codes)
    missing = shop.using(RENDERER_REPLAY=str(tmp_path / "b")).build("-y")
    assert (2, ["U043"]) == (missing.code, missing.codes)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "00001.json").write_text("{}")
    assert ["U043"] == shop.using(RENDERER_REPLAY=str(tmp_path / "b")).build("-y").codes


def test_where_nothing_can_be_recorded_nothing_is_sent(
    shop: Stage, simulator: Simulator, tmp_path: Path
) -> None:
    """What was bought and not recorded would have to be bought again to be recorded."""
    (tmp_path / "file").write_text("")
    refused = shop.using(RENDERER_RECORD=str(tmp_path / "file" / "rec")).build("-y")
    assert (4, ["E625"], []) == (refused.code, refused.codes, simulator.received())


def test_a_build_whose_recording_breaks_off_is_a_build(
    shop: Stage, simulator: Simulator, tmp_path: Path
) -> None:
    """It buys and makes all as ever, and says that the recording is not complete."""
    (tmp_path / "clips").write_text("a file where the folder of clips should be")
    built = shop.using(RENDERER_RECORD=str(tmp_path)).built("-y")
    assert set(SHOTS) == set(built.ran)
    assert len(SHOTS) == len(simulator.charges_by_request())
    assert "the recording is not complete" in built.stderr
