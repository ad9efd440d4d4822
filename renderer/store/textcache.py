"""The sole diskcache: a table of text rows that never evicts, never unpickles and has no value files.

Imported lazily, by the index alone. Every setting is passed on every open, because diskcache keeps them in
the database and its defaults evict at 1 GiB. A row that asks to be unpickled would run code (CVE-2025-69872),
with `JSONDisk` too, and a row that names a value file could name any file: both are refused here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diskcache
from diskcache.core import MODE_RAW

from renderer.store.rowreader import BUSY_TIMEOUT_S, DATABASE

IN_ROW_BYTES = 1 << 30
SETTINGS: Mapping[str, Any] = {
    "statistics": 0,
    "tag_index": 0,
    "eviction_policy": "none",
    "size_limit": 1 << 60,
    "cull_limit": 0,
    "sqlite_auto_vacuum": 1,
    "sqlite_cache_size": 1 << 7,
    "sqlite_journal_mode": "wal",
    "sqlite_mmap_size": 0,
    "sqlite_synchronous": 1,
    "disk_min_file_size": IN_ROW_BYTES,
}


class UntrustedRowError(Exception):
    """A row is not plain text in the table."""


class TextDisk(diskcache.Disk):  # type: ignore[misc] # diskcache has no types
    """Text names, text values, in the row; whatever else stands in the database is refused, not read."""

    def put(self, key: object) -> tuple[object, bool]:
        if type(key) is not str:
            raise UntrustedRowError
        return key, True

    def get(self, key: object, raw: object) -> str:
        if not raw or type(key) is not str:
            raise UntrustedRowError
        return key

    def store(self, value: object, read: object, key: object = None) -> tuple[int, int, None, str]:  # noqa: ARG002
        if type(value) is not str or read:
            raise UntrustedRowError
        return 0, MODE_RAW, None, value

    def fetch(self, mode: object, filename: object, value: object, read: object) -> str:
        if mode != MODE_RAW or filename is not None or type(value) is not str or read:
            raise UntrustedRowError
        return value

    def filename(self, *_: object, **__: object) -> tuple[str, str]:
        raise UntrustedRowError

    def remove(self, file_path: str) -> None:
        """Nothing: there are no value files, and a foreign row's name may lead anywhere."""


class TextCache:
    """Writes text rows by name into `<folder>/cache.db`; `rowreader` reads them. Raises whatever sqlite and diskcache raise."""

    def __init__(self, folder: Path) -> None:
        _refuse_busy(folder / DATABASE)
        self._cache = diskcache.Cache(str(folder), timeout=BUSY_TIMEOUT_S, disk=TextDisk, **SETTINGS)

    def write(self, rows: Mapping[str, str]) -> None:
        """Put all rows in one transaction."""
        with self._cache.transact():
            for name, text in rows.items():
                self._cache.set(name, text)

    def erase(self) -> None:
        self._cache.clear()

    def __len__(self) -> int:
        return len(self._cache)

    def close(self) -> None:
        self._cache.close()


def _refuse_busy(database: Path) -> None:
    # diskcache retries for 60 s on opening a locked database; an index that makes us wait is of no use.
    if database.exists():
        connection = sqlite3.connect(database, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
