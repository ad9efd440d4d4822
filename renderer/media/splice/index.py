"""The index of a spliced film, written: `ftyp`, `moov` and the head of `mdat`. Pure; no dates and no names of tools.

One picture track with one sample entry, and at most one sound track. The film's clock is the picture's, so that the
edit list is exact. Chunk offsets take 32 bits, and 64 where the film is larger than that: old players know 32 only.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby

from renderer.media.splice.boxes import HEADER_BYTES, Numbers, UnfitError, box, full_box, written
from renderer.media.splice.part import Chunk
from renderer.media.splice.track import UPRIGHT, Track
from renderer.row import Row

TICKS_MAX = (1 << 31) - 1
NARROW_MAX = (1 << 32) - 1
PICTURE, SOUND = 1, 2
BRANDS = (b"isom", b"iso2", b"mp41")
ENABLED_IN_FILM = 3
SELF_CONTAINED = 1
UNDETERMINED = 0x55C4
"""The language `und`, five bits a letter (ISO/IEC 14496-12, 8.4.2)."""


class FilmTables(Row):
    """A film's pictures as tables. `shifts` are in frames; `keyframes` rise from 0; `sizes` are in bytes.

    `step` is how many ticks a frame lasts, `timescale` how many of them a second has.
    """

    entry: bytes
    timescale: int
    step: int
    sizes: Numbers
    shifts: Numbers
    keyframes: Numbers


class FilmPlan(Row):
    """All of a film: its tables, its sound, and its chunks in the order in which they follow.

    Chunks of `sound_source` are the sound's, all others the picture's. `notes` is a box that ends the index.
    """

    tables: FilmTables
    sound: Track | None
    layout: Sequence[Chunk]
    sound_source: int
    notes: bytes = b""


def write_index(plan: FilmPlan) -> bytes:
    """All that stands before a film's media. Raises `UnfitError` for a film that is longer than its clock can count."""
    _refuse_too_long(plan)
    tables = _sample_tables(plan.tables)
    media_bytes = sum(chunk.size_bytes for chunk in plan.layout)
    # Written twice, since where the media begin depends on how long this is, and that on nothing but the width.
    length = len(_heads(plan, tables, start=0, width_bytes=8, media_bytes=media_bytes))
    if length + media_bytes > NARROW_MAX:
        return _heads(plan, tables, start=length, width_bytes=8, media_bytes=media_bytes)
    length -= 4 * len(plan.layout) + HEADER_BYTES
    return _heads(plan, tables, start=length, width_bytes=4, media_bytes=media_bytes)


def _refuse_too_long(plan: FilmPlan) -> None:
    film, sound = plan.tables, plan.sound
    spans = [len(film.sizes) * film.step]
    if sound:
        spans += [sound.samples.length, sound.edit.from_tick, _shown(sound, film.timescale)]
    if max(spans) > TICKS_MAX:
        raise UnfitError("the film is too long for its clock")


def _heads(plan: FilmPlan, tables: bytes, *, start: int, width_bytes: int, media_bytes: int) -> bytes:
    film, sound = plan.tables, plan.sound
    offsets = accumulate((chunk.size_bytes for chunk in plan.layout), initial=start)
    placed = list(zip(plan.layout, offsets, strict=False))
    ticks = len(film.sizes) * film.step
    pictures = _chunk_tables((one for one in placed if one[0].source != plan.sound_source), width_bytes)
    heard = _chunk_tables((one for one in placed if one[0].source == plan.sound_source), width_bytes)
    traks = [
        _picture_track(film, tables + pictures, ticks=ticks),
        *([_sound_track(film, sound, heard)] if sound else []),
    ]
    length = max(ticks, _shown(sound, film.timescale)) if sound else ticks
    return (
        box("ftyp", BRANDS[0], struct.pack(">I", 512), *BRANDS, film.entry[4:8])
        + box("moov", _movie(film.timescale, length, tracks=len(traks)), *traks, plan.notes)
        + _media(width_bytes, media_bytes)
    )


def _media(width_bytes: int, media_bytes: int) -> bytes:
    if width_bytes == 4:
        return struct.pack(">I4s", HEADER_BYTES + media_bytes, b"mdat")
    return struct.pack(">I4sQ", 1, b"mdat", 2 * HEADER_BYTES + media_bytes)


def _movie(timescale: int, ticks: int, *, tracks: int) -> bytes:
    head = struct.pack(">IIIIIH10x", 0, 0, timescale, ticks, 0x10000, 0x100)
    return full_box("mvhd", head, struct.pack(">9I24xI", *UPRIGHT, tracks + 1))


