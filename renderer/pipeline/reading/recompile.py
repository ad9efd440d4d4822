"""Compile only what an edit touched: shots whose part of the text and whose files are as they were are taken from what is remembered.

The law: what comes out equals what the whole text compiles to. So this gives up, and the whole is compiled, wherever
that is not certain: where the text does not fall into sections, where anything around the shots was edited, where
there is anything to tell, in the shots compiled now or in how all of them stand together, but for warnings that follow from a
shot alone. Only a storyboard of which nothing else was to be told is remembered by its shots.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from renderer import spec
from renderer.diagnostic import Place
from renderer.digest import Digest
from renderer.errors import MediaError, SpecError
from renderer.pipeline.project import Project, Reach
from renderer.pipeline.reading.examine import Examined, examine_text, in_order, read_storyboard
from renderer.pipeline.reading.known import Known, begins_in, rows_by_section
from renderer.pipeline.reading.makeable import check_makeable, is_uncertain
from renderer.pipeline.reading.ranges import check_ranges
from renderer.pipeline.reading.telling import Told, moved_all, rows_of, told_by_section
from renderer.pipeline.reading.tracks import check_cues
from renderer.pipeline.workshop import Workshop
from renderer.plan.assemble import assemble
from renderer.plan.chain import is_broken
from renderer.plan.enter import is_entered
from renderer.plan.rows import Compiled, Detail, ShotRow, TakeRow
from renderer.row import Row
from renderer.storyboard import Storyboard


class Recompiled(Row):
    """A compiled storyboard, the details of the takes that were compiled now, by number, and what to remember."""

    compiled: Compiled
    details: Mapping[int, Detail]
    known: Known


def recompile(
    workshop: Workshop, project: Project, sections: spec.Sections, known: Known, *, reach: Reach
) -> Recompiled | None:
    """What the text of these sections compiles to, by `known` shots with the same text around; None to give up."""
    names, lines = sections.names(), sections.lines()
    place = {name: number for number, name in enumerate(known.names)}
    rows = {
        number: known.moved(place[name], lines[number]) for number, name in enumerate(names) if name in place
    }
    rows = _unchanged(rows, workshop, folder=project.spec.parent)
    if len(rows) == len(names):
        del rows[0]  # what is around the shots is read with one of them
    fresh = [number for number in range(len(names)) if number not in rows]
    excerpt = sections.excerpt(fresh)
    beside = _beside([row for section in rows.values() for row in section], forms=known.forms)
    begun = known.begun(names[0], unchanged=beside.shots)
    examined = _examined(workshop, project, excerpt, reach=reach, beside=beside)
    if examined is None or examined.included != known.included:
        return None
    told = told_by_section(examined, len(fresh))
    if told is None:
        return None
    made = rows_by_section(examined, len(fresh))
    for number, section, line in zip(fresh, made, excerpt.first_lines(), strict=True):
        rows[number] = [row.moved(lines[number] - line) for row in section]
    by_section = [rows[number] for number in range(len(names))]
    shots = [row for section in by_section for row in section]
    move = sections.mover(fresh, file=project.label)
    fresh_told = {number: moved_all(found, move) for number, found in zip(fresh, told, strict=True)}
    all_told = known.told_again(names, lines, fresh_told, file=project.label)
    compiled = assemble(examined.storyboard, shots, included=examined.included, tracks=examined.tracks.rows)
    if not _stands(examined.storyboard, shots, compiled, begun=begun, folder=project.spec.parent):
        return None
    heard = [*examined.tracks.diagnostics, *check_cues(examined.storyboard, compiled)]
    warnings = in_order(chain(*all_told, moved_all(heard, move)))
    compiled = compiled._replace(warnings=tuple(rows_of(warnings)))
    details = [_placed(detail, move, fresh) for detail in examined.details]
    fresh_forms = dict(zip(fresh, examined.outline.forms, strict=True))
    forms = [fresh_forms.get(number) or known.forms[place[name]] for number, name in enumerate(names)]
    remembered = Known(
        names, lines, by_section, forms, begins_in(compiled), Told.of(all_told), examined.included
    )
    return Recompiled(compiled, _details(by_section, fresh, details), remembered)


def _unchanged(
    rows: Mapping[int, list[ShotRow]], workshop: Workshop, *, folder: Path
) -> dict[int, list[ShotRow]]:
    """The sections, by number, whose shots' inputs are what they were: another still or clip makes another shot, whatever the text says."""
    store = workshop.store
    named = {
        row: Digest(row.sha256, row.size_bytes)
        for section in rows.values()
        for shot in section
        for row in shot.inputs
    }
    files = [row for row in named if row.path]
    there = store.digests_of([folder / row.path for row in files])
    other = {row for row, found in zip(files, there, strict=True) if found != named[row]}
    other |= {row for row, digest in named.items() if not row.path and not store.has(digest)}
    if not other:
        return dict(rows)
    return {
        number: section
        for number, section in rows.items()
        if not any(row in other for shot in section for row in shot.inputs)
    }


