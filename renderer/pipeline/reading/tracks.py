"""The files of tracks, found and heard; and what is to be told of how a film uses them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from renderer.diagnostic import Diagnostic, Finding
from renderer.model import base_of
from renderer.pipeline.reading.films import told_once
from renderer.pipeline.reading.inputs import InputDesk, Material
from renderer.plan.film import OutputRow
from renderer.plan.mix import CueRow, TrackRow
from renderer.plan.rows import Compiled, InputRow
from renderer.plan.score import begins_of, cues_of, length_of, plain
from renderer.row import Row
from renderer.storyboard import ShotSound, Storyboard, Track

EARLY_S = Fraction(1, 2)
"""Music may end so long before the film without anybody being told: files seldom end on a frame."""
NEVER = "S269"
"""Told of a track that no film hears: one that a cut-down leaves out is none of it."""


class Tracks(Row):
    """The files of the tracks that were found, as rows and as inputs, and what is wrong with the others."""

    rows: tuple[tuple[TrackRow, InputRow], ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def find_tracks(desk: InputDesk, tracks: Sequence[Track]) -> Tracks:
    """Find, digest and hear the file of each track."""
    rows: list[tuple[TrackRow, InputRow]] = []
    told: list[Diagnostic] = []
    desk.taken()  # what was asked for before is no track
    for track in tracks:
        found = desk.track(track.source)
        named = desk.taken()
        if isinstance(found, Finding):
            told.append(found.at(track.places["file"]))
        elif found and found.sound:
            name = named[0][0]
            path = os.path.relpath(found.path, desk.project.spec.parent) if found.path else ""
            rows.append((_row(track, path, found), InputRow(name, path, *found.digest)))
            told += _check_use(track, rows[-1][0])
    return Tracks(tuple(rows), tuple(told))


def check_cues(storyboard: Storyboard, compiled: Compiled) -> list[Diagnostic]:
    """What is to be told of tracks once it is known how long each film is; that one is never heard, where no film hears it."""
    if not storyboard.tracks:
        return []
    films = [output.name for output in storyboard.outputs]
    told = [
        (output.name, found)
        for output, row in zip(storyboard.outputs, compiled.outputs, strict=True)
        for found in _check_film(storyboard.tracks, compiled.tracks, row, rate_hz=output.sound.rate_hz)
    ]
    unheard = Counter(found.place for _, found in told if found.code == NEVER)
    return told_once(
        (one for one in told if one[1].code != NEVER or unheard[one[1].place] == len(films)), films=films
    )


def sound_row(sound: ShotSound) -> tuple[str, bool, str] | None:
    """How a shot's own sound stands in the film, as `ShotRow` has it."""
    return None if sound == ShotSound() else (plain(sound.gain_db), sound.mute, sound.kind)


def _row(track: Track, path: str, found: Material) -> TrackRow:
    digest, sound = found.digest, found.sound
    assert sound
    return TrackRow(
        track.id, path, digest.sha256, digest.size_bytes, sound.container, sound.rate_hz, sound.samples
    )


def _check_use(track: Track, row: TrackRow) -> Iterator[Diagnostic]:
    """Tell of a `use` that leaves the file."""
    length_s = Fraction(row.samples, row.rate_hz)
    use, lasts = track.use, f"and the file of `{track.id}` lasts {_shown(length_s)} s"
    if use and use.in_s >= length_s:
        message = f"`use` begins at {_shown(use.in_s)} s, {lasts}"
        yield Diagnostic("S266", message, track.places["use"], hint="begin earlier, or use a longer file")
    elif use and use.out_s is not None and use.out_s > length_s:
        message = f"`use` ends at {_shown(use.out_s)} s, {lasts}"
        hint = "what the file does not have is silence; end earlier, or use a longer file"
        yield Diagnostic("S267", message, track.places["use"], "warning", hint=hint)


def _check_film(
    tracks: Sequence[Track], rows: Sequence[TrackRow], output: OutputRow, *, rate_hz: int
) -> Iterator[Diagnostic]:
    fps, by_id = Fraction(output.fps), {track.id: track for track in tracks}
    length = begins_of(output.slots)[-1] / fps * rate_hz
    began = set()
    for cue in cues_of(tracks, rows, slots=output.slots, fps=fps, rate_hz=rate_hz):
        track = by_id[rows[cue.row].track]
        began.add(track.id)
        if cue.start >= length:
            yield _never(track, f"begins at {_shown(Fraction(cue.start, rate_hz))} s, after the film's end")
        elif _ends_early(track, rows[cue.row], cue, length, rate_hz=rate_hz):
            yield _early(track, cue, length, rate_hz=rate_hz)
    shown = {base_of(slot.shot) for slot in output.slots}
    for track in tracks if rows else ():
        shot = track.start.shot_id
        if shot is not None and track.id not in began and shot not in shown:
            yield _never(track, f"begins with `{shot}`, which the cut does not show")


def _ends_early(track: Track, row: TrackRow, cue: CueRow, length: Fraction, *, rate_hz: int) -> bool:
    whole = length_of(row, rate_hz=rate_hz)
    is_all = not track.loop and not (track.use and track.use.out_s) and cue.first + cue.samples == whole
    return track.kind == "music" and is_all and length - cue.start - cue.samples > EARLY_S * rate_hz


def _early(track: Track, cue: CueRow, length: Fraction, *, rate_hz: int) -> Diagnostic:
    end_s, film_s = Fraction(cue.start + cue.samples, rate_hz), length / rate_hz
    message = f"`{track.id}` is over at {_shown(end_s)} s, and the film lasts {_shown(film_s)} s"
    hint = (
        "let it come again with `loop: true`; a `use` with an end, or another `kind`, says that it is meant"
    )
    return Diagnostic("S268", message, track.place, "warning", hint=hint)


def _never(track: Track, why: str) -> Diagnostic:
    hint = "let it begin earlier, or delete the track"
    message = f"`{track.id}` is never heard: it {why}"
    return Diagnostic(NEVER, message, track.places.get("start", track.place), "warning", hint=hint)


def _shown(time_s: Fraction) -> str:
    return f"{float(time_s):.3f}".rstrip("0").rstrip(".")
