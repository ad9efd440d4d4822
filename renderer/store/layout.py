"""Where everything stands below the root of a store, which version of the layout it has, and where the root is.

```
<root>/format                   the layout's version
<root>/cas/<aa>/<sha256>        blobs, read-only
<root>/ac/<aa>/<key>.json       traces, read-only
<root>/fetched/<aa>/<sha256 of the URL>.json      what a URL held when it was first fetched
<root>/prices/<provider>.json   what a provider's own list said of its prices
<root>/journal/<number>.jsonl   what was asked of vendors, what they answered, what it cost
<root>/projects/<project>/<storyboard>.json       which projects use this store, and what they used when
<root>/pinned/<sha256>.json     clips that a person has pinned
<root>/damaged/                 what failed a check, kept
<root>/index/cache.db           the index: may be deleted at any time
<root>/tmp/<session>/           files being written by a living process
<root>/locks                    one file, locked byte by byte
```
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from renderer.errors import StoreError
from renderer.store.border import translated
from renderer.store.files import ensure_folder, sync_folder, write_aside

VERSION = "1"
VARIABLE = "RENDERER_CACHE_DIR"


class Layout:
    """The paths of a store; `root` is absolute and need not exist."""

    __slots__ = ("root",)

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def format(self) -> Path:
        return self.root / "format"

    @property
    def blobs(self) -> Path:
        return self.root / "cas"

    @property
    def traces(self) -> Path:
        return self.root / "ac"

    @property
    def pins(self) -> Path:
        return self.root / "fetched"

    @property
    def prices(self) -> Path:
        return self.root / "prices"

    @property
    def journal(self) -> Path:
        return self.root / "journal"

    @property
    def projects(self) -> Path:
        return self.root / "projects"

    def enrolment(self, project: str, *, spec: str) -> Path:
        """What is on record of a storyboard of a project."""
        name = hashlib.sha256(spec.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return self.projects / project / f"{name}.json"

    @property
    def pinned(self) -> Path:
        return self.root / "pinned"

    @property
    def damaged(self) -> Path:
        return self.root / "damaged"

    @property
    def index(self) -> Path:
        return self.root / "index"

    @property
    def scratch(self) -> Path:
        return self.root / "tmp"

    @property
    def locks(self) -> Path:
        return self.root / "locks"


class Fan:
    """The files of a folder, each below the first two digits of its name, so that no folder holds too many.

    The folders between are made into a `Path` once, and what is asked for often is told as `text`: making a `Path` enters
    each of its parts into a table of the process, and a part that nobody holds any more is entered anew, which after a
    thousand takes is two megabytes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._between: dict[str, Path] = {}
        self._prefix = f"{folder}{os.sep}"

    def text(self, name: str, *, suffix: str = "") -> str:
        """`path` as text."""
        return f"{self._prefix}{name[:2]}{os.sep}{name}{suffix}"

    def path(self, name: str, *, suffix: str = "") -> Path:
        digits = name[:2]
        between = self._between.get(digits)
        if between is None:
            between = self._between[digits] = self._folder / digits
        return between / (name + suffix)


def locate_root(environ: Mapping[str, str], *, chosen: Path | None = None) -> Path:
    """The root to use: `--cache-dir`, else `RENDERER_CACHE_DIR`, else the user's data folder; nothing is created.

    The data folder, because programs that empty cache folders may run at any time and these bytes cost money.
    """
    if chosen or environ.get(VARIABLE):
        return (chosen or Path(environ[VARIABLE])).expanduser().absolute()
    from platformdirs import user_data_path  # noqa: PLC0415 - not needed when a root is named

    return user_data_path("renderer", appauthor=False)


def check_version(layout: Layout) -> bool:
    """Whether the store exists with a version; raises `StoreError` E612 for a version other than ours."""
    with translated("read the store", layout.format):
        try:
            version = layout.format.read_text("utf-8", "replace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return False
    if not version.isdecimal():
        raise StoreError(
            "the store does not say of which version it is",
            code="E612",
            facts=[("file", layout.format), ("it says", repr(version[:20]))],
            hint=f"write `{VERSION}` into that file, if no later release has used this store",
        )
    if version != VERSION:
        raise StoreError(
            f"the store has version `{version[:20]}`, and this program knows version `{VERSION}`",
            code="E612",
            facts=[("store", layout.root)],
            hint="upgrade `renderer`, or choose another store with `--cache-dir`",
        )
    return True


def check_writable(layout: Layout) -> None:
    """Raise `StoreError` E613 where the root, or the nearest folder above one that is not there, refuses to be written to."""
    place = next((place for place in (layout.root, *layout.root.parents) if place.exists()), layout.root)
    with translated("write the store", place):
        if not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def check_readable(layout: Layout) -> None:
    """Raise `StoreError` where nobody can tell what is here, so that nothing is taken for lost that may well be there.

    E613 where the store may not be looked into, or is not there and could not be made, as on a disk that is not mounted; E610
    where something else stands in the place of a folder.
    """
    for folder in (layout.root, layout.blobs, layout.traces):
        with translated("read the store", folder), contextlib.suppress(FileNotFoundError):
            os.stat(f"{folder}{os.sep}.")  # noqa: PTH116 - a `Path` would drop the dot, by which the folder is entered
    if not layout.root.exists():
        check_writable(layout)


def found(layout: Layout, *, aside: Path) -> None:
    """Create the root and its version file if they are not there; raises `OSError`."""
    ensure_folder(layout.root)
    if not layout.format.exists():
        write_aside(aside, f"{VERSION}\n".encode())
        aside.replace(layout.format)
        sync_folder(layout.root)
