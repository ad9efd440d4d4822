"""Folders and files appear whole, whoever else is at work."""

import os
import threading
from pathlib import Path

import pytest

from renderer.digest import digest_bytes
from renderer.store.files import FLUSH_BESIDE_BYTES_MIN, digest_and_flush, ensure_folder, replace_file

ROUNDS = 150
THREADS = 4


def test_a_folder_that_many_create_at_once_is_there_for_all(tmp_path: Path) -> None:
    """Two shots of a first build put their clips into one new store: neither fails over the other's folder."""
    failed: list[OSError] = []
    barrier = threading.Barrier(THREADS, timeout=30)

    def create(number: int) -> None:
        for round_number in range(ROUNDS):
            barrier.wait()
            try:
                ensure_folder(tmp_path / str(round_number) / "cas" / f"{number:02x}")
            except OSError as error:
                failed.append(error)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failed


def test_a_file_that_is_replaced_is_as_it_was_asked_for_and_alone(tmp_path: Path) -> None:
    """What is written first goes by another name, and only for a moment."""
    path = tmp_path / "notes" / "film.txt"
    path.parent.mkdir()
    for content in (b"one", b"two"):
        replace_file(path, content)
        assert (content, ["film.txt"]) == (path.read_bytes(), [own.name for own in path.parent.iterdir()])


def test_what_a_killed_process_left_beside_a_file_goes_when_it_is_replaced(tmp_path: Path) -> None:
    """Not what another one writes now, and nothing that only looks alike."""
    left, now, alike, other = (
        tmp_path / name
        for name in (".film.json.17.part", ".film.json.18.part", ".film.json.mine.part", ".film.yaml.17.part")
    )
    for path in (left, now, alike, other):
        path.write_text("{")
    for path in (left, alike, other):
        os.utime(path, (1, 1))
    replace_file(tmp_path / "film.json", b"{}")
    assert {now, alike, other, tmp_path / "film.json"} == set(tmp_path.iterdir())


def test_a_file_that_cannot_be_replaced_leaves_nothing_beside(tmp_path: Path) -> None:
    """A folder stands where the file is to be."""
    path = tmp_path / "film.txt"
    path.mkdir()
    with pytest.raises(OSError, match=r"film\.txt"):
        replace_file(path, b"one")
    assert ["film.txt"] == [own.name for own in tmp_path.iterdir()]


@pytest.mark.parametrize("size_bytes", [0, 1, FLUSH_BESIDE_BYTES_MIN - 1, FLUSH_BESIDE_BYTES_MIN + 1])
def test_a_file_has_one_digest_however_it_is_flushed(tmp_path: Path, size_bytes: int) -> None:
    """Before its flush or beside it."""
    content = bytes(range(251)) * (size_bytes // 251 + 1)
    (tmp_path / "film").write_bytes(content[:size_bytes])
    assert digest_bytes(content[:size_bytes]) == digest_and_flush(tmp_path / "film")


def test_what_is_not_there_is_neither_digested_nor_flushed(tmp_path: Path) -> None:
    """The system's error, as it came."""
    with pytest.raises(FileNotFoundError, match=r"film\.mp4"):
        digest_and_flush(tmp_path / "film.mp4")
