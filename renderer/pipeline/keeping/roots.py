"""What a project holds on to: every digest in a lock or picks file, in its work trees and on every branch, tag and stash.

Files are not understood here but searched for names of blobs: a lock in the middle of a merge, or one of a newer form, holds on to
what it names all the same. Whatever cannot be read stops everything, since it might have named something.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from renderer.errors import GateError
from renderer.git import common_folder, repository_of, texts_in, tips, work_trees
from renderer.pipeline.project import MARKS
from renderer.store.census import named_in
from renderer.store.enrolled import Enrolment

ENDINGS = (".lock", ".picks.yaml", ".picks.yml")
PASSED_OVER = frozenset({".git"})
ENTRIES_MAX = 5_000_000
GONE_SHOWN_MAX = 20


def named_by(enrolments: Sequence[Enrolment]) -> set[str]:
    """Everything that the projects name that may be a blob, by sha256.

    Raises `GateError` E632 for a project that is not there or cannot be read, `Unreadable` E633 and `GitMissing` E630 for its repository.
    """
    named: set[str] = set()
    seen: set[Path] = set()
    roots = list(dict.fromkeys(enrolment.root for enrolment in enrolments))
    check_there(roots)
    for root in roots:
        named |= _named_in_files(_files(root, seen))
        if repository_of(root):
            named |= _named_in_repository(root, seen)
    listed = [root for enrolment in enrolments for root in _own(enrolment)]
    return named | _named_in_files(path for path in listed if path.is_file())


def check_there(roots: Sequence[Path]) -> None:
    """Raise `GateError` E632 where a project's root is no folder any more; all that are gone are told."""
    gone = [root for root in roots if not root.is_dir()]
    if gone:
        what = f"the project `{gone[0]}` is" if len(gone) == 1 else f"{len(gone)} projects are"
        raise GateError(
            f"{what} not there any more: nothing was deleted",
            code="E632",
            facts=[("gone", root) for root in gone[:GONE_SHOWN_MAX]],
            hint="bring back what is needed, or mount its disk; `renderer cache forget PROJECT...` strikes off what is gone for good",
        )


def _own(enrolment: Enrolment) -> list[Path]:
    """The lock and picks of an enrolled storyboard, also where it lies behind a link."""
    spec = enrolment.root / enrolment.spec.rpartition("@")[0] if "@" in enrolment.spec else None
    specs = [enrolment.root / enrolment.spec, *([spec] if spec else [])]
    return [path.with_suffix(ending) for path in specs for ending in ENDINGS]


def _named_in_repository(root: Path, seen: set[Path]) -> set[str]:
    common = common_folder(root)
    if common in seen:
        return set()
    seen.add(common)
    named: set[str] = set()
    for text in texts_in(root, tips(root), endings=ENDINGS):
        named |= named_in(text)
    for tree in work_trees(root):
        named |= _named_in_files(_files(tree, seen))
    return named


def _named_in_files(paths: Iterable[Path]) -> set[str]:
    named: set[str] = set()
    for path in paths:
        try:
            named |= named_in(path.read_bytes().decode("utf-8", "replace"))
        except FileNotFoundError:
            continue  # renamed meanwhile, as by an editor: its other name is met too, or another run sees to it
        except OSError as error:
            raise _unreadable(path, error) from error
    return named


def _files(root: Path, seen: set[Path]) -> Iterator[Path]:
    """The locks and picks below a folder, links to folders not followed; a folder is walked once."""
    if root.resolve() in seen:
        return
    seen.add(root.resolve())
    entries, is_marked = 0, any((root / mark).exists() for mark in MARKS)
    for folder, folders, names in os.walk(root, onerror=_stop):
        # Without a mark the root is a storyboard's own folder, which may be anybody's home: what lies below is another project.
        folders[:] = [name for name in folders if is_marked and name not in PASSED_OVER]
        entries += len(folders) + len(names)
        if entries > ENTRIES_MAX:
            raise _unreadable(root, OSError(f"more than {ENTRIES_MAX:,} files"))
        yield from (Path(folder, name) for name in names if name.endswith(ENDINGS))


def _stop(error: OSError) -> None:
    raise _unreadable(Path(error.filename), error) from error


def _unreadable(path: Path, error: OSError) -> GateError:
    return GateError(
        f"`{path}` cannot be read, and it may name clips: nothing was deleted",
        code="E632",
        facts=[("reason", error.strerror or error)],
        hint="let it be read; or, if the project is not needed, `renderer cache forget PROJECT` strikes it off",
    )
