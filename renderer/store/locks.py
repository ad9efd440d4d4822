"""Locks between processes and within one, any number of them for one file descriptor.

Each name locks one byte of one file with a POSIX record lock (`fcntl(2)`, F_SETLK), at an offset drawn
from the name's sha256; the file stays empty. The kernel drops a process's locks when it dies, however it
dies, so no lock is ever stale. Two rules follow from POSIX: a process does not exclude itself, so the
names held here are remembered too; and closing *any* descriptor of the file drops *all* locks of the
process, so a lock file is opened once per process and shared by every store on the same root. A forked
child holds no locks and must open a store of its own.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from renderer.errors import StoreError
from renderer.store.border import translated
from renderer.store.files import ensure_folder

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

WAIT_FIRST_S = 0.005
WAIT_LONGEST_S = 0.25
LOCK_TIMEOUT_S = 24 * 3600.0
BRIEF_TIMEOUT_S = 60.0


class _LockFile:
    """One open lock file of this process and the offsets held in it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.users = 0
        self._held: set[int] = set()
        self._guard = threading.Lock()

    def take(self, offset: int) -> bool:
        with self._guard:
            if offset in self._held or not _lock_byte(self.number, offset):
                return False
            self._held.add(offset)
            return True

    def give_back(self, offset: int) -> None:
        with self._guard:
            self._held.discard(offset)
            _unlock_byte(self.number, offset)


_open_files: dict[tuple[int, int], _LockFile] = {}
_open_guard = threading.Lock()


class Locks:
    """Named locks in the file at `path`, which must be on a filesystem with record locks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: _LockFile | None = None

    def try_lock(self, name: str) -> Callable[[], None] | None:
        """Take the lock if it is free and return what gives it back; None when anyone holds it, we included."""
        file, offset = self._opened(), _offset(name)
        with translated("lock the store", self._path):
            if not file.take(offset):
                return None
        return lambda: file.give_back(offset)

    @contextlib.contextmanager
    def hold(
        self,
        name: str,
        *,
        timeout_s: float = BRIEF_TIMEOUT_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Iterator[None]:
        """Hold a lock for the length of a few system calls, waiting for it; `StoreError` E616 after `timeout_s`."""
        with contextlib.ExitStack() as stack:
            for pause_s in _pauses(name, timeout_s=timeout_s):
                if give_back := self.try_lock(name):
                    stack.callback(give_back)
                    break
                sleep(pause_s)
            yield

    @contextlib.asynccontextmanager
    async def wait(
        self,
        name: str,
        *,
        on_wait: Callable[[], None] | None = None,
        timeout_s: float = LOCK_TIMEOUT_S,
    ) -> AsyncIterator[None]:
        """Hold a lock for as long as an action runs; others wait without blocking their loop.

        `on_wait` is called once, if and when there is someone to wait for. Raises `StoreError` E616 after
        `timeout_s`.
        """
        import asyncio  # noqa: PLC0415 - 40 ms that a build with nothing to do need not spend

        with contextlib.ExitStack() as stack:
            for pause_s in _pauses(name, timeout_s=timeout_s):
                if give_back := self.try_lock(name):
                    stack.callback(give_back)
                    break
                if on_wait:
                    on_wait()
                    on_wait = None
                await asyncio.sleep(pause_s)
            yield

    def close(self) -> None:
        """Let go of the lock file; the last user in the process closes it, and with it every lock."""
        if self._file:
            with _open_guard:
                self._file.users -= 1
                if not self._file.users:
                    _open_files.pop(_identity(os.fstat(self._file.number)), None)
                    os.close(self._file.number)
            self._file = None

    def _opened(self) -> _LockFile:
        with _open_guard, translated("lock the store", self._path):
            if not self._file:
                ensure_folder(self._path.parent)
                self._file = _find_or_open(self._path)
                self._file.users += 1
            return self._file


def _find_or_open(path: Path) -> _LockFile:
    # Looked up by inode before opening: closing a second descriptor would drop the locks of the first.
    with contextlib.suppress(FileNotFoundError):
        if known := _open_files.get(_identity(path.stat())):
            return known
    number = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    return _open_files.setdefault(_identity(os.fstat(number)), _LockFile(number))


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _offset(name: str) -> int:
    # 62 bits keep the offset positive in a signed 64-bit file size; two names meeting would only wait.
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()[:8]) >> 2


def _pauses(name: str, *, timeout_s: float) -> Iterator[float]:
    pause_s, waited_s = WAIT_FIRST_S, 0.0
    while waited_s <= timeout_s:
        yield pause_s
        waited_s += pause_s
        pause_s = min(2 * pause_s, WAIT_LONGEST_S)
    raise StoreError(
        f"another run held `{name[:24]}` for longer than {timeout_s:g} s",
        code="E616",
        hint="wait for the other run to end, or end it, and run the same command again",
    )


if sys.platform == "win32":

    def _lock_byte(number: int, offset: int) -> bool:
        os.lseek(number, offset & 0x3FFFFFFF, os.SEEK_SET)
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock_byte(number: int, offset: int) -> None:
        os.lseek(number, offset & 0x3FFFFFFF, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_UNLCK, 1)

else:

    def _lock_byte(number: int, offset: int) -> bool:
        try:
            fcntl.lockf(number, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset, os.SEEK_SET)
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EAGAIN}:
                return False
            raise
        return True

    def _unlock_byte(number: int, offset: int) -> None:
        fcntl.lockf(number, fcntl.LOCK_UN, 1, offset, os.SEEK_SET)
