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

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress, count
from operator import ne
from pathlib import Path
from typing import cast

from renderer.columns import has_column, pack_column, pack_rows, rows_of, unpack_column
from renderer.digest import Digest, digest_file, signature_of
from renderer.model import Json
from renderer.store.border import MEND_OUTSIDE, translated
from renderer.store.index import Index

SECOND_NS = 1_000_000_000
MARGIN_NS = SECOND_NS // 20
COARSE_MARGIN_NS = 2 * SECOND_NS
SLOTS = 64

Signature = tuple[int, int, int, int]
Entry = tuple[Digest, Signature]
NEVER: Signature = (-1, 0, 0, 0)
HOLE: Entry = Digest("", -1), NEVER


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

    def recall(self, paths: Sequence[Path | str]) -> Mapping[str, Json]:
        """What is remembered of each path, for a thread that may not ask the index itself: see `digests_of`."""
        return self._index.get_many([_name(_absolute(path)) for path in paths])

    def digests_of(
        self, paths: Sequence[Path | str], *, recalled: Mapping[str, Json] | None = None
    ) -> list[Digest | None]:
        """`digest_of` for each path, in order, with one row for the whole list; what was `recalled` is not asked again."""
        names = _absolutes(paths)
        if not names:
            return []
        joined = _joined(names)
        slot = _slot(joined)
        row = self._row(joined)
        alike = _alike(names, row["signatures"]) if row else 0
        if row and alike == len(names):
            return [*_digests_in(row)]
        remembered = _unpacked(row) if row else [HOLE] * len(names)
        now = [*(then for _, then in remembered[:alike]), *(_signatures(names[alike:]) if row else ())]
        digests: list[Digest | None] = _unchanged(now, remembered) if row else [None] * len(names)
        unknown = [number for number, digest in enumerate(digests) if digest is None]
        rows = (
            self._index.get_many([_name(names[number]) for number in unknown])
            if recalled is None
            else recalled
        )
        changed = {number: self._look(names[number], rows.get(_name(names[number]))) for number in unknown}
        if any(changed.values()):
            entries = list(remembered)
            for number, entry in changed.items():
                entries[number] = entry if entry and self._is_settled(entry[1]) else HOLE
            self._index.put(slot, {"paths": joined, **_packed(entries)})
        for number, entry in changed.items():
            digests[number] = entry and entry[0]
        return digests

    def are_known(self, paths: Sequence[str], digests: Sequence[Digest]) -> bool:
        """Whether the row for the whole list says that these files hold these bytes, by one stat each; where not, `digests_of` tells."""
        names = _absolutes(paths)
        row = self._row(_joined(names))
        if not row or not has_column(row["sha256"], [digest.sha256 for digest in digests]):
            return False
        signatures = row["signatures"]
        if not has_column(signatures[0], [digest.size_bytes for digest in digests]):
            return False
        return _alike(names, signatures) == len(names)

    def _row(self, joined: str) -> Mapping[str, Json] | None:
        row = self._index.get(_slot(joined))
        return row if row and row["paths"] == joined else None

    def learn(self, path: Path, *, digest: Digest, status: os.stat_result) -> None:
        """Remember a file that the store itself wrote under a private name and then renamed to `path`.

        Until the rename nobody else could write to it, so only the time of its bytes must have settled.
        """
        size, mtime_ns, _, _ = signature = signature_of(status)
        if size == digest.size_bytes and self._is_settled((size, mtime_ns, mtime_ns, 0)):
            self._index.put(_name(_absolute(path)), [digest.sha256, *signature])

    def _look(self, name: str, row: Json | None) -> Entry | None:
        with translated("read the file", name, mend=MEND_OUTSIDE):
            try:
                status = os.stat(name)  # noqa: PTH116
            except (FileNotFoundError, NotADirectoryError):
                return None
            if not stat.S_ISREG(status.st_mode):
                return None
            signature = signature_of(status)
            if row and tuple(row[1:]) == signature:
                return Digest(row[0], signature[0]), signature
            return self._read(name, signature)

    def _read(self, name: str, before: Signature) -> Entry | None:
        try:
            digest = digest_file(Path(name))
            after = signature_of(os.stat(name))  # noqa: PTH116
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


def _absolutes(paths: Sequence[Path | str]) -> list[str]:
    return [path if type(path) is str and path[:1] == "/" else _absolute(path) for path in paths]


def _joined(names: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()


def _slot(joined: str) -> str:
    return f"files/{int(joined[:4], 16) % SLOTS}"


def _name(path: str) -> str:
    # A name that is not UTF-8 reaches Python with lone surrogates, which no database takes.
    return f"file/{path.encode('utf-8', 'backslashreplace').decode('utf-8')}"


def _alike(names: Sequence[str], signatures: Sequence[Json]) -> int:
    """How many files, from the first on, have the remembered signature: all, mostly. One stat each, and nothing kept of it, which is quick."""
    then = zip(*map(unpack_column, signatures), strict=True)
    changed = compress(count(), map(ne, map(signature_of, map(os.stat, names)), then))
    with contextlib.suppress(OSError):
        return next(changed, len(names))
    return 0


def _unchanged(now: Sequence[Signature | None], remembered: Sequence[Entry]) -> list[Digest | None]:
    """The remembered digest of each file whose signature is the remembered one, else None."""
    return [
        digest if signature == then else None
        for signature, (digest, then) in zip(now, remembered, strict=True)
    ]


def _signatures(names: Sequence[str]) -> list[Signature | None]:
    """The signature of each file, None where there is none; mostly all are there."""
    with contextlib.suppress(OSError):
        return [*map(signature_of, map(os.stat, names))]
    signatures: list[Signature | None] = [None] * len(names)
    for number, name in enumerate(names):
        with contextlib.suppress(OSError):
            signatures[number] = signature_of(os.stat(name))  # noqa: PTH116
    return signatures


def _packed(entries: Sequence[Entry]) -> dict[str, Json]:
    return {
        "sha256": pack_column([digest.sha256 for digest, _ in entries]),
        "signatures": pack_rows([signature for _, signature in entries]),
    }


def _unpacked(row: Mapping[str, Json]) -> list[Entry]:
    signatures = zip(*map(unpack_column, row["signatures"]), strict=True)
    return [*zip(_digests_in(row), cast("Iterable[Signature]", signatures), strict=True)]


def _digests_in(row: Mapping[str, Json]) -> Iterable[Digest]:
    return rows_of(Digest, unpack_column(row["sha256"]), unpack_column(row["signatures"][0]))
