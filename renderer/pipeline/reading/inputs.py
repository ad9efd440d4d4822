"""The files, URLs and data URIs that a storyboard names: found, checked, digested; every fault a finding.

A path is relative to the storyboard's folder and stays inside the project's root. A URL is fetched once and
then pinned: what it held the first time is what it means from then on.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path
from typing import Literal

from renderer.diagnostic import Finding
from renderer.digest import Digest, digest_bytes
from renderer.errors import MediaError, RendererError
from renderer.media.hearing import SoundFacts, hear_bytes
from renderer.media.probe import probe
from renderer.media.standing import inspect_standing, is_picture
from renderer.media.stills import STILL_BYTES_MAX, inspect_still, parse_data_uri
from renderer.media.tracks import inspect_track
from renderer.model import FACTS, MediaFacts, Size
from renderer.pipeline.clips.locked import read_lock
from renderer.pipeline.project import Project, Reach
from renderer.pipeline.reading.fetching import Sort, fetch_medium
from renderer.pipeline.reading.named import digest_of
from renderer.pipeline.reading.sounds import sound_of
from renderer.plan.rows import FETCHED
from renderer.row import Row
from renderer.store.fetched import url_name
from renderer.store.store import Store
from renderer.storyboard import Source

Kind = Sort | Literal["footage", "track", "font", "system font"]
FAULTS = (1, 2)
"""Exit codes of what is wrong with an input, as against with this machine or the network."""


class Material(Row):
    """What a source turned out to be. `path` is where the bytes lie outside the store, None inside it.

    `size` is a still's, `facts` a clip's, `sound` a track's.
    """

    digest: Digest
    path: Path | None = None
    size: Size | None = None
    facts: MediaFacts | None = None
    sound: SoundFacts | None = None


class InputDesk:
    """Examines sources for one storyboard, each once."""

    def __init__(self, project: Project, store: Store, reach: Reach) -> None:
        self.project, self.store, self.reach = project, store, reach
        self.seen: dict[tuple[Kind, Source], Material | Finding | None] = {}
        self.asked: dict[tuple[Kind, Source], None] = {}

    def medium(self, sort: Sort, source: Source) -> Material | Finding | None:
        """The image, clip or sound that a source names, or what is wrong with it; None where it was not to be fetched."""
        return self._once(sort, source)

    def footage(self, source: Source) -> Material | Finding | None:
        """Own footage: a clip or a still, looked at."""
        return self._once("footage", source)

    def track(self, source: Source) -> Material | Finding | None:
        """The sound that a track names, decoded once to know what it is; None where it was not to be fetched."""
        return self._once("track", source)

    def font(self, source: Source) -> Material | Finding | None:
        """A font file of the project's."""
        return self._once("font", source)

    def system_font(self, path: Path) -> Material | Finding | None:
        """A font file of this machine's, which may lie outside the project."""
        return self._once("system font", Source("path", str(path)))

    def taken(self) -> list[tuple[str, Material]]:
        """What was asked for, and found, since the last call: each once, in order, under a name for the question."""
        asked = list(self.asked)
        self.asked.clear()
        found = [(known, self.seen[known]) for known in asked]
        return [(_name(*known), material) for known, material in found if isinstance(material, Material)]

    def _once(self, kind: Kind, source: Source) -> Material | Finding | None:
        known = (kind, source)
        self.asked[known] = None
        if known not in self.seen:
            try:
                self.seen[known] = self._examine(kind, source)
            except RendererError as error:
                if error.exit_code not in FAULTS:
                    raise
                self.seen[known] = finding_of(error)
        return self.seen[known]

    def _examine(self, kind: Kind, source: Source) -> Material | None:
        if kind == "footage":
            return self._clip(self.locate(source.text))
        if kind == "track":
            return self._track(source)
        if kind == "font" or kind == "system font":  # noqa: PLR1714 - what is left is a `Sort`
            path = self.locate(source.text) if kind == "font" else Path(source.text)
            return Material(digest_of(self.store, path), path)
        if source.kind == "path":
            return self._file(kind, self.locate(source.text))
        if source.kind == "data":
            return self._inline(kind, source.text)
        return self._fetched(kind, source.text)

    def _inline(self, sort: Sort, text: str) -> Material:
        content = parse_data_uri(text, size_max=STILL_BYTES_MAX, sort=sort)
        size = inspect_still(content).size if sort == "image" else None
        digest = (
            self.store.put_bytes(content) if self.reach.whole and self.reach.blobs else digest_bytes(content)
        )
        return Material(digest, size=size)

    def locate(self, text: str) -> Path:
        """The path that a storyboard means; raises `OutsideError` where it leaves the project's root."""
        path = Path(os.path.normpath(self.project.spec.parent / text))
        if not self.reach.outside and not _below(path, self.project.root):
            raise OutsideError(text, self.project.root)
        return path

    def _file(self, sort: Sort, path: Path) -> Material:
        if sort != "image":
            inspect_track(path, sort=sort)
            return Material(digest_of(self.store, path), path)
        if not _may_be_still(path):
            inspect_still(path)  # says what it is instead, without reading it all to name its bytes
        digest = digest_of(self.store, path)
        return Material(digest, path, size=self._size(digest, path))

    def _size(self, digest: Digest, path: Path) -> Size:
        """The size of a still, which is decoded once for each digest."""
        known = self.store.memos.get("still", digest.sha256)
        if isinstance(known, str):
            return Size.parse(known)
        size = inspect_still(path).size
        self.store.memos.put("still", digest.sha256, str(size))
        return size

    def _clip(self, path: Path) -> Material:
        digest = digest_of(self.store, path)
        known = self.store.memos.get(FACTS, digest.sha256)
        if known is None:
            facts = inspect_standing(path) if is_picture(path) else probe(path)
            self.store.memos.put(FACTS, digest.sha256, facts.to_json())
        else:
            facts = MediaFacts.from_json(known)
        return Material(digest, path, facts=facts)

    def _track(self, source: Source) -> Material | None:
        """A sound like any other, and what it is, as far as that can be told from what is at hand."""
        if source.kind == "data":
            content = parse_data_uri(source.text, size_max=STILL_BYTES_MAX, sort="audio")
            return self._inline("audio", source.text)._replace(sound=hear_bytes(content))
        if source.kind == "path":
            path = self.locate(source.text)
            found: Material | None = Material(digest_of(self.store, path), path)
        else:
            found = self._fetched("audio", source.text)
        if found is None:
            return None
        stored = self.store.path(found.digest) if self.store.has(found.digest) else None
        return found._replace(sound=sound_of(self.store, found.digest, found.path or stored))

    def _fetched(self, sort: Sort, url: str) -> Material | None:
        digest = pinned = self.store.fetched.get(url) or self._locked(url)
        if digest is None or not self.store.has(digest):
            if not self.reach.whole:
                return None
            if digest and not self.reach.blobs:
                return Material(digest)
            if not self.reach.fetch:
                raise MediaError(
                    f"`{url}` was never fetched, and the network is not to be used",
                    code="S465",
                    hint="build once without `--offline`, or save the file and name its path",
                )
            digest = fetch_medium(self.store, url, sort=sort, pinned=pinned)
        size = self._size(digest, self.store.path(digest)) if sort == "image" else None
        return Material(digest, size=size)

    def _locked(self, url: str) -> Digest | None:
        """What the lock says that a URL held; nothing where it cannot be read, which others tell."""
        if self.project.variant is not None:
            return None
        with contextlib.suppress(RendererError):
            return dict(read_lock(self.project).fetched).get(url_name(url))
        return None


def _name(kind: str, source: Source) -> str:
    if source.kind == "url":
        return f"{FETCHED}{url_name(source.text)}"
    # A data URI may be megabytes long.
    return hashlib.sha256("\0".join([kind, *source]).encode("utf-8", "surrogateescape")).hexdigest()


class OutsideError(RendererError):
    """A path leaves the project's root."""

    code = "S511"
    exit_code = 2

    def __init__(self, text: str, root: Path) -> None:
        super().__init__(
            f"`{text}` is outside the project",
            hint="copy it into the project, or allow it with `--allow-outside`",
            facts=[("root", root)],
        )


def finding_of(error: RendererError) -> Finding:
    """A runtime error as a finding that can be placed in the storyboard."""
    notes = tuple(f"{name}: {value}" for name, value in error.facts)
    return Finding(code=error.code, message=error.message, notes=notes, hint=error.hint)


def _may_be_still(path: Path) -> bool:
    try:
        status = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size <= STILL_BYTES_MAX


def _below(path: Path, root: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))