def _stands(
    excerpt: Storyboard,
    shots: Sequence[ShotRow],
    compiled: Compiled,
    *,
    begun: Collection[tuple[str, str]],
    folder: Path,
) -> bool:
    """Whether there is certainly nothing to tell of how all shots stand together; of tracks, which are looked at anew, nothing is asked."""
    shown = [slot.frames for output in compiled.outputs for slot in output.slots]
    if min(shown, default=0) < 1 or spec.ids_clash([shot.shot for shot in shots]) or is_broken(shots):
        return False
    return is_entered(compiled, shots, begun=begun) and not (
        any(check_ranges(excerpt, compiled))
        or is_uncertain(excerpt, compiled)
        or check_makeable(excerpt, compiled, folder=folder)
    )


def find_details(
    workshop: Workshop, project: Project, compiled: Compiled, numbers: Sequence[int], *, reach: Reach
) -> dict[int, Detail]:
    """The details of some takes of a compiled storyboard: only the shots that they belong to are read again.

    Raises `MediaError` M820 where the storyboard does not say any more what was compiled.
    """
    content = read_storyboard(workshop, project)
    wanted = {compiled.takes[number]: number for number in numbers}
    for part, chosen in _parts_with(content, [row.line for row in wanted]):
        with contextlib.suppress(SpecError):
            excerpt = part.excerpt(chosen) if part else None
            examined = examine_text(workshop, project, excerpt.content if excerpt else content, reach=reach)
            if excerpt and not spec.fit(excerpt, examined.outline):
                continue
            rows = [row for shot in examined.shots for row in shot.takes]
            found = {_named(row): detail for row, detail in zip(rows, examined.details, strict=True)}
            if all(_named(row) in found for row in wanted):
                details = {number: found[_named(row)] for row, number in wanted.items()}
                return _all_placed(details, part, chosen, file=project.label) if part else details
    raise MediaError(
        f"`{project.label}` changed while the build ran", code="M820", hint="run the same command again"
    )


def _named(row: TakeRow) -> tuple[str, int, str]:
    # Two takes of a shot may have one key, and each has lines of its own.
    return row.shot, row.take, row.key


Move = Callable[[Place], Place]


def _parts_with(content: bytes, lines: Sequence[int]) -> Iterator[tuple[spec.Sections | None, Sequence[int]]]:
    """The sections of a text and which of them stand on some lines, if it can be cut; then None for all of it."""
    sections = spec.cut_sections(content)
    if sections:
        starts = sections.first_lines()
        numbers = sorted({bisect_right(starts, line) - 1 for line in lines})
        if -1 not in numbers:
            yield sections, numbers
    yield None, ()


def _all_placed(
    details: Mapping[int, Detail], sections: spec.Sections, numbers: Sequence[int], *, file: str
) -> dict[int, Detail]:
    move = sections.mover(numbers, file=file)
    return {number: _placed(detail, move, numbers) for number, detail in details.items()}


def _placed(detail: Detail, move: Move, items: Sequence[int]) -> Detail:
    """A detail of an excerpt, its places those of the whole text."""
    shot = detail.shot
    assert shot, "BUG: places of a shot that was let go of"
    return detail._replace(shot=shot.moved(move, item=items[shot.item]))


def _examined(
    workshop: Workshop, project: Project, excerpt: spec.Sections, *, reach: Reach, beside: spec.Beside
) -> Examined | None:
    """The shots of an excerpt, each from its own section, if nothing is wrong with them."""
    try:
        examined = examine_text(workshop, project, excerpt.content, reach=reach, beside=beside)
    except SpecError:
        return None
    return examined if examined.is_sound and spec.fit(excerpt, examined.outline) else None


def _beside(shots: Sequence[ShotRow], *, forms: Iterable[str]) -> spec.Beside:
    return spec.Beside(
        shots=frozenset(row.shot for row in shots),
        variables=frozenset(name for row in shots for name in row.variables),
        characters=sum(row.characters for row in shots),
        forms=frozenset(forms),
    )


def _details(
    by_section: Sequence[Sequence[ShotRow]], fresh: Sequence[int], ordered: Iterable[Detail]
) -> dict[int, Detail]:
    """The details of the fresh sections' takes, by the take's number among all."""
    found: dict[int, Detail] = {}
    details, take = iter(ordered), 0
    wanted = set(fresh)
    for number, section in enumerate(by_section):
        count = sum(len(row.takes) for row in section)
        if number in wanted:
            found |= {take + place: next(details) for place in range(count)}
        take += count
    return found
