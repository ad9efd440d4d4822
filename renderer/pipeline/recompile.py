"""Compile only what an edit touched: shots whose part of the text is as it was are taken from what is remembered.

The law: what comes out equals what the whole text compiles to. So this gives up, and the whole is compiled, wherever
that is not certain: where the text does not fall into sections, where anything around the shots was edited, where
there is anything to tell, in the shots compiled now or in how all of them stand together. Only a storyboard of which
nothing was to be told is remembered by its shots.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from renderer import spec
from renderer.errors import MediaError, SpecError
from renderer.model import Json
from renderer.pipeline.examine import Examined, examine_text, read_storyboard
from renderer.pipeline.project import Project, Reach
from renderer.pipeline.workshop import Workshop
from renderer.plan.assemble import assemble
from renderer.plan.rows import Compiled, Detail, ShotRow


class Known(NamedTuple):
    """The shots of a text: the digest of each one's section, the line on which it begins, and its row, in order."""

    names: Sequence[str]
    lines: Sequence[int]
    rows: Sequence[ShotRow | Json]

    def to_json(self) -> Json:
        return [list(self.names), list(self.lines), list(self.rows)]

    @classmethod
    def from_json(cls, value: Json) -> Known:
        """The inverse of `to_json`, its rows not read yet; raises `TypeError` or `ValueError` for another form."""
        names, lines, rows = value
        return cls(names, lines, rows)

    def row(self, number: int) -> ShotRow:
        return ShotRow.from_json(self.rows[number])


class Recompiled(NamedTuple):
    """A compiled storyboard, the details of the takes that were compiled now, by number, and what to remember."""

    compiled: Compiled
    details: Mapping[int, Detail]
    known: Known


def known_of(sections: spec.Sections, examined: Examined) -> Known | None:
    """What can be remembered of a whole text by its shots, if anything."""
    if examined.diagnostics or not spec.fit(sections, examined.document):
        return None
    return Known(sections.names(), sections.first_lines(), examined.shots)


def recompile(
    workshop: Workshop, project: Project, sections: spec.Sections, known: Known, *, reach: Reach
) -> Recompiled | None:
    """What the text of these sections compiles to, by `known` shots with the same text around; None to give up."""
    names, lines = sections.names(), sections.first_lines()
    place = {name: number for number, name in enumerate(known.names)}
    fresh = [number for number, name in enumerate(names) if name not in place] or [0]
    rows = {
        number: known.row(place[names[number]]).moved(lines[number] - known.lines[place[names[number]]])
        for number in sorted(set(range(len(names))) - set(fresh))
    }
    excerpt = sections.excerpt(fresh)
    examined = _examined(workshop, project, excerpt, reach=reach, beside=_beside(list(rows.values())))
    if examined is None:
        return None
    for number, row, line in zip(fresh, examined.shots, excerpt.first_lines(), strict=True):
        rows[number] = row.moved(lines[number] - line)
    shots = [rows[number] for number in range(len(names))]
    compiled = assemble(examined.storyboard, shots)
    shown = [slot.frames for output in compiled.outputs for slot in output.slots]
    if min(shown, default=0) < 1 or spec.ids_clash([shot.shot for shot in shots]):
        return None
    return Recompiled(compiled, _details(shots, fresh, examined), Known(names, lines, shots))


def find_details(
    workshop: Workshop, project: Project, compiled: Compiled, numbers: Sequence[int], *, reach: Reach
) -> dict[int, Detail]:
    """The details of some takes of a compiled storyboard: only the shots that they belong to are read again.

    Raises `MediaError` M820 where the storyboard does not say any more what was compiled.
    """
    content = read_storyboard(project)
    wanted = {compiled.takes[number]: number for number in numbers}
    excerpt = _sections_of(content, [row.line for row in wanted])
    for part in (excerpt, content) if excerpt else (content,):
        with contextlib.suppress(SpecError):
            examined = examine_text(workshop, project, part, reach=reach)
            rows = [row for shot in examined.shots for row in shot.takes]
            found = {(row.shot, row.key): detail for row, detail in zip(rows, examined.details, strict=True)}
            if all((row.shot, row.key) in found for row in wanted):
                return {number: found[row.shot, row.key] for row, number in wanted.items()}
    raise MediaError(
        f"`{project.label}` changed while the build ran", code="M820", hint="run the same command again"
    )


def _sections_of(content: bytes, lines: Sequence[int]) -> bytes | None:
    """The text with those shots alone that stand on some lines."""
    sections = spec.cut_sections(content)
    if sections is None:
        return None
    starts = sections.first_lines()
    numbers = {bisect_right(starts, line) - 1 for line in lines}
    return None if -1 in numbers else sections.excerpt(sorted(numbers)).content


def _examined(
    workshop: Workshop, project: Project, excerpt: spec.Sections, *, reach: Reach, beside: spec.Beside
) -> Examined | None:
    """The shots of an excerpt, each from its own section, if there is nothing to tell of them."""
    try:
        examined = examine_text(workshop, project, excerpt.content, reach=reach, beside=beside)
    except SpecError:
        return None
    return None if examined.diagnostics or not spec.fit(excerpt, examined.document) else examined


def _beside(shots: Sequence[ShotRow]) -> spec.Beside:
    return spec.Beside(
        shots=frozenset(row.shot for row in shots),
        variables=frozenset(name for row in shots for name in row.variables),
        characters=sum(row.characters for row in shots),
    )


def _details(shots: Sequence[ShotRow], fresh: Sequence[int], examined: Examined) -> dict[int, Detail]:
    """The details of the fresh shots' takes, by the take's number among all."""
    found: dict[int, Detail] = {}
    details, take = iter(examined.details), 0
    wanted = set(fresh)
    for number, shot in enumerate(shots):
        if number in wanted:
            found |= {take + place: next(details) for place in range(len(shot.takes))}
        take += len(shot.takes)
    return found
