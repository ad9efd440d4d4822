"""`renderer models`: what there is, in words and for programs."""

import os
import subprocess
from pathlib import Path

from jsonschema import Draft202012Validator

from renderer.catalogue.library import models
from renderer.catalogue.locate import read_schema

from .stage import COMMAND, Stage


def test_every_model_is_listed(stage: Stage) -> None:
    """One row each, under a heading; for programs, one object each."""
    lines = stage.run("models", "list").stdout.splitlines()
    assert ["id", "provider", "kind", "seconds", "ratios", "seed"] == lines[0].split()[:6]
    assert [model.id for model in models()] == [line.split()[0] for line in lines[1:]]
    listed = stage.run("models", "list", "--json").json["models"]
    assert [model.id for model in models()] == [row["id"] for row in listed]


def test_words_and_kinds_narrow_the_list(stage: Stage) -> None:
    """All words count, in any case, also an alias."""
    found = stage.run("models", "list", "KLING", "3.0", "omni", "--kind", "text-to-video", "--json").json
    assert [
        "klingai/video-v3-omni-1080p-text-to-video",
        "klingai/video-v3-omni-720p-text-to-video",
    ] == [row["id"] for row in found["models"]]
    assert ["pixverse/v5.5/text-to-video"] == [
        row["id"] for row in stage.run("models", "list", "v5-5-text", "--json").json["models"]
    ]


def test_a_row_tells_lengths_ratios_seed_and_price(stage: Stage) -> None:
    """The price is for five seconds; an unknown one says so."""
    sold = ("models", "list", "gen3a_turbo", "--provider", "aimlapi")
    (gen3a,) = stage.run(*sold, "--json").json["models"]
    assert (0.2625, "2026-08-21") == (gen3a["price_usd_5s"], gen3a["price_date"])
    assert (["16:9", "9:16"], True) == (gen3a["ratios"], gen3a["seed_honoured"])
    row = stage.run(*sold).stdout.splitlines()[1]
    assert "gen3a_turbo  aimlapi   image-to-video  5 or 10  16:9 9:16  yes   $0.26" == row
    assert stage.run("models", "list", "sora-2-t2v").stdout.splitlines()[1].endswith("no    unknown")


def test_nothing_found_is_said_beside_the_data(stage: Stage) -> None:
    """An empty list is no error."""
    found = stage.run("models", "list", "nothing", "of", "the", "sort")
    assert (0, "") == (found.code, found.stdout)
    assert "no model is like that" in found.stderr


def test_a_model_is_explained_field_by_field(stage: Stage) -> None:
    """Names, limits, defaults, and the price with date and source."""
    shown = " ".join(stage.run("models", "show", "gen3a_turbo", "--provider", "aimlapi").stdout.split())
    for told in (
        "ratio aspect_ratio (legacy: ratio) 16:9 or 9:16; 16:9 by default",
        "duration duration 5 or 10 s; 5 by default",
        "price $0.0525 a second",
        "as of 2026-08-21: github.com/aimlapi/api-docs",
        "no price is promised",
    ):
        assert told in shown


def test_a_model_for_programs_is_an_entry_of_a_model_file(stage: Stage) -> None:
    """By alias, too."""
    shown = stage.run("models", "show", "pixverse/v5-5-text-to-video", "--json").json
    assert ["pixverse/v5.5/text-to-video"] == [entry["id"] for entry in shown["models"]]
    assert Draft202012Validator(read_schema("models/model.schema.json")).is_valid({"models": shown["models"]})


def test_a_model_that_two_sell_is_shown_twice(stage: Stage) -> None:
    """Each with its own names and price; `--provider` tells which."""
    both = stage.run("models", "show", "gen3a_turbo", "--json").json["models"]
    one = stage.run("models", "show", "gen3a_turbo", "--provider", "runway", "--json").json["models"]
    assert (["aimlapi", "runway"], ["runway"]) == (
        [entry["provider"] for entry in both],
        [entry["provider"] for entry in one],
    )


def test_a_wrong_id_is_met_with_the_nearest(stage: Stage) -> None:
    """As in a storyboard."""
    shown = stage.run("models", "show", "gen3_turbo")
    assert 2 == shown.code
    assert "did you mean `gen3a_turbo`?" in shown.stderr
    (error,) = stage.run("models", "show", "ray-2", "--provider", "aimlapi", "--json").json["errors"]
    assert ("S301", "did you mean `luma/ray-2`?") == (error["code"], error["hint"])


def test_ids_are_completed_by_the_shell(tmp_path: Path) -> None:
    """What click's own completion asks for."""
    environ = {
        "PATH": os.environ["PATH"],
        "_RENDERER_COMPLETE": "bash_complete",
        "COMP_WORDS": "renderer models show luma/ray-2",
        "COMP_CWORD": "3",
    }
    told = subprocess.run(
        [str(COMMAND)], env=environ, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ["plain,luma/ray-2"] == told.stdout.split()


def test_a_seed_that_a_model_ignores_is_a_warning(stage: Stage) -> None:
    """It is not sent, not keyed, and said at its place."""
    stage.write(
        "film.yaml",
        "version: 1\nshots:\n"
        "  - {id: pad, provider: aimlapi, model: openai/sora-2-t2v, prompt: steam, seed: 7}\n",
    )
    found = stage.run("validate", "--json")
    (warning,) = found.json["warnings"]
    assert (0, "S308", 3) == (found.code, warning["code"], warning["line"])
    assert "`openai/sora-2-t2v` has no `seed`" in warning["message"]
    planned = stage.plan().json["shots"][0]
    stage.edit("seed: 7", "seed: 8")
    assert planned["key"] == stage.plan().json["shots"][0]["key"]
