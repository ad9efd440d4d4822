import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from renderer.digest import Digest, digest_bytes
from renderer.errors import StoreError
from renderer.store import Store
from renderer.store.index import Index
from renderer.store.seen import COARSE_MARGIN_NS, MARGIN_NS, Seen

FALSE = Digest("f" * 64, 4)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "image.png"
    path.write_bytes(b"moon")
    return path


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "index", damaged=tmp_path / "damaged")


def changed_ns(path: Path) -> int:
    status = path.stat()
    return max(status.st_mtime_ns, status.st_ctime_ns)


def plant(index: Index, path: Path) -> None:
    """Make the index answer wrongly for a file, so that an answer shows whether the file was read."""
    Seen(index, clock_ns=lambda: 1 << 62).learn(path, digest=FALSE, status=path.stat())


def test_an_unchanged_file_is_not_read_again(index: Index, image: Path) -> None:
    """One stat answers: what the index says about the signature is taken."""
    plant(index, image)
    assert FALSE == Seen(index, clock_ns=lambda: 1 << 62).digest_of(image)


@pytest.mark.parametrize(("is_recalled", "told"), [(True, FALSE), (False, digest_bytes(b"moon"))])
def test_another_thread_does_not_read_what_was_recalled(
    index: Index, image: Path, *, is_recalled: bool, told: Digest
) -> None:
    """To it the index says nothing, so that without what was recalled here it reads every file."""
    plant(index, image)
    index.flush()
    seen = Seen(index, clock_ns=lambda: 1 << 62)
    recalled = seen.recall([image]) if is_recalled else None
    with ThreadPoolExecutor(max_workers=1) as other:
        assert [told] == other.submit(seen.digests_of, [image], recalled=recalled).result()


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(b"star"),
        lambda path: path.write_bytes(b"longer"),
        lambda path: os.utime(path, ns=(0, 0)),
        lambda path: path.chmod(0o600),
        lambda path: (path.rename(path.with_suffix(".old")), path.write_bytes(b"star")),
    ],
)
def test_a_changed_file_is_read_again(index: Index, image: Path, change: Callable[[Path], object]) -> None:
    """Another size, time or inode is another signature."""
    os.utime(image, ns=(10**18 + 1, 10**18 + 1))
    plant(index, image)
    change(image)
    seen = Seen(index, clock_ns=lambda: 1 << 62)
    assert digest_bytes(image.read_bytes()) == seen.digest_of(image)
    assert [digest_bytes(image.read_bytes())] == seen.digests_of([image])


@pytest.mark.parametrize(("since_change_ns", "rows"), [(0, 0), (MARGIN_NS, 0), (MARGIN_NS + 1, 1)])
def test_a_file_that_changed_within_the_margin_is_not_remembered(
    index: Index, image: Path, since_change_ns: int, rows: int
) -> None:
    """A second change in the same tick would leave the same signature, so only settled ones are trusted."""
    os.utime(image, ns=(1, 1))
    now_ns = changed_ns(image) + since_change_ns
    Seen(index, clock_ns=lambda: now_ns).digest_of(image)
    assert rows == len(index._pending)


