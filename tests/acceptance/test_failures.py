"""What fails, what goes on, and how a build ends."""

import resource
import shutil
import subprocess
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest

from renderer.ffmpeg.encode import encode_arguments
from tests.disks import fill, mounted

from .director import Director
from .stage import THREE_SHOTS, Finished, Stage, digest_of, frames_in, real_ffmpeg, unprivileged

FOUR_SHOTS = """\
version: 1
output: {size: 64x36, fps: 12}
defaults: {provider: animatic, duration: 0.5}
shots:
  - {id: pad, prompt: steam}
  - {id: crew, prompt: a visor, duration: 0.75}
  - {id: sky, prompt: galaxies}
  - {id: deep, prompt: none near}
"""
CREW = "-frames:v 9"
FILE_BYTES_MAX = 1 << 20


def test_a_failing_shot_stops_no_other(stage: Stage, director: Director) -> None:
    """The rest is made; exit 1; the error names the shot and what ffmpeg said; no film appears."""
    stage.write("film.yaml", FOUR_SHOTS)
    director.cue("fail", CREW)
    done = director.direct(stage).build()
    assert 1 == done.code
    assert {"pad": "ran", "crew": "failed", "sky": "ran", "deep": "ran"} == done.outcomes
    assert (None, ["E621"]) == (done.json["sequence"], done.codes)
    assert not stage.film().exists()
    assert "`crew`: ffmpeg ended with status 1" in done.stderr
    assert "out of film" in done.stderr


def test_what_was_made_before_a_failure_is_kept(stage: Stage, director: Director) -> None:
    """Once the cause is gone, only the shot that failed runs."""
    stage.write("film.yaml", FOUR_SHOTS)
    director.cue("fail", CREW)
    director.direct(stage).build()
    director.forget()
    assert ["crew"] == director.direct(stage).built().ran
    assert 6 + 9 + 6 + 6 == frames_in(stage.film())


def test_the_old_film_survives_a_failure(built: Stage, director: Director) -> None:
    """It is replaced only when every clip of the new one is there."""
    film, clip = digest_of(built.film()), digest_of(built.clip("crew"))
    built.edit("prompt: a visor", "prompt: a glove, duration: 0.75")
    director.cue("fail", CREW)
    done = director.direct(built).build()
    assert (1, {"pad": "reused", "crew": "failed", "sky": "reused"}) == (done.code, done.outcomes)
    assert (film, clip) == (digest_of(built.film()), digest_of(built.clip("crew")))


def test_fail_fast_starts_nothing_new(stage: Stage, director: Director) -> None:
    """Shots behind the failure are blocked and made by the next build."""
    stage.write("film.yaml", FOUR_SHOTS)
    director.cue("fail", CREW)
    done = director.direct(stage).build("--fail-fast", "-j", "1")
    assert 1 == done.code
    assert {"pad": "ran", "crew": "failed", "sky": "blocked", "deep": "blocked"} == done.outcomes
    assert ["crew", "sky", "deep"] == stage.built().ran


def test_a_join_that_fails_leaves_clips_and_the_old_film(built: Stage, director: Director) -> None:
    """The clips are stored, so that the next build only joins; by ffmpeg, where a clip in fragments is among them."""
    fragments = ["-frames:v", "6", *encode_arguments(Fraction(12)), "-movflags", "frag_keyframe+delay_moov"]
    tagged = ["-vf", "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709", *fragments]
    source = ["-f", "lavfi", "-i", "testsrc2=s=64x36:r=12"]
    own = built.root / "own.mp4"
    subprocess.run([real_ffmpeg(), "-v", "error", *source, *tagged, own], check=True)
    built.edit("shots:", "shots:\n  - {id: own, clip: own.mp4}")
    built.built()
    film = digest_of(built.film())
    built.edit("a visor", "a glove")
    director.cue("fail", "-f concat")
    done = director.direct(built).build()
    assert (1, ["crew"], ["E621"]) == (done.code, done.ran, done.codes)
    assert film == digest_of(built.film())
    assert [] == built.built().ran
    assert film != digest_of(built.film())


def test_without_ffmpeg_there_is_one_clear_error(built: Stage) -> None:
    """Exit 4, the variable is named, the film stays."""
    before = built.files()
    done = built.using(RENDERER_FFMPEG="/nonexistent/ffmpeg").run("build")
    assert (4, "") == (done.code, done.stdout)
    assert done.stderr.startswith("error[E620]: there is no program at `/nonexistent/ffmpeg`\n")
    assert 1 == done.stderr.count("error[")
    assert before == built.files()


def test_a_program_that_is_not_ffmpeg_is_an_error(built: Stage) -> None:
    """`true` answers nothing."""
    done = built.using(RENDERER_FFMPEG="true").build()
    assert (4, ["E620"]) == (done.code, done.codes)


def test_an_ffmpeg_that_dies_is_a_failed_shot(stage: Stage, director: Director) -> None:
    """Each shot is told with its own error."""
    stage.write("film.yaml", FOUR_SHOTS)
    director.cue("fail", "-frames:v 6")
    done = director.direct(stage).build()
    assert (1, ["E621"] * 3) == (done.code, done.codes)
    assert ["crew"] == done.ran


@pytest.mark.parametrize("place", ["build", "build/film"])
def test_a_project_that_cannot_be_written_is_exit_4(stage: Stage, place: str) -> None:
    """A file stands where a folder is needed; the clips are in the store all the same."""
    stage.write("film.yaml", FOUR_SHOTS)
    stage.write(place, "in the way")
    done = stage.build()
    assert 4 == done.code
    assert 1 == len(done.json["errors"])
    (stage.root / place).unlink()
    assert 0 == stage.build().code


