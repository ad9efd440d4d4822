"""Where things lie: names of any letters, folders within folders, several storyboards, a chosen store."""

import json
import os
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from .stage import THREE_SHOTS, Stage, digest_of, finish, frames_in, playing

ODD = "it's 100% a: film, [x] é {y} #1;"


def test_folders_may_have_any_name(tmp_path: Path) -> None:
    """Project, store and still in folders whose names mean something to a shell, to ffmpeg and to its filters."""
    (tmp_path / ODD).mkdir()
    stage = Stage(tmp_path / ODD, tmp_path / f"-store {ODD}")
    stage.still("stills/it's %d.png")
    stage.write("film.yaml", THREE_SHOTS.replace("prompt: steam", 'image: "stills/it\'s %d.png", use: 0.25'))
    assert ["pad", "crew", "sky"] == stage.built().ran
    assert 15 == frames_in(stage.film())


@pytest.mark.parametrize("name", ["é 月 🚀.yaml", "-v.yaml", "a.b.yaml"], ids=ascii)
def test_a_storyboard_of_any_name_builds(built: Stage, name: str) -> None:
    """The film is called as the storyboard is; nothing that was made before is made again."""
    (built.root / "film.yaml").rename(built.root / name)
    assert [] == built.built(f"./{name}").ran
    built.edit("a visor", "a glove", name=name)
    assert ["crew"] == built.built(f"./{name}").ran
    assert built.film(f"{Path(name).stem}.mp4").is_file()


def test_a_storyboard_whose_name_is_no_text_builds(built: Stage) -> None:
    """Names of files are bytes; one of Latin-1 letters is a name."""
    name = os.fsdecode(b"caf\xe9.yaml")
    (built.root / "film.yaml").rename(built.root / name)
    built.edit("a visor", "a glove", name=name)
    assert ["crew"] == built.built(name).ran


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_whole_on_any_terminal(built: Stage, encoding: str) -> None:
    """Whatever letters stdout can carry, the object says the same."""
    (built.root / "film.yaml").rename(built.root / "月.yaml")
    started = built.using(PYTHONIOENCODING=encoding).start("build", "--json", "月.yaml")
    stdout, stderr = started.communicate()
    assert (0, b"") == (started.returncode, stderr)
    assert "月.yaml" == json.loads(stdout.decode(encoding))["spec"]


@pytest.mark.parametrize("mark", ["renderer.toml", ".git"])
def test_the_root_is_the_nearest_marked_folder(stage: Stage, mark: str) -> None:
    """`build/` stands there, wherever the storyboard is and wherever one stands."""
    (stage.root / mark).mkdir()
    stage.write("a/b/film.yaml", THREE_SHOTS)
    done = stage.build("film.yaml", cwd=stage.root / "a" / "b")
    assert (0, 18) == (done.code, frames_in(stage.film()))
    assert not (stage.root / "a" / "b" / "build").exists()


def test_two_storyboards_at_once_keep_out_of_each_others_way(stage: Stage) -> None:
    """Each has its film, its clips and its names, although both begin at the same time."""
    stage.write("one.yaml", THREE_SHOTS)
    stage.write("two.yaml", THREE_SHOTS.replace("shots:", "sequence: [sky]\nshots:"))
    with playing(stage.start("build", "one.yaml")) as one, playing(stage.start("build", "two.yaml")) as two:
        assert [0, 0] == [finish(one).code, finish(two).code]
    assert (18, 6) == (frames_in(stage.film("one.mp4")), frames_in(stage.film("two.mp4")))
    assert digest_of(stage.clip("pad", spec="one")) == digest_of(stage.clip("pad", spec="two"))
    stage.write("three.yaml", THREE_SHOTS.replace("fps: 12", "fps: 12, file: two.mp4"))
    assert ["S512"] == stage.build("three.yaml").codes


def test_the_store_on_the_command_line_wins(built: Stage, tmp_path: Path) -> None:
    """`--cache-dir` over the variable, and the variable over the user's folder."""
    done = built.built("--cache-dir", str(tmp_path / "other"))
    assert ["pad", "crew", "sky"] == done.ran
    assert (
        f"{tmp_path / 'other'}\n" == built.run("cache", "path", "--cache-dir", str(tmp_path / "other")).stdout
    )
    home = replace(built, environ={"HOME": str(tmp_path), "XDG_DATA_HOME": "", "RENDERER_CACHE_DIR": ""})
    shown = Path(home.run("cache", "path").stdout.strip())
    assert shown.is_relative_to(tmp_path)
    assert "cache" not in shown.relative_to(tmp_path).as_posix().lower()


def test_a_data_uri_is_a_still(stage: Stage) -> None:
    """The same bytes, the same request as the file's."""
    still = b64encode(stage.still("a.png").read_bytes()).decode()
    stage.write("film.yaml", THREE_SHOTS.replace("prompt: steam", "image: a.png"))
    stage.write("other.yaml", THREE_SHOTS.replace("prompt: steam", f'image: "data:image/png;base64,{still}"'))
    assert "pad" in stage.built("film.yaml").ran
    assert [] == stage.built("other.yaml").ran
    assert digest_of(stage.film()) == digest_of(stage.film("other.mp4"))


def test_an_unfetched_url_stays_unfetched_offline(stage: Stage) -> None:
    """Exit 2 and its place, instead of a key without the picture."""
    stage.write("film.yaml", THREE_SHOTS.replace("prompt: steam", 'image: "https://example.org/a.png"'))
    for command in ("plan", "build"):
        done = stage.run(command, "--offline", "--json")
        assert (2, ["S465"]) == (done.code, done.codes)
        assert ("film.yaml", 5) == (done.json["errors"][0]["file"], done.json["errors"][0]["line"])
