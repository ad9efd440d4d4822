"""What clearing a store away takes and leaves: as lines for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from renderer.model import Json
from renderer.row import Row

UNITS = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


class Share(Row):
    """So many things of one sort, and why they stay; `why` is empty for what goes, and for traces."""

    what: str
    why: str
    number: int
    size_bytes: int


class Sweep(Row):
    """What goes and what stays of a store whose blobs and traces took `size_bytes`, when so many projects were asked."""

    goes: Sequence[Share]
    stays: Sequence[Share]
    projects: int
    size_bytes: int
    deleted: bool

    @property
    def freed_bytes(self) -> int:
        return sum(share.size_bytes for share in self.goes)


def sweep_json(sweep: Sweep) -> dict[str, Json]:
    """The object that `cache gc --json` prints."""
    return {
        "version": 1,
        "deleted": sweep.deleted,
        "projects": sweep.projects,
        "bytes": sweep.size_bytes,
        "freed_bytes": sweep.freed_bytes,
        "goes": [{"what": one.what, "count": one.number, "bytes": one.size_bytes} for one in sweep.goes],
        "stays": [
            {"what": one.what, "why": one.why, "count": one.number, "bytes": one.size_bytes}
            for one in sweep.stays
        ],
    }


def sweep_lines(sweep: Sweep) -> Iterator[str]:
    """A line for each sort: whether it goes, how much of it there is, and why it stays."""
    listed = [*(("goes", one) for one in sweep.goes), *(("stays", one) for one in sweep.stays)]
    width = max((len(one.what) for _, one in listed), default=0)
    for verdict, one in listed:
        yield f"{verdict:<5}  {one.what:<{width}}  {one.number:>7,}  {size_words(one.size_bytes):>9}  {one.why}".rstrip()


def closing_words(sweep: Sweep) -> str:
    """What it came to, in one line."""
    projects = f"{sweep.projects} {'project' if sweep.projects == 1 else 'projects'} asked"
    if not sweep.goes:
        return f"nothing goes of {size_words(sweep.size_bytes)}; {projects}"
    verb = "freed" if sweep.deleted else "would free"
    told = f"{verb} {size_words(sweep.freed_bytes)} of {size_words(sweep.size_bytes)}; {projects}"
    return told if sweep.deleted else f"{told}; nothing was deleted, `--delete` does it"


def size_words(size_bytes: int) -> str:
    """A size for people.

    >>> size_words(999), size_words(12_345_678)
    ('999 B', '12.3 MB')
    """
    for unit, name in UNITS:
        if size_bytes >= unit:
            return f"{size_bytes / unit:.1f} {name}"
    return f"{size_bytes} B"
