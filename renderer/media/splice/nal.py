"""Parameter sets inside a picture's own packets: where they differ from the sample entry's, a splice would go wrong.

A decoder takes up every set that it meets. One that stands in the packets of a picture and differs from the entry's
would still be in force in the next picture, whose packets hold none. Looked at are the keyframes, where such sets
stand; the first one must be such that nothing before it is needed (IDR).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from renderer.media.splice.boxes import Box, UnfitError, children, fields, optional
from renderer.row import Row

Read = Callable[[int, int], bytes]
UNITS_MAX = 64
SET_BYTES_MAX = 1 << 16


class Form(Row):
    """How a codec tells its units (NAL): the bits of the type, which are parameter sets, pictures, clean starts."""

    shift: int
    mask: int
    sets: frozenset[int]
    pictures: frozenset[int]
    clean: frozenset[int]


FORMS = {
    # ITU-T H.264 table 7-1: 7 and 8 are the sets, 13 and 15 their extensions; 5 is an IDR picture.
    "avcC": Form(0, 0x1F, frozenset({7, 8, 13, 15}), frozenset({1, 2, 3, 4, 5}), frozenset({5})),
    # ITU-T H.265 table 7-1: 32 to 34 are the sets; 19 and 20 are IDR pictures.
    "hvcC": Form(1, 0x3F, frozenset({32, 33, 34}), frozenset(range(32)), frozenset({19, 20})),
}


def refuse_own_sets(
    entry: Box, keyframes: Iterable[tuple[int, int]], *, read: Read, header_bytes: int
) -> None:
    """Refuse a picture that brings sets of its own, or does not begin cleanly; codecs without units pass.

    `keyframes` are (offset, bytes) in order, ≥ 1; `read(offset, bytes)` gives what stands there; `header_bytes` stand
    in the entry before its boxes. Raises `UnfitError`.
    """
    parts = children(entry.body[header_bytes:])
    for kind, form in FORMS.items():
        config = optional(parts, kind)
        if config is not None:
            _, length_bytes = known = _declared(kind, config)
            for place, (offset, size) in enumerate(keyframes):
                _look(
                    form, known[0], offset, offset + size, read=read, width=length_bytes, is_first=not place
                )


def _declared(kind: str, config: memoryview) -> tuple[frozenset[bytes], int]:
    """The parameter sets of an entry's `avcC` or `hvcC`, and the bytes of a unit's length."""
    if kind == "avcC":
        width, count = fields("BB", config, 4)
        sets, start = _units(config, 6, count & 0x1F)
        (count,) = fields("B", config, start)
        more, _ = _units(config, start + 1, count)
        return frozenset([*sets, *more]), (width & 3) + 1
    width, arrays = fields("BB", config, 21)
    found: list[bytes] = []
    start = 23
    for _ in range(arrays):
        (count,) = fields("H", config, start + 1)
        sets, start = _units(config, start + 3, count)
        found += sets
    return frozenset(found), (width & 3) + 1


def _units(config: memoryview, start: int, count: int) -> tuple[Sequence[bytes], int]:
    found = []
    for _ in range(count):
        (size,) = fields("H", config, start)
        fields(f"{size}x", config, start + 2)
        found.append(bytes(config[start + 2 : start + 2 + size]))
        start += 2 + size
    return found, start


def _look(
    form: Form, known: frozenset[bytes], start: int, end: int, *, read: Read, width: int, is_first: bool
) -> None:
    """Walk the units of one keyframe up to its picture."""
    for _ in range(UNITS_MAX):
        head = read(start, width + 1)
        size = int.from_bytes(head[:width], "big")
        if len(head) <= width or not 0 < size <= end - start - width:
            raise UnfitError("a keyframe of it cannot be read")
        kind = head[width] >> form.shift & form.mask
        if kind in form.pictures:
            if is_first and kind not in form.clean:
                raise UnfitError("its first picture needs others before it")
            return
        if kind in form.sets and (size > SET_BYTES_MAX or read(start + width, size) not in known):
            raise UnfitError("it brings parameter sets of its own")
        start += width + size
    raise UnfitError("a keyframe of it cannot be read")
