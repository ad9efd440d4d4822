"""Handovers that do not get to their end: killed, out of room, two at once. The folder is as it was, or is gone on with."""

import resource
import signal
from functools import partial
from pathlib import Path

import pytest

from renderer.digest import digest_file
from tests.disks import disk

from .stage import THREE_SHOTS, Stage, finish, playing

FILM = THREE_SHOTS.replace("fps: 12", "fps: 24").replace("prompt: steam}", "prompt: steam, takes: 2}")
FILES = 4
SIZE = "320x180"
ROOM_BYTES = 64 * 1024


def contents(folder: Path) -> dict[str, str]:
    """The sha256 of each file in a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): digest_file(path).sha256
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def ready(stage: Stage) -> tuple[Stage, dict[str, str]]:
    """A film that can be handed over, with a clip that needs room, and what a handover comes to."""
    stage.footage("own.mp4", size=SIZE, duration_s=2)
    stage.write("film.yaml", f"{FILM}  - {{id: own, clip: own.mp4}}\n")
    stage.built()
    assert 0 == stage.run("handover", "film.yaml", "whole").code
    return stage, contents(stage.root / "whole")


@pytest.mark.parametrize("count", range(FILES + 1))
def test_one_that_was_killed_is_gone_on_with(ready: tuple[Stage, dict[str, str]], count: int) -> None:
    """Whenever it was: every file that is there is whole, files of others stay, and the next run leaves no trace of it."""
    stage, whole = ready
    stage.write("out/clips/notes.txt", "mine")
    with playing(stage.start("handover", "film.yaml", "out")) as started:
        clips = stage.root / "out/clips"
        while started.poll() is None and len(list(clips.glob("film_*.mp4"))) < count:
            pass
        started.send_signal(signal.SIGKILL)
        started.communicate()
    found = {name: sha256 for name, sha256 in contents(stage.root / "out").items() if ".part" not in name}
    assert {} == {
        name: sha256
        for name, sha256 in found.items()
        if name not in {"clips/notes.txt", ".handover.json"} and whole[name] != sha256
    }
    done = stage.run("handover", "film.yaml", "out")
    assert 0 == done.code, done.stderr
    assert whole | {"clips/notes.txt": digest_file(clips / "notes.txt").sha256} == contents(
        stage.root / "out"
    )


def test_a_full_disk_leaves_the_folder_as_it_was(ready: tuple[Stage, dict[str, str]], tmp_path: Path) -> None:
    """It is told in a sentence, no part of a file is left, and with room again the handover ends."""
    stage, whole = ready
    assert ROOM_BYTES < (stage.root / "own.mp4").stat().st_size
    stage.edit("  - {id: own, clip: own.mp4}\n", "")
    assert 0 == stage.run("handover", "film.yaml", "out").code
    before = contents(stage.root / "out")
    stage.write("film.yaml", f"{FILM}  - {{id: own, clip: own.mp4}}\n")
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (ROOM_BYTES, ROOM_BYTES))
    done = stage.run("handover", "film.yaml", "out", "--json", preexec_fn=limit)
    assert (4, ["E611"]) == (done.code, done.codes)
    after = contents(stage.root / "out")
    assert before | {".handover.json": after[".handover.json"]} == after
    assert 0 == stage.run("handover", "film.yaml", "out").code
    assert whole == contents(stage.root / "out")


def test_on_a_disk_without_room_it_is_the_disk_that_is_full(
    ready: tuple[Stage, dict[str, str]], tmp_path: Path
) -> None:
    """A file system of its own for the folder, too small for the clips."""
    stage, _ = ready
    with disk(tmp_path / "small", f"size={ROOM_BYTES}") as small:
        done = stage.run("handover", "film.yaml", str(small / "out"), "--json")
        assert (4, ["E611"]) == (done.code, done.codes)
        assert [] == [path.name for path in (small / "out").rglob("*") if ".part" in path.name]


def test_two_at_once_come_to_one_folder(ready: tuple[Stage, dict[str, str]]) -> None:
    """Each waits for the other; both succeed."""
    stage, whole = ready
    both = [stage.start("handover", "film.yaml", "out") for _ in range(2)]
    assert [0, 0] == [finish(one).code for one in both]
    assert whole == contents(stage.root / "out")


def test_copies_are_held_against_the_store(ready: tuple[Stage, dict[str, str]]) -> None:
    """A clip that the disk has spoilt is told, and is handed over to nobody."""
    stage, _ = ready
    blob = stage.blob_of("crew")
    blob.chmod(0o644)
    blob.write_bytes(bytes(len(blob.read_bytes())))
    done = stage.run("handover", "film.yaml", "out", "--json")
    assert (4, True) == (done.code, done.codes[0] in {"E614", "E615"}), done.stdout
    assert not list((stage.root / "out").rglob("film_crew*"))
