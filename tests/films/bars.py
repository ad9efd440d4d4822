"""A picture that tells its clip and its number in black and white, so that it survives coding, scaling and cropping."""

from __future__ import annotations

from functools import cache

CELLS = 4
"""Cells of the square in the middle, along each side."""
SHARE = 0.5
"""The square's side, in shares of the picture's shorter one: a tall film of a wide clip still has all of it."""
DARK, GREY, LIGHT = 40, 128, 216
NUMBER_BITS, CLIP_BITS = 8, 5


@cache
def levels(clip: int, number: int) -> tuple[int, ...]:
    """The luma of the cells, row by row: light, dark, the number's bits, the clip's, and one that makes the light ones even."""
    bits = [1, 0, *_bits(number, NUMBER_BITS), *_bits(clip, CLIP_BITS)]
    return tuple(LIGHT if bit else DARK for bit in [*bits, sum(bits) % 2])


def _bits(value: int, count: int) -> list[int]:
    return [value >> place & 1 for place in range(count)]


def cell_at(x: float, y: float, *, aspect: float) -> int | None:
    """The cell at a place of an upright picture, from 0 to 1 of its width and height; none outside the square."""
    width, height = SHARE / max(aspect, 1), SHARE * min(aspect, 1)
    column, row = (x - 0.5) / width + 0.5, (y - 0.5) / height + 0.5
    if not (0 <= column < 1 and 0 <= row < 1):
        return None
    return int(row * CELLS) * CELLS + int(column * CELLS)


def draw(clip: int, number: int, *, size: tuple[int, int], aspect: float) -> bytes:
    """A grey picture of so many pixels, whose upright shape is `aspect` wide for each of its height."""
    shown = levels(clip, number)
    rows: dict[tuple[int | None, ...], bytes] = {}
    picture = []
    for y in range(size[1]):
        cells = _row(y, size=size, aspect=aspect)
        if cells not in rows:
            rows[cells] = bytes(GREY if cell is None else shown[cell] for cell in cells)
        picture.append(rows[cells])
    return b"".join(picture)


@cache
def _row(y: int, *, size: tuple[int, int], aspect: float) -> tuple[int | None, ...]:
    width, height = size
    return tuple(cell_at((x + 0.5) / width, (y + 0.5) / height, aspect=aspect) for x in range(width))
