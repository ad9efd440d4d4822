"""Room to work in: fresh names below `<root>/tmp`, on the store's own filesystem so that a rename suffices.

Each process has one session folder there and holds a lock of its name for as long as it lives. A session
whose lock is free belongs to a dead process and is swept away by the next one that writes; a living
one's lock is not free, so it is never touched.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from renderer.errors import StoreError
from renderer.store.border import translated
from renderer.store.files import ensure_folder
from renderer.store.layout import Layout, found
from renderer.store.locks import Locks

SESSIONS_MAX = 1000


class Scratch:
    """The session of one open store; nothing is created before the first name is asked for. `on_begin` is called after that."""

    def __init__(self, layout: Layout, locks: Locks, *, on_begin: Callable[[], None]) -> None:
        self._layout = layout
        self._locks = locks
        self._on_begin = on_begin
        self._session: Path | None = None
        self._give_back: Callable[[], None] | None = None
        self._numbers = itertools.count()
        self._free: deque[Path] = deque()
        self._guard = threading.Lock()

    def begin(self) -> None:
        """Create the session, and the store with its version where there is none."""
        self._opened()

    def name(self, suffix: str = "") -> Path:
        """A path at which nothing stands yet and which no other process will use."""
        return Path(self.text(suffix))

    def text(self, suffix: str = "") -> str:
        """`name` as text, for what is asked for often: see `Fan`."""
        return f"{self._opened()}{os.sep}{next(self._numbers)}{suffix}"

    @contextlib.contextmanager
    def folder(self) -> Iterator[Path]:
        """A fresh folder that is removed with all that is left in it."""
        folder = self._vacant()
        with translated("write the store", folder):
            folder.mkdir()
        try:
            yield folder
        finally:
            _remove(folder)
            if folder.parent == self._session and not os.path.lexists(folder):
                self._free.append(folder)

    def _vacant(self) -> Path:
        # Names of folders that are gone serve again: see `Fan`.
        try:
            return self._free.pop()
        except IndexError:
            return self.name()

    def close(self) -> None:
        if self._session and self._give_back:
            _remove(self._session)
            self._give_back()
            self._session = None
            self._free.clear()

    def _opened(self) -> Path:
        with self._guard, translated("write the store", self._layout.scratch):
            if not self._session:
                ensure_folder(self._layout.scratch)
                session = self._begin()
                found(self._layout, aside=session / "format")
                self._sweep()
                self._session = session
                self._on_begin()
            return self._session

    def _begin(self) -> Path:
        # The lock is taken before the folder appears, so a folder whose lock is free has no living owner.
        for number in range(SESSIONS_MAX):
            name = f"{os.getpid()}-{number}"
            if give_back := self._locks.try_lock(_lock_name(name)):
                session = self._layout.scratch / name
                with contextlib.suppress(FileExistsError):
                    session.mkdir()
                    self._give_back = give_back
                    return session
                give_back()
        raise StoreError(
            f"`{self._layout.scratch}` holds too many sessions", hint="delete this folder when nothing runs"
        )

    def _sweep(self) -> None:
        for session in self._layout.scratch.iterdir():
            if give_back := self._locks.try_lock(_lock_name(session.name)):
                _remove(session)
                give_back()


def _lock_name(session: str) -> str:
    return f"session/{session}"


def _remove(folder: Path) -> None:
    from shutil import rmtree  # noqa: PLC0415 - not needed by a build with nothing to do

    rmtree(folder, ignore_errors=True)
