"""The parts of a film as files: a picture's track frame by frame, the sound's track, and the chunks to copy of them."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import accumulate, groupby
from pathlib import Path
from typing import BinaryIO

from renderer.media.mp4 import boxes
from renderer.media.splice.boxes import Box, Numbers, UnfitError
from renderer.media.splice.nal import refuse_own_sets
from renderer.media.splice.tables import Samples, shown_ticks, sync_places
from renderer.media.splice.track import VISUAL_FIELDS_BYTES, Track, picture_entry, read_track
from renderer.row import Row

INDEX_BYTES_MAX = 64 << 20
"""What the index of a day of pictures takes, and more than enough for a part of a film."""


class Chunk(Row):
    """Samples that stand one behind the other, in their file and in the film: from which source, where, how long.

    `second` is the second of the film in which they are decoded.
    """

    source: int
    offset: int
    size_bytes: int
    samples: int
    second: int


class Picture(Row):
    """A picture's track. `shifts` say by how many places each sample is shown later than it is decoded, in frames."""

    entry: bytes
    samples: Samples
    shifts: Numbers
    keyframes: Sequence[int]


def read_picture(path: Path, *, frames: int, fps: Fraction) -> Picture:
    """What a film takes of a clip that it shows whole: so many frames at this rate, each once, from 0 on.

    Other tracks are left out. Raises `UnfitError` where the clip is not that, and `OSError`.
    """
    # Unbuffered: of each keyframe a few bytes are read, not the block that a buffer would fill.
    with path.open("rb", buffering=0) as stream:
        file_bytes = os.fstat(stream.fileno()).st_size
        track = read_track(read_index(stream, file_bytes=file_bytes), kind="vide", file_bytes=file_bytes)
        samples, keyframes = track.samples, sync_places(track.tables, count=len(track.samples.sizes))
        shifts = _shifts(track, frames=frames, fps=fps)
        if keyframes[0]:
            raise UnfitError("its first picture needs others before it")
        places = ((samples.offsets[place], samples.sizes[place]) for place in keyframes)
        _refuse_own_sets(stream, track.entry, places)
        return Picture(picture_entry(track.entry), samples, shifts, keyframes)


def read_sound(path: Path) -> Track:
    """The one track of a sound that was made for a film. Raises `UnfitError` where it is not that, and `OSError`."""
    with path.open("rb") as stream:
        file_bytes = os.fstat(stream.fileno()).st_size
        track = read_track(read_index(stream, file_bytes=file_bytes), kind="soun", file_bytes=file_bytes)
    if any(box.kind == "ctts" for box in track.tables):
        raise UnfitError("its samples are not in the order in which they are heard")
    if track.edit.from_tick >= track.samples.length:
        raise UnfitError("its edit begins beyond its end")
    return track


def chunks(samples: Samples, seconds: Iterable[tuple[int, int]], *, source: int) -> Iterator[Chunk]:
    """The samples of a track as few chunks, none of more than a second.

    `seconds` says, in order, each second of the film and which sample is the first one beyond it. A player that reads
    on from anywhere then finds picture and sound of a second beside each other.
    """
    start = 0
    for second, end in seconds:
        while start < end:
            *expected, after = accumulate(samples.sizes[start:end], initial=samples.offsets[start])
            found = samples.offsets[start:end].tolist()
            count = len(found)
            if expected != found:
                count = next(
                    n for n, (one, other) in enumerate(zip(expected, found, strict=True)) if one != other
                )
                after = expected[count]
            yield Chunk(source, found[0], after - found[0], count, second)
            start += count


def read_index(stream: BinaryIO, *, file_bytes: int, bytes_max: int = INDEX_BYTES_MAX) -> memoryview:
    """The `moov` of an MP4 file. Raises `UnfitError` where there is none, or one that is longer than that."""
    kinds: list[str] = []
    for kind, start, end in boxes(stream, 0, file_bytes):
        kinds.append(kind)
        if kind == "ftyp":
            stream.seek(start)
            if stream.read(4) == b"qt  ":
                raise UnfitError("it is a QuickTime file")
        if kind == "moov":
            if kinds[0] != "ftyp" or end - start > bytes_max:
                raise UnfitError("it has no index that is understood")
            stream.seek(start)
            return memoryview(stream.read(end - start))
    raise UnfitError("it has no index")


def _shifts(track: Track, *, frames: int, fps: Fraction) -> Numbers:
    step, rest = divmod(track.timescale * fps.denominator, fps.numerator)
    if rest or not step:
        raise UnfitError("its clock cannot carry the film's rate")
    if len(track.samples.sizes) != frames:
        raise UnfitError(f"it has {len(track.samples.sizes)} samples for {frames} frames")
    start, shown = track.edit.from_tick, shown_ticks(track.tables, track.samples)
    if sorted(shown) != list(range(start, start + frames * step, step)):
        raise UnfitError("its frames do not stand at their places")
    if track.edit.duration and not _shows(track, frames=frames, fps=fps):
        raise UnfitError("it has an edit that trims it")
    return array("i", [(tick - start) // step - number for number, tick in enumerate(shown)])


def _shows(track: Track, *, frames: int, fps: Fraction) -> bool:
    """Whether an edit lasts so many frames, to less than half of one: a film's clock may be too coarse for them."""
    frame, asked = track.film_scale * fps.denominator, track.edit.duration * fps.numerator
    return 2 * abs(asked - frames * frame) < frame


def _refuse_own_sets(stream: BinaryIO, entry: Box, keyframes: Iterable[tuple[int, int]]) -> None:
    def read(offset: int, size_bytes: int) -> bytes:
        stream.seek(offset)
        return stream.read(size_bytes)

    refuse_own_sets(entry, keyframes, read=read, header_bytes=VISUAL_FIELDS_BYTES)


def runs(parts: Iterable[Chunk]) -> Iterator[tuple[int, int, int]]:
    """Chunks as (source, offset, bytes) to copy: those that stand one behind the other in one source are one."""
    for _, group in groupby(_numbered(parts), key=lambda pair: pair[0]):
        together = [chunk for _, chunk in group]
        yield together[0].source, together[0].offset, sum(chunk.size_bytes for chunk in together)


def _numbered(parts: Iterable[Chunk]) -> Iterator[tuple[int, Chunk]]:
    number, source, end = 0, -1, -1
    for chunk in parts:
        number += (chunk.source, chunk.offset) != (source, end)
        source, end = chunk.source, chunk.offset + chunk.size_bytes
        yield number, chunk
