"""Compile, remembered: all rows under the digests of all that was read, and each shot's under what it was read with.

So a storyboard that is as it was is not read, and of one that was edited the edited shots alone. What comes out follows from the bytes read, the catalogue, live prices and this program alone. What the store has is never
remembered here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from renderer import __version__
from renderer.catalogue.locate import schemas_digest
from renderer.digest import Digest, digest_bytes
from renderer.errors import SpecError
from renderer.model import FACTS, Json
from renderer.pipeline.clips.picked import retakes_of
from renderer.pipeline.project import Project, Reach, no_storyboard
from renderer.pipeline.workshop import Workshop
from renderer.plan.rows import Compiled, Detail
from renderer.row import Row

if TYPE_CHECKING:
    from renderer.diagnostic import Diagnostic
    from renderer.pipeline.reading.recompile import Recompiled
    from renderer.spec import Sections

MEMO = "compiled"
SHOTS = "shots"
LAST = "last"
LAST_DIGEST = "last-digest"
FILMS = "last-films"


class Compilation(Row):
    """A compiled storyboard, and the details of the takes that were compiled just now, by number; it follows from `basis` and its inputs alone."""

    compiled: Compiled
    details: Mapping[int, Detail]
    basis: str

    def imprint(self) -> str:
        """A digest of all that it follows from."""
        inputs = repr((self.basis, self.compiled.inputs, self.compiled.urls))
        return hashlib.sha256(inputs.encode("utf-8", "surrogateescape")).hexdigest()


def compile_storyboard(workshop: Workshop, project: Project, *, reach: Reach) -> Compilation:
    """The compiled storyboard.

    Raises `SpecError` with all diagnostics, `UsageError` where the file cannot be read. Fetches URLs that were
    never fetched, if `reach` allows; spends nothing.
    """
    workshop.texts.clear()
    digest = workshop.store.digest_of(project.spec)
    if digest is None:
        raise no_storyboard(project)
    ground = _ground(workshop, project, reach=reach)
    basis = _memo_key(ground, digest.sha256)
    remembered = _remembered(workshop, basis)
    if remembered is not None and _inputs_unchanged(workshop, project, remembered):
        return Compilation(remembered, {}, basis)
    workshop.expect_work(size_bytes=digest.size_bytes)
    from renderer.pipeline.reading.examine import read_storyboard  # noqa: PLC0415 - parsing costs imports that a no-op can spare

    content = read_storyboard(workshop, project)
    compiled, details = _compile(workshop, project, content, ground=ground, reach=reach)
    basis = _memo_key(ground, digest_bytes(content).sha256)
    workshop.store.memos.put_later(MEMO, basis, compiled.to_json)
    return Compilation(compiled, details, basis)


def _compile(
    workshop: Workshop, project: Project, content: bytes, *, ground: Sequence[str], reach: Reach
) -> tuple[Compiled, Mapping[int, Detail]]:
    """Compile a text, only the shots that were edited where the others are remembered."""
    from renderer.pipeline.reading.examine import examine_text  # noqa: PLC0415
    from renderer.pipeline.reading.known import known_of  # noqa: PLC0415
    from renderer.spec import cut_sections  # noqa: PLC0415

    sections = cut_sections(content)
    key = _memo_key(ground, sections.around) if sections else ""
    if sections and (done := _recompile(workshop, project, sections, key, reach=reach)):
        workshop.store.memos.put_later(SHOTS, key, done.known.to_json)
        return done.compiled, done.details
    examined = examine_text(workshop, project, content, reach=reach)
    if not examined.is_sound:
        raise SpecError(examined.diagnostics)
    compiled, details = examined.compiled, dict(enumerate(examined.details))
    known = known_of(sections, examined, compiled) if sections else None
    del examined  # what is remembered next takes as much room
    if known:
        workshop.store.memos.put(SHOTS, key, known.to_json())
    return compiled, details


def _recompile(
    workshop: Workshop, project: Project, sections: Sections, key: str, *, reach: Reach
) -> Recompiled | None:
    from renderer.pipeline.reading.known import Known  # noqa: PLC0415
    from renderer.pipeline.reading.recompile import recompile  # noqa: PLC0415

    remembered = workshop.store.memos.get(SHOTS, key)
    if remembered is None:
        return None
    try:
        return recompile(workshop, project, sections, Known.from_json(remembered), reach=reach)
    except (KeyError, TypeError, ValueError, IndexError):
        return None  # what is remembered has another form


def _remembered(workshop: Workshop, key: str) -> Compiled | None:
    known = workshop.store.memos.get(MEMO, key)
    try:
        return None if known is None else Compiled.from_json(known)
    except (KeyError, TypeError, ValueError):
        return None


def remember_build(
    workshop: Workshop,
    project: Project,
    compiled: Compiled,
    *,
    films: Sequence[str],
    recipes: Callable[[], Mapping[str, Json]],
) -> None:
    """Keep the key under which each take was last built, and of what each film was joined.

    So the next plan can say what has changed since. `films` are the digests of all that are there; `recipes` is called
    where something is to be kept.
    """
    name, takes = _last_name(project), compiled.takes
    # Every build comes by here, so the names, which follow from shots and order, are made only when they are kept.
    digest = hashlib.sha256("\0".join([workshop.imprint_of(takes), *films]).encode()).hexdigest()
    if workshop.store.memos.get(LAST_DIGEST, name) != digest:
        workshop.store.memos.put(LAST, name, {row.name: row.key for row in takes})
        workshop.store.memos.put(FILMS, name, {**last_films(workshop, project), **recipes()})
        workshop.store.memos.put(LAST_DIGEST, name, digest)


def last_keys(workshop: Workshop, project: Project) -> Mapping[str, str]:
    """The key under which each take was last built here, by its name; empty where that is not known any more."""
    return workshop.store.memos.get(LAST, _last_name(project)) or {}


def last_films(workshop: Workshop, project: Project) -> Mapping[str, Json]:
    """Of what each film was last joined here, by its output's name, as `joined.recipe` tells it."""
    return workshop.store.memos.get(FILMS, _last_name(project)) or {}


def _last_name(project: Project) -> str:
    return f"{project.identity}/{project.asker_spec}"


def diagnose(workshop: Workshop, project: Project, *, reach: Reach) -> list[Diagnostic]:
    """All errors and warnings of a storyboard, in order of place; nothing is raised for them."""
    from renderer.pipeline.reading.examine import examine  # noqa: PLC0415 - parsing costs imports

    try:
        return examine(workshop, project, reach=reach).diagnostics
    except SpecError as error:
        return list(error.diagnostics)


def _ground(workshop: Workshop, project: Project, *, reach: Reach) -> tuple[str, ...]:
    """All that decides what a text compiles to, beside the text."""
    return (
        __version__,
        FACTS,
        schemas_digest(),
        workshop.tools,
        workshop.addresses,
        workshop.prices_state,
        project.label,
        str(project.provider),
        str(project.profile),
        str(reach.outside),
        str(sorted(retakes_of(workshop.store, project).items())),
    )


def _memo_key(ground: Sequence[str], text: str) -> str:
    return hashlib.sha256("\0".join([*ground, text]).encode("utf-8", "surrogateescape")).hexdigest()


def _inputs_unchanged(workshop: Workshop, project: Project, compiled: Compiled) -> bool:
    store, folder = workshop.store, project.spec.parent
    there = store.digests_of([folder / path for path, _, _ in compiled.inputs])
    expected = [Digest(sha256, size) for _, sha256, size in compiled.inputs]
    return list(there) == expected and all(
        store.has(Digest(sha256, size)) for _, sha256, size in compiled.urls
    )


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
