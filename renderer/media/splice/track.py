"""One track as a file's `moov` tells it: its clock, its sample entry, its samples, its edit. Pure.

Refused is what a film could not carry as it is: fragments, encryption, media in other files, a turned picture, more
than one sample entry, an edit that does more than shift.
"""

from __future__ import annotations

from collections.abc import Sequence

from renderer.media.splice.boxes import Box, UnfitError, box, children, fields, only, optional
from renderer.media.splice.tables import Samples, read_samples
from renderer.row import Row

UPRIGHT = (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
SELF_CONTAINED = 1
WHOLE_SPEED = 0x10000
EMPTY_EDIT = -1
VISUAL_FIELDS_BYTES = 78
COMPRESSOR_NAME = slice(42, 74)
PICTURE_ENTRIES = frozenset({"avc1", "hvc1", "av01"})
"""Sample entries whose parameter sets stand in the entry alone, or, in AV1, at every keyframe too."""
SOUND_ENTRIES = frozenset({"mp4a"})
PARTS_OF_ENTRY = frozenset({"avcC", "hvcC", "av1C", "colr", "pasp", "clap", "fiel", "mdcv", "clli", "chrm"})


class Edit(Row):
    """What an edit list shows: from which tick of the track on, and for how long in ticks of the film, 0: to its end."""

    from_tick: int
    duration: int


class Track(Row):
    """One track. `entry` is its sample entry; `tables` are the boxes of its `stbl`; `film_scale` counts edits."""

    kind: str
    timescale: int
    film_scale: int
    entry: Box
    edit: Edit
    tables: Sequence[Box]
    samples: Samples


def read_track(moov: memoryview, *, kind: str, file_bytes: int) -> Track:
    """The one track of a kind, `vide` or `soun`, in a `moov`; other kinds are not looked at.

    Raises `UnfitError` where there is none or more than one, or where a film could not carry it.
    """
    boxes = children(moov)
    if optional(boxes, "mvex") is not None:
        raise UnfitError("it is in fragments")
    tracks = [children(one.body) for one in boxes if one.kind == "trak"]
    found = [(trak, media) for trak in tracks if _kind(media := children(only(trak, "mdia"))) == kind]
    if len(found) != 1:
        raise UnfitError(f"it has {len(found) or 'no'} tracks of pictures or sound where one is needed")
    film_scale = _scale(only(boxes, "mvhd"))
    return _read(*found[0], kind=kind, film_scale=film_scale, file_bytes=file_bytes)


def _read(trak: Sequence[Box], media: Sequence[Box], *, kind: str, film_scale: int, file_bytes: int) -> Track:
    _refuse_turned(only(trak, "tkhd"))
    inner = children(only(media, "minf"))
    _refuse_elsewhere(only(children(only(inner, "dinf")), "dref"))
    tables = children(only(inner, "stbl"))
    timescale = _scale(only(media, "mdhd"))
    if not (timescale and film_scale):
        raise UnfitError("its clock stands still")
    entry = _entry(only(tables, "stsd"), allowed=PICTURE_ENTRIES if kind == "vide" else SOUND_ENTRIES)
    samples = read_samples(tables, file_bytes=file_bytes)
    return Track(kind, timescale, film_scale, entry, _edit(trak), tables, samples)


def picture_entry(entry: Box) -> bytes:
    """A picture's sample entry as films carry it, and as it is compared: without its encoder's name and bit rates.

    Those differ between clips that are alike in all that a decoder needs. Raises `UnfitError` for what may not stand
    in an MP4 file, such as the leftovers of QuickTime.
    """
    head = bytearray(entry.body[:VISUAL_FIELDS_BYTES])
    head[COMPRESSOR_NAME] = bytes(32)
    parts = [part for part in children(entry.body[VISUAL_FIELDS_BYTES:]) if part.kind != "btrt"]
    unknown = {part.kind for part in parts} - PARTS_OF_ENTRY
    if unknown or len(head) < VISUAL_FIELDS_BYTES:
        raise UnfitError("its sample entry holds what is not understood")
    return box(entry.kind, bytes(head), *(box(part.kind, bytes(part.body)) for part in parts))


def _kind(media: Sequence[Box]) -> str:
    return bytes(only(media, "hdlr")[8:12]).decode("latin-1")


def _scale(body: memoryview) -> int:
    # `mvhd` and `mdhd` begin alike: two dates, 64 bits wide in version 1, and the ticks of a second.
    (version,) = fields("B", body)
    return fields("I", body, 20 if version == 1 else 12)[0]


def _refuse_turned(tkhd: memoryview) -> None:
    (version,) = fields("B", tkhd)
    if fields("9I", tkhd, 52 if version == 1 else 40) != UPRIGHT:
        raise UnfitError("its picture is turned")


def _refuse_elsewhere(dref: memoryview) -> None:
    sources = children(dref[8:])
    if len(sources) != 1 or fields("I", sources[0].body)[0] & SELF_CONTAINED == 0:
        raise UnfitError("its media are in another file")


def _entry(stsd: memoryview, *, allowed: frozenset[str]) -> Box:
    entries = children(stsd[8:])
    if len(entries) != 1:
        raise UnfitError(f"it has {len(entries)} sample entries")
    if entries[0].kind not in allowed:
        raise UnfitError(f"its samples are `{entries[0].kind}`, which is not spliced")
    if fields("H", entries[0].body, 6) != (1,):
        raise UnfitError("its media are in another file")
    return entries[0]


def _edit(trak: Sequence[Box]) -> Edit:
    edits = optional(trak, "edts")
    if edits is None:
        return Edit(0, 0)
    body = only(children(edits), "elst")
    version, count = *fields("B", body), *fields("I", body, 4)
    if count != 1:
        raise UnfitError(f"it has {count} edits")
    duration, start, speed = fields("QqI" if version == 1 else "IiI", body, 8)
    if start <= EMPTY_EDIT or speed != WHOLE_SPEED:
        raise UnfitError("it has an edit that does more than shift it")
    return Edit(start, duration)
