"""Live prices, as they were last read: one file for each provider and address, to be read by people too.

Prices may change at any time and decide what a build may buy, so they are a file, not an index row: one can look at
them, and delete them to go back to the prices of the model files.
"""

from __future__ import annotations

import json
from pathlib import Path

from renderer.digest import read_json
from renderer.errors import StoreError
from renderer.model import Json
from renderer.store.border import translated
from renderer.store.files import put_in_place, write_aside
from renderer.store.layout import Layout
from renderer.store.scratch import Scratch

MODE = 0o644
SIZE_MAX_BYTES = 16 << 20


class Prices:
    """The price files of one store. Names are plain: `aimlapi`."""

    def __init__(self, layout: Layout, scratch: Scratch) -> None:
        self._layout = layout
        self._scratch = scratch

    def path(self, name: str) -> Path:
        return self._layout.prices / f"{name}.json"

    def state(self, name: str) -> str:
        """Another text whenever the file is another; empty where there is none. One stat, nothing is read."""
        path = self.path(name)
        with translated("read the store", path):
            try:
                status = path.stat()
            except (FileNotFoundError, NotADirectoryError):
                return ""
        return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"

    def get(self, name: str) -> Json:
        """What the file holds, None where there is none. Raises `StoreError` E623 where it is no JSON."""
        path = self.path(name)
        with translated("read the store", path):
            try:
                with path.open("rb") as stream:
                    content = stream.read(SIZE_MAX_BYTES + 1)
            except (FileNotFoundError, NotADirectoryError):
                return None
        try:
            return read_json(content)
        except ValueError as error:
            raise unreadable(path, reason=str(error)) from error

    def put(self, name: str, value: Json) -> None:
        """Keep a value in place of the one before, durably; a reader sees either."""
        path, aside = self.path(name), self._scratch.name(".json")
        with translated("write the store", path):
            content = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
            write_aside(aside, content.encode(), mode=MODE)
            put_in_place(aside, path)


def unreadable(path: Path, *, reason: str) -> StoreError:
    """The error for a price file of another form: nothing is priced by a guess."""
    return StoreError(
        "the file of live prices cannot be read",
        code="E623",
        facts=[("path", path), ("reason", reason)],
        hint="`renderer models refresh` writes it anew; without the file the prices of the model files count",
    )
