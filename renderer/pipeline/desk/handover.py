"""A folder for the editor at the next desk: full-length clips, edit lists, the shot list, contact sheets. Buys nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from renderer.errors import GateError, shortened
from renderer.export.contents import to_readme
from renderer.export.edl import to_edl
from renderer.export.fcp7xml import to_fcp7xml
from renderer.export.library import has_timecode
from renderer.export.otio import to_otio
from renderer.export.shotlist import to_csv
from renderer.export.timeline import SHORT, Timeline, clip_name, safe_name, unique_names
from renderer.pipeline.desk.folder import Content, Filled, fill
from renderer.pipeline.desk.sheets import fonts_for, sheets_of, unshown
from renderer.pipeline.desk.subtitled import SUBTITLES, subtitles_of
from renderer.pipeline.desk.timeline import Wanted, chosen_outputs, timeline_of
from renderer.pipeline.run import Run
from renderer.row import Row

CLIPS = "clips"
README = "README.txt"
SIGNS = (SHORT, 12, 64)
LISTED = {"otio": to_otio, "xml": to_fcp7xml, "edl": to_edl, "csv": to_csv}
TIMED = ("xml", "edl")
MEANINGS = {
    "otio": "OpenTimelineIO: the cut with all takes and requests",
    "xml": "Final Cut Pro 7 XML: the cut, for Premiere and Resolve",
    "edl": "CMX 3600 edit list: the picture",
    "csv": "shot list",
    "srt": "subtitles",
    "vtt": "subtitles for the web",
    "jpg": "contact sheet",
}


class Handover(Row):
    """What lies in the folder, by name, what was done, shots without a clip, and what an editor should know."""

    files: Mapping[str, Content]
    filled: Filled
    missing: tuple[str, ...]
    notes: tuple[str, ...]


def hand_over(run: Run, folder: Path, *, outputs: Sequence[str] = (), is_partial: bool = False) -> Handover:
    """Fill a folder with all that an editor needs of these outputs, all of them where none is named.

    Raises `GateError` U103, with nothing written, where a clip of the cut is missing, unless it may be partial;
    `UsageError` U100; `StoreError` for a clip that the store has no more; and as `fill`.
    """
    films, clips = _timelines(run, outputs)
    missing = tuple(dict.fromkeys(shot for film in films for shot in film.missing))
    if missing and not is_partial:
        raise GateError(
            "clips of the film are missing",
            code="U103",
            facts=[("shots", shortened(missing))],
            hint="build it first, or hand over what there is with `--partial`",
        )
    sources = _sources(run, clips)
    documents, notes = _documents(run, films, sources, missing)
    files = {
        **{
            f"{CLIPS}/{name}": Content(wanted.digest, source=_own(run, wanted))
            for wanted, name in clips.items()
        },
        **{name: Content.of(text) for name, text in documents.items()},
    }
    filled = fill(run.workshop.store, folder, files)
    kept = (f"{name} is no longer part of the film, and was changed: it is left" for name in filled.left)
    return Handover(files, filled, missing, (*notes, *kept))


def _timelines(run: Run, outputs: Sequence[str]) -> tuple[list[Timeline], dict[Wanted, str]]:
    """The films, and the name of each clip that they name: of every take that there is of the shots in their cuts."""
    chosen = chosen_outputs(run, outputs)
    names: dict[Wanted, str] = {}

    def note(wanted: Wanted) -> str:
        names[wanted] = ""
        return ""

    def place(wanted: Wanted) -> str:
        return f"{CLIPS}/{names[wanted]}"

    for output in chosen:
        timeline_of(run, output, place=note)
    found = unique_names([list(_names(run, wanted)) for wanted in names])
    names = dict(zip(names, found, strict=True))
    return [timeline_of(run, output, place=place) for output in chosen], names


def _names(run: Run, wanted: Wanted) -> Iterator[str]:
    """The names that a clip may have, from short to long; the longest tells it from every other."""
    for signs in SIGNS:
        yield clip_name(
            run.project.spec.stem,
            shot=wanted.shot,
            take=wanted.take,
            sha256=wanted.digest.sha256,
            ending=wanted.ending,
            signs=signs,
        )


def _own(run: Run, wanted: Wanted) -> Path | None:
    return run.project.spec.parent / wanted.path if wanted.path else None


def _sources(run: Run, clips: Mapping[Wanted, str]) -> dict[str, Path]:
    """Where the bytes of each clip are, by its path in the folder; those of the store were checked."""
    stored = [wanted for wanted in clips if not wanted.path]
    paths = run.workshop.store.checked.paths([wanted.digest for wanted in stored])
    checked = dict(zip(stored, paths, strict=True))
    return {
        f"{CLIPS}/{name}": checked.get(wanted) or run.project.spec.parent / wanted.path
        for wanted, name in clips.items()
    }


def _documents(
    run: Run, films: Sequence[Timeline], sources: Mapping[str, Path], missing: Sequence[str]
) -> tuple[dict[str, bytes], list[str]]:
    """The texts and sheets by name, and what is to be known of them."""
    texts: dict[str, bytes] = {}
    meanings: dict[str, str] = {f"{CLIPS}/": "the clips of all takes, and the sounds, as they were made"}
    notes = [f"shots without a clip: {shortened(missing)}"] if missing else []
    outputs = {run.project.film(output.file).name: output for output in run.compiled.outputs}
    stems = unique_names(
        [[safe_name(film.name), f"{safe_name(film.name)}-{number}"] for number, film in enumerate(films, 1)]
    )
    for film, stem in zip(films, stems, strict=True):
        forms = {form: write for form, write in LISTED.items() if form not in TIMED or has_timecode(film.fps)}
        if len(forms) < len(LISTED):
            notes.append(
                f"{film.file} has no XML and no edit list: there is no timecode at {film.fps} frames a second"
            )
        texts |= {f"{stem}.{form}": write(film).encode() for form, write in forms.items()}
        subtitles = {form: subtitles_of(outputs[film.file], form) for form in SUBTITLES}
        texts |= {f"{stem}.{form}": text.encode() for form, text in subtitles.items() if text}
        fonts = fonts_for(run, film, outputs[film.file])
        sheets = list(sheets_of(film, outputs[film.file], sources, fonts=fonts))
        texts |= {
            f"{stem}{f'-{number}' if number > 1 else ''}.jpg": sheet for number, sheet in enumerate(sheets, 1)
        }
        notes += _told(film)
        if lacking := unshown(film, fonts):
            notes.append(
                f"the contact sheet of {film.file} tells what no font here has by its number: {lacking}"
            )
    meanings |= {name: MEANINGS[name.rpartition(".")[2]] for name in texts}
    title = run.compiled.title or run.project.spec.stem
    texts[README] = to_readme(title, films, files=meanings, notes=notes).encode()
    return texts, notes


def _told(film: Timeline) -> Iterator[str]:
    """What the edit lists cannot say, slot by slot."""
    for number, event in enumerate(film.events, start=1):
        if event.motion.words:
            yield f"{film.file}, slot {number} ({event.shown.shot}): the film shows it {event.motion.words}"
        if event.ahead:
            yield f"{film.file}, slot {number} ({event.shown.shot}): the clip's last frame is held for {event.ahead} frames before it"
        if event.held > 1:
            yield f"{film.file}, slot {number} ({event.shown.shot}): the last frame is held for {event.held} frames"
