"""What is remembered of a compiled storyboard by its sections, so that an edit compiles the edited shots alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from renderer import spec
from renderer.diagnostic import Diagnostic
from renderer.model import Json
from renderer.pipeline.reading.examine import Examined
from renderer.pipeline.reading.including import Included
from renderer.pipeline.reading.telling import Told, told_by_section
from renderer.plan.enter import begins_of
from renderer.plan.rows import Compiled, ShotRow
from renderer.row import Row


class Known(Row):
    """A text by its sections: the digest of each, the line on which it begins, the rows and the form of its shots, in order.

    The last of the `lines` is the tail's. `begins` names each output with the shot that its film begins with, `told` are the warnings of
    the sections, `included` the files that the text includes, as they were.
    """

    names: Sequence[str]
    lines: Sequence[int]
    rows: Sequence[Sequence[ShotRow] | Json]
    forms: Sequence[str]
    begins: Sequence[tuple[str, str]]
    told: Told
    included: Included = ()

    def to_json(self) -> Json:
        return list(map(list, self))

    @classmethod
    def from_json(cls, value: Json) -> Known:
        """The inverse of `to_json`, its rows not read yet; raises `TypeError` or `ValueError` for another form."""
        names, lines, rows, forms, begins, told, included = value
        return cls(
            names,
            lines,
            rows,
            forms,
            [(output, shot) for output, shot in begins],
            Told(*told),
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

    def told_again(
        self,
        names: Sequence[str],
        lines: Sequence[int],
        fresh: Mapping[int, list[Diagnostic]],
        *,
        file: str,
    ) -> list[list[Diagnostic]]:
        """The warnings of each section of a text with these `names` and `lines`, the `fresh` ones' as they are, all others' as they stand in it now."""
        number_of = {name: number for number, name in enumerate(names)}
        numbers = [number_of.get(name, 0) for name in self.names]
        after = [*(lines[number] for number in numbers), lines[-1]]
        move = spec.mover(self.lines, after, numbers=numbers, file=file)
        before = dict(zip(self.names, self.told.moved(move), strict=True))
        return [fresh[number] if number in fresh else before[name] for number, name in enumerate(names)]


def known_of(sections: spec.Sections, examined: Examined, compiled: Compiled) -> Known | None:
    """What can be remembered of a whole text, which came to this, by its shots, if anything."""
    if not spec.fit(sections, examined.outline):
        return None
    told = told_by_section(examined, len(sections.shots))
    if told is None:
        return None
    rows = rows_by_section(examined, len(sections.shots))
    return Known(
        sections.names(),
        sections.lines(),
        rows,
        examined.outline.forms,
        begins_in(compiled),
        Told.of(told),
        examined.included,
    )


def begins_in(compiled: Compiled) -> list[tuple[str, str]]:
    """Each output with the shot that its film begins with."""
    return [(output.name, shot) for output, shot in begins_of(compiled)]


def rows_by_section(examined: Examined, sections: int) -> list[list[ShotRow]]:
    """The rows of sound shots by the section that each comes from."""
    found: list[list[ShotRow]] = [[] for _ in range(sections)]
    for shot, row in zip(examined.storyboard.shots, examined.shots, strict=True):
        found[shot.item].append(row)
    return found
