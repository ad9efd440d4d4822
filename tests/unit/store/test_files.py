"""Folders and files appear whole, whoever else is at work."""

import threading
from pathlib import Path

import pytest

from renderer.store.files import ensure_folder, replace_file

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


def test_a_file_that_cannot_be_replaced_leaves_nothing_beside(tmp_path: Path) -> None:
    """A folder stands where the file is to be."""
    path = tmp_path / "film.txt"
    path.mkdir()
    with pytest.raises(OSError, match=r"film\.txt"):
        replace_file(path, b"one")
    assert ["film.txt"] == [own.name for own in tmp_path.iterdir()]
