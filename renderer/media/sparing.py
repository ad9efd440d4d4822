"""Which packets of a clip show a part of it: what a decoder need not be given, ffmpeg is told to leave out.

A vendor's clip has one keyframe, so its last second is decoded from its first packet on. Half of the pictures on the way
there are such that no other one refers to (B-frames), and none of what comes behind the part is needed. A clip that is
not understood is read whole: it shows the same pictures, later.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import BinaryIO

from renderer.errors import MediaError
from renderer.media.moving import Moved
from renderer.media.splice.boxes import Numbers, UnfitError, children, only
from renderer.media.splice.nal import UNITS_MAX
from renderer.media.splice.part import read_index
from renderer.media.splice.tables import shown_ticks, sync_places
from renderer.media.splice.track import VISUAL_FIELDS_BYTES, Track, read_track
from renderer.model import Json, MediaFacts
from renderer.row import Row

INDEX_BYTES_MAX = 1 << 20
"""The index of a quarter of an hour; reading a longer one takes longer than it spares."""
LEFT_OUT_MAX = 200
"""How many packets are named to ffmpeg one by one: twenty seconds of B-frames."""
TERMS_MAX = 50
WHOLE_BEFORE, WHOLE_BEHIND = 8, 2
"""So many frames beside those that are seen are left as they are: by them a decoder finds out how far pictures are out of order."""
IDR, REFERENCED = 5, 0x60
"""ITU-T H.264, 7.3.1: the type of a unit that nothing before it is needed for, and the bits of `nal_ref_idc`."""
FAILED = "E621"


def sparing_arguments(clip: Path, facts: MediaFacts, manifests: Sequence[Mapping[str, Json]]) -> list[str]:
    """Input arguments that leave out what is not needed of a clip for segments of one film, ≥ 1; none where that cannot be told.

    Known for H.264 in MP4, at its own speed, whose packets stand in the file in the order in which they are decoded.
    """
    if facts.container != "mp4" or any(map(Moved.of, manifests)):
        return []
    with suppress(UnfitError, OSError), clip.open("rb", buffering=0) as stream:
        file_bytes = os.fstat(stream.fileno()).st_size
        index = read_index(stream, file_bytes=file_bytes, bytes_max=INDEX_BYTES_MAX)
        track = read_track(index, kind="vide", file_bytes=file_bytes)
        left_out = _left_out(stream, track, _shown(manifests), origin_s=facts.origin_s)
        return ["-bsf:v:0", f"noise=drop='{left_out}'"] if left_out else []
    return []


def _shown(manifests: Sequence[Mapping[str, Json]]) -> tuple[Fraction, Fraction]:
    """From when until when a clip must be whole, in seconds from its first picture on."""
    fps = Fraction(manifests[0]["fps"])
    first = min(manifest["first"] for manifest in manifests)
    end = max(manifest["first"] + manifest["frames"] for manifest in manifests)
    return (first - WHOLE_BEFORE) / fps, (end + WHOLE_BEHIND) / fps


async def run_sparing(
    spared: Sequence[str], whole: Sequence[str], *, run: Callable[[Sequence[str]], Awaitable[object]]
) -> None:
    """Run ffmpeg with arguments that spare it packets, and where it fails with those that do not: one may be built without that filter.

    Raises as `run` does.
    """
    if spared != whole:
        try:
            await run(spared)
        except MediaError as error:
            if error.code != FAILED:
                raise
        else:
            return
    await run(whole)


def _left_out(
    stream: BinaryIO, track: Track, shown_s: tuple[Fraction, Fraction], *, origin_s: Fraction
) -> str:
    """An expression of ffmpeg's that is true of packets to leave out, by where they stand in the file; empty for none."""
    config = only(children(track.entry.body[VISUAL_FIELDS_BYTES:]), "avcC")
    offsets, zero = track.samples.offsets, track.edit.from_tick
    shown = [tick - zero for tick in shown_ticks(track.tables, track.samples)]
    if min(shown) != origin_s * track.timescale or offsets.tolist() != sorted(offsets):
        raise UnfitError("its packets are out of order")
    since = floor((origin_s + shown_s[0]) * track.timescale)
    until = ceil((origin_s + shown_s[1]) * track.timescale)
    # What is held when the part begins may have begun long before.
    since = max((tick for tick in shown if tick <= since), default=min(shown))
    units = _Units(stream, offsets, track.samples.sizes, (config[4] & 3) + 1)
    first = _entry(units, shown, sync_places(track.tables, count=len(shown)), since=since)
    last = max((place for place, tick in enumerate(shown) if tick < until), default=len(shown) - 1)
    early = [place for place in range(first, last + 1) if shown[place] < since][-2 * LEFT_OUT_MAX :]
    spared = [place for place in early if not units.is_referenced(place)][-LEFT_OUT_MAX:]
    terms = [f"lt(pos,{offsets[first]})"] if first else []
    terms += [f"gt(pos,{offsets[last]})"] if last < len(shown) - 1 else []
    return _any([*terms, *(f"not(pos-{offsets[place]})" for place in spared)])


def _any(terms: Sequence[str]) -> str:
    # ffmpeg reads no sum of a hundred terms, but sums of sums.
    groups = (terms[start : start + TERMS_MAX] for start in range(0, len(terms), TERMS_MAX))
    return "+".join(f"({'+'.join(group)})" for group in groups)


def _entry(units: _Units, shown: Sequence[int], keyframes: Sequence[int], *, since: int) -> int:
    """From which packet on a clip is decoded to show what stands at `since`: the last clean start before, else the first."""
    before = [place for place in keyframes if shown[place] <= since]
    return before[-1] if before and units.is_clean(before[-1]) else 0


class _Units(Row):
    """The units (NAL) of a track's samples, by number of the sample; `width` is in how many bytes a unit's length is written."""

    stream: BinaryIO
    offsets: Numbers
    sizes: Numbers
    width: int

    def is_referenced(self, place: int) -> bool:
        """Whether any unit says that others need it, parameter sets too; a sample that cannot be read counts as needed."""
        return any(head & REFERENCED for head in self._heads(place))

    def is_clean(self, place: int) -> bool:
        """Whether nothing before a sample is needed for it and what follows (IDR)."""
        return any(head & 0x1F == IDR for head in self._heads(place))

    def _heads(self, place: int) -> Iterator[int]:
        """The first byte of each unit; for what cannot be read one that says all."""
        start, end = self.offsets[place], self.offsets[place] + self.sizes[place]
        for _ in range(UNITS_MAX):
            if start == end:
                return
            self.stream.seek(start)
            head = self.stream.read(self.width + 1)
            size = int.from_bytes(head[: self.width], "big")
            if len(head) <= self.width or not 0 < size <= end - start - self.width:
                break
            yield head[self.width]
            start += self.width + size
        yield 0xFF
