"""Blobs: bytes that nothing changes, each a read-only file named by its sha256.

A blob appears whole or not at all. Its bytes are compared with its name on reading; one that differs is
moved to `damaged/` and reported, never deleted and never handed out.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from renderer.digest import CHUNK_BYTES, Digest, digest_bytes, digest_file
from renderer.errors import StoreError
from renderer.store.border import store_error, translated
from renderer.store.files import (
    READ_ONLY,
    digest_and_flush,
    put_in_place,
    set_aside,
    sync_folder,
    write_aside,
)
from renderer.store.layout import Fan, Layout
from renderer.store.scratch import Scratch

DAMAGED = frozenset({"E614", "E615"})
"""The codes of errors for a blob whose bytes are others, or that is not there."""


class CrossDeviceError(Exception):
    """A file is on another filesystem than the store, so a rename does not move it."""


class Blobs:
    """The blobs of one store."""

    def __init__(self, layout: Layout, scratch: Scratch) -> None:
        self._layout = layout
        self._scratch = scratch
        self._fan = Fan(layout.blobs)
        self.prefix = f"{layout.blobs}{os.sep}"

    def path(self, digest: Digest) -> Path:
        """Where the blob stands, or would stand."""
        return self._fan.path(digest.sha256)

    def has(self, digest: Digest) -> bool:
        """Whether a blob of this name and size is there; one stat, nothing is read."""
        name = digest.sha256
        try:
            return os.stat(f"{self.prefix}{name[:2]}/{name}").st_size == digest.size_bytes  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise store_error(error, act="read the store", path=self.path(digest)) from error

    def find(self, sha256: str) -> Digest | None:
        """The digest of a blob by its sha256 alone, None where it is not there. Raises `StoreError` where that cannot be told."""
        path = self._fan.path(sha256)
        with translated("read the store", path):
            try:
                return Digest(sha256, path.stat().st_size)
            except (FileNotFoundError, NotADirectoryError):
                return None

    def put_bytes(self, content: bytes) -> Digest:
        digest = digest_bytes(content)
        aside = self._scratch.name()
        with translated("write the store", self.path(digest)):
            write_aside(aside, content)
            put_in_place(aside, self.path(digest))
        return digest

    def seal(self, path: Path) -> Digest:
        """The digest of a complete file that nobody writes to any more, which is on the disk after: what `put_file` waits for."""
        with translated("write the store", path):
            return digest_and_flush(path)

    def put_file(self, path: Path, *, move: bool = True, sealed: Digest | None = None) -> Digest:
        """Store a file's bytes under their digest; with `move` the file itself is taken and is gone after.

        The file must be complete, and nobody may write to it any more; `sealed` is its digest where it was. It always replaces a blob of the
        same name, so that storing good bytes again heals a damaged one. After a failure it is where it was.
        """
        self._scratch.begin()
        with translated("write the store", path):
            if move and _is_movable(path):
                with contextlib.suppress(CrossDeviceError):
                    return self._take(path, sealed=sealed)
            aside = self._scratch.name()
            copy_bytes(path, aside)
            digest = self._take(aside)
            if move:
                path.unlink()
        return digest

    def _take(self, path: Path, *, sealed: Digest | None = None) -> Digest:
        digest = sealed or digest_and_flush(path)
        path.chmod(READ_ONLY)
        try:
            put_in_place(path, self._fan.text(digest.sha256))
        except OSError as error:
            if error.errno == errno.EXDEV:
                raise CrossDeviceError from error
            raise
        return digest

    def verify(self, digest: Digest) -> None:
        """Read the whole blob. Raises `StoreError`: E615 when it is not there, E614 when its bytes are others."""
        path = self.path(digest)
        with translated("read the store", path):
            try:
                actual = digest_file(path)
            except (FileNotFoundError, NotADirectoryError):
                raise missing(digest) from None
        if actual != digest:
            raise self.damaged(digest, actual)

    def damaged(self, digest: Digest, actual: Digest) -> StoreError:
        """Move a blob whose bytes are not its name's to `damaged/` and return the error that says so."""
        path = self.path(digest)
        kept = set_aside(path, self._layout.damaged)
        with contextlib.suppress(OSError):
            sync_folder(path.parent)
        return StoreError(
            f"the stored file `{digest.short}` is damaged",
            code="E614",
            facts=[
                ("expected", f"{digest.sha256}, {digest.size_bytes} bytes"),
                ("found", f"{actual.sha256}, {actual.size_bytes} bytes"),
                ("kept as", kept or path),
                ("safe", "every other file of the store; nothing was deleted"),
            ],
            hint="run `renderer cache verify` to see whether others are damaged too",
        )

    def remaining(self) -> Iterator[Path]:
        """The files of all blobs, ordered by name."""
        with translated("read the store", self._layout.blobs):
            yield from sorted(self._layout.blobs.glob("[0-9a-f][0-9a-f]/*"))


def missing(digest: Digest) -> StoreError:
    return StoreError(
        f"the stored file `{digest.short}` is not there",
        code="E615",
        facts=[("sha256", digest.sha256), ("bytes", digest.size_bytes)],
        hint="run the same command again: what is missing is planned anew",
    )


def copy_bytes(source: Path, aside: Path) -> None:
    """Copy a file's bytes to a new file, not yet flushed; only a regular file has bytes to store."""
    with source.open("rb") as reader, aside.open("xb") as writer:
        if not stat.S_ISREG(os.fstat(reader.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(source))
        while chunk := reader.read(CHUNK_BYTES):
            writer.write(chunk)


def _is_movable(path: Path) -> bool:
    # A symbolic link would be stored as one; a second hard link could change the bytes under their name.
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_nlink == 1
