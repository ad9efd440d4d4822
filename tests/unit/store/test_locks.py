import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.errors import StoreError
from renderer.store import Store
from renderer.store.locks import Locks


def descriptors() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


def test_a_lock_excludes_everyone_until_it_is_given_back(store: Store, reopen: Callable[[], Store]) -> None:
    """Two stores of one process exclude each other, as two processes do."""
    give_back = store.try_lock("a")
    assert give_back is not None
    assert store.try_lock("a") is None
    assert reopen().try_lock("a") is None
    give_back()
    assert reopen().try_lock("a") is not None


def test_locks_of_other_names_are_free(store: Store) -> None:
    """Any number of actions run side by side."""
    assert all(store.try_lock(str(number)) for number in range(1000))


def test_a_thousand_locks_cost_one_file_descriptor(store: Store) -> None:
    """Locks are bytes of one file, which stays empty."""
    store.put_bytes(b"")
    before = descriptors()
    taken = [store.try_lock(str(number)) for number in range(1000)]
    assert before == descriptors()
    assert 0 == (store.root / "locks").stat().st_size
    assert all(taken)


def test_closing_one_store_keeps_the_locks_of_another(store: Store, reopen: Callable[[], Store]) -> None:
    """POSIX drops all locks of a process when it closes any descriptor of the file; so none is closed."""
    assert store.try_lock("a")
    other = reopen()
    assert other.try_lock("b")
    other.close()
    with Store(store.root) as third:
        assert third.try_lock("a") is None


def test_the_last_store_lets_go_of_everything(store: Store) -> None:
    """A closed store leaves neither a lock nor a descriptor behind."""
    before = descriptors()
    assert store.try_lock("a")
    store.close()
    assert before == descriptors()
    assert store.try_lock("a")


def test_one_task_waits_for_another_and_is_told_once(store: Store) -> None:
    """`on_wait` is heard once, and the second runs when the first has ended."""
    heard: list[str] = []

    async def hold(name: str, *, until: asyncio.Event, waits: asyncio.Event) -> None:
        async with store.lock("a", on_wait=waits.set):
            heard.append(f"{name} holds")
            await until.wait()
            heard.append(f"{name} ends")

    async def both() -> None:
        two_waits, never = asyncio.Event(), asyncio.Event()
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            group.create_task(hold("one", until=two_waits, waits=never))
            group.create_task(hold("two", until=two_waits, waits=two_waits))
        assert not never.is_set()

    asyncio.run(both())
    assert ["one holds", "one ends", "two holds", "two ends"] == heard


def test_a_cancelled_holder_gives_back(store: Store) -> None:
    """A task that is stopped holds nothing any more."""

    async def stop() -> None:
        async def hold() -> None:
            async with store.lock("a"):
                await asyncio.Event().wait()

        task = asyncio.create_task(hold())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(stop())
    assert store.try_lock("a")


def test_waiting_has_an_end(store: Store) -> None:
    """Whoever waits for too long is told what to look for."""

    async def wait() -> None:
        async with store.lock("a", timeout_s=0):
            pass

    assert store.try_lock("a")
    with pytest.raises(StoreError) as caught:
        asyncio.run(wait())
    assert "E616" == caught.value.code


def test_a_brief_lock_sleeps_longer_and_longer_up_to_its_limit(tmp_path: Path) -> None:
    """The pauses double to a quarter of a second and end at the limit."""
    slept: list[float] = []
    locks = Locks(tmp_path / "locks")
    assert locks.try_lock("a")
    with pytest.raises(StoreError), locks.hold("a", timeout_s=1, sleep=slept.append):
        pass
    assert [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.25, 0.25, 0.25] == slept
    locks.close()
