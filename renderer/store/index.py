"""The index in front of the files, for speed alone: JSON rows in a diskcache below `<root>/index`.

It may be missing, empty, damaged, locked, read-only or full: then every question has the answer "not
known" and the files are asked. So no method here raises, and a row holds only what the files say too.
Rows are written together, through diskcache, when the store is closed; they are read with sqlite alone, so that a
build with nothing to write never pays for diskcache. Only the thread that made the index touches the database;
to any other thread nothing is known, and what it puts waits.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import zlib
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from renderer.model import Json
from renderer.store.files import set_aside

if TYPE_CHECKING:
    from renderer.store.rowreader import RowReader
    from renderer.store.textcache import TextCache

Answer = TypeVar("Answer")
PENDING_MAX = 2000
GATHERED_MAX = 100
SMALL_BYTES = 4096
MEMO_SLOTS = 128
SEAL = 8
"""So many digits of a checksum stand before each row."""
_decoder = json.JSONDecoder()
DATABASE = "cache.db"


class Index:
    """Rows by name. A row that was put is seen by `get` at once, and by others after `flush`."""

    def __init__(self, folder: Path, *, damaged: Path) -> None:
        self._folder = folder
        self._damaged = damaged
        self._cache: TextCache | None = None
        self._reader: RowReader | None = None
        self._thread = threading.get_ident()
        self._guard = threading.Lock()
        self._inode: int | None = None
        self._is_off = False
        self._is_mended = False
        self._pending: dict[str, str] = {}
        self._later: dict[str, tuple[Callable[[], Json], str | None]] = {}

    def get(self, name: str) -> Json | None:
        """The row's value, or None when it is not known for whatever reason."""
        self._settle_for([name])
        text = self._pending.get(name) or self._ask(lambda reader: reader.read(name), default=None)
        return None if text is None else _unsealed(text)

    def get_many(self, names: Sequence[str]) -> dict[str, Json]:
        """The values of those rows that are known, by name: a fraction of the time of as many `get`."""
        self._settle_for(names)
        nothing: dict[str, str] = {}
        texts = self._ask(lambda reader: reader.read_many(names), default=nothing)
        texts |= {name: self._pending[name] for name in names if name in self._pending}
        values = {name: _unsealed(text) for name, text in texts.items()}
        return {name: value for name, value in values.items() if value is not None}

    def put(self, name: str, value: Json, *, when_large: str | None = None) -> None:
        """Keep a row, replacing one of the same name; beyond `SMALL_BYTES` under the name `when_large`, if given."""
        text = _sealed(value)
        with self._guard:
            self._later.pop(name, None)
            self._pending[when_large if when_large and len(text) > SMALL_BYTES else name] = text
        if len(self._pending) >= PENDING_MAX:
            self.flush()

    def put_later(self, name: str, value: Callable[[], Json], *, when_large: str | None = None) -> None:
        """`put` for a value that is worked out when it is written, or looked for."""
        with self._guard:
            self._later[name] = value, when_large

    def _settle_for(self, names: Collection[str]) -> None:
        if not self._later or self._thread != threading.get_ident():
            return
        with self._guard:
            wanted = any(name in names or large in names for name, (_, large) in self._later.items())
        if wanted:
            self._settle()

    def _settle(self) -> None:
        with self._guard:
            later, self._later = self._later, {}
        for name, (value, when_large) in later.items():
            with contextlib.suppress(Exception):  # what cannot be worked out is not known
                self.put(name, value(), when_large=when_large)

    def flush(self) -> None:
        """Write all rows in one transaction; where that fails they are dropped."""
        if self._thread != threading.get_ident():
            return
        self._settle()
        with self._guard:
            pending, self._pending = self._pending, {}
        if pending and self._folder.parent.is_dir():
            self._attempt(lambda cache: cache.write(pending), default=None)
            self._forget_reader()

    def relieve(self) -> None:
        """`flush` where rows have gathered that other threads put."""
        if len(self._pending) >= GATHERED_MAX:
            self.flush()

    def count(self) -> int:
        self.flush()
        return self._attempt(len, default=0)

    def size_bytes(self) -> int:
        with contextlib.suppress(OSError):
            return sum(part.stat().st_size for part in self._folder.iterdir())
        return 0

    def clear(self) -> None:
        """Begin anew with an empty index."""
        self._pending.clear()
        self._later.clear()
        self._attempt(lambda cache: cache.erase(), default=None)
        self._forget_reader()

    def close(self) -> None:
        self.flush()
        self._drop()

    def _ask(self, ask: Callable[[RowReader], Answer], *, default: Answer) -> Answer:
        try:
            reader = self._reading()
            return ask(reader) if reader else default
        except Exception as error:  # noqa: BLE001 - as in `_attempt`
            self._give_up(error)
            return default

    def _reading(self) -> RowReader | None:
        if self._thread != threading.get_ident() or self._is_off:
            return None
        if self._reader is None and (self._folder / DATABASE).exists():
            from renderer.store.rowreader import RowReader  # noqa: PLC0415 - sqlite, not needed for `--help`

            self._inode = _inode(self._folder)
            self._reader = RowReader(self._folder)
        return self._reader

    def _attempt(self, ask: Callable[[TextCache], Answer], *, default: Answer) -> Answer:
        try:
            cache = self._opened()
            return default if cache is None else ask(cache)
        except Exception as error:  # noqa: BLE001 - a foreign database fails in any way; none may stop a build
            self._give_up(error)
            return default

    def _opened(self) -> TextCache | None:
        if self._thread != threading.get_ident():
            return None
        if self._cache is None and not self._is_off and self._folder.parent.is_dir():
            from renderer.store.textcache import TextCache  # noqa: PLC0415

            self._inode = _inode(self._folder)
            self._cache = TextCache(self._folder)
            self._inode = _inode(self._folder)
        return self._cache

    def _give_up(self, error: Exception) -> None:
        from renderer.store.rowreader import is_damage  # noqa: PLC0415

        self._drop()
        if is_damage(error) and not self._is_mended:
            self._is_mended = True
            if self._inode == _inode(self._folder):
                set_aside(self._folder, self._damaged)
        else:
            self._is_off = True

    def _forget_reader(self) -> None:
        # A table that was made since is not seen through a door that was opened before.
        reader, self._reader = self._reader, None
        if reader is not None:
            with contextlib.suppress(Exception):
                reader.close()

    def _drop(self) -> None:
        doors = self._reader, self._cache
        self._reader = self._cache = None
        for door in doors:
            if door is not None:
                with contextlib.suppress(Exception):
                    door.close()


