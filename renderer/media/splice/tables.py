"""The sample tables of one track: where each sample lies, how long it is, when it is shown. Pure.

A *sample* is a packet: one picture, or 1024 samples of sound. Tables are read in decoding order. Each count is held
against what is there before anything is made of it, so time and memory are bounded by the file's own size.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate, chain, pairwise, repeat
from operator import add

from renderer.media.splice.boxes import Box, Numbers, UnfitError, fields, numbers, only, optional, table
from renderer.row import Row

SAMPLES_MAX = 1 << 24
"""More than a week of pictures; their tables take 200 MB."""
STEP_BACK = 1 << 31
KNOWN = frozenset(
    {
        "stsd",
        "stts",
        "ctts",
        "cslg",
        "stss",
        "stsz",
        "stz2",
        "stsc",
        "stco",
        "co64",
        "sdtp",
        "sgpd",
        "sbgp",
        "free",
    }
)


class Samples(Row):
    """The samples of a track in decoding order: how many bytes, where in the file, at which tick it is decoded.

    `length` is how many ticks all of them last.
    """

    sizes: Numbers
    offsets: Numbers
    ticks: Sequence[int]
    length: int


def read_samples(boxes: Sequence[Box], *, file_bytes: int) -> Samples:
    """The samples that a track's `stbl` names. Raises `UnfitError` where the tables disagree or reach beyond the file."""
    unknown = {box.kind for box in boxes} - KNOWN
    if unknown:
        raise UnfitError(f"its tables have a `{min(unknown)}`, which is not understood")
    sizes = _sizes(boxes, file_bytes=file_bytes)
    offsets = _offsets(boxes, sizes, file_bytes=file_bytes)
    durations = _spread(table(only(boxes, "stts"), columns=2), count=len(sizes))
    *ticks, length = accumulate(durations, initial=0)
    return Samples(sizes, offsets, ticks, length)


def shown_ticks(boxes: Sequence[Box], samples: Samples) -> Sequence[int]:
    """When each sample is shown, in ticks before any edit list; as decoded where the track has no `ctts`."""
    body = optional(boxes, "ctts")
    if body is None:
        return samples.ticks
    shifts = _spread(table(body, columns=2), count=len(samples.sizes))
    if max(shifts) >= STEP_BACK:
        # Negative ones, whether the version says so or not: encoders differ in that, and no shift lasts for days.
        shifts = [shift - (shift >= STEP_BACK) * 2 * STEP_BACK for shift in shifts]
    return list(map(add, samples.ticks, shifts))


def sync_places(boxes: Sequence[Box], *, count: int) -> Sequence[int]:
    """Which samples can be decoded without any before them, rising from 0; all of them where nothing is said."""
    body = optional(boxes, "stss")
    if body is None:
        return range(count)
    places = [number - 1 for number in table(body, columns=1)]
    if any(before >= after for before, after in pairwise([-1, *places, count])) or not places:
        raise UnfitError("its table of keyframes is out of order")
    return places


def _sizes(boxes: Sequence[Box], *, file_bytes: int) -> Numbers:
    body = only(boxes, "stsz")
    size, count = fields("II", body, 4)
    if count > SAMPLES_MAX:
        raise UnfitError("it has more samples than any film")
    if not size:
        sizes = table(body, columns=1, header=8)
    elif size * count <= file_bytes:
        sizes = numbers(memoryview(size.to_bytes(4, "big") * count))
    else:
        raise UnfitError("its samples reach beyond its end")
    if not sizes or not all(sizes):
        raise UnfitError("it has an empty sample")
    return sizes


def _offsets(boxes: Sequence[Box], sizes: Numbers, *, file_bytes: int) -> Numbers:
    runs, chunks = table(only(boxes, "stsc"), columns=3), _chunk_offsets(boxes)
    firsts = [*runs[::3], len(chunks) + 1]
    if firsts[0] != 1 or any(before >= after for before, after in pairwise(firsts)) or set(runs[2::3]) != {1}:
        raise UnfitError("its table of chunks is out of order")
    offsets, sample = array("Q"), 0
    for (first, after), count in zip(pairwise(firsts), runs[1::3], strict=True):
        if not 0 < count <= len(sizes):
            raise UnfitError("its tables disagree on how many samples there are")
        for chunk in chunks[first - 1 : after - 1]:
            *places, end = accumulate(sizes[sample : sample + count], initial=chunk)
            if end > file_bytes:
                raise UnfitError("its samples reach beyond its end")
            offsets.extend(places)
            sample += count
    if sample != len(sizes):
        raise UnfitError("its tables disagree on how many samples there are")
    return offsets


def _chunk_offsets(boxes: Sequence[Box]) -> Numbers:
    narrow = optional(boxes, "stco")
    if narrow is None:
        return table(only(boxes, "co64"), columns=1, width_bytes=8)
    return table(narrow, columns=1)


def _spread(runs: Numbers, *, count: int) -> Sequence[int]:
    """Runs of (how many, value) as one value for each sample."""
    repeats, values = runs[::2], runs[1::2]
    if sum(repeats) != count:
        raise UnfitError("its tables disagree on how many samples there are")
    return list(chain.from_iterable(map(repeat, values, repeats)))
