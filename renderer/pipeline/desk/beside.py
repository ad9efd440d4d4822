"""What is written beside each film: its subtitles, and a sidecar that says of what it is made.

A build with nothing to do finds, by a digest of all that decides them, that these files are as they must be.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.digest import Digest, digest_bytes
from renderer.model import base_of
from renderer.pipeline.clips.declared import Asked, shown_take, sources_of
from renderer.pipeline.desk.subtitled import SUBTITLES, subtitles_of
from renderer.pipeline.film.lettered import clip_slots
from renderer.pipeline.project import BUILD
from renderer.pipeline.run import Run
from renderer.pipeline.showing import clips_of
from renderer.plan.action import Input
from renderer.plan.enter import length_frames, starts_of
from renderer.plan.film import OutputRow, SlotRow
from renderer.store.authored import replace_authored

if TYPE_CHECKING:
    from renderer.report.sidecar import Film, Part

MEMO = "beside"
SIDECAR = ".json"
FORM = "3"
"""Of what these files say; another one has them written again."""


def put_beside(run: Run) -> int:
    """Write what belongs beside the films that there are, and take away what does not any more; returns how many were written.

    A file that this program wrote and somebody else changed since is left alone where it is not needed, and so is, beside a
    film outside `build/`, one that this program did not write. Raises
    `StoreError` E617.
    """
    films = [
        output for output in run.compiled.outputs if (state := run.films.get(output.name)) and state.result
    ]
    if not films:
        return 0
    store, name = run.workshop.store, f"{run.project.identity}/{run.project.asker_spec}"
    known = store.memos.get(MEMO, name) or {"imprint": "", "files": {}}
    imprint = _imprint(run, films)
    every = {_path_of(written): Digest(*digest) for written, digest in known["files"].items()}
    stems = {run.film_path(output).with_suffix("") for output in films}
    files = {path: digest for path, digest in every.items() if Path(path).with_suffix("") in stems}
    if known["imprint"] == imprint and store.digests_of(list(files)) == list(files.values()):
        return 0
    if any(output.name not in run.told for output in films):
        tell_shots(run)
    texts = {str(path): text.encode("utf-8") for output in films for path, text in _texts(run, output)}
    wanted = {path: digest_bytes(content) for path, content in texts.items()}
    there = dict(zip(wanted, store.digests_of(list(wanted)), strict=True))
    foreign = {
        path for path, found in there.items() if found and path not in files and not _is_built(run, path)
    }
    stale = [path for path, digest in wanted.items() if there[path] != digest and path not in foreign]
    for path in stale:
        replace_authored(Path(path), texts[path], name=path)
    _take_away(run, {path: digest for path, digest in files.items() if path not in wanted})
    elsewhere = {path: digest for path, digest in every.items() if path not in files}
    kept = elsewhere | {path: digest for path, digest in wanted.items() if path not in foreign}
    written = {os.fsencode(path).hex(): digest for path, digest in kept.items()}
    store.memos.put(MEMO, name, {"imprint": imprint, "files": written})
    return len(stale)


def tell_shots(run: Run) -> None:
    """Work out what sidecars say of the shots of those films whose clips are there, into `run.told`: before the films are, if there is time."""
    from renderer.report.sidecar import shot_lines  # noqa: PLC0415 - only where something is written

    asked = Asked(run)
    for output in run.compiled.outputs:
        if (clips := clips_of(run, output)) is not None:
            film = _film(run, output, asked, clips=clips)
            run.told[output.name] = film, shot_lines(film)
    asked.keep()


def _is_built(run: Run, path: str) -> bool:
    return Path(path).is_relative_to(run.project.root / BUILD)


def _path_of(written: str) -> str:
    # Names of files are bytes, and need not be text.
    return os.fsdecode(bytes.fromhex(written))


def _imprint(run: Run, films: list[OutputRow]) -> str:
    """A digest of all that decides what these files say."""
    told = hashlib.sha256(f"{FORM}\0{run.workshop.imprint_of(run.compiled.takes)}".encode())
    for output in films:
        state = run.films[output.name]
        assert state.result
        about = (str(run.film_path(output)), state.result.digest.sha256, run.compiled.title, output.fps)
        told.update(repr((about, output.cues, output.subtitles)).encode("utf-8", "surrogateescape"))
    told.update(repr([row[:3] for row in run.compiled.footage]).encode("utf-8", "surrogateescape"))
    return told.hexdigest()


def _texts(run: Run, output: OutputRow) -> Iterator[tuple[Path, str]]:
    from renderer.report.sidecar import sidecar  # noqa: PLC0415 - only where something is written

    film, state = run.film_path(output), run.films[output.name]
    assert state.result
    told, lines = run.told[output.name]
    yield film.with_suffix(SIDECAR), sidecar(told._replace(sha256=state.result.digest.sha256), lines=lines)
    for form in SUBTITLES:
        if form in output.subtitles and (text := subtitles_of(output, form)):
            yield film.with_suffix(f".{form}"), text


def _told(film: Path) -> str:
    """A film's name for people; bytes that are no text are written out."""
    return os.fsencode(film.name).decode("utf-8", "backslashreplace")


def _take_away(run: Run, files: dict[str, Digest]) -> None:
    for path, digest in files.items():
        if run.workshop.store.digest_of(Path(path)) == digest:
            with contextlib.suppress(OSError):
                Path(path).unlink()


def _film(run: Run, output: OutputRow, asked: Asked, *, clips: Sequence[Input]) -> Film:
    """A film whose bytes are not known yet."""
    from renderer.report.sidecar import Film  # noqa: PLC0415

    slots: dict[str, list[tuple[int, int]]] = {}
    first: dict[str, SlotRow] = {}
    cards, starts = {card.slot for card in output.cards}, starts_of(output.slots)
    for number, (slot, start) in enumerate(zip(output.slots, starts, strict=True)):
        if number not in cards:
            first.setdefault(slot.shot, slot)
            slots.setdefault(slot.shot, []).append((start, start + slot.frames))
    sources = sources_of(run)
    shown = dict(zip((slot.shot for slot in clip_slots(output)), clips, strict=True))
    return Film(
        file=_told(run.film_path(output)),
        sha256="",
        title=run.compiled.title,
        frames=length_frames(output.slots),
        fps=Fraction(output.fps),
        parts=tuple(
            _part(run, slot, asked, shown[shot].digest.sha256, slots[shot], source=sources.get(shot))
            for shot, slot in first.items()
        ),
        cards=len(cards),
    )


def _part(
    run: Run, slot: SlotRow, asked: Asked, clip: str, slots: Sequence[tuple[int, int]], *, source: str | None
) -> Part:
    from renderer.report.sidecar import Part, clip_text  # noqa: PLC0415

    told = clip_text(clip) if slot.take < 0 else asked.of(shown_take(run, slot.take), clip)
    return Part(base_of(slot.shot), slots, told, source)
