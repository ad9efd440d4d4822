"""Reading rows of the index with sqlite alone: importing and opening diskcache costs 20 ms, which reading can spare.

This is the one place that knows diskcache's table. It reads plain text rows and nothing else, so a row that asks
to be unpickled, or names a value file, is not seen at all; a table of another form is no table.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

DATABASE = "cache.db"
BUSY_TIMEOUT_S = 0.25
TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'Cache'"
ROWS = "SELECT key, value FROM Cache WHERE raw = 1 AND mode = 1 AND filename IS NULL"
ROW = f"{ROWS} AND key = ?"
NAMES_MAX = 500
CACHE_KIB = 64
"""A row of megabytes is read once, so its pages are not kept: 3.4 ms for 3 MB, and 5.6 ms with the 2 MB that sqlite would keep."""


class RowReader:
    """Text rows by name in `<folder>/cache.db`, which must be there. Raises whatever sqlite raises."""

    def __init__(self, folder: Path) -> None:
        # Not read-only, which in WAL mode would fail where no other process has the database open.
        place = f"{(folder / DATABASE).as_uri()}?mode=rw"
        self._connection = sqlite3.connect(place, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        try:
            self._connection.execute("PRAGMA query_only = 1")
            self._connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            self._has_rows = self._connection.execute(TABLE).fetchone() is not None
        except BaseException:
            self._connection.close()
            raise

    def read(self, name: str) -> str | None:
        """The text of a row, None where there is no such row or it is not plain text."""
        row = self._connection.execute(ROW, (name,)).fetchone() if self._has_rows else None
        return row[1] if row and type(row[1]) is str else None

    def read_many(self, names: Sequence[str]) -> dict[str, str]:
        """The texts of those rows that there are, by name; a question for each `NAMES_MAX` of them."""
        found: dict[str, str] = {}
        for start in range(0, len(names) if self._has_rows else 0, NAMES_MAX):
            part = names[start : start + NAMES_MAX]
            marks = ",".join("?" * len(part))
            rows = self._connection.execute(f"{ROWS} AND key IN ({marks})", part)
            found.update((name, text) for name, text in rows if type(text) is str)
        return found

    def close(self) -> None:
        self._connection.close()


def is_damage(error: Exception) -> bool:
    """Whether the database itself is broken, rather than busy, full or read-only."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
