"""Copies that are begun before what they are of is in the store."""

import contextlib
import os
import time
from pathlib import Path

import pytest

from renderer.digest import digest_bytes
from renderer.store.copies import REPLACED_MAX_BYTES
from renderer.store.files import FLUSH_BESIDE_BYTES_MIN
from renderer.store.store import Store

DESCRIPTORS = 1024
FILM, OTHER = b"film" * 1000, b"other" * 1000


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A film that was just made, in the store's own folder for such."""
    path = tmp_path / "made.mp4"
    path.write_bytes(FILM)
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the film before stands."""
    path = tmp_path / "build" / "film.mp4"
    path.parent.mkdir()
    path.write_bytes(OTHER)
    return path


def beside(target: Path) -> list[Path]:
    return [path for path in target.parent.iterdir() if path != target]


def test_what_was_begun_is_put_into_place_by_a_rename(tmp_path: Path, film: Path, target: Path) -> None:
    """The film before stays until then, and one that is open goes on to be read."""
    with Store.open(tmp_path / "store") as store, target.open("rb") as before:
        store.seal(film, place=target)
        [waiting] = beside(target)
        number = waiting.stat().st_ino
        assert OTHER == target.read_bytes()
        store.copy_out(store.put_file(film), target)
        assert (number, FILM, []) == (target.stat().st_ino, target.read_bytes(), beside(target))
        assert OTHER == before.read()


def test_a_large_film_is_replaced_too(tmp_path: Path, target: Path) -> None:
    """One that is let go of only when the new one has its name."""
    target.write_bytes(bytes(FLUSH_BESIDE_BYTES_MIN))
    with Store.open(tmp_path / "store") as store, target.open("rb") as before:
        store.copy_out(store.put_bytes(FILM), target)
        assert (FILM, []) == (target.read_bytes(), beside(target))
        assert FLUSH_BESIDE_BYTES_MIN == len(before.read())


def test_large_films_that_were_replaced_are_let_go_of(tmp_path: Path, target: Path) -> None:
    """When it is told, when they are large together, and at the end: a file that nobody can see takes up no disk."""

    def is_held(descriptor: int) -> bool:
        with contextlib.suppress(OSError):
            status = os.fstat(descriptor)
            return not status.st_nlink and status.st_size >= FLUSH_BESIDE_BYTES_MIN
        return False

    def held() -> int:
        return sum(map(is_held, range(DESCRIPTORS)))

    def become(count: int) -> bool:
        until = time.monotonic() + 10
        while held() != count and time.monotonic() < until:
            time.sleep(0.01)
        return held() == count

    with Store.open(tmp_path / "store") as store:
        for number in range(2):
            target.write_bytes(bytes(FLUSH_BESIDE_BYTES_MIN))
            store.copy_out(store.put_bytes(b"film %d" % number), target)
        assert 2 == held()
        with target.open("wb") as stream:
            stream.truncate(REPLACED_MAX_BYTES)
        store.copy_out(store.put_bytes(FILM), target)
        assert become(0)
        target.write_bytes(bytes(FLUSH_BESIDE_BYTES_MIN))
        store.copy_out(store.put_bytes(b"third"), target)
        assert 1 == held()
        store.copies.release()
        assert become(0)
        target.write_bytes(bytes(FLUSH_BESIDE_BYTES_MIN))
        store.copy_out(store.put_bytes(FILM), target)
        assert 1 == held()
    assert become(0)


def test_what_was_begun_and_never_put_is_gone(tmp_path: Path, film: Path, target: Path) -> None:
    """As where the film turns out wrong when it is checked."""
    with Store.open(tmp_path / "store") as store:
        store.seal(film, place=target)
    assert (OTHER, []) == (target.read_bytes(), beside(target))


def test_a_copy_of_other_bytes_is_not_put(tmp_path: Path, film: Path, target: Path) -> None:
    """Of a film that was not the one in the end."""
    with Store.open(tmp_path / "store") as store:
        store.seal(film, place=target)
        store.copy_out(store.put_bytes(b"third"), target)
        assert (b"third", []) == (target.read_bytes(), beside(target))


def test_a_copy_that_somebody_wrote_to_is_not_put(tmp_path: Path, film: Path, target: Path) -> None:
    """It stood there for as long as the film was checked."""
    with Store.open(tmp_path / "store") as store:
        store.seal(film, place=target)
        with beside(target)[0].open("r+b") as stream:
            stream.write(b"FILM")
        store.copy_out(store.put_file(film), target)
        assert (FILM, []) == (target.read_bytes(), beside(target))


def test_nothing_is_put_that_the_store_has_not(tmp_path: Path, film: Path, target: Path) -> None:
    """A copy stands for a blob, and not instead of one."""
    with Store.open(tmp_path / "store") as store:
        store.seal(film, place=target)
        with pytest.raises(Exception, match="is not there"):
            store.copy_out(digest_bytes(FILM), target)
    assert (OTHER, []) == (target.read_bytes(), beside(target))


def test_a_copy_that_cannot_be_begun_is_made_when_it_is_put(tmp_path: Path, film: Path) -> None:
    """Before the first film there is no folder for it, and none is made for a film that may be wrong."""
    target = tmp_path / "build" / "film.mp4"
    with Store.open(tmp_path / "store") as store:
        store.seal(film, place=target)
        assert not target.parent.exists()
        store.copy_out(store.put_file(film), target)
    assert (FILM, []) == (target.read_bytes(), beside(target))


def test_what_is_begun_twice_waits_once(tmp_path: Path, film: Path, target: Path) -> None:
    """As a watched project's film is, again and again."""
    with Store.open(tmp_path / "store") as store:
        store.seal(film, place=target)
        film.write_bytes(b"newer")
        store.seal(film, place=target)
        assert 1 == len(beside(target))
        store.copy_out(store.put_file(film), target)
        assert (b"newer", []) == (target.read_bytes(), beside(target))
