"""Builds that are interrupted, killed, or run beside another: nothing done is lost, nothing is left behind."""

import os
import signal
import sys
from pathlib import Path

import pytest

from .director import Director
from .stage import Finished, Stage, digest_of, finish, frames_in, playing

FOUR_SHOTS = """\
version: 1
output: {size: 64x36, fps: 12}
defaults: {provider: animatic, duration: 0.5}
shots:
  - {id: pad, prompt: steam}
  - {id: crew, prompt: a visor}
  - {id: sky, prompt: galaxies, duration: 0.75}
  - {id: deep, prompt: none near}
"""
SKY = "-frames:v 9"
FRAMES = 6 + 6 + 9 + 6


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the film when nothing happens to the build."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "project").mkdir()
    stage = Stage(folder / "project", folder / "store")
    stage.write("film.yaml", FOUR_SHOTS)
    stage.built()
    return digest_of(stage.film())


def interrupted(stage: Stage, director: Director, number: signal.Signals, *, group: bool) -> Finished:
    """Build one shot at a time, and send a signal while ffmpeg makes `sky`."""
    director.cue("wait", SKY)
    door = director.listen()
    with playing(director.direct(stage).start("build", "-j", "1", "--json")) as build:
        director.heard(door)
        (os.killpg if group else os.kill)(build.pid, number)
        ended = finish(build)
    os.close(door)
    return ended


@pytest.mark.parametrize(
    ("number", "group"),
    [(signal.SIGINT, True), (signal.SIGINT, False), (signal.SIGTERM, False)],
    ids=["ctrl-c", "sigint", "sigterm"],
)
def test_an_interrupt_keeps_what_is_done(
    stage: Stage, director: Director, number: signal.Signals, undisturbed: str, *, group: bool
) -> None:
    """Exit 130 without a traceback or an orphan; the next build makes the rest, and the film is the same."""
    stage.write("film.yaml", FOUR_SHOTS)
    done = interrupted(stage, director, number, group=group)
    assert 130 == done.code
    assert {"pad": "ran", "crew": "ran", "sky": "blocked", "deep": "blocked"} == done.outcomes
    assert "Traceback" not in done.stderr
    assert [] == director.alive()
    assert not stage.film().exists()
    assert [] == list((stage.store / "tmp").iterdir())
    assert ["sky", "deep"] == stage.built().ran
    assert undisturbed == digest_of(stage.film())


def test_an_interrupt_says_that_nothing_done_is_lost(stage: Stage, director: Director) -> None:
    """The closing line counts what was made, for people too."""
    stage.write("film.yaml", FOUR_SHOTS)
    director.cue("wait", SKY)
    door = director.listen()
    with playing(director.direct(stage).start("build", "-j", "1")) as build:
        director.heard(door)
        os.kill(build.pid, signal.SIGINT)
        done = finish(build)
    os.close(door)
    assert (130, "") == (done.code, done.stdout)
    assert "interrupted: 0 reused, 2 ran, 0 failed, 2 blocked" in done.stderr.splitlines()[-1]
    assert "what is done stays done" in done.stderr


def test_a_build_killed_while_ffmpeg_works_is_finished_by_the_next(
    stage: Stage, director: Director, undisturbed: str
) -> None:
    """Killed by -9 in the middle of a shot: what was made is reused, the rest is made."""
    stage.write("film.yaml", FOUR_SHOTS)
    director.cue("kill", SKY)
    killed = finish(director.direct(stage).start("build", "-j", "1", "--json", stderr=None))
    for number in director.alive():
        os.kill(number, signal.SIGKILL)
    assert (-signal.SIGKILL, "") == (killed.code, killed.stdout)
    assert ["sky", "deep"] == stage.built().ran
    assert undisturbed == digest_of(stage.film())
    assert 0 == stage.run("cache", "verify").code
    assert [] == list((stage.store / "tmp").iterdir())


