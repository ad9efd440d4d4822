"""Copies of blobs outside the store: checked, complete or absent, and never the blob itself.

A copy shares its blocks with the blob where the filesystem can do that (a reflink), so it costs no space;
writing to it changes the copy alone. A hard link would let any editor change the store, so none is made.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from pathlib import Path

from renderer.digest import Digest
from renderer.errors import StoreError
from renderer.store.blobs import Blobs, copy_bytes, missing
from renderer.store.border import MEND_OUTSIDE, translated
from renderer.store.files import WRITABLE, digest_and_flush, put_in_place
from renderer.store.locks import Locks

FICLONE = 0x40049409  # linux/fs.h: _IOW(0x94, 9, int)
SETTLED_NS = 100_000_000


def copy_out(blobs: Blobs, digest: Digest, target: Path, *, locks: Locks) -> os.stat_result:
    """Put the verified bytes of a blob at `target`, replacing what is there; the copy's stat is returned.

    Written aside in the target's folder, hashed, flushed and renamed. Its time of change is that of the copy, so
    that whoever goes by times sees a film change when it does, by `SETTLED_NS` earlier: what is remembered of a
    file is trusted only when it has settled.
    Raises `StoreError`: E614 or E615 for a blob that is damaged or gone, E611 and E613 for the target.
    """
    with contextlib.ExitStack() as stack:
        # Whoever holds the target's lock owns its one name aside, so that a killed run's is written over.
        give_back = None
        with contextlib.suppress(StoreError):
            give_back = locks.try_lock(f"copy/{target.absolute()}")
        if give_back:
            stack.callback(give_back)
        aside = target.with_name(f".{target.name}.{'' if give_back else f'{os.getpid()}.'}part")
        with translated(f"write `{target.name}`", target, mend=MEND_OUTSIDE):
            target.parent.mkdir(parents=True, exist_ok=True)
            stack.callback(aside.unlink, missing_ok=True)
            aside.unlink(missing_ok=True)
            _copy_checked(blobs, digest, aside)
            put_in_place(aside, target)
            return target.stat()


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
    if not clone_file(source, aside):
        copy_bytes(source, aside)
    settled_ns = time.time_ns() - SETTLED_NS
    os.utime(aside, ns=(settled_ns, settled_ns))
    actual = digest_and_flush(aside)
    if actual != digest:
        blobs.verify(digest)
        raise OSError(errno.EIO, f"the copy of `{digest.short}` reads back as other bytes")


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
