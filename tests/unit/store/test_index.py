import pickle
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from renderer.model import Trace
from renderer.store import Store

Make = Callable[..., Trace]
Open = Callable[[], Store]


class Bomb:
    """An object that would announce its unpickling."""

    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("a row was unpickled",))


def filled(store: Store, make: Make) -> list[str]:
    keys = [make(store, f"shot {number}", shot=f"shot{number}").key for number in range(5)]
    store.lookup_many(keys)
    store.newest.of("project", spec="liftoff.yaml", shots=["shot0"])
    store.memos.put("storyboard", "a", {"shots": keys})
    store.close()
    return keys


def no_damage(_database: Path) -> None:
    pass


def zero(database: Path) -> None:
    database.write_bytes(b"")


def zero_pages(database: Path) -> None:
    database.write_bytes(bytes(database.stat().st_size))


def noise(database: Path) -> None:
    database.write_bytes(b"not a database. " * 4096)


def halve(database: Path) -> None:
    database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])


def flip(database: Path) -> None:
    content = bytearray(database.read_bytes())
    for at in range(4096, len(content), 97):
        content[at] ^= 0x55
    database.write_bytes(bytes(content))


def delete(database: Path) -> None:
    database.unlink()


def make_a_folder_of_it(database: Path) -> None:
    database.unlink()
    database.mkdir()


