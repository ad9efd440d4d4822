"""A folder that is ours to fill, and may hold files of others: what we put there is on a list, and nothing else is touched.

A file appears whole, by rename. The list says before a file is written that it will be, so that a run that was
interrupted is gone on with, and none of its files is taken for another's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from renderer.digest import Digest, digest_bytes, digest_file, read_json
from renderer.errors import MediaError, UsageError, shortened
from renderer.export.timeline import safe_name
from renderer.row import Row
from renderer.store.blobs import copy_bytes
from renderer.store.border import translated
from renderer.store.copies import clone_file
from renderer.store.files import WRITABLE, flush, put_in_place, write_aside
from renderer.store.store import Store

LIST = ".handover.json"
DEPTH_MAX = 2
LIST_MAX_BYTES = 16 * 1024 * 1024


class Content(Row):
    """What a file is to hold: these bytes, or a copy of this file, or, with neither, of the blob in the store."""

    digest: Digest
    text: bytes | None = None
    source: Path | None = None

    @classmethod
    def of(cls, text: bytes) -> Content:
        return cls(digest_bytes(text), text)


class Filled(Row):
    """What was done, by name: written, removed because it is no longer wanted, and left although it is not, since somebody changed it."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    left: tuple[str, ...]


def fill(store: Store, folder: Path, wanted: Mapping[str, Content]) -> Filled:
    """Make a folder hold these files, in the order in which they are to appear, and none that we put there before.

    Names have forward slashes and lie at most one folder below. Raises `UsageError`: U106 not a folder, U107 a file of another stands at
    a name, one of ours was changed, or the folder holds something else and nothing was put there before; `StoreError` and `MediaError` M860, with every file as it was or whole.
    """
    assert all(map(_is_ours, wanted)), "BUG: a name that leaves the folder"
    with translated(f"write `{folder.name}`", folder), store.hold(f"handover/{folder}"):
        _refuse_strange(folder)
        before = _read_list(folder)
        _refuse_full(folder, wanted, before)
        there = dict(zip(wanted, store.digests_of([folder / name for name in wanted]), strict=True))
        _refuse_foreign(folder, wanted, there, before)
        stale = [name for name, content in wanted.items() if there[name] != content.digest]
        now = {name: (content.digest.sha256,) for name, content in wanted.items()}
        both = {name: (*before.get(name, ()), *now.get(name, ())) for name in {*before, *now}}
        if before != now:
            _write_list(folder, both)
        for name in stale:
            _put(store, folder / name, wanted[name])
        removed, left = _remove(store, folder, {name: before[name] for name in before if name not in wanted})
        if before != now:
            _write_list(folder, now)
        return Filled(tuple(stale), removed, left)


def _is_ours(name: str) -> bool:
    parts = name.split("/")
    return len(parts) <= DEPTH_MAX and all(part == "README.txt" or safe_name(part) == part for part in parts)


def _refuse_strange(folder: Path) -> None:
    """Refuse what is no folder, or leads out of it by a link."""
    below = folder / "clips"
    strange = folder if folder.exists() and not folder.is_dir() else below if below.is_symlink() else None
    if strange:
        raise UsageError(f"`{strange.name}` is not a folder", code="U106", hint="name another folder")


def _refuse_full(folder: Path, wanted: Mapping[str, Content], before: Mapping[str, object]) -> None:
    """Refuse to spread the first handover among files of others; those that come into its folder later stay beside it."""
    if before or not folder.exists():
        return
    ours = {name.partition("/")[0] for name in wanted}
    names = sorted(path.name for path in folder.iterdir())
    others = [name for name in names if not name.startswith(".") and name not in ours]
    if others:
        raise UsageError(
            f"`{folder.name or folder}` has something else in it, and is no handover",
            code="U107",
            facts=[("files", shortened(others))],
            hint="name a new or empty folder",
        )


def _refuse_foreign(
    folder: Path,
    wanted: Mapping[str, Content],
    there: Mapping[str, Digest | None],
    before: Mapping[str, tuple[str, ...]],
) -> None:
    foreign = []
    for name, content in wanted.items():
        path, found = folder / name, there[name]
        known = {content.digest.sha256, *before.get(name, ())}
        if os.path.lexists(path) and (path.is_symlink() or found is None or found.sha256 not in known):
            foreign.append(name)
    if foreign:
        raise UsageError(
            "files in the folder are not ours, or were changed since",
            code="U107",
            facts=[("files", shortened(foreign))],
            hint="move them away, or name another folder",
        )


def _put(store: Store, path: Path, content: Content) -> None:
    if content.text is None and content.source is None:
        store.copy_out(content.digest, path)
        return
    aside = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    aside.unlink(missing_ok=True)
    try:
        if content.text is not None:
            write_aside(aside, content.text, mode=WRITABLE)
        elif content.source:
            _copy(content.source, aside, content.digest)
        put_in_place(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _copy(source: Path, aside: Path, digest: Digest) -> None:
    if not clone_file(source, aside):
        copy_bytes(source, aside)
    if digest_file(aside) != digest:
        raise MediaError(
            f"`{source.name}` changed while it was copied", code="M860", hint="run the command again"
        )
    flush(aside)


def _remove(
    store: Store, folder: Path, unwanted: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    removed, left = [], []
    for name, known in unwanted.items():
        path = folder / name
        path.with_name(f".{path.name}.part").unlink(missing_ok=True)
        found = store.digest_of(path)
        if found and found.sha256 in known and not path.is_symlink():
            path.unlink()
            removed.append(name)
        elif os.path.lexists(path):
            left.append(name)
    return tuple(removed), tuple(left)


def _read_list(folder: Path) -> dict[str, tuple[str, ...]]:
    """What we put into a folder, by name, with the sha256 of what it held; nothing where there is no list that can be read."""
    path = folder / LIST
    try:
        if path.stat().st_size > LIST_MAX_BYTES:
            return {}
        files = read_json(path.read_bytes())["files"]
        return {name: tuple(map(str, known)) for name, known in files.items() if _is_ours(name)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write_list(folder: Path, files: Mapping[str, tuple[str, ...]]) -> None:
    known = {name: sorted(set(files[name])) for name in sorted(files)}
    text = json.dumps({"version": 1, "files": known}, indent=1) + "\n"
    aside = folder / f"{LIST}.part"
    folder.mkdir(parents=True, exist_ok=True)
    aside.unlink(missing_ok=True)
    write_aside(aside, text.encode(), mode=WRITABLE)
    put_in_place(aside, folder / LIST)
