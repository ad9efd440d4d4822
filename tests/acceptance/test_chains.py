"""Shots that start from frames of others, drawn: what becomes known when, what is made again, what stays."""

import json
import subprocess
from pathlib import Path

import pytest

from .director import Director
from .stage import Stage, digest_of

SPEC = """\
version: 1
output: {size: 64x36, fps: 12}
defaults: {provider: animatic, duration: 0.5}
shots:
  - {id: sky, prompt: galaxies, image: {last_frame_of: pad}}
  - {id: pad, prompt: steam, use: 0.25}
  - {id: end, prompt: credits, image: {frame_of: sky, at: 2f}, last_image: {last_frame_of: pad}}
  - {id: alone, prompt: a visor}
"""
NAMES = ["sky", "pad", "end", "alone"]


@pytest.fixture
def chained(stage: Stage) -> Stage:
    """A chain of three shots, the first of the file starting from the second, and a shot beside it."""
    stage.write("film.yaml", SPEC)
    return stage


def test_a_plan_says_what_comes_first_and_a_build_makes_all_of_it(chained: Stage) -> None:
    """Parents before children, in whatever order they are written; then there is nothing to do."""
    plan = chained.plan()
    assert {"sky": "depends", "pad": "run", "end": "depends", "alone": "run"} == plan.verdicts
    assert "its parent `pad` comes first" == plan.reasons["sky"]
    assert [None, None] == [shot["key"] for shot in plan.json["shots"] if shot["verdict"] == "depends"]
    built = chained.built()
    assert NAMES == built.ran
    assert dict.fromkeys(NAMES, "reused") == chained.built().outcomes
    assert 0 == chained.run("plan", "--check").code


def test_a_parent_changed_makes_its_chain_again_and_nothing_else(chained: Stage) -> None:
    """And changed back, all of it is reused."""
    chained.built()
    before = digest_of(chained.film())
    chained.edit("steam", "fog")
    assert ["sky", "pad", "end"] == chained.built().ran
    assert before != digest_of(chained.film())
    chained.edit("fog", "steam")
    assert [] == chained.built().ran
    assert before == digest_of(chained.film())


def test_a_parent_that_comes_out_the_same_cuts_the_rebuild_off(chained: Stage) -> None:
    """Its file is gone, and made again to the same bytes: children are reused."""
    chained.built()
    chained.blob_of("pad").unlink()
    assert {"sky": "depends", "pad": "run", "end": "depends", "alone": "reused"} == chained.plan().verdicts
    assert ["pad"] == chained.built().ran


def test_a_child_that_turns_out_to_be_there_is_told_once(chained: Stage) -> None:
    """What its key is comes out while the build runs; its line is not printed again at the end."""
    chained.built()
    chained.blob_of("pad").unlink()
    told = chained.run("build").stderr.splitlines()
    assert [1] * len(NAMES) == [sum(line.split()[1:2] == [name] for line in told) for name in NAMES]


@pytest.mark.parametrize(
    ("use", "made"),
    [("0.2", []), ("2f", ["sky", "end"]), ("3f", []), ("{in: 0.1, out: 0.25}", []), ("0.5", ["sky", "end"])],
)
def test_use_of_a_parent_moves_the_frame_of_its_children(chained: Stage, use: str, made: list[str]) -> None:
    """By whole frames of the clip; within one frame nothing is made again."""
    chained.built()
    chained.edit("use: 0.25", f"use: {use}")
    assert made == chained.built().ran


def test_use_of_a_slot_moves_no_frame(chained: Stage) -> None:
    """Nor does the rate of the film, where the parent is own footage."""
    chained.write("film.yaml", SPEC + "sequence: [sky, {shot: pad, use: 0.1}, end, alone]\n")
    chained.built()
    chained.edit("{shot: pad, use: 0.1}", "pad")
    assert [] == chained.built().ran


def test_a_chain_starts_from_own_footage(stage: Stage) -> None:
    """Its key is known at once, and follows the footage."""
    stage.footage("logo.mp4")
    stage.write(
        "film.yaml",
        SPEC.replace("{id: pad, prompt: steam, use: 0.25}", "{id: pad, clip: logo.mp4, use: 0.25}"),
    )
    assert {"sky": "run", "end": "depends", "alone": "run"} == stage.plan().verdicts
    stage.built()
    stage.footage("logo.mp4", size="96x54")
    assert {"sky": "run", "end": "depends", "alone": "reused"} == stage.plan().verdicts
    assert ["sky", "end"] == stage.built().ran


def test_a_shot_that_is_named_brings_what_it_starts_from(chained: Stage) -> None:
    """And nothing else."""
    assert {"sky": "ran", "pad": "ran", "end": "ran"} == chained.built("end").outcomes
    assert {"pad": "reused"} == chained.built("pad").outcomes


