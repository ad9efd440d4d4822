"""Joining where something is in the way: a full disk, and another storyboard that writes the same film."""

import resource
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.disks import fill, mounted

from .stage import Stage, digest_of, finish, frames_in

SMALL_BYTES = 2 << 20


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path | None]:
    """A filesystem of two megabytes; None where it may not be mounted."""
    with mounted(tmp_path / "small", f"size={SMALL_BYTES}") as disk:
        yield disk


def test_no_space_left_while_joining_leaves_the_old_film(
    stage: Stage, tmp_path: Path, small: Path | None
) -> None:
    """Only the join needs room, three times that of the clip: the disk is full, and with room again the film is joined."""
    clip = stage.footage("own.mp4", size="320x180", duration_s=2)
    room = clip.stat().st_size
    stage.write("film.yaml", "version: 1\nshots:\n  - {id: own, clip: own.mp4}\n")
    stage.built()
    film = digest_of(stage.film())
    stage.write("film.yaml", "version: 1\nshots:\n  - {id: own, clip: own.mp4}\nsequence: [own, own, own]\n")
    if small is None:
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (2 * room, 2 * room))
        done = stage.build(preexec_fn=limit)
    else:
        shutil.copytree(stage.store, small / "store")
        fill(small, left=2 * room)
        done = Stage(stage.root, small / "store", stage.environ).build()
    assert (4, ["E611"]) == (done.code, done.codes)
    assert film == digest_of(stage.film())
    assert [] == [path.name for path in stage.film().parent.glob("*.mp4.*")]
    assert 0 == stage.build().code
    assert 3 * 48 == frames_in(stage.film())
    assert 0 == stage.run("cache", "verify").code


def test_a_film_that_may_not_grow_is_told_as_a_full_disk(stage: Stage) -> None:
    """A limit on the size of files stops the splice; what is there stays."""
    clip = stage.footage("own.mp4", size="320x180", duration_s=2)
    stage.write("film.yaml", "version: 1\nshots:\n  - {id: own, clip: own.mp4}\nsequence: [own, own, own]\n")
    room = 2 * clip.stat().st_size
    done = stage.build(preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (room, room)))
    assert (4, ["E611"]) == (done.code, done.codes)
    assert not stage.film().exists()
    assert 0 == stage.build().code


@pytest.mark.parametrize("where", [(), ("-o", "elsewhere.mp4")], ids=["build", "elsewhere"])
def test_two_storyboards_that_join_to_one_file_never_mix(stage: Stage, where: tuple[str, ...]) -> None:
    """Below `build/` one has the name and the other is told whose it is; elsewhere the last one wins, as a whole."""
    specs = {"wide": 24, "tall": 36}
    for name, frames in specs.items():
        fields = f"{{id: {name}, prompt: steam, duration: {frames}f}}"
        stage.write(
            f"{name}.yaml", f"version: 1\noutput: {{file: film.mp4, size: 64x36}}\nshots:\n  - {fields}\n"
        )
    started = {name: stage.start("build", f"{name}.yaml", *where, "--json") for name in specs}
    ended = {name: finish(one) for name, one in started.items()}
    film = stage.root / where[1] if where else stage.film()
    won = [name for name, done in ended.items() if done.code == 0]
    assert frames_in(film) in [specs[name] for name in won]
    if where:
        assert ["wide", "tall"] == won
    else:
        [lost] = set(specs) - set(won)
        assert (2, ["S512"]) == (ended[lost].code, ended[lost].codes)
        assert frames_in(film) == specs[won[0]]
