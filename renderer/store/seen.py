"""What a file held when it was last read, so that one stat answers for its bytes, as git does.

A file is taken for unchanged while its *signature* — size, time of last change of bytes and of inode, and
inode number — is the remembered one. A signature is remembered only once it has *settled*: a file that
changes again within the same tick of the filesystem's clock keeps its times, so those that are younger
than a margin are not trusted and the file is read again next time (git calls such entries racily clean).
The margin is 50 ms, five ticks of the slowest kernel clock (10 ms), where times have fractions of a
second; it is 2 s, FAT's step, where both times are whole seconds. A time in the future never settles:
that file is read every time, which is slow and right.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from renderer.digest import Digest, digest_file
from renderer.model import Json
from renderer.store.border import translated
from renderer.store.index import Index

SECOND_NS = 1_000_000_000
MARGIN_NS = SECOND_NS // 20
COARSE_MARGIN_NS = 2 * SECOND_NS
SLOTS = 64
NAME_LENGTH = 64
HOLE = "-" * NAME_LENGTH

Signature = tuple[int, int, int, int]
Entry = tuple[Digest, Signature]
NEVER: Signature = (-1, 0, 0, 0)


class Seen:
    """Digests of files anywhere on this machine. `clock_ns` is the wall clock, in nanoseconds since 1970."""

    def __init__(self, index: Index, *, clock_ns: Callable[[], int]) -> None:
        self._index = index
        self._clock_ns = clock_ns

    def digest_of(self, path: Path) -> Digest | None:
        """The digest of a file, read only when its signature is new; None where there is no regular file."""
        name = _absolute(path)
        entry = self._look(name, self._index.get(_name(name)))
        return entry and entry[0]

    def digests_of(self, paths: Sequence[Path | str]) -> list[Digest | None]:
        """`digest_of` for each path, in order, with one row for the whole list."""
        names = [path if type(path) is str and path[:1] == "/" else _absolute(path) for path in paths]
        if not names:
            return []
        joined = hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()
        slot = f"seen/{int(joined[:4], 16) % SLOTS}"
        row = self._index.get(slot)
        if row and row["paths"] != joined:
            row = None
        digests: list[Digest | None] = _unchanged(names, row) if row else [None] * len(names)
        unknown = [number for number, digest in enumerate(digests) if digest is None]
        rows = self._index.get_many([_name(names[number]) for number in unknown])
        changed = {number: self._look(names[number], rows.get(_name(names[number]))) for number in unknown}
        if any(changed.values()):
            entries = _entries(row, digests)
            for number, entry in changed.items():
                entries[number] = entry if entry and self._is_settled(entry[1]) else None
            self._index.put(slot, {"paths": joined, **_packed(entries)})
        for number, entry in changed.items():
            digests[number] = entry and entry[0]
        return digests

    def learn(self, path: Path, *, digest: Digest, status: os.stat_result) -> None:
        """Remember a file that the store itself wrote under a private name and then renamed to `path`.

        Until the rename nobody else could write to it, so only the time of its bytes must have settled.
        """
        size, mtime_ns, _, _ = signature = _signature(status)
        if size == digest.size_bytes and self._is_settled((size, mtime_ns, mtime_ns, 0)):
            self._index.put(_name(_absolute(path)), [digest.sha256, *signature])

    def _look(self, name: str, row: Json | None) -> Entry | None:
        with translated("read the file", name):
            try:
                status = os.stat(name)  # noqa: PTH116
            except (FileNotFoundError, NotADirectoryError):
                return None
            if not stat.S_ISREG(status.st_mode):
                return None
            signature = _signature(status)
            if row and tuple(row[1:]) == signature:
                return Digest(row[0], signature[0]), signature
            return self._read(name, signature)

    def _read(self, name: str, before: Signature) -> Entry | None:
        try:
            digest = digest_file(Path(name))
            after = _signature(os.stat(name))  # noqa: PTH116
        except FileNotFoundError:
            return None
        if before != after or digest.size_bytes != after[0]:
            return digest, NEVER
        if self._is_settled(after):
            self._index.put(_name(name), [digest.sha256, *after])
        return digest, after

    def _is_settled(self, signature: Signature) -> bool:
        size, mtime_ns, ctime_ns, _ = signature
        is_coarse = mtime_ns % SECOND_NS == 0 and ctime_ns % SECOND_NS == 0
        margin_ns = COARSE_MARGIN_NS if is_coarse else MARGIN_NS
        return size >= 0 and max(mtime_ns, ctime_ns) + margin_ns < self._clock_ns()


def _absolute(path: Path | str) -> str:
    # Not `abspath`: it folds `link/..`, which names another file where `link` is a symbolic link.
    return str(path) if os.path.isabs(path) else os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH117, PTH118


def _name(path: str) -> str:
    # A name that is not UTF-8 reaches Python with lone surrogates, which no database takes.
    return f"file/{path.encode('utf-8', 'backslashreplace').decode('utf-8')}"


def _signature(status: os.stat_result) -> Signature:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _unchanged(names: Sequence[str], row: Json) -> list[Digest | None]:
    """The remembered digest of each file whose signature is the remembered one, else None."""
    look, shas = os.stat, row["sha256"]
    digests: list[Digest | None] = [None] * len(names)
    columns = zip(names, row["sizes"], row["mtimes"], row["ctimes"], row["inodes"], strict=True)
    for number, (name, size, mtime_ns, ctime_ns, inode) in enumerate(columns):
        try:
            now = look(name)
        except OSError:
            continue
        if (
            now.st_mtime_ns == mtime_ns
            and now.st_size == size
            and now.st_ctime_ns == ctime_ns
            and now.st_ino == inode
        ):
            at = number * NAME_LENGTH
            digests[number] = Digest(shas[at : at + NAME_LENGTH], size)
    return digests


def _entries(row: Json | None, digests: Sequence[Digest | None]) -> list[Entry | None]:
    """What is remembered of the files that have not changed."""
    if row is None or not any(digests):
        return [None] * len(digests)
    signatures = zip(row["sizes"], row["mtimes"], row["ctimes"], row["inodes"], strict=True)
    return [(digest, sig) if digest else None for digest, sig in zip(digests, signatures, strict=True)]


def _packed(entries: Sequence[Entry | None]) -> dict[str, Json]:
    sizes, mtimes, ctimes, inodes = zip(*(entry[1] if entry else NEVER for entry in entries), strict=True)
    names = "".join(entry[0].sha256 if entry else HOLE for entry in entries)
    return {"sha256": names, "sizes": sizes, "mtimes": mtimes, "ctimes": ctimes, "inodes": inodes}
