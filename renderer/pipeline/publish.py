"""Putting results where people look for them: copies under `build/`, and who owns which name there."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from renderer.digest import Digest, read_json
from renderer.errors import StoreError, UsageError
from renderer.pipeline.project import BUILD, Project
from renderer.store.authored import unwritable
from renderer.store.blobs import DAMAGED
from renderer.store.store import Store

OWNERS = ".owners.json"
FORBIDDEN = "E613"


def publish(store: Store, wanted: Sequence[tuple[str, Digest]]) -> int:
    """Make each path hold the bytes of its digest; returns how many had to be written.

    What is there already is told by one stat each. A film or clip appears whole, by rename. Where a blob is damaged
    or gone, the others are published before that is raised, so that one more try meets no other.
    """
    paths, digests = [path for path, _ in wanted], [digest for _, digest in wanted]
    if store.are_known(paths, digests):
        return 0
    there = store.digests_of(paths)
    if there == digests:
        return 0
    stale = [(path, digest) for (path, digest), found in zip(wanted, there, strict=True) if found != digest]
    failures = []
    for path, digest in stale:
        try:
            store.copy_out(digest, Path(path))
        except StoreError as error:
            if error.code not in DAMAGED:
                raise
            failures.append(error)
    if failures:
        raise failures[0]
    return len(stale)


def claim(store: Store, project: Project, films: Iterable[Path]) -> None:
    """Take the films and the folder of clips as this storyboard's own; `UsageError` where another has them.

    The claim of a storyboard that no longer exists lapses.
    """
    build = project.root / BUILD
    places = [path for path in (*films, project.clips) if path.is_relative_to(build)]
    names = [path.relative_to(build).as_posix() for path in places]
    if all(read_owners(build).get(name) == project.spec_name for name in names):
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(store.hold(f"owners/{project.identity}"))
        except StoreError as error:
            # A store that may only be read holds no locks; what it has is published from it all the same.
            if error.code != FORBIDDEN:
                raise
        owners = read_owners(build)
        for name in names:
            _refuse_taken(name, owners, project)
        _write_owners(build, owners | dict.fromkeys(names, project.spec_name))


def _refuse_taken(name: str, owners: Mapping[str, str], project: Project) -> None:
    """Refuse a name that is, holds, or lies in one that another living storyboard has."""
    for taken, owner in owners.items():
        overlap = name == taken or name.startswith(f"{taken}/") or taken.startswith(f"{name}/")
        if overlap and owner != project.spec_name and (project.root / owner).is_file():
            raise UsageError(
                f"`{BUILD}/{name}` belongs to another storyboard",
                code="S512",
                facts=[("owner", owner), ("storyboard", project.spec_name)],
                hint="give this one another `output.file`, or rename the storyboard",
            )


def read_owners(build: Path) -> dict[str, str]:
    """Which storyboard owns which name below `build/`; empty where nothing can be read."""
    try:
        owners = read_json((build / OWNERS).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(owners, dict):
        return {}
    return {name: owner for name, owner in owners.items() if isinstance(owner, str)}


def _write_owners(build: Path, owners: dict[str, str]) -> None:
    aside = build / f"{OWNERS}.{os.getpid()}"
    try:
        build.mkdir(parents=True, exist_ok=True)
        aside.write_text(json.dumps(owners, indent=0, sort_keys=True) + "\n")
        aside.replace(build / OWNERS)
    except OSError as error:
        raise unwritable(build, error) from error