def pickle_every_row(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE Cache SET mode = 4, value = ?", (pickle.dumps(Bomb()),))


def pickle_every_name(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE Cache SET raw = 0, key = rowid || ?", (pickle.dumps(Bomb()),))


def name_a_file_in_every_row(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE Cache SET mode = 3, filename = '../format', value = NULL")


def spoil_every_row(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE Cache SET value = replace(value, '120', '121')")


def drop_the_table(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DROP TABLE Cache")
        connection.execute("CREATE TABLE Cache (rowid INTEGER PRIMARY KEY, key TEXT)")


@pytest.mark.parametrize(
    "damage",
    [
        no_damage,
        zero,
        zero_pages,
        noise,
        halve,
        flip,
        delete,
        make_a_folder_of_it,
        pickle_every_row,
        pickle_every_name,
        name_a_file_in_every_row,
        spoil_every_row,
        drop_the_table,
    ],
)
def test_a_damaged_index_changes_nothing_but_speed(
    store: Store, root: Path, reopen: Open, make: Make, damage: Callable[[Path], None]
) -> None:
    """Whatever happens to the index, every answer is that of the files, and nothing is run or raised."""
    keys = filled(store, make)
    expected = [trace.results[0] for key in keys if (trace := store.trace(key))]
    damage(root / "index" / "cache.db")
    for _ in range(2):
        with reopen() as again:
            assert expected == again.lookup_many(keys)
            assert expected == [again.lookup(key) for key in keys]
            newest = again.newest.of("project", spec="liftoff.yaml", shots=[f"shot{n}" for n in range(5)])
            assert keys == [trace and trace.key for trace in newest]
            assert again.memos.get("storyboard", "a") in (None, {"shots": keys})
            assert make(again, "one more", shot="more").results
    assert "1\n" == (root / "format").read_text()


@contextmanager
def locked(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


def test_a_locked_index_is_not_waited_for(store: Store, root: Path, reopen: Open, make: Make) -> None:
    """A process that holds the database does not hold the build: it is asked once, briefly, and left alone."""
    keys = filled(store, make)
    with locked(root / "index" / "cache.db"), reopen() as again:
        assert all(again.lookup_many(keys))
        assert all(again.lookup(key) for key in keys)
        assert make(again, "one more").results


def test_a_database_that_is_no_database_is_moved_aside_and_begun_anew(
    store: Store, root: Path, reopen: Open, make: Make
) -> None:
    """After damage was found once, the next run is fast again."""
    keys = filled(store, make)
    noise(root / "index" / "cache.db")
    with reopen() as again:
        again.lookup_many(keys)
    assert ["index"] == [path.name for path in (root / "damaged").iterdir()]
    with reopen() as again:
        assert again.audit.count().index_rows >= len(keys)


def test_no_row_is_ever_evicted(store: Store, root: Path, make: Make) -> None:
    """diskcache's own defaults, which keep 1 GiB and drop the rest, are never in force."""
    filled(store, make)
    with closing(sqlite3.connect(root / "index" / "cache.db")) as connection:
        settings = dict(connection.execute("SELECT key, value FROM Settings"))
    assert ("none", 0, 1 << 60) == (
        settings["eviction_policy"],
        settings["cull_limit"],
        settings["size_limit"],
    )


def test_foreign_settings_are_overruled_on_every_open(
    store: Store, root: Path, reopen: Open, make: Make
) -> None:
    """Settings that someone left in the database do not begin to evict."""
    filled(store, make)
    with closing(sqlite3.connect(root / "index" / "cache.db")) as connection, connection:
        connection.execute("UPDATE Settings SET value = 1 WHERE key = 'size_limit'")
        connection.execute("UPDATE Settings SET value = 10 WHERE key = 'cull_limit'")
        connection.execute("UPDATE Settings SET value = 'least-recently-used' WHERE key = 'eviction_policy'")
    with reopen() as again:
        for number in range(30):
            again.memos.put(f"name{number}", "a", "x" * 1000)
    with reopen() as again:
        assert ["x" * 1000] * 30 == [again.memos.get(f"name{number}", "a") for number in range(30)]


def test_a_memo_of_megabytes_comes_back(store: Store, reopen: Open, make: Make) -> None:
    """A compiled storyboard of 10,000 shots is one row, not a file beside the database."""
    make(store, "a rocket")
    value = {"shots": [{"id": f"shot{number}", "text": "é" * 200} for number in range(5000)]}
    store.memos.put("storyboard", "a", value)
    assert value == store.memos.get("storyboard", "a")
    store.close()
    assert value == reopen().memos.get("storyboard", "a")


def test_large_memos_share_a_few_places_and_are_told_apart(store: Store) -> None:
    """Another key in the same place is not an answer, and the index does not grow with every edit."""
    for number in range(400):
        store.memos.put("storyboard", str(number), [number] * 3000)
    found = [store.memos.get("storyboard", str(number)) for number in range(400)]
    kept = [number for number, value in enumerate(found) if value is not None]
    assert 0 < len(kept) <= 128
    assert [[number] * 3000 for number in kept] == [found[number] for number in kept]


def test_small_memos_are_all_kept(store: Store) -> None:
    """The facts of a thousand clips are a thousand rows."""
    for number in range(1000):
        store.memos.put("facts", str(number), {"frames": number})
    assert [{"frames": number} for number in range(1000)] == [
        store.memos.get("facts", str(number)) for number in range(1000)
    ]


def test_a_memo_that_is_put_later_is_worked_out_when_it_is_wanted(
    store: Store, reopen: Open, make: Make
) -> None:
    """Not before; when it is looked for, or with all others at the end; and what is put after it counts."""
    make(store, "a rocket")
    asked: list[str] = []

    def value(name: str) -> Callable[[], str]:
        def tell() -> str:
            asked.append(name)
            return name

        return tell

    for name in ("sought", "kept", "overtaken"):
        store.memos.put_later("film", name, value(name))
    store.memos.put("film", "overtaken", "newer")
    assert [] == asked
    assert "sought" == store.memos.get("film", "sought")
    store.close()
    assert {"sought", "kept"} == set(asked)
    found = [reopen().memos.get("film", name) for name in ("sought", "kept", "overtaken")]
    assert ["sought", "kept", "newer"] == found


def test_the_index_does_not_grow_with_every_edit(store: Store, root: Path, make: Make) -> None:
    """Answers for whole lists stand in a fixed number of places."""
    keys = [make(store, f"shot {number}").key for number in range(20)]
    for number in range(300):
        store.lookup_many(keys[number % 20 :] + keys[: number // 20])
    assert store.audit.count().index_rows <= 64 + len(keys)


def test_one_missing_key_leaves_the_others_in_one_row(store: Store, reopen: Open, make: Make) -> None:
    """A shot that is not bought yet is looked for every time, and found as soon as it is there."""
    known, unknown = make(store, "known").key, "f" * 64
    assert [True, False] == [result is not None for result in store.lookup_many([known, unknown])]
    store.close()
    with reopen() as again:
        assert [True, False] == [result is not None for result in again.lookup_many([known, unknown])]


def test_a_blob_that_goes_is_noticed_at_once(store: Store, make: Make) -> None:
    """A row holds what a key's result is, never that it is there."""
    traces = [make(store, f"shot {number}") for number in range(3)]
    keys = [trace.key for trace in traces]
    assert all(store.lookup_many(keys))
    store.path(traces[1].results[0].digest).unlink()
    assert [True, False, True] == [result is not None for result in store.lookup_many(keys)]


def test_a_long_list_after_an_edit_is_answered_like_its_keys(store: Store, reopen: Open, make: Make) -> None:
    """Moved, left out, added or gone since the list was last asked for: each key's answer is its own."""
    keys = [make(store, f"shot {number}").key for number in range(70)]
    store.lookup_many(keys)
    gone = store.lookup(keys[7])
    assert gone
    store.path(gone.digest).unlink()
    store.close()
    with reopen() as again:
        edited = [make(again, "another").key, "f" * 64, *reversed(keys[3:])]
        assert [again.lookup(key) for key in edited] == again.lookup_many(edited)
        assert [again.lookup(key) for key in keys] == again.lookup_many(keys)
