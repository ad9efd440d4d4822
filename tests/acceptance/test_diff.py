"""`renderer diff`: a storyboard against another git revision of it, with its stills."""

import subprocess

import pytest

from .stage import Stage

SPEC = """\
version: 1
vars: {ship: a rocket}
output: {size: 64x36, fps: 12}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, style: dusk}
shots:
  - {id: pad, prompt: "${ship} on the pad", image: stills/a.png}
  - {id: crew, prompt: a visor, image: stills/b.png}
  - {id: card, provider: animatic, prompt: The end}
"""


def git(stage: Stage, *arguments: str) -> None:
    names = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *names, *arguments], cwd=stage.root, check=True, capture_output=True)


@pytest.fixture
def committed(stage: Stage) -> Stage:
    """A storyboard below a folder of a repository, committed with its stills, and never built."""
    for name in ("a", "b", "c"):
        stage.still(
            f"stills/{name}.png", size=(640, 360), colour={"a": "navy", "b": "teal", "c": "red"}[name]
        )
    stage.write("film.yaml", SPEC)
    git(stage, "init", "-q")
    git(stage, "add", ".")
    git(stage, "commit", "-qm", "first")
    return stage


def test_nothing_changed_is_nothing_to_tell(committed: Stage) -> None:
    """One line."""
    assert "3 as before; free\n" == committed.run("diff", "HEAD").stdout


def test_changes_are_told_with_cause_and_cost(committed: Stage) -> None:
    """A still of the same name, a variable, a shot more and one less; nothing was ever bought."""
    (committed.root / "stills" / "b.png").write_bytes((committed.root / "stills" / "c.png").read_bytes())
    committed.edit("a rocket", "a boat")
    committed.edit(
        "  - {id: card, provider: animatic, prompt: The end}",
        "  - {id: sea, prompt: waves, image: stills/a.png}",
    )
    done = committed.run("diff", "HEAD", "film.yaml")
    assert (0, "") == (done.code, done.stderr)
    assert [
        ["changed", "pad", "$0.2625", "`vars.ship`", "(film.yaml:2)", "changed"],
        ["changed", "crew", "$0.2625", "`image`", "(film.yaml:7)", "changed"],
        ["added", "sea", "$0.2625", "new"],
        ["removed", "card", "not", "in", "the", "storyboard", "any", "more"],
        ["film", "main", "`sea`", "came", "in,", "`card`", "is", "gone"],
        [],
        ["2", "changed,", "1", "added,", "1", "removed,", "0", "as", "before;", "costs", "$0.7875"],
    ] == [line.split() for line in done.stdout.splitlines()]  # fmt: skip


def test_a_renamed_shot_costs_nothing(committed: Stage) -> None:
    """Its request is another shot's of the revision."""
    committed.edit("id: crew", "id: mara")
    shots = committed.run("diff", "HEAD", "--json").json["shots"]
    assert [("mara", "renamed"), ("crew", "removed")] == [(shot["id"], shot["change"]) for shot in shots]
    assert "the clip that `crew` had" == shots[0]["reason"]
    assert 0 == committed.run("diff", "HEAD", "--json").json["estimate_usd"]


def test_json_and_markdown_say_the_same(committed: Stage) -> None:
    """For scripts, and for a pull request."""
    committed.edit("style: dusk", "style: a|b")
    told = committed.run("diff", "HEAD", "--json").json
    cause = {"field": "defaults.style", "file": "film.yaml", "line": 4, "column": 71}
    assert [cause] * 3 == [shot["cause"] for shot in told["shots"]]
    assert (40, 0.525, 0) == (len(told["commit"]), told["estimate_usd"], told["unpriced"])
    lines = committed.run("diff", "HEAD", "--markdown").stdout.splitlines()
    assert lines[0].startswith("**film.yaml** against `")
    assert "| pad | changed | $0.2625 | `defaults.style` (film.yaml:4) changed |" in lines


def test_the_work_tree_is_not_touched(committed: Stage) -> None:
    """Neither a file nor git's index."""
    committed.edit("dusk", "dawn")
    before = committed.files()
    committed.run("diff", "HEAD")
    assert before == committed.files()


@pytest.mark.parametrize(
    ("revision", "code"), [("nowhere", "U081"), ("--output=x", "U081"), ("HEAD", "U082")]
)
def test_what_cannot_be_compared_is_told(committed: Stage, revision: str, code: str) -> None:
    """A revision that is none; a storyboard that was not there."""
    committed.write("new.yaml", SPEC)
    done = committed.run("diff", "--json", "--", revision, "new.yaml")
    assert (2, [code]) == (done.code, done.codes)


def test_without_a_repository_there_is_no_revision(stage: Stage) -> None:
    """Said in one error."""
    stage.write("film.yaml", SPEC.replace("image: stills/a.png", "").replace("image: stills/b.png", ""))
    stage.write("film.yaml", "version: 1\nshots:\n  - {id: card, provider: animatic, prompt: The end}\n")
    assert ["U080"] == stage.run("diff", "HEAD", "--json").codes
