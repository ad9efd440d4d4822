"""Blobs at hand with their bytes checked: each is read once, and again only when its file has changed since.

So an action with a thousand inputs, one of which is new, reads that one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from renderer.digest import Digest
from renderer.errors import StoreError
from renderer.model import Json
from renderer.store.blobs import Blobs
from renderer.store.seen import Seen


class Checked:
    """The blobs of one store, as far as their bytes were read and agreed with their names."""

    def __init__(self, blobs: Blobs, seen: Seen) -> None:
        self._blobs = blobs
        self._seen = seen

    def recall(self, digests: Sequence[Digest]) -> Mapping[str, Json]:
        """What is remembered of some blobs' files: ask before a thread that may not ask the index calls `paths`."""
        return self._seen.recall([self._blobs.path(digest) for digest in digests])

    def paths(self, digests: Sequence[Digest], *, recalled: Mapping[str, Json] | None = None) -> list[Path]:
        """Where some blobs stand, in order, each read and checked since it last changed.

        Where nothing was `recalled` in another thread than the store's, all are read: there the index says nothing.

        Raises as `Store.verify` does, for the first that fails; all are looked at, so that one more try meets no other.
        """
        paths = [self._blobs.path(digest) for digest in digests]
        failures = []
        for digest, found in zip(digests, self._seen.digests_of(paths, recalled=recalled), strict=True):
            if found != digest:
                try:
                    self._blobs.verify(digest)
                except StoreError as error:
                    failures.append(error)
        if failures:
            raise failures[0]
        return paths
