"""Several films of one storyboard: what each shows, what it makes and buys, and how variants are named and decided about."""

from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from tests.simulator.simulator import Simulator

from .door import posts
from .looking import frames_of
from .stage import Stage, digest_of, duration_of, frames_in

OUTPUTS = "outputs: {wide: {size: 64x36, fps: 4}, tall: {size: 20x36, fps: 8}}\n"
DRAWN = f"""\
version: 1
{OUTPUTS}defaults: {{duration: 0.5, camera: static}}
shots:
  - {{id: pad, image: colours.png}}
  - {{id: sea, image: colours.png, seed: 2}}
"""
BOUGHT = f"""\
version: 1
{OUTPUTS}defaults: {{provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", image: colours.png, use: 0.5}}
shots:
  - {{id: pad, prompt: steam}}
  - {{id: crew, prompt: a visor}}
"""
SIDES = {"left": (255, 0, 0), "center": (0, 255, 0), "right": (0, 0, 255)}


@pytest.fixture
def drawn(stage: Stage) -> Stage:
    """Two shots of a picture that is red on the left, green in the middle and blue on the right."""
    picture = Image.new("RGB", (960, 540), SIDES["center"])
    for place, side in ((0, "left"), (640, "right")):
        picture.paste(SIDES[side], (place, 0, place + 320, 540))
    picture.save(stage.root / "colours.png")
    stage.write("film.yaml", DRAWN)
    return stage


@pytest.fixture
def bought(drawn: Stage, vendor: Simulator) -> Stage:
    """Two bought shots, in two films."""
    drawn.write("film.yaml", BOUGHT)
    buyer = drawn.using(**vendor.environ)
    assert ["pad", "crew"] == buyer.built("--yes").ran
    return buyer


