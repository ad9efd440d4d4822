"""The part of a join that needs no ffmpeg: a film is spliced, and what was joined is checked. Takes JSON and returns it, as a mate does."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, MutableMapping, Sequence
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

from renderer.digest import signature_of
from renderer.media import check
from renderer.media.notes import add_source, notes_box
from renderer.media.parts import Parts
from renderer.media.splice import Opening, UnfitError, splice
from renderer.media.splice.part import Picture, read_picture
from renderer.model import Json

READ_MAX = 20_000
_READ: MutableMapping[tuple[Path, int, Fraction], tuple[tuple[int, ...], Picture]] = {}
"""What was read ahead, of the kind that each was read as; each is taken out as it is used."""


def splice_parts(*, parts: Mapping[str, Json]) -> Json:
    """Splice parts into a film with its notes: its `openings`, or why they are `unfit`. Raises as `splice` does."""
    film = Parts.from_json(parts)
    notes = notes_box(film.notes, fps=film.fps) if film.notes else b""
    try:
        openings = splice(
            film.pictures,
            frames=film.frames,
            fps=film.fps,
            sound=film.sound,
            output=film.output,
            notes=notes,
            read=_read,
        )
    except UnfitError as unfit:
        return {"unfit": unfit.reason}
    if film.source:
        add_source(film.output, film.source)
    return {"openings": [opening.to_json() for opening in openings]}


def read_ahead(*, pictures: Sequence[str], frames: Sequence[int], fps: str) -> Json:
    """Read parts that a film is likely to be spliced of, so that `splice_parts` need not; what cannot be read is left."""
    rate = Fraction(fps)
    if len(_READ) > READ_MAX:
        _READ.clear()
    for name, count in zip(pictures, frames, strict=True):
        with contextlib.suppress(UnfitError, OSError):
            path = Path(name)
            _READ[path, count, rate] = signature_of(path.stat()), read_picture(path, frames=count, fps=rate)
    return None


def _read(path: Path, *, frames: int, fps: Fraction) -> Picture:
    """`read_picture`, for which a file that was read ahead, and is that file still, is not read again."""
    signature, picture = _READ.pop((path, frames, fps), (None, None))
    if picture and signature == signature_of(path.stat()):
        return picture
    return read_picture(path, frames=frames, fps=fps)


def check_packets(*, parts: Mapping[str, Json]) -> Json:
    """Hold a film's packets against the parts that it was joined of, and say what it is. Raises as `check.check_packets` does."""
    film = Parts.from_json(parts)
    facts = check.check_packets(
        film.output, frames=sum(film.frames), fps=film.fps, size=film.size, has_sound=film.sound is not None
    )
    return facts.to_json()


def check_seams(*, parts: Mapping[str, Json], openings: Sequence[Json] | None) -> Json:
    """Enter a film where its parts begin, by its `openings` where it was spliced. Raises as `check.check_seams` does."""
    film = Parts.from_json(parts)
    check.check_seams(
        film.output,
        fps=film.fps,
        seams=[0, *accumulate(film.frames)][:-1],
        openings=None if openings is None else [Opening.from_json(opening) for opening in openings],
    )
    return None
