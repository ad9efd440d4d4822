"""Clips that a person has pinned: nothing clears them away, whatever else names them or does not.

One file for each, so that a pin survives whatever else is damaged; written aside, flushed and renamed.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from renderer.digest import Digest, read_json
from renderer.errors import GateError
from renderer.row import Row
from renderer.store.border import translated
from renderer.store.files import put_in_place, sync_folder, write_aside
from renderer.store.layout import Layout
from renderer.store.scratch import Scratch


class Pin(Row):
    """One pinned clip; `at` is when it was pinned, UTC in ISO 8601."""

    digest: Digest
    reason: str
    at: str


class Pinned:
    """The pins of one store."""

    def __init__(self, layout: Layout, scratch: Scratch) -> None:
        self._layout = layout
        self._scratch = scratch

    def pin(self, digest: Digest, *, reason: str, now: datetime) -> None:
        """Pin a clip; an older reason is replaced."""
        path = self._path(digest.sha256)
        value = {
            "sha256": digest.sha256,
            "size_bytes": digest.size_bytes,
            "reason": reason,
            "at": now.astimezone(UTC).isoformat(timespec="seconds"),
        }
        aside = self._scratch.name(".json")
        with translated("write the store", path):
            write_aside(aside, json.dumps(value, ensure_ascii=True).encode() + b"\n")
            put_in_place(aside, path)

    def unpin(self, sha256: str) -> bool:
        """Let go of a clip; whether it was pinned."""
        path = self._path(sha256)
        with translated("write the store", path):
            try:
                path.unlink()
            except FileNotFoundError:
                return False
            sync_folder(path.parent)
        return True

    def all(self) -> list[Pin]:
        """Every pin, the oldest first. Raises `GateError` E634 where one cannot be read."""
        with translated("read the store", self._layout.pinned):
            files = sorted(self._layout.pinned.glob("*.json"))
        return sorted(map(_read, files), key=lambda pin: (pin.at, pin.digest.sha256))

    def _path(self, sha256: str) -> Path:
        return self._layout.pinned / f"{sha256}.json"


def _read(path: Path) -> Pin:
    try:
        value = read_json(path.read_bytes())
        return Pin(Digest(value["sha256"], value["size_bytes"]), str(value["reason"]), str(value["at"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GateError(
            "a pin cannot be read: nothing was deleted",
            code="E634",
            facts=[("pin", path), ("reason", error)],
            hint=f"`renderer cache pin @{path.stem[:8]}` writes it anew, `cache unpin` lets go of it",
        ) from error
