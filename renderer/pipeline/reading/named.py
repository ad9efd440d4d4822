"""Files that a storyboard names, by their digest, and what is wrong with one that has none."""

from __future__ import annotations

from pathlib import Path

from renderer.digest import Digest
from renderer.errors import MediaError, StoreError
from renderer.media.stills import unreadable
from renderer.store.store import Store


def digest_of(store: Store, path: Path) -> Digest:
    """The digest of a regular file, which is read only where the store does not know it.

    Raises `MediaError` S401, S402 or S411 where there is none, or it cannot be read; `StoreError` for the store's own trouble.
    """
    digest = _read(store, path)
    if digest is not None:
        return digest
    if path.exists():
        raise MediaError(f"`{path}` is not a regular file", code="S402", hint="name a file")
    raise MediaError(f"`{path}` does not exist", code="S401", hint="paths begin at the storyboard's folder")


def _read(store: Store, path: Path) -> Digest | None:
    try:
        return store.digest_of(path)
    except StoreError as error:
        refusal = error.__cause__
        if isinstance(refusal, OSError) and ("path", str(path)) in error.facts:
            raise unreadable(f"`{path}`", refusal) from error
        raise
