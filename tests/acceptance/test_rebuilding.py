"""What a build makes again, and what it leaves alone."""

import shutil
from pathlib import Path

import av
import pytest

from .stage import Stage, digest_of, frames_in, packets_in


def test_a_first_build_makes_everything(stage: Stage) -> None:
    """Each shot once, then the film, which lasts as long as its slots."""
    stage.write("film.yaml", "version: 1\noutput: {size: 64x36, fps: 12}\nshots: [{id: a, prompt: steam}]\n")
    stage.edit("prompt: steam", "prompt: steam, duration: 0.5, provider: animatic")
    done = stage.built()
    assert {"a": "ran"} == done.outcomes
    assert 6 == frames_in(stage.film())


def test_a_second_build_does_nothing(built: Stage) -> None:
    """Nothing runs; no file is written, the film neither."""
    before = built.files()
    done = built.built()
    assert [] == done.ran
    assert {"pad": "reused", "crew": "reused", "sky": "reused"} == done.outcomes
    assert before == built.files()
    assert "nothing to do" in built.run("build").stderr


def test_a_changed_prompt_runs_its_shot_alone_and_reverting_it_runs_nothing(built: Stage) -> None:
    """The store keeps what was made before; the film comes back byte for byte."""
    film = digest_of(built.film())
    built.edit("a visor", "a glove")
    assert ["crew"] == built.built().ran
    assert film != digest_of(built.film())
    built.edit("a glove", "a visor")
    assert [] == built.built().ran
    assert film == digest_of(built.film())


@pytest.mark.parametrize(
    ("old", "new", "frames"),
    [
        ("prompt: a visor", "prompt: a visor, use: 0.25", 15),
        ("prompt: a visor", "prompt: a visor, use: {in: 0.25, out: 0.5}", 15),
        ("shots:", "sequence: [sky, pad, crew]\nshots:", 18),
        ("shots:", "sequence: [pad, sky, {shot: pad, use: {in: 0, out: 0.25}}]\nshots:", 15),
        ("shots:", "title: Liftoff\nshots:", 18),
        ("shots:", "# steam, and then more steam\nshots:", 18),
    ],
)
def test_a_change_of_the_cut_generates_nothing(built: Stage, old: str, new: str, frames: int) -> None:
    """`use`, order, title and comments are no part of any request."""
    built.edit(old, new)
    assert [] == built.built().ran
    assert frames == frames_in(built.film())


def test_a_renamed_shot_is_not_made_again(built: Stage) -> None:
    """Its clip appears under the new name, the same bytes; of the film nothing changes but the name of a chapter."""
    film, clip = packets_in(built.film()), digest_of(built.clip("crew"))
    built.edit("id: crew", "id: commander")
    assert [] == built.built().ran
    assert (film, clip) == (packets_in(built.film()), digest_of(built.clip("commander")))
    with av.open(str(built.film())) as container:
        assert ["pad", "commander", "sky"] == [one["metadata"]["title"] for one in container.chapters()]


def test_shots_with_one_request_share_one_clip(stage: Stage) -> None:
    """Made once, shown twice; both shots have their file."""
    stage.write(
        "film.yaml",
        """\
version: 1
output: {size: 64x36, fps: 12}
defaults: {provider: animatic, duration: 0.5, prompt: galaxies}
shots: [{id: first}, {id: second}]
""",
    )
    done = stage.built()
    assert 1 == len({shot["key"] for shot in done.json["shots"]})
    assert 1 == sum("generate" in line for line in stage.run("cache", "ls").stdout.splitlines())
    assert digest_of(stage.clip("first")) == digest_of(stage.clip("second"))
    assert 12 == frames_in(stage.film())


def test_each_take_is_made_and_kept(built: Stage) -> None:
    """More takes make only the new ones; fewer make none."""
    built.edit("prompt: a visor", "prompt: a visor, takes: 3")
    assert ["crew.take2", "crew.take3"] == built.built().ran
    assert 3 == len({digest_of(built.clip(name)) for name in ("crew", "crew.take2", "crew.take3")})
    built.edit("takes: 3", "takes: 1")
    assert [] == built.built().ran


