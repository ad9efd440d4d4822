"""Long films are computed by two processes: the same bytes as by one, whatever becomes of the other."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.running import runs

from .stage import Finished, Stage, digest_of, finish, playing

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or len(os.sched_getaffinity(0)) < 2,
    reason="needs /proc and two cores",
)

LONG = f"""\
version: 1
output: {{size: 64x36, fps: 12}}
defaults: {{provider: animatic, duration: 0.5}}
shots:
  - {{id: pad, prompt: steam}}
  - {{id: crew, prompt: a visor}}
  - {{id: sky, prompt: galaxies}}
sequence: [{", ".join(["pad", "crew", "sky"] * 40)}]
# {"long " * 12_000}
"""
WAITING_FFMPEG = """\
#!/bin/sh
case " $* " in *" -version "*) exec "{ffmpeg}" "$@" ;; esac
touch "{folder}/begun"
while [ -e "{folder}/hold" ]; do sleep 0.01; done
exec "{ffmpeg}" "$@"
"""


@pytest.fixture
def long_film(stage: Stage) -> str:
    """The digest of the film as a build on one core makes it, elsewhere."""
    stage.write("film.yaml", LONG)
    alone = stage.copy(stage.root.with_name("alone"), store=stage.store.with_name("alone-store"))
    core = min(os.sched_getaffinity(0))
    done = alone.run("build", "--json", preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    assert 0 == done.code, done.stderr
    return digest_of(alone.film())


def mates_of(pid: int) -> list[int]:
    """The processes that compute beside a build."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        int(child) for child in children if b"renderer.mate" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def held(stage: Stage, folder: Path) -> Stage:
    """The stage with an ffmpeg that waits while there is a file `hold`."""
    from renderer.ffmpeg.binary import locate_ffmpeg

    folder.mkdir()
    (folder / "hold").touch()
    script = folder / "ffmpeg"
    script.write_text(WAITING_FFMPEG.format(ffmpeg=locate_ffmpeg(os.environ), folder=folder))
    script.chmod(0o755)
    return stage.using(RENDERER_FFMPEG=str(script))


def begun(folder: Path, build: subprocess.Popen[bytes]) -> list[int]:
    """The mates of a build whose first clip is being made."""
    while not (folder / "begun").exists():
        assert build.poll() is None
        time.sleep(0.01)
    mates = mates_of(build.pid)
    assert mates
    return mates


@pytest.mark.parametrize("becomes", ["nothing", "killed", "crashed"])
def test_a_long_film_has_the_same_bytes_whoever_joins_it(
    stage: Stage, tmp_path: Path, long_film: str, becomes: str
) -> None:
    """With another process beside the build, and where that one is killed at work."""
    folder = tmp_path / "held"
    with playing(held(stage, folder).start("build", "--json")) as build:
        mates = begun(folder, build)
        if becomes != "nothing":
            os.kill(mates[0], signal.SIGKILL if becomes == "killed" else signal.SIGSEGV)
        (folder / "hold").unlink()
        done: Finished = finish(build)
    assert 0 == done.code, done.stderr
    assert {"ran"} == set(done.outcomes.values())
    assert long_film == digest_of(stage.film())
    assert [] == [mate for mate in mates if runs(mate)]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_nobody_is_left_of_a_build_that_ended(
    stage: Stage, tmp_path: Path, number: signal.Signals, long_film: str
) -> None:
    """Killed or interrupted, it takes along who computes beside it; the next build has the film."""
    folder = tmp_path / "held"
    with playing(held(stage, folder).start("build")) as build:
        mates = begun(folder, build)
        os.kill(build.pid, number)
        finish(build)
    (folder / "hold").unlink()
    until = time.monotonic() + 10
    while any(map(runs, mates)) and time.monotonic() < until:
        time.sleep(0.01)
    assert [] == [mate for mate in mates if runs(mate)]
    stage.built()
    assert long_film == digest_of(stage.film())


def test_a_short_storyboard_is_built_by_one_process(stage: Stage, tmp_path: Path) -> None:
    """To start another would take longer than it has to do."""
    stage.write("film.yaml", LONG.partition("sequence")[0])
    folder = tmp_path / "held"
    with playing(held(stage, folder).start("build")) as build:
        while not (folder / "begun").exists():
            time.sleep(0.01)
        assert [] == mates_of(build.pid)
        (folder / "hold").unlink()
        assert 0 == finish(build).code
