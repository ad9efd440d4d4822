"""Compile, remembered: rows under the digests of all that was read, details beside them.

What comes out follows from the bytes read, the catalogue and this program alone. What the store has is never
remembered here.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from renderer import __version__
from renderer.catalogue.locate import schemas_digest
from renderer.digest import Digest
from renderer.errors import SpecError
from renderer.model import Json
from renderer.pipeline.project import Project, Reach, no_storyboard
from renderer.pipeline.workshop import Workshop
from renderer.plan.rows import Compiled, Detail

if TYPE_CHECKING:
    from renderer.diagnostic import Diagnostic

MEMO = "compiled"
DETAIL = "details"
LAST = "last"
LAST_DIGEST = "last-digest"


def compile_storyboard(workshop: Workshop, project: Project, *, reach: Reach) -> tuple[Compiled, str]:
    """The compiled storyboard and the key under which its details are remembered.

    Raises `SpecError` with all diagnostics, `UsageError` where the file cannot be read. Fetches URLs that were
    never fetched, if `reach` allows; spends nothing.
    """
    key = _memo_key(workshop, project, reach=reach)
    compiled = _remembered(workshop, key)
    if compiled is not None and _inputs_unchanged(workshop, project, compiled):
        return compiled, key
    compiled, details = _compile_afresh(workshop, project, reach=reach)
    workshop.store.memo_put(DETAIL, key, [[detail.manifest, detail.inputs] for detail in details])
    workshop.store.memo_put(MEMO, key, compiled.to_json())
    return compiled, key


def _remembered(workshop: Workshop, key: str) -> Compiled | None:
    known = workshop.store.memo_get(MEMO, key)
    try:
        return None if known is None else Compiled.from_json(known)
    except (KeyError, TypeError, ValueError):
        return None


def remember_build(workshop: Workshop, project: Project, compiled: Compiled) -> None:
    """Keep the key under which each take was last built, so that the next plan can say what has changed since."""
    name, takes = _last_name(project), compiled.takes
    # Every build comes by here, so the names, which follow from shots and order, are made only when they are kept.
    told = "\0".join([row.shot for row in takes] + [row.key for row in takes])
    digest = hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()
    if workshop.store.memo_get(LAST_DIGEST, name) != digest:
        workshop.store.memo_put(LAST, name, {row.name: row.key for row in takes})
        workshop.store.memo_put(LAST_DIGEST, name, digest)


def last_keys(workshop: Workshop, project: Project) -> Mapping[str, str]:
    """The key under which each take was last built here, by its name; empty where that is not known any more."""
    return workshop.store.memo_get(LAST, _last_name(project)) or {}


def _last_name(project: Project) -> str:
    return f"{project.identity}/{project.asker_spec}"


def load_details(workshop: Workshop, project: Project, *, key: str, reach: Reach) -> list[Detail]:
    """The details of every take, in the order of the rows; made anew where they are not remembered."""
    known = workshop.store.memo_get(DETAIL, key)
    if known is not None:
        return [Detail(manifest, inputs) for manifest, inputs in known]
    return _compile_afresh(workshop, project, reach=reach)[1]


def diagnose(workshop: Workshop, project: Project, *, reach: Reach) -> list[Diagnostic]:
    """All errors and warnings of a storyboard, in order of place; nothing is raised for them."""
    from renderer.pipeline.examine import examine  # noqa: PLC0415 - parsing costs imports

    try:
        return examine(workshop, project, reach=reach).diagnostics
    except SpecError as error:
        return list(error.diagnostics)


def _memo_key(workshop: Workshop, project: Project, *, reach: Reach) -> str:
    digest = workshop.store.digest_of(project.spec)
    if digest is None:
        raise no_storyboard(project)
    parts = [
        __version__,
        schemas_digest(),
        workshop.tools,
        workshop.addresses,
        digest.sha256,
        project.label,
        str(project.variant),
        str(reach.outside),
    ]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _inputs_unchanged(workshop: Workshop, project: Project, compiled: Compiled) -> bool:
    store, folder = workshop.store, project.spec.parent
    there = store.digests_of([folder / path for path, _, _ in compiled.inputs])
    expected = [Digest(sha256, size) for _, sha256, size in compiled.inputs]
    return list(there) == expected and all(
        store.has(Digest(sha256, size)) for _, sha256, size in compiled.urls
    )


def _compile_afresh(workshop: Workshop, project: Project, *, reach: Reach) -> tuple[Compiled, list[Detail]]:
    from renderer.pipeline.examine import examine  # noqa: PLC0415 - parsing costs imports that a no-op can spare

    # The cyclic collector walks the growing tree again and again: a third of the time for 10,000 shots (measured).
    collecting = gc.isenabled()
    gc.disable()
    try:
        examined = examine(workshop, project, reach=reach)
    finally:
        if collecting:
            gc.enable()
    if not examined.is_sound:
        raise SpecError(examined.diagnostics)
    return examined.compiled, examined.details


def diagnostic_of(row: Mapping[str, Json]) -> Diagnostic:
    """The inverse of `diagnostic_row`."""
    from renderer.diagnostic import Diagnostic, Place  # noqa: PLC0415 - only where there is one

    place = row["place"]
    return Diagnostic(
        code=row["code"],
        message=row["message"],
        severity=row["severity"],
        place=place and Place(*place),
        notes=tuple(row["notes"]),
        hint=row["hint"],
    )
