"""One film, or all, in the form of another program; as text. Reads what there is, makes and buys nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from renderer.errors import UsageError
from renderer.export.depfile import to_depfile
from renderer.export.edl import to_edl
from renderer.export.fcp7xml import to_fcp7xml
from renderer.export.graph import to_dot, to_mermaid
from renderer.export.otio import to_otio
from renderer.export.shotlist import to_csv
from renderer.export.timeline import Timeline
from renderer.pipeline.desk.subtitled import SUBTITLES, subtitles_of
from renderer.pipeline.desk.timeline import Place, Wanted, chosen_outputs, timeline_of
from renderer.pipeline.run import Run
from renderer.plan.film import OutputRow
from renderer.store.authored import replace_authored

FORMS: Mapping[str, Callable[[Timeline], str]] = {
    "otio": to_otio,
    "fcp7xml": to_fcp7xml,
    "edl": to_edl,
    "csv": to_csv,
}
"""Forms that hold one film."""
GRAPHS: Mapping[str, Callable[[Sequence[Timeline]], str]] = {"dot": to_dot, "mermaid": to_mermaid}
DEPFILE = "depfile"


def export_text(run: Run, form: str, *, outputs: Sequence[str], folder: Path) -> str:
    """The text of an export; clips are named as they lie below `build/`, relative to `folder`.

    Of several outputs those named, else the first; graph and depfile tell of all. Raises `UsageError` U100, U101, U102, U104, U108.
    """
    chosen = chosen_outputs(run, outputs)
    if form == DEPFILE:
        films = [run.project.film(output.file) for output in chosen]
        return to_depfile(
            [_from(film, run.workshop.here) for film in films],
            [_from(one, run.workshop.here) for one in needs(run)],
        )
    if form in GRAPHS:
        return GRAPHS[form]([timeline_of(run, output, place=_published(run, folder)) for output in chosen])
    if len(outputs) > 1:
        raise UsageError(f"`{form}` holds one film", code="U101", hint="name one `--output-name`")
    if form in SUBTITLES:
        return _subtitles(chosen[0], form)
    return FORMS[form](timeline_of(run, chosen[0], place=_published(run, folder)))


def _subtitles(output: OutputRow, form: str) -> str:
    text = subtitles_of(output, form)
    if not text:
        raise UsageError(
            f"`{output.file}` has no subtitles",
            code="U108",
            hint="they come from a shot's `dialogue` and `caption`",
        )
    return text


def needs(run: Run) -> list[Path]:
    """The files that a film depends on: storyboard, decisions, lock, and what the storyboard names; only those that are there."""
    project = run.project
    beside = [path for path in (project.picks, project.lock) if project.variant is None and path.is_file()]
    named = [row[0] for row in run.compiled.inputs] + [row.path for row in run.compiled.footage]
    named += [row.path for row in run.compiled.tracks if row.path]
    return [project.spec, *beside, *(project.spec.parent / name for name in dict.fromkeys(named))]


def write_text(path: Path, text: str) -> None:
    """Put a text at a path, by rename. Raises `StoreError` E617."""
    replace_authored(path, text.encode(), name=path.name)


def _published(run: Run, folder: Path) -> Place:
    """Where a build puts clips, or where an author's files lie."""

    def place(wanted: Wanted) -> str:
        if wanted.path:
            return _from(run.project.spec.parent / wanted.path, folder)
        if wanted.take is None:
            return ""  # a build puts the clips of today's takes there, and no others
        name = f"{wanted.shot}.mp4" if wanted.take == 1 else f"{wanted.shot}.take{wanted.take}.mp4"
        return _from(run.project.clips / name, folder)

    return place


def _from(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()
