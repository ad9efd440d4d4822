"""Compile only what an edit touched: shots whose part of the text is as it was are taken from what is remembered.

The law: what comes out equals what the whole text compiles to. So this gives up, and the whole is compiled, wherever
that is not certain: where the text does not fall into sections, where anything around the shots was edited, where
there is anything to tell, in the shots compiled now or in how all of them stand together. Only a storyboard of which
nothing was to be told is remembered by its shots.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from renderer import spec
from renderer.diagnostic import Place
from renderer.errors import MediaError, SpecError
from renderer.model import Json
from renderer.pipeline.project import Project, Reach
from renderer.pipeline.reading.examine import Examined, examine_text, read_storyboard
from renderer.pipeline.reading.including import Included
from renderer.pipeline.reading.makeable import check_makeable, is_uncertain
from renderer.pipeline.reading.ranges import check_ranges
from renderer.pipeline.reading.tracks import check_cues
from renderer.pipeline.workshop import Workshop
from renderer.plan.assemble import assemble
from renderer.plan.chain import is_broken
from renderer.plan.enter import begins_of, is_entered
from renderer.plan.rows import Compiled, Detail, ShotRow
from renderer.row import Row
from renderer.storyboard import Storyboard


class Known(Row):
    """A text by its sections: the digest of each, the line on which it begins, the rows and the form of its shots, in order.

    `begins` names each output with the shot that its film begins with; `included` are the files that the text includes, as they were.
    """

    names: Sequence[str]
    lines: Sequence[int]
    rows: Sequence[Sequence[ShotRow] | Json]
    forms: Sequence[str]
    begins: Sequence[tuple[str, str]]
    included: Included = ()

    def to_json(self) -> Json:
        return list(map(list, self))

    @classmethod
    def from_json(cls, value: Json) -> Known:
        """The inverse of `to_json`, its rows not read yet; raises `TypeError` or `ValueError` for another form."""
        names, lines, rows, forms, begins, included = value
        return cls(
            names,
            lines,
            rows,
            forms,
            [(output, shot) for output, shot in begins],
            tuple((path, sha256, size) for path, sha256, size in included),
        )

    def begun(self, first: str, *, unchanged: Collection[str]) -> frozenset[tuple[str, str]]:
        """What a film may begin with, as it did: an unchanged shot, while the first section of all has the name that it had."""
        if first != self.names[0]:
            return frozenset()
        return frozenset(begin for begin in self.begins if begin[1] in unchanged)

    def moved(self, number: int, line: int) -> list[ShotRow]:
        """The rows of a section that begins on another line now."""
        lines = line - self.lines[number]
        return [ShotRow.from_json(row).moved(lines) for row in self.rows[number]]


class Recompiled(Row):
    """A compiled storyboard, the details of the takes that were compiled now, by number, and what to remember."""

    compiled: Compiled
    details: Mapping[int, Detail]
    known: Known


def known_of(sections: spec.Sections, examined: Examined, compiled: Compiled) -> Known | None:
    """What can be remembered of a whole text, which came to this, by its shots, if anything."""
    if examined.diagnostics or not spec.fit(sections, examined.outline):
        return None
    rows = _by_section(examined, len(sections.shots))
    forms, begins = examined.outline.forms, _begins(compiled)
    return Known(sections.names(), sections.first_lines(), rows, forms, begins, examined.included)


def recompile(
    workshop: Workshop, project: Project, sections: spec.Sections, known: Known, *, reach: Reach
) -> Recompiled | None:
    """What the text of these sections compiles to, by `known` shots with the same text around; None to give up."""
    names, lines = sections.names(), sections.first_lines()
    place = {name: number for number, name in enumerate(known.names)}
    fresh = [number for number, name in enumerate(names) if name not in place] or [0]
    rows = {
        number: known.moved(place[names[number]], lines[number])
        for number in sorted(set(range(len(names))) - set(fresh))
    }
    excerpt = sections.excerpt(fresh)
    beside = _beside([row for section in rows.values() for row in section], forms=known.forms)
    begun = known.begun(names[0], unchanged=beside.shots)
    examined = _examined(workshop, project, excerpt, reach=reach, beside=beside)
    if examined is None or examined.included != known.included:
        return None
    made = _by_section(examined, len(fresh))
    for number, section, line in zip(fresh, made, excerpt.first_lines(), strict=True):
        rows[number] = [row.moved(lines[number] - line) for row in section]
    by_section = [rows[number] for number in range(len(names))]
    shots = [row for section in by_section for row in section]
    compiled = assemble(examined.storyboard, shots, included=examined.included, tracks=examined.tracks.rows)
    shown = [slot.frames for output in compiled.outputs for slot in output.slots]
    if min(shown, default=0) < 1 or spec.ids_clash([shot.shot for shot in shots]) or is_broken(shots):
        return None
    if not is_entered(compiled, shots, begun=begun):
        return None
    if _is_told(examined.storyboard, compiled, folder=project.spec.parent):
        return None
    move = sections.mover(fresh, file=project.label)
    details = [_placed(detail, move, fresh) for detail in examined.details]
    fresh_forms = dict(zip(fresh, examined.outline.forms, strict=True))
    forms = [fresh_forms.get(number) or known.forms[place[name]] for number, name in enumerate(names)]
    remembered = Known(names, lines, by_section, forms, _begins(compiled), examined.included)
    return Recompiled(compiled, _details(by_section, fresh, details), remembered)


def _begins(compiled: Compiled) -> list[tuple[str, str]]:
    return [(output.name, shot) for output, shot in begins_of(compiled)]


def _is_told(excerpt: Storyboard, compiled: Compiled, *, folder: Path) -> bool:
    """Whether there is anything to tell of how all shots stand together, or an excerpt cannot say so."""
    return (
        any(check_ranges(excerpt, compiled))
        or bool(check_cues(excerpt, compiled))
        or is_uncertain(excerpt, compiled)
        or bool(check_makeable(excerpt, compiled, folder=folder))
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
            found = {(row.shot, row.key): detail for row, detail in zip(rows, examined.details, strict=True)}
            if all((row.shot, row.key) in found for row in wanted):
                details = {number: found[row.shot, row.key] for row, number in wanted.items()}
                return _all_placed(details, part, chosen, file=project.label) if part else details
    raise MediaError(
        f"`{project.label}` changed while the build ran", code="M820", hint="run the same command again"
    )


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
    """The shots of an excerpt, each from its own section, if there is nothing to tell of them."""
    try:
        examined = examine_text(workshop, project, excerpt.content, reach=reach, beside=beside)
    except SpecError:
        return None
    return None if examined.diagnostics or not spec.fit(excerpt, examined.outline) else examined


def _beside(shots: Sequence[ShotRow], *, forms: Iterable[str]) -> spec.Beside:
    return spec.Beside(
        shots=frozenset(row.shot for row in shots),
        variables=frozenset(name for row in shots for name in row.variables),
        characters=sum(row.characters for row in shots),
        forms=frozenset(forms),
    )


def _by_section(examined: Examined, sections: int) -> list[list[ShotRow]]:
    """The rows of sound shots by the section that each comes from."""
    found: list[list[ShotRow]] = [[] for _ in range(sections)]
    for shot, row in zip(examined.storyboard.shots, examined.shots, strict=True):
        found[shot.item].append(row)
    return found


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
