"""What a film says of itself: title, comment and chapters, as a `udta` box of its index, and what kind of source it is. Pure but for `add_…`.

Chapters are a list there (`chpl`), which ffmpeg, PyAV, mpv and VLC read and all others pass over. The other way, a text track,
would be one more track to every player that plays films with two. Such a list holds 255 of them at most.

The kind of source is a packet of XMP in a box of its own behind the media, where the XMP specification (part 3, MPEG-4) has it, and the
property is the one that IPTC has for it, `Iptc4xmpExt:DigitalSourceType`.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from renderer.errors import MediaError
from renderer.media.mp4 import boxes
from renderer.media.splice.boxes import HEADER_BYTES, Box, box, children, full_box, table, written
from renderer.media.splice.copying import write_film
from renderer.model import Json
from renderer.sources import VOCABULARY

UNITS_PER_S = 10_000_000
NAME_BYTES_MAX = 255
TEXT = 1
TAGS = {"title": "\xa9nam", "comment": "\xa9cmt"}
"""Names of iTunes metadata, which all players read in an MP4."""
XMP_ID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
XMP = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
   <Iptc4xmpExt:DigitalSourceType>{address}</Iptc4xmpExt:DigitalSourceType>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>
"""
CONTAINERS = frozenset({"trak", "mdia", "minf", "stbl"})
OFFSETS = {"stco": 4, "co64": 8}


def notes_box(notes: Mapping[str, Json], *, fps: Fraction) -> bytes:
    """The `udta` of a join manifest's notes: `title` and `comment`, and `chapters` as `frame name` in order, ≤ 255."""
    tags = [_tag(kind, notes[name]) for name, kind in TAGS.items() if notes.get(name)]
    handler = full_box("hdlr", bytes(4), b"mdir", b"appl", bytes(9))
    meta = [full_box("meta", handler, box("ilst", *tags))] if tags else []
    return box("udta", *meta, _chapters(notes.get("chapters", ()), fps=fps))


def add_notes(film: Path, notes: bytes, *, output: Path) -> None:
    """Write a film that lacks notes, its index first, with them into its index; the media are copied as they are.

    Raises `MediaError` M873 where the index cannot be read, and `OSError`.
    """
    with film.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        top = {kind: (body, after) for kind, body, after in boxes(stream, 0, size)}
        if "moov" not in top or "mdat" not in top or top["moov"] > top["mdat"]:
            raise _unreadable(film)
        body, after = top["moov"]
        stream.seek(0)
        opening = stream.read(body - HEADER_BYTES)
        stream.seek(body)
        moov = memoryview(stream.read(after - body))
    kept = [part for part in children(moov) if part.kind != "udta"]
    shift = sum(HEADER_BYTES + len(part.body) for part in kept) + len(notes) - len(moov)
    fresh = box("moov", *(_shifted(part, shift) for part in kept), notes)
    write_film(output, opening + fresh, [(0, after, size - after)], sources=[film])


def add_source(film: Path, source: str) -> None:
    """Say behind the media of a film what kind of source it is, in IPTC's word. Raises `OSError`."""
    packet = XMP.format(address=f"{VOCABULARY}{source}")
    with film.open("ab") as stream:
        stream.write(box("uuid", XMP_ID, packet.encode("utf-8")))


def _tag(kind: str, text: str) -> bytes:
    return box(kind, box("data", struct.pack(">II", TEXT, 0), text.encode("utf-8")))


def _chapters(chapters: Sequence[str], *, fps: Fraction) -> bytes:
    entries = b"".join(_chapter(*chapter.split(" ", 1), fps=fps) for chapter in chapters)
    return full_box("chpl", bytes(4), bytes([len(chapters)]), entries, version=1) if chapters else b""


def _chapter(frame: str, name: str, *, fps: Fraction) -> bytes:
    title = name.encode("utf-8")[:NAME_BYTES_MAX]
    return struct.pack(">QB", round(int(frame) / fps * UNITS_PER_S), len(title)) + title


def _shifted(part: Box, shift: int) -> bytes:
    """A part of the index with all media so many bytes further on."""
    if part.kind in CONTAINERS:
        return box(part.kind, *(_shifted(below, shift) for below in children(part.body)))
    width = OFFSETS.get(part.kind)
    if width is None:
        return box(part.kind, bytes(part.body))
    offsets: Iterable[int] = (offset + shift for offset in table(part.body, columns=1, width_bytes=width))
    moved = written(offsets, width_bytes=width)
    return full_box(part.kind, struct.pack(">I", len(moved) // width), moved)


def _unreadable(film: Path) -> MediaError:
    return MediaError(
        "the film's index cannot be read back",
        code="M873",
        facts=[("film", film)],
        hint="run `renderer doctor`",
    )
