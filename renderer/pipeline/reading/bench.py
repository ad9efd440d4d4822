"""What a compilation gathers, shot by shot: diagnostics, rows and details, and the form in which they are remembered."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path

from renderer.diagnostic import Diagnostic, Finding
from renderer.model import Json, Size
from renderer.pipeline.project import Project
from renderer.pipeline.reading.fonts import Letterer
from renderer.pipeline.reading.inputs import InputDesk, Material
from renderer.pipeline.reading.materials import Materials
from renderer.pipeline.reading.outputs import framing_rows, use_row
from renderer.pipeline.reading.tracks import sound_row
from renderer.plan.enter import entering
from renderer.plan.motion import moving_of
from renderer.plan.rows import ChainRow, Detail, FootageRow, InputRow, ShotRow, TakeRow
from renderer.storyboard import Shot


class Bench:
    """What a compilation gathers: diagnostics, rows and details. `folders` are those of included files, by their label.

    `sizes` are those of the clips of shots that an output shows in a way of its own, `told` the warnings that follow from a shot alone,
    both by the shot's id.
    """

    def __init__(
        self,
        desk: InputDesk,
        folders: Mapping[str, str],
        diagnostics: list[Diagnostic],
        *,
        letterer: Letterer,
    ) -> None:
        self.desk, self.folders, self.diagnostics, self.letterer = desk, folders, diagnostics, letterer
        self.shots: list[ShotRow] = []
        self.details: list[Detail] = []
        self.sizes: dict[str, Size | None] = {}
        self.told: dict[str, list[Diagnostic]] = {}
        self._shared: dict[Diagnostic, Diagnostic] = {}

    def report(self, findings: Iterable[Finding], shot: Shot) -> None:
        """Tell what a shot's own request and its files are at fault for, whatever other shots there are."""
        for finding in findings:
            found = finding.at(shot.origin(".".join(map(str, finding.field))))
            if found.severity == "warning":
                found = self._shared.setdefault(found, found)
                self.told.setdefault(shot.id, []).append(found)
            self.diagnostics.append(found)

    def folder_of(self, shot: Shot) -> Callable[[str], str]:
        """Where the paths of a shot's field begin, relative to the storyboard's folder: where they are written."""
        return lambda field: self.folders.get(shot.origin(field).file, "")

    def keep(
        self,
        shot: Shot,
        length_s: Fraction,
        *,
        takes: Iterable[TakeRow] = (),
        footage: FootageRow | None = None,
        chains: Iterable[ChainRow] = (),
    ) -> None:
        """Add the row of a shot, with all inputs that were asked for since the last one."""
        use = use_row(shot.use)
        words = self.letterer.words_of(shot.words, output=shot.output)
        framings = framing_rows(shot, self.letterer.words_of)
        inputs = tuple(_input_row(name, found, self.desk.project) for name, found in self.desk.taken())
        sound = sound_row(shot.sound)
        row = ShotRow(
            *(shot.id, tuple(takes), footage, str(length_s), use, inputs, *shot.asked),
            *(framings, sound, tuple(chains), words, moving_of(shot.motion), entering(shot.enter)),
        )
        self.shots.append(row)


def input_details(materials: Materials, project: Project) -> dict[str, list[tuple[str, int, str | None]]]:
    return {
        role: [_input_detail(item, project) for item in ([given] if isinstance(given, Material) else given)]
        for role, given in materials.given.items()
    }


def _input_detail(material: Material, project: Project) -> tuple[str, int, str | None]:
    path = _beside(material.path, project) if material.path else None
    return material.digest.sha256, material.digest.size_bytes, path


def _input_row(name: str, material: Material, project: Project) -> InputRow:
    path = _beside(material.path, project) if material.path else ""
    return InputRow(name, path, material.digest.sha256, material.digest.size_bytes)


def _beside(path: Path, project: Project) -> str:
    """A path relative to the storyboard's folder, so that what is remembered holds for a moved project too."""
    return os.path.relpath(path, project.spec.parent)


def diagnostic_row(found: Diagnostic) -> dict[str, Json]:
    """A diagnostic as a row that can be remembered; `diagnostic_of` reads it."""
    place = found.place
    return {
        "code": found.code,
        "message": found.message,
        "severity": found.severity,
        "place": place and [place.file, place.line, place.column, place.end_column, place.path],
        "notes": list(found.notes),
        "hint": found.hint,
    }