def test_a_still_is_known_by_its_bytes(stage: Stage) -> None:
    """Touched or copied to another name nothing runs; another picture runs its shot."""
    stage.still("stills/a.png")
    stage.write(
        "film.yaml",
        """\
version: 1
output: {size: 64x36, fps: 12}
defaults: {provider: animatic, duration: 0.5}
shots:
  - {id: pad, image: stills/a.png}
  - {id: sky, prompt: galaxies}
""",
    )
    assert ["pad", "sky"] == stage.built().ran
    shutil.copyfile(stage.root / "stills/a.png", stage.root / "stills/b.png")
    stage.edit("a.png", "b.png")
    assert [] == stage.built().ran
    stage.still("stills/b.png", colour="orange")
    assert ["pad"] == stage.built().ran


def test_a_clone_with_an_empty_store_gives_the_same_film(stage: Stage, tmp_path: Path) -> None:
    """In another folder, from another directory, with another number of jobs: the same bytes."""
    stage.still("stills/a.png")
    stage.footage("stills/own.mp4", duration_s=0.5)
    stage.write(
        "specs/film.yaml",
        """\
version: 1
output: {size: 64x36, fps: 12}
defaults: {provider: animatic, duration: 0.5}
shots:
  - {id: pad, prompt: steam, image: ../stills/a.png, use: 0.25}
  - {id: sky, prompt: galaxies}
  - {id: own, clip: ../stills/own.mp4}
""",
    )
    stage.write("renderer.toml", "")
    stage.built("specs/film.yaml", "-j", "1")
    clone = stage.copy(tmp_path / "elsewhere" / "clone", store=tmp_path / "elsewhere" / "store")
    done = clone.build("film.yaml", "-j", "4", cwd=clone.root / "specs")
    assert ["pad", "sky"] == done.ran
    assert digest_of(stage.film()) == digest_of(clone.film())
    assert digest_of(stage.clip("pad")) == digest_of(clone.clip("pad"))


def test_projects_with_one_store_share_clips(built: Stage, tmp_path: Path) -> None:
    """A clone beside the first finds everything made, and puts it under its own `build/`."""
    clone = built.copy(tmp_path / "clone")
    assert [] == clone.built().ran
    assert built.film().read_bytes() == clone.film().read_bytes()
    assert not built.film().samefile(clone.film())


def test_only_the_shots_that_are_asked_for_are_made(stage: Stage) -> None:
    """Globs choose; the film waits for the others, and says so."""
    stage.write(
        "film.yaml",
        """\
version: 1
output: {size: 64x36, fps: 12}
defaults: {provider: animatic, duration: 0.5}
shots:
  - {id: crew.1, prompt: steam}
  - {id: crew.2, prompt: visor}
  - {id: sky, prompt: galaxies}
""",
    )
    done = stage.built("film.yaml", "crew.*")
    assert {"crew.1": "ran", "crew.2": "ran"} == done.outcomes
    assert None is done.json["sequence"]
    assert not stage.film().exists()
    assert ["sky"] == stage.built("sky").ran
    assert 18 == frames_in(stage.film())


def test_always_make_runs_again_what_is_free(built: Stage) -> None:
    """The same requests give the same bytes, so nothing else changes."""
    before = built.files()
    done = built.built("-B")
    assert ["pad", "crew", "sky"] == done.ran
    assert before == built.files()


def test_an_output_elsewhere_is_written_there_alone(built: Stage, tmp_path: Path) -> None:
    """`-o` leaves the film in `build/` as it was."""
    film = digest_of(built.film())
    built.edit("shots:", "sequence: [pad]\nshots:")
    done = built.built("-o", str(tmp_path / "cut.mp4"))
    assert tmp_path / "cut.mp4" == (built.root / done.json["sequence"]["path"]).resolve()
    assert 6 == frames_in(tmp_path / "cut.mp4")
    assert film == digest_of(built.film())


def test_another_storyboard_that_owns_the_film_is_an_error(built: Stage) -> None:
    """The first to build a name keeps it, until its storyboard is gone."""
    film = digest_of(built.film())
    built.write(
        "other.yaml", (built.root / "film.yaml").read_text().replace("fps: 12", "fps: 12, file: film.mp4")
    )
    refused = built.build("other.yaml")
    assert (2, ["S512"]) == (refused.code, refused.codes)
    assert film == digest_of(built.film())
    (built.root / "film.yaml").unlink()
    assert 0 == built.build("other.yaml").code