def _sample_tables(film: FilmTables) -> bytes:
    return b"".join(
        (
            full_box("stsd", struct.pack(">I", 1), film.entry),
            full_box("stts", struct.pack(">III", 1, len(film.sizes), film.step)),
            *_shift_table(film),
            *_keyframe_table(film),
            full_box("stsz", struct.pack(">II", 0, len(film.sizes)), written(film.sizes)),
        )
    )


def _delay(film: FilmTables) -> int:
    """By how many frames showing lags behind decoding, so that no picture is shown before it is decoded."""
    return max(0, -min(film.shifts))


def _picture_track(film: FilmTables, tables: bytes, *, ticks: int) -> bytes:
    width, height = struct.unpack_from(">HH", film.entry, HEADER_BYTES + 24)
    head = full_box("vmhd", bytes(8), flags=1)
    return box(
        "trak",
        _track_head(PICTURE, ticks, volume=0, size=(width << 16, height << 16)),
        _edit(ticks, from_tick=_delay(film) * film.step),
        _media_box(
            head,
            box("stbl", tables),
            kind=b"vide",
            name=b"VideoHandler",
            timescale=film.timescale,
            ticks=ticks,
        ),
    )


def _shift_table(film: FilmTables) -> Sequence[bytes]:
    delay = _delay(film)
    runs = [(len(list(group)), (shift + delay) * film.step) for shift, group in groupby(film.shifts)]
    if not any(shift for _, shift in runs):
        return ()
    return (
        full_box("ctts", struct.pack(">I", len(runs)), written(number for run in runs for number in run)),
    )


def _keyframe_table(film: FilmTables) -> Sequence[bytes]:
    if len(film.keyframes) == len(film.sizes):
        return ()
    numbers = written(place + 1 for place in film.keyframes)
    return (full_box("stss", struct.pack(">I", len(film.keyframes)), numbers),)


def _sound_track(film: FilmTables, sound: Track, chunk_tables: bytes) -> bytes:
    kept = {one.kind: bytes(one.body) for one in sound.tables}
    shown = _shown(sound, film.timescale)
    tables = box(
        "stbl",
        *(box(kind, kept[kind]) for kind in ("stsd", "stts", "stss", "stsz") if kind in kept),
        chunk_tables,
        *(box(one.kind, bytes(one.body)) for one in sound.tables if one.kind in ("sgpd", "sbgp")),
    )
    head = full_box("smhd", bytes(4))
    return box(
        "trak",
        _track_head(SOUND, shown, volume=0x100, size=(0, 0)),
        _edit(shown, from_tick=sound.edit.from_tick),
        _media_box(
            head,
            tables,
            kind=b"soun",
            name=b"SoundHandler",
            timescale=sound.timescale,
            ticks=sound.samples.length,
        ),
    )


def _shown(sound: Track, timescale: int) -> int:
    # Rounded up, so that not even half a sample of the end is cut.
    if sound.edit.duration:
        return -(-sound.edit.duration * timescale // sound.film_scale)
    return -(-(sound.samples.length - sound.edit.from_tick) * timescale // sound.timescale)


def _track_head(number: int, ticks: int, *, volume: int, size: tuple[int, int]) -> bytes:
    head = struct.pack(">IIIII8xHHHH", 0, 0, number, 0, ticks, 0, int(number == SOUND), volume, 0)
    return full_box("tkhd", head, struct.pack(">9III", *UPRIGHT, *size), flags=ENABLED_IN_FILM)


def _edit(ticks: int, *, from_tick: int) -> bytes:
    return box("edts", full_box("elst", struct.pack(">IIiI", 1, ticks, from_tick, 0x10000)))


def _media_box(head: bytes, tables: bytes, *, kind: bytes, name: bytes, timescale: int, ticks: int) -> bytes:
    sources = full_box("dref", struct.pack(">I", 1), full_box("url ", flags=SELF_CONTAINED))
    return box(
        "mdia",
        full_box("mdhd", struct.pack(">IIIIHH", 0, 0, timescale, ticks, UNDETERMINED, 0)),
        full_box("hdlr", bytes(4), kind, bytes(12), name, b"\0"),
        box("minf", head, box("dinf", sources), tables),
    )


def _chunk_tables(placed: Iterable[tuple[Chunk, int]], width_bytes: int) -> bytes:
    samples, offsets = array("I"), array("Q")
    for chunk, offset in placed:
        samples.append(chunk.samples)
        offsets.append(offset)
    counts = groupby(enumerate(samples), key=lambda pair: pair[1])
    runs = [(next(group)[0] + 1, count, 1) for count, group in counts]
    return full_box("stsc", struct.pack(">I", len(runs)), written(n for run in runs for n in run)) + full_box(
        "stco" if width_bytes == 4 else "co64",
        struct.pack(">I", len(offsets)),
        written(offsets, width_bytes=width_bytes),
    )