KILLED_AT = """
import itertools, os, signal, sys
from renderer.cli.main import run
calls, told = itertools.count(1), ("open", "os.", "fcntl.", "shutil.", "subprocess.", "sqlite3.")
def count(event, _):
    if event.startswith(told) and next(calls) == {number}:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
run(["build", "-j", "2"])
print(next(calls) - 1)
"""


def killed_at(stage: Stage, number: int) -> Finished:
    """Build in a process that is gone before its `number`th call to the system; else it says how many there were."""
    script = stage.write("../killed.py", KILLED_AT.format(number=number))
    return finish(stage.start(command=[sys.executable, str(script)]))


@pytest.fixture(scope="session")
def calls(tmp_path_factory: pytest.TempPathFactory) -> int:
    """About how many calls to the system a build makes."""
    folder = tmp_path_factory.mktemp("counted")
    (folder / "project").mkdir()
    stage = Stage(folder / "project", folder / "store")
    stage.write("film.yaml", FOUR_SHOTS)
    return int(killed_at(stage, 0).stdout)


@pytest.mark.parametrize("percent", [10, 30, 50, 70, 90])
def test_a_build_killed_anywhere_is_finished_by_the_next(
    stage: Stage, percent: int, calls: int, undisturbed: str
) -> None:
    """Before some call to the system the process is gone; the film is that of an undisturbed build."""
    stage.write("film.yaml", FOUR_SHOTS)
    assert -signal.SIGKILL == killed_at(stage, calls * percent // 100).code
    assert not stage.film().exists() or undisturbed == digest_of(stage.film())
    stage.built()
    assert undisturbed == digest_of(stage.film())
    assert 0 == stage.run("cache", "verify").code


def test_two_builds_at_once_run_each_action_once(stage: Stage, tmp_path: Path, undisturbed: str) -> None:
    """Whoever comes second waits and reuses; both succeed with the same film."""
    stage.write("film.yaml", FOUR_SHOTS)
    clone = stage.copy(tmp_path / "clone")
    with playing(stage.start("build", "--json")) as first, playing(clone.start("build", "--json")) as second:
        done = [finish(first), finish(second)]
    assert [0, 0] == [ended.code for ended in done]
    assert ["crew", "deep", "pad", "sky"] == sorted(done[0].ran + done[1].ran)
    assert undisturbed == digest_of(stage.film()) == digest_of(clone.film())
    kinds = [line.split()[1] for line in stage.run("cache", "ls").stdout.splitlines()]
    assert (4, 1) == (kinds.count("generate"), kinds.count("join"))


def test_two_builds_of_one_project_at_once_succeed(stage: Stage, undisturbed: str) -> None:
    """Both publish the same bytes under the same names."""
    stage.write("film.yaml", FOUR_SHOTS)
    with playing(stage.start("build", "--json")) as first, playing(stage.start("build", "--json")) as second:
        done = [finish(first), finish(second)]
    assert [0, 0] == [ended.code for ended in done]
    assert ["crew", "deep", "pad", "sky"] == sorted(done[0].ran + done[1].ran)
    assert undisturbed == digest_of(stage.film())
    assert ["film", "film.json", "film.mp4"] == sorted(
        path.name for path in (stage.root / "build").iterdir() if not path.name.startswith(".owners")
    )


def test_a_build_waits_for_one_that_makes_the_same(
    stage: Stage, director: Director, tmp_path: Path, undisturbed: str
) -> None:
    """When the first dies in the middle of a shot its lock dies with it, and the second makes the shot."""
    stage.write("film.yaml", FOUR_SHOTS)
    clone = stage.copy(tmp_path / "clone")
    director.cue("wait", SKY)
    door = director.listen()
    with playing(director.direct(stage).start("build", "-j", "1")) as first:
        director.heard(door)
        with playing(clone.start("build", "-j", "1", "--json")) as second:
            first.kill()
            done = finish(second)
    os.close(door)
    for number in director.alive():
        os.kill(number, signal.SIGKILL)
    assert {"pad": "reused", "crew": "reused", "sky": "ran", "deep": "ran"} == done.outcomes
    assert (undisturbed, FRAMES) == (digest_of(clone.film()), frames_in(clone.film()))