def test_a_parent_that_fails_blocks_its_children(chained: Stage, director: Director) -> None:
    """The shot beside them is made; the error is told of the parent alone."""
    stage = director.direct(chained)
    director.cue("fail", "-frames:v 9")
    stage.edit("steam, use: 0.25", "steam, duration: 0.75, use: 0.25")
    built = stage.build()
    assert 1 == built.code
    assert {"sky": "blocked", "pad": "failed", "end": "blocked", "alone": "ran"} == built.outcomes
    assert "`pad` has no clip" == built.json["shots"][0]["error"]["message"]
    director.forget()
    assert ["sky", "pad", "end"] == stage.built().ran


def test_a_frame_that_cannot_be_taken_blocks_who_starts_from_it(chained: Stage, director: Director) -> None:
    """The parent is made and kept; the next build goes on behind it."""
    stage = director.direct(chained)
    director.cue("fail", "-f image2")
    built = stage.build()
    assert (1, ["pad", "alone"]) == (built.code, built.ran)
    assert "E621" in built.codes
    director.forget()
    assert ["sky", "end"] == stage.built().ran


def test_several_takes_and_no_pick_wait(chained: Stage) -> None:
    """The plan says so, the build makes all else and ends with 3, and a pick lets it go on."""
    chained.edit("steam, use", "steam, takes: 2, use")
    plan = chained.plan()
    assert {
        "sky": "waiting",
        "pad": "run",
        "pad.take2": "run",
        "end": "waiting",
        "alone": "run",
    } == plan.verdicts
    built = chained.build()
    assert (3, ["pad", "pad.take2", "alone"]) == (built.code, built.ran)
    assert {"G950"} == set(built.codes)
    assert "renderer pick film.yaml pad N" in chained.run("build").stderr
    assert 0 == chained.run("pick", "film.yaml", "pad", "2").code
    assert ["sky", "end"] == chained.built().ran
    chained.run("pick", "film.yaml", "pad", "1")
    assert ["sky", "end"] == chained.built().ran
    chained.run("pick", "film.yaml", "pad", "2")
    assert [] == chained.built().ran


def test_a_profile_starts_from_the_first_take(chained: Stage) -> None:
    """Picks are not for it, so it waits for none."""
    chained.edit("steam, use", "steam, takes: 2, use")
    assert ["sky", "pad", "pad.take2", "end", "alone"] == chained.built("--provider", "animatic").ran


def test_kept_footage_is_what_children_start_from(chained: Stage) -> None:
    """Whatever its request has become."""
    chained.built()
    chained.run("keep", "film.yaml", "pad", "--reason", "the steam")
    chained.edit("steam", "fog")
    assert [] == chained.built().ran
    chained.run("keep", "film.yaml", "pad", "--undo")
    assert ["sky", "pad", "end"] == chained.built().ran


def test_always_make_makes_the_chain_again(chained: Stage) -> None:
    """To the same film."""
    chained.built()
    before = digest_of(chained.film())
    assert NAMES == chained.built("-B").ran
    assert before == digest_of(chained.film())


def test_a_matrix_chains_through_variables(stage: Stage) -> None:
    """Each of its shots starts from the one beside it."""
    stage.write(
        "film.yaml",
        """\
version: 1
output: {size: 64x36, fps: 12}
defaults: {provider: animatic, duration: 0.5}
shots:
  - {id: dusk, matrix: {city: [rome, oslo]}, prompt: "${city}"}
  - {id: night, matrix: {city: [rome, oslo]}, prompt: "${city}", image: {last_frame_of: "dusk.${city}"}}
""",
    )
    stage.built()
    stage.edit(
        '{city: [rome, oslo]}, prompt: "${city}"}', '{city: {rome: Roma, oslo: oslo}}, prompt: "${city}"}'
    )
    assert ["dusk.rome", "night.rome"] == stage.built().ran


def test_a_frame_past_the_end_is_told_where_it_is_written(stage: Stage) -> None:
    """Of a clip whose length is known: here the one that is asked for."""
    stage.write("film.yaml", SPEC.replace("at: 2f", "at: 6f"))
    told = stage.run("validate", "film.yaml", "--json").json
    assert [("S243", 7)] == [(error["code"], error["line"]) for error in told["errors"]]


def test_an_edit_of_a_chained_shot_compiles_it_alone(chained: Stage) -> None:
    """What is remembered of the others still leads to it; a chain that an edit breaks is told."""
    chained.built()
    chained.edit("credits", "titles")
    assert ["end"] == chained.built().ran
    chained.edit("{id: pad, prompt: steam, use: 0.25}", "{id: pads, prompt: steam, use: 0.25}")
    broken = chained.build()
    assert (2, ["S240", "S240"]) == (broken.code, broken.codes)
    chained.edit("id: pads, prompt: steam", "id: pad, image: {last_frame_of: end}, prompt: steam")
    assert {"S241"} == set(chained.build().codes)


