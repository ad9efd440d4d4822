"""A folder that is filled: whole files, those of others untouched, and going on after an interruption."""

from pathlib import Path

import pytest

from renderer.digest import digest_bytes
from renderer.errors import RendererError
from renderer.pipeline.desk.folder import Content, fill
from renderer.store.store import Store

OLD, NEW = Content.of(b"old"), Content.of(b"new")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store.open(tmp_path / "store")


def names(folder: Path) -> list[str]:
    """All files in a folder but the list."""
    found = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    return [name for name in found if name != ".handover.json"]


def test_after_a_failure_it_goes_on(store: Store, tmp_path: Path) -> None:
    """What was written before counts as ours; no part of a file is left."""
    out, lost = tmp_path / "out", Content(digest_bytes(b"footage"), source=tmp_path / "footage.mp4")
    fill(store, out, {"a.csv": OLD, "gone.csv": OLD})
    with pytest.raises(RendererError):
        fill(store, out, {"a.csv": NEW, "clips/b.mp4": lost, "c.csv": NEW})
    assert (["a.csv", "gone.csv"], b"new") == (names(out), (out / "a.csv").read_bytes())
    (tmp_path / "footage.mp4").write_bytes(b"footage")
    done = fill(store, out, {"a.csv": OLD, "clips/b.mp4": lost, "c.csv": NEW})
    assert (("a.csv", "clips/b.mp4", "c.csv"), ("gone.csv",), ()) == done
    assert ["a.csv", "c.csv", "clips/b.mp4"] == names(out)


def test_footage_that_changed_is_not_handed_over(store: Store, tmp_path: Path) -> None:
    """The copy is held against the digest that the film was made of."""
    (tmp_path / "footage.mp4").write_bytes(b"other footage")
    wanted = Content(digest_bytes(b"footage"), source=tmp_path / "footage.mp4")
    with pytest.raises(RendererError) as told:
        fill(store, tmp_path / "out", {"clips/b.mp4": wanted})
    assert "M860" == told.value.code
    assert [] == names(tmp_path / "out")


def test_what_was_killed_leaves_nothing_for_good(store: Store, tmp_path: Path) -> None:
    """A part that a killed run left aside goes with the next one."""
    out = tmp_path / "out"
    fill(store, out, {"a.csv": OLD, "b.csv": OLD})
    for name in (".a.csv.part", ".b.csv.part"):
        (out / name).write_bytes(b"ne")
    fill(store, out, {"a.csv": NEW})
    assert ["a.csv"] == names(out)


def test_what_is_no_longer_wanted_and_was_changed_stays(store: Store, tmp_path: Path) -> None:
    """It is told."""
    out = tmp_path / "out"
    fill(store, out, {"a.csv": OLD, "b.csv": OLD})
    (out / "b.csv").write_bytes(b"notes of an editor")
    assert ((), (), ("b.csv",)) == fill(store, out, {"a.csv": OLD})
    assert ["a.csv", "b.csv"] == names(out)


def test_a_damaged_list_takes_nothing_for_ours(store: Store, tmp_path: Path) -> None:
    """Files that hold what they are to hold are taken up again; others are another's."""
    out = tmp_path / "out"
    fill(store, out, {"a.csv": OLD})
    (out / ".handover.json").write_bytes(b"{")
    assert ((), (), ()) == fill(store, out, {"a.csv": OLD})
    (out / ".handover.json").write_bytes(b"[]")
    with pytest.raises(RendererError) as told:
        fill(store, out, {"a.csv": NEW})
    assert "U107" == told.value.code
