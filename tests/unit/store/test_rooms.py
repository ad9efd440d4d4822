"""Scratch room, pins, the root, and checking the whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.digest import digest_bytes
from renderer.model import Trace
from renderer.store import Store, locate_root
from tests.builders import NOON

Make = Callable[..., Trace]
Open = Callable[[], Store]


def spoil(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def test_a_scratch_folder_is_fresh_and_goes_with_all_that_is_in_it(store: Store) -> None:
    """Work leaves nothing behind, also when it fails."""
    folders: list[Path] = []

    def fail() -> None:
        with store.scratch() as folder:
            assert [] == list(folder.iterdir())
            (folder / "deep").mkdir()
            (folder / "deep" / "part.mp4").write_bytes(b"part")
            folders.append(folder)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not folders[0].exists()


def test_scratch_folders_are_on_the_stores_filesystem_and_differ(store: Store, reopen: Open) -> None:
    """A rename into the store suffices, and two runs never share a folder."""
    with store.scratch() as one, store.scratch() as two, reopen().scratch() as other:
        assert 3 == len({one, two, other})
        assert all(store.root / "tmp" in folder.parents for folder in (one, two, other))


def test_the_name_of_a_scratch_folder_that_is_gone_serves_again(store: Store) -> None:
    """A process that makes thousands of takes holds no name for each; a folder of a session that is over lends none."""
    with store.scratch() as first:
        pass
    with store.scratch() as again, store.scratch() as beside:
        store.close()
    with store.scratch() as fresh:
        assert (first, True, True) == (again, beside != again, fresh.is_dir())


def test_a_closed_store_leaves_no_session(store: Store, root: Path) -> None:
    """The session's folder goes when the store is closed."""
    store.put_bytes(b"moon")
    store.close()
    assert [] == list((root / "tmp").iterdir())


def test_what_a_dead_process_left_is_swept_and_the_living_kept(
    store: Store, reopen: Open, root: Path
) -> None:
    """A session without its lock has no owner."""
    with store.scratch() as living:
        stale = root / "tmp" / "1-0"
        stale.mkdir()
        (stale / "part.mp4").write_bytes(b"part")
        reopen().put_bytes(b"moon")
        assert living.exists()
        assert not stale.exists()


def test_a_url_is_pinned_in_a_file(store: Store, root: Path, reopen: Open) -> None:
    """The pin outlives the index, and the file does not show the URL, which may be signed."""
    url, digest = "https://example.org/rocket.jpg?signature=secret", store.put_bytes(b"moon")
    assert store.fetched.get(url) is None
    store.fetched.put(url, digest)
    store.close()
    assert digest == reopen().fetched.get(url)
    assert reopen().fetched.get(url + "2") is None
    assert not any(b"secret" in path.read_bytes() for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize("content", [b"", b"[]", b'{"sha256":1,"size_bytes":1}', b"{"])
def test_a_damaged_pin_is_no_pin(store: Store, root: Path, content: bytes) -> None:
    """A pin that cannot be read is moved aside, and the URL is fetched anew."""
    store.fetched.put("https://example.org/rocket.jpg", digest_bytes(b"moon"))
    (pin,) = (root / "fetched").rglob("*.json")
    spoil(pin, content)
    assert store.fetched.get("https://example.org/rocket.jpg") is None
    assert [pin.name] == [path.name for path in (root / "damaged").iterdir()]


def test_the_root_is_the_one_that_was_named_first(tmp_path: Path) -> None:
    """`--cache-dir` wins over `RENDERER_CACHE_DIR`, which wins over the user's data folder."""
    environ = {"RENDERER_CACHE_DIR": str(tmp_path / "variable")}
    assert tmp_path / "chosen" == locate_root(environ, chosen=tmp_path / "chosen")
    assert tmp_path / "variable" == locate_root(environ)
    assert "renderer" == locate_root({}).name
    assert "cache" not in str(locate_root({})).lower()


def test_a_store_is_counted(store: Store, make: Make, root: Path) -> None:
    """Blobs with their bytes, traces, pins and rows."""
    make(store, "a rocket", clip=b"moon")
    make(store, "a pocket", clip=b"star!")
    store.fetched.put("https://example.org/", digest_bytes(b"moon"))
    stats = store.audit.count()
    assert (root, 2, 9, 2, 1, 0) == (
        stats.root,
        stats.blobs,
        stats.blob_bytes,
        stats.traces,
        stats.pins,
        stats.damaged,
    )
    assert stats.index_rows > 0
    assert stats.index_bytes > 0


def test_checking_finds_everything_and_changes_nothing(store: Store, make: Make, root: Path) -> None:
    """Damaged blobs and traces, lost results and unnamed blobs are told apart."""
    damaged, broken, lost = (make(store, prompt) for prompt in ("damaged", "broken", "lost"))
    sound = make(store, "sound")
    unnamed = store.put_bytes(b"unnamed")
    spoil(store.path(damaged.results[0].digest), b"DAMAGED")
    spoil(root / "ac" / broken.key[:2] / f"{broken.key}.json", b"{}")
    store.path(lost.results[0].digest).unlink()
    before = sorted(path for path in root.rglob("*") if "index" not in path.parts)
    heard: list[Path] = []
    check = store.audit.verify(heard.append)
    assert before == sorted(path for path in root.rglob("*") if "index" not in path.parts)
    assert (damaged.results[0].digest.sha256,) == check.damaged_blobs
    assert (broken.key,) == check.damaged_traces
    assert ((lost.key, lost.results[0].digest),) == check.lost
    assert sorted([unnamed.sha256, broken.results[0].digest.sha256]) == sorted(check.unnamed)
    assert (4, 4, False) == (check.blobs, check.traces, check.is_sound)
    assert 8 == len(heard)
    assert store.path(sound.results[0].digest) in heard


def test_repairing_moves_the_damaged_aside_and_makes_the_index_anew(
    store: Store, make: Make, root: Path, reopen: Open
) -> None:
    """After a repair the store is sound, and what was sound before is found at once."""
    damaged, sound = make(store, "damaged"), make(store, "sound")
    spoil(store.path(damaged.results[0].digest), b"DAMAGED")
    assert not store.audit.repair(now=NOON).is_sound
    assert store.audit.verify().is_sound
    assert [damaged.results[0].digest.sha256] == [path.name for path in (root / "damaged").iterdir()]
    assert store.lookup(damaged.key) is None
    assert 2 == store.audit.count().index_rows
    store.close()
    assert sound.results[0] == reopen().lookup(sound.key)
    assert 2 == len(list(reopen().audit.traces()))
