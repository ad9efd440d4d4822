import os
import stat
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.digest import Digest, digest_bytes
from renderer.errors import StoreError
from renderer.store import Store
from renderer.store.copies import clone_file

MOON = b"moon" * 1000


def spoil(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def test_bytes_that_were_put_are_there_under_their_sha256(store: Store, root: Path) -> None:
    """A blob's path is made of its name alone."""
    digest = store.put_bytes(MOON)
    assert digest_bytes(MOON) == digest
    assert root / "cas" / digest.sha256[:2] / digest.sha256 == store.path(digest)
    assert MOON == store.path(digest).read_bytes()


def test_a_blob_is_read_only(store: Store) -> None:
    """Nobody changes a blob by accident."""
    assert 0o444 == stat.S_IMODE(store.path(store.put_bytes(MOON)).stat().st_mode)


def test_a_file_that_is_moved_in_is_gone(store: Store, tmp_path: Path) -> None:
    """Moving costs no copy and leaves nothing behind."""
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(MOON)
    assert digest_bytes(MOON) == store.put_file(clip)
    assert not clip.exists()


def test_a_sealed_file_is_stored_by_its_digest(store: Store, tmp_path: Path) -> None:
    """What takes long is done before: it stays where it was until it is stored, under the name of its bytes."""
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(MOON)
    sealed = store.seal(clip)
    assert MOON == clip.read_bytes()
    assert digest_bytes(MOON) == sealed == store.put_file(clip, sealed=sealed)
    assert MOON == store.path(sealed).read_bytes()
    assert not clip.exists()


def test_a_file_that_is_not_there_is_not_sealed(store: Store, tmp_path: Path) -> None:
    """It is an error of the store's, as it is when it is stored."""
    with pytest.raises(StoreError):
        store.seal(tmp_path / "clip.mp4")


def test_a_file_that_is_not_moved_stays_and_shares_nothing(store: Store, tmp_path: Path) -> None:
    """Writing to the author's file later leaves the blob alone."""
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(MOON)
    digest = store.put_file(clip, move=False)
    clip.write_bytes(b"sun")
    assert MOON == store.path(digest).read_bytes()


def test_a_file_that_could_not_be_stored_is_where_it_was(store: Store, root: Path, tmp_path: Path) -> None:
    """A clip that was paid for is not lost because the store takes nothing."""
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(MOON)
    root.mkdir()
    (root / "cas").write_bytes(b"in the way")
    with pytest.raises(StoreError) as caught:
        store.put_file(clip)
    assert "E610" == caught.value.code
    assert MOON == clip.read_bytes()


def test_a_file_from_another_filesystem_is_copied(store: Store, tmp_path: Path) -> None:
    """A rename does not reach that far, and the outcome is the same."""
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is one filesystem here")
    with TemporaryDirectory(dir=shared) as folder:
        clip = Path(folder) / "clip.mp4"
        clip.write_bytes(MOON)
        digest = store.put_file(clip)
        assert not clip.exists()
    store.verify(digest)


def test_a_hard_linked_file_is_copied_so_that_its_twin_cannot_change_the_blob(
    store: Store, tmp_path: Path
) -> None:
    """A second name of the same inode would be a way into the store."""
    clip, twin = tmp_path / "clip.mp4", tmp_path / "twin.mp4"
    clip.write_bytes(MOON)
    os.link(clip, twin)
    digest = store.put_file(clip)
    twin.write_bytes(b"sun")
    store.verify(digest)
    assert MOON == store.path(digest).read_bytes()


def test_a_symbolic_link_is_followed(store: Store, tmp_path: Path) -> None:
    """What is stored is bytes, never a link."""
    (tmp_path / "clip.mp4").write_bytes(MOON)
    (tmp_path / "link.mp4").symlink_to(tmp_path / "clip.mp4")
    digest = store.put_file(tmp_path / "link.mp4")
    assert not store.path(digest).is_symlink()
    assert MOON == store.path(digest).read_bytes()


def test_a_blob_is_there_only_with_its_size(store: Store) -> None:
    """A truncated file does not pass for the blob, and finding that out reads nothing."""
    digest = store.put_bytes(MOON)
    assert store.has(digest)
    assert not store.has(Digest(digest.sha256, digest.size_bytes + 1))
    spoil(store.path(digest), MOON[:-1])
    assert not store.has(digest)


@pytest.mark.parametrize("spoilt", [b"", MOON[:-1], b"sun!" * 1000, MOON + b"\0"])
def test_a_damaged_blob_is_reported_and_kept_aside(store: Store, root: Path, spoilt: bytes) -> None:
    """What fails its check is moved to `damaged/`, never deleted and never handed out."""
    digest = store.put_bytes(MOON)
    spoil(store.path(digest), spoilt)
    with pytest.raises(StoreError) as caught:
        store.verify(digest)
    assert "E614" == caught.value.code
    assert f"the stored file `{digest.short}` is damaged" == caught.value.message
    assert ["expected", "found", "kept as", "safe"] == [name for name, _ in caught.value.facts]
    assert spoilt == (root / "damaged" / digest.sha256).read_bytes()
    assert not store.has(digest)


def test_a_blob_that_is_damaged_twice_is_kept_twice(store: Store, root: Path) -> None:
    """A second damaged file does not replace the first."""
    for spoilt in (b"one", b"two"):
        digest = store.put_bytes(MOON)
        spoil(store.path(digest), spoilt)
        with pytest.raises(StoreError):
            store.verify(digest)
    assert {b"one", b"two"} == {path.read_bytes() for path in (root / "damaged").iterdir()}


def test_a_blob_that_is_gone_is_missing(store: Store) -> None:
    """Verifying what was never put has a code of its own."""
    with pytest.raises(StoreError) as caught:
        store.verify(digest_bytes(MOON))
    assert "E615" == caught.value.code


def test_storing_good_bytes_again_heals_a_damaged_blob(store: Store, tmp_path: Path) -> None:
    """A file that is put always replaces the blob of its name."""
    digest = store.put_bytes(MOON)
    spoil(store.path(digest), b"sun!" * 1000)
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(MOON)
    assert digest == store.put_file(clip)
    store.verify(digest)


def test_a_path_is_verified_once_and_again_when_the_file_changes(store: Store) -> None:
    """The bytes behind `verified_path` were compared with their name since they last changed."""
    digest = store.put_bytes(MOON)
    assert store.path(digest) == store.checked.paths([digest])[0]
    spoil(store.path(digest), b"sun!" * 1000)
    with pytest.raises(StoreError) as caught:
        store.checked.paths([digest])[0]
    assert "E614" == caught.value.code


def test_a_copy_is_complete_writable_and_independent(store: Store, tmp_path: Path) -> None:
    """Editing a published film never reaches the store."""
    digest, target = store.put_bytes(MOON), tmp_path / "build" / "film.mp4"
    store.copy_out(digest, target)
    assert MOON == target.read_bytes()
    assert 1 == target.stat().st_nlink
    target.write_bytes(b"sun")
    store.verify(digest)


def test_a_copy_replaces_what_is_there_and_leaves_nothing_else(store: Store, tmp_path: Path) -> None:
    """A killed run's part is written over, and only the film stays in its folder."""
    target = tmp_path / "build" / "film.mp4"
    target.parent.mkdir()
    target.write_bytes(b"old")
    (target.parent / ".film.mp4.part").write_bytes(b"left by a killed run")
    store.copy_out(store.put_bytes(MOON), target)
    assert [target] == list(target.parent.iterdir())
    assert MOON == target.read_bytes()


def test_a_damaged_blob_is_never_copied_out(store: Store, tmp_path: Path) -> None:
    """The film that stands is left alone."""
    digest, target = store.put_bytes(MOON), tmp_path / "film.mp4"
    target.write_bytes(b"old")
    spoil(store.path(digest), b"sun!" * 1000)
    with pytest.raises(StoreError) as caught:
        store.copy_out(digest, target)
    assert "E614" == caught.value.code
    assert b"old" == target.read_bytes()
    assert not list(tmp_path.glob(".film*"))


def test_a_folder_in_the_way_of_a_copy_is_an_error_with_its_path(store: Store, tmp_path: Path) -> None:
    """What the operating system refuses leaves the store as a `StoreError`."""
    digest, target = store.put_bytes(MOON), tmp_path / "film.mp4"
    target.mkdir()
    with pytest.raises(StoreError) as caught:
        store.copy_out(digest, target)
    assert "E610" == caught.value.code
    assert ("path", str(target)) in caught.value.facts


def test_a_clone_is_whole_or_absent(tmp_path: Path) -> None:
    """Where the filesystem cannot share blocks, trying leaves nothing behind."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(MOON)
    assert clone_file(source, target) == target.exists()
    assert not target.exists() or MOON == target.read_bytes()


def test_nothing_is_created_by_asking(store: Store, root: Path) -> None:
    """A read-only command on a store that does not exist leaves no folder behind."""
    digest = digest_bytes(MOON)
    assert not store.has(digest)
    assert store.lookup("0" * 64) is None
    assert [None] == store.lookup_many(["0" * 64])
    assert store.memos.get("storyboard", "0" * 64) is None
    assert [None] == store.newest.of("project", spec="liftoff.yaml", shots=["pad"])
    assert [] == list(store.audit.traces())
    store.close()
    assert not root.exists()


@settings(max_examples=25, deadline=None)
@given(content=st.binary(max_size=3000))
def test_any_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Putting and reading are inverse, and the name is the digest."""
    with Store.open(tmp_path_factory.getbasetemp() / "bytes") as store:
        digest = store.put_bytes(content)
        store.verify(digest)
        assert content == store.path(digest).read_bytes()


@pytest.mark.parametrize("content", ["", "\0\0", "one"])
def test_a_store_that_lost_its_version_is_not_called_a_newer_one(
    root: Path, reopen: Callable[[], Store], content: str
) -> None:
    """As after a power cut on a disk that lied: an upgrade would not help, and the hint says what does."""
    reopen().put_bytes(MOON)
    (root / "format").chmod(0o644)
    (root / "format").write_text(content)
    with pytest.raises(StoreError) as caught:
        Store.open(root)
    assert ("E612", True) == (caught.value.code, "write `1` into that file" in str(caught.value.hint))


def test_another_version_is_refused(root: Path, reopen: Callable[[], Store]) -> None:
    """A store that a newer program wrote is neither read nor written."""
    reopen().put_bytes(MOON)
    assert "1\n" == (root / "format").read_text()
    (root / "format").chmod(0o644)
    (root / "format").write_text("2\n")
    with pytest.raises(StoreError) as caught:
        Store.open(root)
    assert "E612" == caught.value.code
