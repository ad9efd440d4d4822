"""Copies of blobs outside the store: checked, complete or absent, and never the blob itself.

A copy shares its blocks with the blob where the filesystem can do that (a reflink), so it costs no space;
writing to it changes the copy alone. A hard link would let any editor change the store, so none is made.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from renderer.digest import Digest, signature_of
from renderer.errors import StoreError
from renderer.row import Row
from renderer.store.blobs import Blobs, copy_bytes, missing
from renderer.store.border import MEND_OUTSIDE, translated
from renderer.store.files import FLUSH_BESIDE_BYTES_MIN, WRITABLE, digest_and_flush, flush, put_in_place
from renderer.store.locks import Locks

FICLONE = 0x40049409  # linux/fs.h: _IOW(0x94, 9, int)
SETTLED_NS = 100_000_000
REPLACED_MAX_BYTES = 64 << 20


class Copies:
    """Copies of the blobs of one store."""

    def __init__(self, blobs: Blobs, *, locks: Locks) -> None:
        self._blobs, self._locks = blobs, locks
        self._begun: dict[Path, _Begun] = {}
        self._replaced: list[int] = []

    def begin(self, source: Path, target: Path, *, seal: Callable[[], Digest]) -> Digest:
        """Copy a complete file to beside an absolute `target`, where it will be put as soon as it is a blob: that is a rename then.

        Meanwhile `seal` says what the file holds, which nobody writes to any more, so that neither it nor the copy is read for that again; its digest is returned.
        What cannot be done now is left: `put` does it. A file that is never put there is gone when the store is closed. Raises as `seal` does.
        """
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - 7 ms, where a film was made

        self._let_go(target)
        with ThreadPoolExecutor(1, thread_name_prefix="seal") as pool:
            sealing = pool.submit(seal)
            with contextlib.suppress(StoreError, OSError), contextlib.ExitStack() as stack:
                aside = stack.enter_context(self._aside(target))
                _copy(source, aside)
                flush(aside)
                self._begun[target] = _Begun(
                    sealing.result(), aside, signature_of(aside.stat()), stack.pop_all()
                )
            return sealing.result()

    def put(self, digest: Digest, target: Path) -> os.stat_result:
        """Put the verified bytes of a blob at an absolute `target`, replacing what is there; the copy's stat is returned.

        Written aside in the target's folder, hashed, flushed and renamed. Its time of change is that of the copy, so
        that whoever goes by times sees a film change when it does, by `SETTLED_NS` earlier: what is remembered of a
        file is trusted only when it has settled.
        Raises `StoreError`: E614 or E615 for a blob that is damaged or gone, E611 and E613 for the target.
        """
        begun = self._begun.pop(target, None)
        with contextlib.ExitStack() as stack:
            if begun:
                stack.push(begun.stack)
            if begun and begun.holds(digest) and self._blobs.has(digest):
                with translated(f"write `{target.name}`", target, mend=MEND_OUTSIDE):
                    return self._replace(begun.aside, target)
        with translated(f"write `{target.name}`", target, mend=MEND_OUTSIDE):
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._aside(target) as aside:
                _copy_checked(self._blobs, digest, aside)
                return self._replace(aside, target)

    def release(self) -> None:
        """Let go of the large files that stood where copies were put, beside what follows: that takes half a millisecond a megabyte (ext4), and who writes to the disk waits for it."""
        replaced, self._replaced = self._replaced, []
        for number in replaced:
            threading.Thread(target=os.close, args=(number,), daemon=True).start()

    def close(self) -> None:
        """Remove what was begun and never put into place."""
        self.release()
        for target in list(self._begun):
            self._let_go(target)

    def _let_go(self, target: Path) -> None:
        if begun := self._begun.pop(target, None):
            with contextlib.suppress(OSError):
                begun.stack.close()

    def _replace(self, aside: Path, target: Path) -> os.stat_result:
        """Rename a flushed file over its target; a large one that stood there is kept until `release`."""
        before = _held(target)
        self._replaced += [] if before is None else [before]
        put_in_place(aside, target)
        if sum(os.fstat(number).st_size for number in self._replaced) > REPLACED_MAX_BYTES:
            self.release()
        return target.stat()

    @contextlib.contextmanager
    def _aside(self, target: Path) -> Iterator[Path]:
        """A name beside the target for a file that does not exist, nor after.

        Whoever holds the target's lock owns its one name aside, so that a killed run's is written over.
        """
        give_back = None
        with contextlib.suppress(StoreError):
            give_back = self._locks.try_lock(f"copy/{target}")
        aside = target.with_name(f".{target.name}.{'' if give_back else f'{os.getpid()}.'}part")
        with contextlib.ExitStack() as stack:
            if give_back:
                stack.callback(give_back)
            stack.callback(aside.unlink, missing_ok=True)
            aside.unlink(missing_ok=True)
            yield aside


class _Begun(Row):
    """A copy that waits beside its target: what it holds, as it was when that was read; `stack` removes it."""

    digest: Digest
    aside: Path
    signature: tuple[int, ...]
    stack: contextlib.ExitStack

    def holds(self, digest: Digest) -> bool:
        with contextlib.suppress(OSError):
            return digest == self.digest and signature_of(self.aside.stat()) == self.signature
        return False


def _held(path: Path) -> int | None:
    """A large file kept open, so that it stays when its name goes; nobody can do that on Windows, where it kept its name."""
    with contextlib.suppress(OSError):
        if os.name != "nt" and path.stat().st_size >= FLUSH_BESIDE_BYTES_MIN:
            return os.open(path, os.O_RDONLY)
    return None


def clone_file(source: Path, target: Path) -> bool:
    """Create `target` as a reflink of `source`; False, with nothing created, where that cannot be done."""
    try:
        return _clone(source, target)
    except OSError:
        target.unlink(missing_ok=True)
        return False


def _copy_checked(blobs: Blobs, digest: Digest, aside: Path) -> None:
    source = blobs.path(digest)
    if not source.is_file():
        raise missing(digest)
    _copy(source, aside)
    if digest_and_flush(aside) != digest:
        blobs.verify(digest)
        raise OSError(errno.EIO, f"the copy of `{digest.short}` reads back as other bytes")


def _copy(source: Path, aside: Path) -> None:
    """Copy a file to a new one, which is not flushed."""
    if not clone_file(source, aside):
        copy_bytes(source, aside)
    settled_ns = time.time_ns() - SETTLED_NS
    os.utime(aside, ns=(settled_ns, settled_ns))


if sys.platform == "linux":
    import fcntl

    def _clone(source: Path, target: Path) -> bool:
        with source.open("rb") as reader, target.open("xb") as writer:
            fcntl.ioctl(writer.fileno(), FICLONE, reader.fileno())
        return True

elif sys.platform == "darwin":

    def _clone(source: Path, target: Path) -> bool:
        import ctypes  # noqa: PLC0415

        # clonefile(2): 0 on success; the clone takes the blob's read-only mode along.
        if ctypes.CDLL(None).clonefile(os.fsencode(source), os.fsencode(target), 0):
            return False
        target.chmod(WRITABLE)
        return True

else:

    def _clone(source: Path, target: Path) -> bool:  # noqa: ARG001
        return False