def test_a_store_that_cannot_be_written_is_exit_4(stage: Stage) -> None:
    """A file stands where the store should be."""
    stage.write("film.yaml", FOUR_SHOTS)
    stage.store.write_text("in the way")
    done = stage.build()
    assert 4 == done.code
    assert {"E6"} == {code[:2] for code in done.codes}
    assert not stage.film().exists()
    assert "in the way" == stage.store.read_text()


@pytest.mark.parametrize("command", ["validate", "build"])
def test_a_still_that_may_not_be_read_is_told_at_its_place(stage: Stage, command: str) -> None:
    """By file and line, and without a word of the store, which has nothing to do with it."""
    stage.still("a.png").chmod(0)
    stage.write("film.yaml", THREE_SHOTS.replace("prompt: steam", "image: a.png"))
    done = stage.run(command, "film.yaml", command=unprivileged())
    assert (2, True) == (done.code, "error[S411]" in done.stderr)
    assert "film.yaml:5:22" in done.stderr
    assert "hint: change its owner or mode" in done.stderr
    assert "cache-dir" not in done.stderr


def test_a_store_that_may_only_be_read_gives_back_what_it_has(built: Stage) -> None:
    """Such as one on a disk that was archived: the film is put back with its clips, and nothing can be made."""
    film, command = digest_of(built.film()), unprivileged()
    shutil.rmtree(built.root / "build")
    places = [built.store, *built.store.rglob("*")]
    modes = {place: place.stat().st_mode for place in places}
    for place in places:
        place.chmod(modes[place] & ~0o222)
    try:
        done = built.run("build", command=command)
        built.edit("a visor", "a glove")
        refused = built.run("build", command=command)
    finally:
        for place in places:
            place.chmod(modes[place])
    assert (0, film) == (done.code, digest_of(built.film()))
    assert (4, True) == (refused.code, "error[E613]" in refused.stderr)


def test_a_film_that_cannot_be_put_in_place_is_a_failure(stage: Stage) -> None:
    """Where a folder has its name: all is made and stored, and the closing lines claim no more than that."""
    stage.write("film.yaml", THREE_SHOTS)
    (stage.root / "build" / "film.mp4").mkdir(parents=True)
    first, second = stage.run("build"), stage.run("build")
    for done, outcome in ((first, "3 ran"), (second, "3 reused")):
        assert (4, True) == (done.code, "error[E610]" in done.stderr)
        assert "hint: a folder stands where the file belongs: move it away" in done.stderr
        assert outcome in done.stderr.splitlines()[-1]
        assert "nothing to do" not in done.stderr
        assert "no film" not in done.stderr


def test_a_full_disk_is_exit_4_and_the_old_film_survives(built: Stage, tmp_path: Path) -> None:
    """On a filesystem without room the build says that the disk is full; with room again it ends."""
    film = digest_of(built.film())
    built.edit("a visor", "a glove")
    done = _with_a_full_disk(built, tmp_path / "small")
    assert 4 == done.code
    assert "E611" in done.codes
    assert film == digest_of(built.film())
    assert 0 == built.build().code
    assert 0 == built.run("cache", "verify").code


def _with_a_full_disk(stage: Stage, mount: Path) -> Finished:
    """Build with the store on a tmpfs with 8 kB left; where that may not be mounted, with that limit on files."""
    with mounted(mount, "size=256k") as disk:
        if disk is None:
            return stage.build(preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (1024, 1024)))
        small = Stage(stage.root, disk / "store", stage.environ)
        shutil.copytree(stage.store, small.store)
        fill(disk, left=8192)
        return small.build()


def test_a_build_of_many_shots_needs_few_descriptors(stage: Stage) -> None:
    """Sixty shots, sixty locks, 64 descriptors."""
    shots = "".join(f"  - {{id: s{number}, prompt: shot {number}}}\n" for number in range(60))
    head = "version: 1\noutput: {size: 32x32, fps: 4}\ndefaults: {provider: animatic, duration: 0.25}\n"
    stage.write("film.yaml", f"{head}shots:\n{shots}")
    done = stage.build("-j", "4", preexec_fn=partial(resource.setrlimit, resource.RLIMIT_NOFILE, (64, 64)))
    assert (0, 60) == (done.code, len(done.ran))
    assert 60 == frames_in(stage.film())


def test_a_still_that_is_gone_is_an_error_of_the_storyboard(stage: Stage) -> None:
    """Found before anything runs: exit 2, with file, line and column."""
    stage.still("stills/a.png")
    stage.write("film.yaml", FOUR_SHOTS.replace("prompt: galaxies", "image: stills/a.png"))
    assert 0 == stage.plan().code
    (stage.root / "stills/a.png").unlink()
    done = stage.build()
    assert (2, ["S401"]) == (done.code, done.codes)
    (error,) = done.json["errors"]
    assert ("film.yaml", 7, 22) == (error["file"], error["line"], error["column"])
    assert [] == list(stage.root.glob("build/**/*.mp4"))


def test_more_takes_and_films_fail_and_succeed_each_for_itself(stage: Stage, director: Director) -> None:
    """A failed take blocks the film, and nothing of the shot's other takes."""
    stage.write("film.yaml", FOUR_SHOTS.replace("duration: 0.75", "duration: 0.75, takes: 2"))
    director.cue("fail", CREW)
    done = director.direct(stage).build()
    assert {"crew": "failed", "crew.take2": "failed"} == {
        name: outcome for name, outcome in done.outcomes.items() if outcome != "ran"
    }
