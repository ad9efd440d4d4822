"""What a plan says: verdicts, reasons, exit codes, and that it touches nothing."""

import pytest

from .stage import THREE_SHOTS, Stage


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A film that was built where it stands; tests edit the storyboard and plan, and never build."""
    folder = tmp_path_factory.mktemp("theatre")
    (folder / "project").mkdir()
    stage = Stage(folder / "project", folder / "store")
    for name in ("a.png", "b.png"):
        stage.still(name, colour="navy" if name == "a.png" else "teal")
    stage.write("film.yaml", SPEC)
    stage.built()
    return stage


SPEC = """\
version: 1
output: {size: 64x36, fps: 12}
vars: {who: a woman}
defaults: {provider: animatic, duration: 0.5, style: dusk}
shots:
  - {id: pad, prompt: steam, image: a.png, camera: slow push in}
  - {id: crew, prompt: "${who}", seed: 7}
  - {id: sky, prompt: galaxies}
"""


@pytest.mark.parametrize(
    ("old", "new", "reasons"),
    [
        ("galaxies", "stars", {"sky": "`prompt` changed"}),
        ("a woman", "a man", {"crew": "`prompt` changed"}),
        ("image: a.png", "image: b.png", {"pad": "`image` changed"}),
        ("slow push in", "pan left", {"pad": "`camera`, `prompt` changed"}),
        ("seed: 7", "seed: 8", {"crew": "`seed` changed"}),
        ("seed: 7", "seed: 7, takes: 2", {"crew.take2": "`seed` changed"}),
        ("prompt: galaxies", "prompt: galaxies, duration: 1", {"sky": "`duration` changed"}),
        ("prompt: galaxies", "prompt: galaxies, image: b.png", {"sky": "`image` changed"}),
        (", camera: slow push in", "", {"pad": "`camera`, `prompt` changed"}),
        ("{id: sky, prompt: galaxies}", "{id: new, prompt: stars}", {"new": "never made"}),
        ("{id: sky, prompt: galaxies}", "{id: new, prompt: galaxies}", {}),
        ("64x36", "32x18", dict.fromkeys(("pad", "crew", "sky"), "`output.size` changed")),
        ("fps: 12", "fps: 10", dict.fromkeys(("pad", "crew", "sky"), "`output.fps` changed")),
        ("dusk", "dawn", dict.fromkeys(("pad", "crew", "sky"), "`prompt` changed")),
        ("shots:", "title: Liftoff\nsequence: [sky, pad, crew]\nshots:", {}),
        ("prompt: galaxies", "prompt: galaxies, use: 0.25", {}),
    ],
)
def test_each_change_is_explained(theatre: Stage, old: str, new: str, reasons: dict[str, str]) -> None:
    """The reason names the fields that differ, and nothing that does not."""
    theatre.write("film.yaml", SPEC)
    theatre.edit(old, new)
    planned = theatre.plan()
    assert reasons == planned.reasons
    assert set(reasons) == {name for name, verdict in planned.verdicts.items() if verdict != "reused"}


def test_a_changed_still_is_explained(theatre: Stage) -> None:
    """Another picture under the same name."""
    theatre.write("film.yaml", SPEC)
    try:
        theatre.still("a.png", colour="orange")
        assert {"pad": "`image` changed"} == theatre.plan().reasons
    finally:
        theatre.still("a.png", colour="navy")
    assert {} == theatre.plan().reasons


def test_a_plan_reads_like_this(theatre: Stage) -> None:
    """A line for each take and film, then what it adds up to."""
    theatre.write("film.yaml", SPEC)
    theatre.edit("galaxies", "stars")
    lines = theatre.run("plan").stdout.splitlines()
    assert [
        ["reused", "pad"],
        ["reused", "crew"],
        ["run", "sky", "free", "`prompt`", "(film.yaml:8)", "changed"],
        ["depends", "build/film.mp4", "its", "clips", "come", "first"],
        [],
        ["2", "reused,", "1", "run;", "free"],
    ] == [line.split() for line in lines]


def test_a_plan_before_the_first_build_writes_nothing(stage: Stage) -> None:
    """Neither in the project nor where the store would be."""
    stage.write("film.yaml", THREE_SHOTS)
    before = stage.files()
    planned = stage.plan()
    assert dict.fromkeys(("pad", "crew", "sky"), "never made") == planned.reasons
    assert dict.fromkeys(("pad", "crew", "sky"), "run") == planned.verdicts
    assert before == stage.files()
    assert not stage.store.exists()


@pytest.mark.parametrize("command", [["plan"], ["plan", "--check"], ["build", "-n"]], ids=" ".join)
def test_a_plan_writes_nothing_in_the_project(theatre: Stage, command: list[str]) -> None:
    """A look costs nothing and leaves no trace."""
    theatre.write("film.yaml", SPEC.replace("galaxies", "stars"))
    before = theatre.files()
    theatre.run(*command)
    assert before == theatre.files()


def test_check_is_5_while_there_is_work_and_then_0(stage: Stage) -> None:
    """Shots to make are work; so is a film to join."""
    stage.write("film.yaml", THREE_SHOTS)
    assert 5 == stage.plan("--check").code
    assert 0 == stage.plan().code
    stage.built()
    assert 0 == stage.plan("--check").code
    stage.edit("shots:", "sequence: [sky, pad]\nshots:")
    assert 5 == stage.plan("--check").code


def test_a_plan_of_some_shots_lists_them_alone(theatre: Stage) -> None:
    """Globs, as for a build."""
    theatre.write("film.yaml", SPEC)
    assert {"pad": "reused"} == theatre.plan("p*").verdicts
    assert {"crew": "reused", "sky": "reused"} == theatre.plan("film.yaml", "crew", "s?y").verdicts


@pytest.mark.parametrize("command", ["plan", "build"])
def test_an_unknown_shot_is_told_with_the_nearest(theatre: Stage, command: str) -> None:
    """Exit 2; the shots that there are; a guess."""
    theatre.write("film.yaml", SPEC)
    done = theatre.run(command, "craw")
    assert (2, "") == (done.code, done.stdout)
    assert done.stderr.startswith("error[U006]: no shot is called `craw`\n")
    assert "`pad`, `crew`, `sky`" in done.stderr
    assert "hint: did you mean `crew`?" in done.stderr


def test_the_name_of_a_matrix_is_told_with_its_shots(theatre: Stage) -> None:
    """They are named by a pattern."""
    theatre.write("film.yaml", SPEC.replace("id: pad", "id: verse.rome"))
    assert "hint: did you mean `verse.*`?\n" in theatre.run("plan", "verse").stderr


def test_the_one_storyboard_need_not_be_named(stage: Stage) -> None:
    """Here, else in `specs/`; picks are no storyboard; two are one too many."""
    assert 2 == (none := stage.run("plan")).code
    assert none.stderr.startswith("error[U003]")
    stage.write("specs/film.yaml", THREE_SHOTS)
    stage.write("specs/film.picks.yaml", "version: 1\n")
    assert "specs/film.yaml" == stage.plan().json["spec"]
    stage.write("here.yaml", THREE_SHOTS)
    assert "here.yaml" == stage.plan().json["spec"]
    stage.write("there.yml", THREE_SHOTS)
    assert 2 == (two := stage.run("plan")).code
    assert two.stderr.startswith("error[U002]")
    assert "`here.yaml`" in two.stderr
    assert "`there.yml`" in two.stderr


def test_a_directory_is_no_storyboard(stage: Stage) -> None:
    """Said in one error, without a traceback."""
    (stage.root / "film.yaml").mkdir()
    done = stage.run("plan", "film.yaml")
    assert 2 == done.code
    assert 1 == done.stderr.count("error[")


def test_a_plan_with_always_make_says_so(theatre: Stage) -> None:
    """`-B` is no change of the storyboard."""
    theatre.write("film.yaml", SPEC)
    planned = theatre.run("build", "-n", "-B", "--json")
    assert dict.fromkeys(("pad", "crew", "sky"), "always made") == planned.reasons
