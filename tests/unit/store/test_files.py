"""Folders and files appear whole, whoever else is at work."""

import threading
from pathlib import Path

from renderer.store.files import ensure_folder

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