def test_a_clone_draws_the_same_chain(chained: Stage, tmp_path: Path) -> None:
    """On another machine, from nothing."""
    chained.built()
    clone = chained.copy(tmp_path / "clone", store=tmp_path / "other")
    clone.built()
    assert digest_of(chained.film()) == digest_of(clone.film())


def test_a_key_holds_clip_and_frame_and_no_pixels(chained: Stage) -> None:
    """As the store has it: the parent's digest and the frame's number from 0."""
    built = chained.built()
    sky = next(shot for shot in built.json["shots"] if shot["id"] == "sky")
    trace = json.loads((chained.store / "ac" / sky["key"][:2] / f"{sky['key']}.json").read_text())
    clip = digest_of(chained.clip("pad"))
    assert {"image": {"sha256": clip, "frame": 2}} == trace["manifest"]["inputs"]


TWO_FILMS = """\
version: 1
outputs:
  wide: {size: 64x36, fps: 12}
  tall: {size: 36x64, fps: 12}
defaults: {provider: animatic, duration: 0.5}
shots:
  - {id: sky, prompt: galaxies, image: {last_frame_of: pad}}
  - {id: pad, prompt: steam, for: {tall: {prompt: steam from below}}}
  - {id: end, prompt: credits, last_image: {last_frame_of: sky}, for: {tall: {use: 0.25}}}
  - {id: alone, prompt: a visor}
"""


def test_a_chain_has_a_variant_wherever_its_parent_has_one(stage: Stage) -> None:
    """Down to its end, each starting from the parent's variant; what starts from nobody has none."""
    stage.write("film.yaml", TWO_FILMS)
    built = stage.built()
    assert ["sky", "sky@tall", "pad", "pad@tall", "end", "end@tall", "alone"] == built.ran
    assert [24, 21] == [film["frames"] for film in built.json["sequences"]]
    stage.edit("steam from below", "steam from above")
    assert ["sky@tall", "pad@tall", "end@tall"] == stage.built().ran
    stage.edit("{tall: {prompt: steam from above}}", "{tall: {reframe: left}}")
    assert {"sky": "reused", "pad": "reused", "end": "reused", "alone": "reused"} == stage.built().outcomes
    stage.edit("{tall: {reframe: left}}", "{tall: {prompt: steam from above}}")
    assert [] == stage.built().ran
    stage.edit(
        "image: {last_frame_of: pad}",
        "image: {last_frame_of: pad}, for: {tall: {image: {frame_of: alone, at: 0}}}",
    )
    assert ["sky@tall", "end@tall"] == stage.built().ran


def test_why_names_the_frame_and_the_line_that_moved_it(chained: Stage) -> None:
    """A parent's `use`, a child's `at`; another clip is told of the parent."""
    chained.built()
    chained.edit("use: 0.25", "use: 2f")
    told = chained.run("why", "film.yaml", "sky").stdout
    assert "frame 2 of the clip of `pad` -> frame 1 of the clip of `pad`" in told
    assert "film.yaml:6" in told
    assert "`use` (film.yaml:6) changed" in chained.run("plan", "film.yaml", "sky").stdout
    chained.edit("use: 2f", "use: 0.25")
    chained.edit("at: 2f", "at: 3f")
    assert "`image.at` (film.yaml:7) changed" in chained.run("plan", "film.yaml", "end").stdout
    chained.edit("at: 3f", "at: 2f")
    chained.edit("steam", "fog")
    chained.built("pad")
    assert "it starts from another clip: that of `pad`" == chained.plan().reasons["sky"]


def test_a_preview_stands_in_for_what_a_chain_lacks(chained: Stage) -> None:
    """Before anything is built, and after a shot of it was changed."""
    assert 0 == chained.run("preview").code
    chained.built("pad")
    assert 0 == chained.run("preview").code
    chained.built()
    chained.edit("galaxies", "nebulae")
    shown = {shot["id"]: shot["shows"] for shot in chained.run("preview", "--json").json["shots"]}
    assert {"sky": "stale", "pad": "footage", "end": "stale", "alone": "footage"} == shown


def test_a_comparison_follows_chains(chained: Stage) -> None:
    """Whether clips are there or not: what starts from a changed shot is changed, whoever starts from it too."""
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qm", "1"],
    ):
        subprocess.run(["git", *words], cwd=chained.root, check=True, capture_output=True)
    assert [] == chained.run("diff", "HEAD", "--json").json["shots"]
    chained.built()
    assert [] == chained.run("diff", "HEAD", "--json").json["shots"]
    chained.edit("use: 0.25", "use: 0.2")
    found = chained.run("diff", "HEAD", "--json").json["shots"]
    assert {
        "sky": "it starts from another frame or clip of `pad`",
        "end": "it starts from another frame or clip of `sky` and `pad`",
    } == {shot["id"]: shot["reason"] for shot in found}
    chained.edit("galaxies", "nebulae")
    found = chained.run("diff", "HEAD", "--json").json["shots"]
    assert "`prompt` changed" == found[0]["reason"]