@pytest.mark.parametrize(("since_change_ns", "rows"), [(COARSE_MARGIN_NS, 0), (COARSE_MARGIN_NS + 1, 1)])
def test_whole_seconds_settle_late(index: Index, image: Path, since_change_ns: int, rows: int) -> None:
    """Where times have no fractions the margin is that of the coarsest filesystem."""
    second_ns = 10**18
    status = os.stat_result(
        (0o100644, 1, 0, 1, 0, 0, 4, second_ns // 10**9, second_ns // 10**9, second_ns // 10**9),
        {"st_mtime_ns": second_ns, "st_ctime_ns": second_ns},
    )
    Seen(index, clock_ns=lambda: second_ns + since_change_ns).learn(image, digest=FALSE, status=status)
    assert rows == len(index._pending)


def test_many_files_get_the_answers_that_each_would(store: Store, tmp_path: Path) -> None:
    """Digests come in the order of the paths, None for what is not a regular file, twice the same."""
    store.put_bytes(b"")
    paths = [tmp_path / f"image{number}.png" for number in range(10)]
    for number, path in enumerate(paths):
        path.write_bytes(b"%d" % number)
    paths[3].unlink()
    paths[5].unlink()
    paths[5].mkdir()
    expected = [store.digest_of(path) for path in paths]
    assert [3, 5] == [number for number, digest in enumerate(expected) if digest is None]
    assert expected == store.digests_of(paths)
    assert expected == store.digests_of([str(path) for path in paths])


def test_one_changed_file_among_many_is_the_only_new_answer(
    store: Store, reopen: Callable[[], Store], tmp_path: Path
) -> None:
    """A list whose files changed in part is answered right, then and in the next run."""
    store.put_bytes(b"")
    paths = [tmp_path / f"image{number}.png" for number in range(10)]
    for path in paths:
        path.write_bytes(b"moon")
    store.digests_of(paths)
    paths[4].write_bytes(b"star")
    expected = [digest_bytes(b"star" if number == 4 else b"moon") for number in range(10)]
    assert expected == store.digests_of(paths)
    store.close()
    assert expected == reopen().digests_of(paths)


def test_files_are_known_while_all_of_them_are_what_was_last_seen(
    store: Store, reopen: Callable[[], Store], tmp_path: Path
) -> None:
    """Known are a list's own digests; not others, nor any once a file has changed or gone, nor a list never asked for."""
    store.put_bytes(b"")
    paths = [str(tmp_path / f"clip{number}.mp4") for number in range(10)]
    for number, path in enumerate(paths):
        Path(path).write_bytes(b"%d" % number)
    digests = [digest_bytes(b"%d" % number) for number in range(10)]
    assert not store.are_known(paths, digests)
    assert digests == store.digests_of(paths)
    store.close()
    again = reopen()
    assert again.are_known(paths, digests)
    assert not again.are_known(paths, digests[::-1])
    assert not again.are_known(paths[:9], digests[:9])
    Path(paths[9]).write_bytes(b"8")
    assert not again.are_known(paths, digests)
    Path(paths[4]).unlink()
    assert not again.are_known(paths, digests)


def test_a_published_file_is_known_without_reading_it(store: Store, tmp_path: Path) -> None:
    """What was copied out of the store need not be hashed to be found unchanged."""
    digest, film = store.put_bytes(b"moon"), tmp_path / "build" / "film.mp4"
    store.copy_out(digest, film)
    assert f"file/{film}" in store._index._pending
    assert [digest] == store.digests_of([film])
    film.write_bytes(b"star")
    assert [digest_bytes(b"star")] == store.digests_of([film])


def test_a_link_up_means_what_the_system_says(store: Store, tmp_path: Path) -> None:
    """`link/..` is the parent of what the link points to, not of where the link stands."""
    (tmp_path / "deep" / "inner").mkdir(parents=True)
    (tmp_path / "deep" / "image.png").write_bytes(b"deep")
    (tmp_path / "image.png").write_bytes(b"moon")
    (tmp_path / "link").symlink_to(tmp_path / "deep" / "inner")
    assert digest_bytes(b"deep") == store.digest_of(tmp_path / "link" / ".." / "image.png")


def test_a_name_that_is_not_text_is_a_name(store: Store, reopen: Callable[[], Store], tmp_path: Path) -> None:
    """Any bytes name a file on POSIX, and one such file does not turn the index off."""
    store.put_bytes(b"")
    odd, even = tmp_path / os.fsdecode(b"moon\xff.png"), tmp_path / "moon.png"
    try:
        odd.write_bytes(b"moon")
    except OSError:
        pytest.skip("names must be UTF-8 here")
    even.write_bytes(b"star")
    assert [digest_bytes(b"moon"), digest_bytes(b"star")] == store.digests_of([odd, even])
    assert digest_bytes(b"moon") == store.digest_of(odd)
    store.close()
    again = reopen()
    assert [digest_bytes(b"moon"), digest_bytes(b"star")] == again.digests_of([odd, even])
    assert again.audit.count().index_rows == 3


def test_a_pipe_is_not_read(store: Store, tmp_path: Path) -> None:
    """Only a regular file has a digest; anything else would block or never end."""
    os.mkfifo(tmp_path / "pipe")
    assert store.digest_of(tmp_path / "pipe") is None


def test_a_path_that_the_system_refuses_is_a_store_error(store: Store, tmp_path: Path) -> None:
    """A name that is too long is reported with its path."""
    with pytest.raises(StoreError) as caught:
        store.digest_of(tmp_path / ("x" * 5000))
    assert "E610" == caught.value.code
