"""What is lost of what was bought: clips that the locks of the projects on record name, and that the store does not have."""

from __future__ import annotations

from pathlib import Path

from renderer.decisions.lock import LockedTake
from renderer.decisions.read import parse_lock
from renderer.digest import Digest
from renderer.errors import SpecError
from renderer.row import Row
from renderer.store.store import Store


class Lost(Row):
    """One take whose clip is not there: the lock that names it, the take's name, and the clip."""

    lock: Path
    take: str
    clip: Digest


def list_lost(store: Store) -> list[Lost]:
    """Every lost take, by lock, shot and number. Raises `GateError` E632 where a project's record cannot be read, `StoreError` as `Store.has`."""
    locks = dict.fromkeys((one.root / one.spec).with_suffix(".lock") for one in store.care.enrolled.all())
    return [
        Lost(path, take.name, take.clip)
        for path in locks
        for take in _takes_in(path)
        if not store.has(take.clip)
    ]


def _takes_in(path: Path) -> tuple[LockedTake, ...]:
    """What a lock names; nothing where it cannot be read or understood, which a build of its storyboard says."""
    try:
        return parse_lock(path.read_bytes().decode("utf-8", "replace"), file=path.name).takes
    except (OSError, SpecError):
        return ()