class Memos:
    """What can be computed again, under a name and a key, megabytes too: for this store alone."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def get(self, name: str, key: str) -> Json | None:
        """A value that was kept under a digest, or None, at any time and for any reason."""
        row = self._index.get(f"memo/{name}/{key}") or self._index.get(_memo_slot(name, key))
        return row[1] if row and row[0] == key else None

    def put(self, name: str, key: str, value: Json) -> None:
        """Keep a value. One beyond 4 KiB shares `MEMO_SLOTS` places with the others of its name, so that the index does
        not grow with every edit of a storyboard.
        """
        self._index.put(f"memo/{name}/{key}", [key, value], when_large=_memo_slot(name, key))

    def put_later(self, name: str, key: str, value: Callable[[], Json]) -> None:
        """`put` for a value that is worked out when it is written, while nobody waits for it; it must be the same then."""
        self._index.put_later(f"memo/{name}/{key}", lambda: [key, value()], when_large=_memo_slot(name, key))


def _memo_slot(name: str, key: str) -> str:
    return f"memo/{name}/slot/{hashlib.sha256(key.encode()).digest()[0] % MEMO_SLOTS}"


def _inode(folder: Path) -> int | None:
    # Two processes may find the same damage; the second must not move away what the first began anew.
    with contextlib.suppress(OSError):
        return (folder / DATABASE).stat().st_ino
    return None


def _sealed(value: Any) -> str:
    # ASCII, so that no text that an author may write can be refused by the database.
    text = json.dumps(value, separators=(",", ":"), check_circular=False)
    return f"{zlib.crc32(text.encode('ascii')):08x}{text}"


def _unsealed(text: str) -> Json | None:
    """The value of a row whose CRC-32 agrees; sqlite has no checksums of its own."""
    # A row has up to megabytes: no copy is made of it but the one that the checksum is taken of.
    if not text.isascii() or text[:SEAL] != f"{zlib.crc32(memoryview(text.encode('ascii'))[SEAL:]):08x}":
        return None
    return _decoder.raw_decode(text, SEAL)[0]
