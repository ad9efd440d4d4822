"""`renderer why`: what changed, before and after, with the lines that did it; why takes are reused and films joined again."""

import pytest

from .stage import Stage, digest_of

SPEC = """\
version: 1
output: {size: 64x36, fps: 12}
vars: {hour: dusk}
defaults: {provider: animatic, duration: 0.5, style: "${hour}, 35 mm film"}
shots:
  - {id: pad, prompt: steam, camera: slow push in}
  - {id: crew, prompt: a visor}
  - {id: sky, prompt: galaxies, style: null}
"""


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A film that was built where it stands; tests edit the storyboard and ask, and never build."""
    folder = tmp_path_factory.mktemp("why")
    (folder / "project").mkdir()
    stage = Stage(folder / "project", folder / "store")
    stage.write("film.yaml", SPEC)
    stage.built()
    return stage


def test_a_variable_is_shown_with_its_line_and_the_words_that_changed(theatre: Stage) -> None:
    """As diagnostics show a fault."""
    theatre.write("film.yaml", SPEC.replace("hour: dusk", "hour: dawn"))
    done = theatre.run("why", "film.yaml", "crew")
    assert 0 == done.code
    assert (
        "run  crew: `vars.hour` changed\n"
        " --> film.yaml:3:14  $.vars.hour\n"
        "  |\n"
        "3 | vars: {hour: dawn}\n"
        "  |              ^^^^\n"
        "  prompt  a visor. [-dusk-]{+dawn+}, 35 mm film\n"
        "\n"
        "depends  build/film.mp4: its clips come first\n"
    ) == done.stdout


def test_json_has_fields_values_and_places(theatre: Stage) -> None:
    """For scripts: every change and every cause."""
    theatre.write("film.yaml", SPEC.replace("steam, camera: slow push in", "smoke, duration: 1"))
    (shot,) = theatre.run("why", "film.yaml", "pad", "--json").json["shots"]
    assert ("pad", 1, "run", None) == (shot["id"], shot["take"], shot["verdict"], shot["hint"])
    assert {"prompt", "camera", "duration"} == {change["field"] for change in shot["changes"]}
    assert {"field": "duration", "before": "1/2", "after": "1"} in shot["changes"]
    assert {"field": "shots[0].duration", "file": "film.yaml", "line": 6, "column": 40} in shot["causes"]


def test_without_names_all_that_is_to_be_made_is_explained(theatre: Stage) -> None:
    """What is reused is left out, unless it is asked for."""
    theatre.write("film.yaml", SPEC.replace("a visor", "a glove"))
    assert ["crew"] == [shot["id"] for shot in theatre.run("why", "--json").json["shots"]]
    (shot,) = theatre.run("why", "film.yaml", "sky", "--json").json["shots"]
    assert "reused" == shot["verdict"]
    assert shot["reason"].startswith("this very request was made on 20")


def test_a_shot_that_was_never_made_says_so(theatre: Stage) -> None:
    """Nothing changed: there was nothing."""
    theatre.write("film.yaml", SPEC + "  - {id: end, prompt: stars}\n")
    assert theatre.run("why", "film.yaml", "end").stdout.startswith("run  end: never made\n")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("prompt: galaxies", "prompt: galaxies, use: 0.25", "`sky` shows 3 frames, before 6 frames"),
        ("shots:", "sequence: [sky, pad, crew]\nshots:", "the cut has another order"),
        ("shots:", "sequence: [pad, crew]\nshots:", "`sky` is gone"),
        ("shots:", "sequence: [pad, crew, sky, pad]\nshots:", "the cut shows its shots another number of times"),
    ],
)  # fmt: skip
def test_a_film_says_why_it_is_joined_again(theatre: Stage, old: str, new: str, told: str) -> None:
    """Against what it was joined of when it was last built; a plan says the same."""
    theatre.write("film.yaml", SPEC.replace(old, new))
    (film,) = theatre.run("why", "--json").json["sequences"]
    assert film["reason"].endswith(f": {told}")
    assert film["reason"] == theatre.plan().json["sequences"][0]["reason"]


def test_a_still_is_told_with_the_file_that_it_comes_from(stage: Stage) -> None:
    """Other bytes under the name that the storyboard always had."""
    stage.still("a.png")
    stage.write("film.yaml", SPEC.replace("prompt: steam", "prompt: steam, image: a.png"))
    stage.built()
    before, after = digest_of(stage.root / "a.png"), digest_of(stage.still("a.png", colour="orange"))
    lines = stage.run("why", "film.yaml", "pad").stdout.splitlines()
    assert "run  pad: `shots[0].image` changed" == lines[0]
    assert f"  image  {before[:8]} -> a.png, {after[:8]}" in lines