def middle(path: Path, *, frame: int = 0) -> str:
    """Which side of the picture stands in the middle of a film's frame."""
    picture = frames_of(path)[frame]
    found: Any = picture.getpixel((picture.width // 2, picture.height // 2))
    return min(SIDES, key=lambda side: sum(abs(a - b) for a, b in zip(found, SIDES[side], strict=True)))


def tall(fields: str) -> str:
    return f"{{id: pad, image: colours.png, for: {{tall: {{{fields}}}}}}}"


def test_each_output_has_a_film_of_its_own(drawn: Stage) -> None:
    """Its own size and rate, the same clips; the first one is `sequence`."""
    done = drawn.built()
    assert ["pad", "sea"] == done.ran
    wide, high = done.json["sequences"]
    assert wide == done.json["sequence"]
    assert ("wide", "build/film-wide.mp4", 4) == (wide["output"], wide["path"], wide["frames"])
    assert ("tall", "build/film-tall.mp4", 8) == (high["output"], high["path"], high["frames"])
    for film, expected in ((wide, (64, 36, 4)), (high, (20, 36, 8))):
        with av.open(str(drawn.root / film["path"])) as container:
            video = container.streams.video[0]
            assert expected == (video.width, video.height, int(video.average_rate or 0))
    assert 1.0 == duration_of(drawn.film("film-tall.mp4"))
    assert [] == drawn.built().ran


@pytest.mark.parametrize(
    ("reframe", "expected"),
    [
        ("left", "left"),
        ("right", "right"),
        ("center", "center"),
        ("{x: 0.95}", "right"),
        ("{y: 0}", "center"),
    ],
)
def test_a_reframed_crop_shows_the_part_that_it_names(drawn: Stage, reframe: str, expected: str) -> None:
    """In its own film and for its own shot; nothing is made anew, and the wide film keeps its bytes."""
    drawn.built()
    before = digest_of(drawn.film("film-wide.mp4"))
    drawn.edit("{id: pad, image: colours.png}", tall(f"reframe: {reframe}"))
    assert [] == drawn.built().ran
    film = drawn.film("film-tall.mp4")
    assert (expected, "center") == (middle(film), middle(film, frame=6))
    assert before == digest_of(drawn.film("film-wide.mp4"))


def test_one_more_reframe_makes_one_more_segment(drawn: Stage) -> None:
    """Segments that there are keep their keys: a plan cuts one slot again, and says why."""
    drawn.built()
    drawn.edit("{id: pad, image: colours.png}", tall("reframe: left"))
    wide, high = drawn.plan().json["sequences"]
    assert ("reused", "run") == (wide["verdict"], high["verdict"])
    assert "1 slot to be cut, then joined: `pad` is framed in another way" == high["reason"]


def test_an_output_may_fit_and_use_a_clip_in_another_way(drawn: Stage) -> None:
    """Bars where it is padded, and as long as it says; the wide film is as it was."""
    drawn.edit("{id: pad, image: colours.png}", tall("fit: pad, use: 0.25"))
    assert ["pad", "sea"] == drawn.built().ran
    film = drawn.film("film-tall.mp4")
    assert (4, 6) == (frames_in(drawn.film("film-wide.mp4")), frames_in(film))
    corner: Any = frames_of(film)[0].getpixel((10, 2))
    assert max(corner) < 30


def test_a_variant_is_drawn_for_its_own_film(drawn: Stage) -> None:
    """At its size and rate, beside the clip that the other film shows."""
    drawn.built()
    drawn.edit("{id: pad, image: colours.png}", tall("seed: 3"))
    done = drawn.built()
    assert ["pad@tall"] == done.ran
    (made,) = [shot for shot in done.json["shots"] if shot["outcome"] == "ran"]
    assert ("pad@tall", "tall", "build/film/pad@tall.mp4") == (
        made["id"],
        made["output"],
        made["clip"]["path"],
    )
    assert (20, 36, "8") == (made["clip"]["width"], made["clip"]["height"], made["clip"]["fps"])
    assert [("pad@tall", "tall")] == [
        (shot["id"], shot["output"]) for shot in done.json["shots"] if "output" in shot
    ]
    assert drawn.clip("pad@tall").is_file()


def test_why_points_at_the_line_of_the_override(drawn: Stage) -> None:
    """And at the output whose size a variant is drawn at."""
    drawn.edit("{id: pad, image: colours.png}", tall("seed: 3"))
    drawn.built()
    drawn.edit("seed: 3", "seed: 4")
    (cause,) = [shot["cause"] for shot in drawn.plan().json["shots"] if shot["cause"]]
    assert ("shots[0].for.tall.seed", 5) == (cause["field"], cause["line"])
    drawn.edit("seed: 4", "seed: 3")
    drawn.edit("20x36", "20x38")
    told = drawn.plan().json["shots"]
    assert {"pad@tall": "outputs.tall.size"} == {
        shot["id"]: shot["cause"]["field"] for shot in told if shot["cause"]
    }


def test_a_shot_is_named_with_its_variants(drawn: Stage) -> None:
    """A name and a pattern mean them too; `shot@output` one alone; films whose clips are all there are made."""
    drawn.edit("{id: pad, image: colours.png}", tall("seed: 3"))
    for targets, expected in (
        (["pad"], ["pad", "pad@tall"]),
        (["p*"], ["pad", "pad@tall"]),
        (["pad@tall"], ["pad@tall"]),
        (["*@tall"], ["pad@tall"]),
        (["s*"], ["sea"]),
    ):
        assert expected == list(drawn.plan("film.yaml", *targets).verdicts)
    done = drawn.run("build", "film.yaml", "pad@tall", "sea")
    assert "no film build/film-wide.mp4: its clips come first" in done.stderr.splitlines()
    assert (False, True) == (drawn.film("film-wide.mp4").is_file(), drawn.film("film-tall.mp4").is_file())
    assert ["U006"] == [error["code"] for error in drawn.plan("film.yaml", "sea@tall").json["errors"]]


def test_another_film_of_them_carries_its_name(drawn: Stage) -> None:
    """Of a profile, of a provider, and of a preview; `-o` is the first output's place."""
    drawn.write("film.yaml", "profiles: {brief: {use: 0.25}}\n" + DRAWN)
    drawn.built("--profile", "brief", "-o", "elsewhere.mp4")
    assert (drawn.root / "elsewhere.mp4").is_file()
    assert 0 == drawn.run("preview").code
    assert {"film-tall.brief.mp4", "film-tall.preview.mp4", "film-wide.preview.mp4"} == {
        path.name for path in drawn.film().parent.glob("*.mp4")
    }


def test_the_first_film_is_not_written_over_another(drawn: Stage) -> None:
    """`-o` names a place of its own."""
    assert ["U009"] == drawn.build("film.yaml", "-o", "build/film-tall.mp4").codes
    assert not drawn.film("film-tall.mp4").exists()


def test_no_other_storyboard_takes_the_films(drawn: Stage) -> None:
    """All of them are its own."""
    drawn.built()
    drawn.write("film-tall.yaml", "version: 1\nshots: [{id: pad, prompt: steam}]\n")
    assert ["S512"] == drawn.build("film-tall.yaml").codes


def test_a_reframe_buys_nothing_and_a_ratio_one_clip(bought: Stage, vendor: Simulator) -> None:
    """The clip is bought once, however often the override goes and comes back."""
    crew, high = "{id: crew, prompt: a visor}", '{id: crew, prompt: a visor, for: {tall: {ratio: "9:16"}}}'
    bought.edit("{id: pad, prompt: steam}", "{id: pad, prompt: steam, for: {tall: {reframe: left}}}")
    assert ([], 2) == (bought.built("--frozen").ran, posts(vendor))
    bought.edit(crew, high)
    assert ["crew@tall"] == bought.built("--yes").ran
    assert 3 == posts(vendor)
    bought.edit(high, crew)
    assert ([], 3) == (bought.built("--yes").ran, posts(vendor))
    bought.edit(crew, high)
    assert ([], 3) == (bought.built("--yes").ran, posts(vendor))


def test_an_override_of_the_same_request_buys_nothing(bought: Stage, vendor: Simulator) -> None:
    """The variant is there, and shares the clip."""
    bought.edit("prompt: a visor}", 'prompt: a visor, for: {tall: {ratio: "16:9"}}}')
    assert "reused" == bought.built("--frozen").outcomes["crew@tall"]
    assert 2 == posts(vendor)
    assert digest_of(bought.clip("crew")) == digest_of(bought.clip("crew@tall"))


def test_the_lock_has_a_line_for_each_variant_and_film(bought: Stage) -> None:
    """A clone with what the lock needs gives the same films, without a request."""
    bought.edit("prompt: a visor}", 'prompt: a visor, for: {tall: {ratio: "9:16"}}}')
    bought.built("--yes")
    lock = (bought.root / "film.lock").read_text("utf-8")
    assert 1 == sum(line.split()[1:2] == ["crew@tall"] for line in lock.splitlines())
    assert {"wide", "tall"} == {line.split()[1] for line in lock.splitlines() if line.startswith("output ")}
    clone = bought.copy(bought.root.parent / "clone", store=bought.store.parent / "other")
    shared = str(bought.root.parent / "shared.tar")
    assert 0 == bought.run("cache", "export", "film.yaml", shared).code
    assert 0 == clone.run("cache", "import", shared).code
    assert [] == clone.built("--frozen", "--offline").ran
    for name in ("film-wide.mp4", "film-tall.mp4"):
        assert digest_of(bought.film(name)) == digest_of(clone.film(name))
    assert lock == (clone.root / "film.lock").read_text("utf-8")
    assert 0 == clone.run("plan", "--check-lock").code


def test_decisions_about_a_variant_are_its_own(bought: Stage) -> None:
    """A pick of `crew` is none of `crew@tall`, and the other way round."""
    bought.edit("prompt: a visor}", 'prompt: a visor, takes: 2, for: {tall: {ratio: "9:16"}}}')
    bought.built("--yes")
    wide = digest_of(bought.film("film-wide.mp4"))
    assert 0 == bought.run("pick", "film.yaml", "crew@tall", "2").code
    bought.built("--frozen")
    assert wide == digest_of(bought.film("film-wide.mp4"))
    assert 0 == bought.run("pick", "film.yaml", "crew", "2").code
    bought.built("--frozen")
    assert wide != digest_of(bought.film("film-wide.mp4"))
    picks = (bought.root / "film.picks.yaml").read_text("utf-8")
    assert ["crew", "crew@tall"] == sorted(line.split(":")[0] for line in picks.splitlines() if ": {" in line)
    marks = {
        (take["id"], take["take"]): take["marks"]
        for take in bought.run("takes", "film.yaml", "crew", "--json").json["takes"]
    }
    assert {("crew", 2): ["picked"], ("crew@tall", 2): ["picked"]} == {k: v for k, v in marks.items() if v}
    assert 0 == bought.run("retake", "film.yaml", "crew@tall").code
    assert ["crew@tall.take3"] == bought.built("--yes").ran
    assert 0 == bought.run("keep", "film.yaml", "crew@tall", "--reason", "her smile").code
    assert 0 == bought.run("preview").code
    bought.edit('ratio: "9:16"', "seed: 40")
    verdicts = bought.plan().verdicts
    assert ("kept", "reused") == (verdicts["crew@tall"], verdicts["crew"])


def test_a_pick_of_a_renamed_shot_follows_it_into_the_same_film(bought: Stage) -> None:
    """Also where shot and variant ask for the same; one of a variant that is gone is none of the shot."""
    shot = "{id: crew, prompt: a visor, seeds: [1, 2], for: {tall: {style: null}}}"
    bought.edit("{id: crew, prompt: a visor}", shot)
    bought.built("--yes")
    assert 0 == bought.run("pick", "film.yaml", "crew@tall", "2").code
    bought.edit("id: crew", "id: pilot")
    assert {"pilot@tall": [2], "pilot": [1]} == shown(bought, "pilot")
    bought.edit(", for: {tall: {style: null}}", "")
    done = bought.run("takes", "film.yaml", "pilot", "--json")
    assert {"pilot": [1]} == shown(bought, "pilot")
    assert "D111" in bought.run("plan").stderr + done.stderr


def shown(stage: Stage, shot: str) -> dict[str, list[int]]:
    """The takes that films show of a shot and its variants."""
    found: dict[str, list[int]] = {}
    for take in stage.run("takes", "film.yaml", shot, "--json").json["takes"]:
        if {"shown", "picked"} & set(take["marks"]):
            found.setdefault(take["id"], []).append(take["take"])
    return found


def test_a_chain_goes_on_in_each_film_from_its_own_clip(bought: Stage, vendor: Simulator) -> None:
    """One override buys the chain of that film, and of no other; taking it away and putting it back buys nothing."""
    bought.edit("{id: crew, prompt: a visor}", "{id: crew, prompt: a visor, image: {last_frame_of: pad}}")
    assert ["crew"] == bought.built("--yes").ran
    before, wide = posts(vendor), digest_of(bought.film("film-wide.mp4"))
    bought.edit("prompt: steam}", 'prompt: steam, for: {tall: {ratio: "9:16"}}}')
    assert {"pad@tall": "run", "crew@tall": "depends"} == {
        name: verdict for name, verdict in bought.plan().verdicts.items() if verdict != "reused"
    }
    assert ["pad@tall", "crew@tall"] == bought.built("--yes").ran
    assert (before + 2, wide) == (posts(vendor), digest_of(bought.film("film-wide.mp4")))
    bought.edit(', for: {tall: {ratio: "9:16"}}}', "}")
    assert [] == bought.built("--yes").ran
    bought.edit("prompt: steam}", 'prompt: steam, for: {tall: {ratio: "9:16"}}}')
    assert ([], before + 2) == (bought.built("--frozen").ran, posts(vendor))


def test_what_is_free_for_an_output_is_in_its_film_alone(drawn: Stage) -> None:
    """Speed, hold, a transition, cards, sound and words: one film has them, the other stays as it was, and nothing is made but segments."""
    drawn.built()
    before = digest_of(drawn.film("film-wide.mp4"))
    subtitles = drawn.root / "build" / "film-tall.srt"
    for fields, seconds, said in (
        ("speed: 2", 0.75, ""),
        ("hold: 0.5", 1.5, ""),
        ("reverse: true, use: 0.25", 0.75, ""),
        ("titles: [{text: Up, at: before, for: 1}]", 2.0, ""),
        ("caption: There", 1.0, "There"),
        ("dialogue: [{line: Go}]", 1.0, "Go"),
        ("sound: {mute: true}", 1.0, ""),
    ):
        drawn.write(
            "film.yaml",
            DRAWN.replace("image: colours.png}", f"image: colours.png, for: {{tall: {{{fields}}}}}}}", 1),
        )
        run = drawn.built()
        assert [] == run.ran, fields
        assert before == digest_of(drawn.film("film-wide.mp4")), fields
        assert seconds == duration_of(drawn.film("film-tall.mp4")), fields
        assert bool(said) == subtitles.exists(), fields
        assert said in (subtitles.read_text("utf-8") if said else ""), fields
        assert not (drawn.root / "build" / "film-wide.srt").exists(), fields


def test_a_transition_of_one_film_is_a_cut_in_the_other(drawn: Stage) -> None:
    """The film with it is shorter; what is wrong with it is told at its own place."""
    second = "  - {id: sea, image: colours.png, seed: 2"
    drawn.write(
        "film.yaml", DRAWN.replace(second, f"{second}, for: {{tall: {{enter: {{crossfade: 0.25}}}}}}")
    )
    drawn.built()
    assert (1.0, 0.75) == (duration_of(drawn.film("film-wide.mp4")), duration_of(drawn.film("film-tall.mp4")))
    drawn.edit("crossfade: 0.25", "crossfade: 3")
    run = drawn.build()
    assert (2, {"S273"}) == (run.code, set(run.codes))
    drawn.edit("for: {tall: {enter: {crossfade: 3}}}", "enter: {crossfade: 0.25}, for: {tall: {enter: null}}")
    drawn.built()
    assert (0.75, 1.0) == (duration_of(drawn.film("film-wide.mp4")), duration_of(drawn.film("film-tall.mp4")))


def test_an_edit_of_what_one_film_has_is_seen_at_once(drawn: Stage) -> None:
    """Also where only the edited shot is read again: its variables, its fonts, its words."""
    edited = "image: colours.png, for: {tall: {caption: 'at ${hour}'}}}"
    text = DRAWN.replace("image: colours.png}", edited, 1).replace("shots:", "vars: {hour: dawn}\nshots:")
    drawn.write("film.yaml", text)
    drawn.built()
    subtitles = drawn.root / "build" / "film-tall.srt"
    assert "at dawn" in subtitles.read_text("utf-8")
    drawn.edit("hour: dawn", "hour: dusk")
    drawn.built()
    assert "at dusk" in subtitles.read_text("utf-8")
    drawn.edit("at ${hour}", "before ${hour}")
    drawn.built()
    assert "before dusk" in subtitles.read_text("utf-8")
