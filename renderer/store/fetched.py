"""What a URL held when it was first fetched: a pin, so that a film does not change when a web page does.

Pins are files, not index rows: a lost pin would re-price every shot that starts from that image. The URL
itself is not written down, since it may be signed; a pin is found by the URL's sha256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from renderer.digest import Digest, canonical_json, read_json
from renderer.store.border import translated
from renderer.store.files import put_in_place, set_aside, write_aside
from renderer.store.layout import Layout
from renderer.store.scratch import Scratch


class Fetched:
    """The pins of one store."""

    def __init__(self, layout: Layout, scratch: Scratch) -> None:
        self._layout = layout
        self._scratch = scratch

    def get(self, url: str) -> Digest | None:
        """The digest that a URL is pinned to, whether or not its blob is there; None for a new URL."""
        return self.named(url_name(url))

    def named(self, name: str) -> Digest | None:
        """`get` by the name of the pin."""
        path = self._path(name)
        with translated("read the store", path):
            try:
                content = path.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None
        digest = _parsed(content)
        if digest is None:
            set_aside(path, self._layout.damaged)
        return digest

    def put(self, url: str, digest: Digest) -> None:
        """Pin a URL; an older pin of it is replaced."""
        self.put_named(url_name(url), digest)

    def put_named(self, name: str, digest: Digest) -> None:
        """`put` by the name of the pin."""
        aside = self._scratch.name(".json")
        with translated("write the store", self._path(name)):
            write_aside(
                aside, canonical_json({"sha256": digest.sha256, "size_bytes": digest.size_bytes}) + b"\n"
            )
            put_in_place(aside, self._path(name))

    def all(self) -> Iterator[Digest]:
        """The digests of all pins, in the order of their files."""
        with translated("read the store", self._layout.pins):
            for path in sorted(self._layout.pins.glob("[0-9a-f][0-9a-f]/*.json")):
                if digest := _parsed(path.read_bytes()):
                    yield digest

    def names(self) -> Iterator[str]:
        """The names of all pins, ordered."""
        with translated("read the store", self._layout.pins):
            yield from (path.stem for path in sorted(self._layout.pins.glob("[0-9a-f][0-9a-f]/*.json")))

    def _path(self, name: str) -> Path:
        return self._layout.pins / name[:2] / f"{name}.json"


def url_name(url: str) -> str:
    """The name of a pin: the sha256 of the address, which may be signed and is nowhere written down."""
    return hashlib.sha256(url.encode()).hexdigest()


def _parsed(content: bytes) -> Digest | None:
    try:
        fields = read_json(content)
        sha256, size_bytes = fields["sha256"], fields["size_bytes"]
    except (ValueError, KeyError, TypeError):
        return None
    is_digest = isinstance(sha256, str) and isinstance(size_bytes, int) and len(sha256) == 64
    return Digest(sha256, size_bytes) if is_digest else None
