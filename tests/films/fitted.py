"""Where a slot's picture stands in a film, and how bright each place of it then is."""

from __future__ import annotations

from functools import cache

from .bars import CELLS, GREY, SHARE, cell_at, levels
from .reckon import Slot

EDGE_PX = 2.4
"""So near to an edge of a cell no level is sure."""
BLACK, WHITE = 16.0, 235.0
CARD, BAR, EDGE = "card", "bar", "edge"
Point = tuple[int, int]


def luma_of(colour: str) -> float:
    """The luma of a grey, `#rrggbb`, in limited range."""
    return BLACK + int(colour[1:3], 16) * (WHITE - BLACK) / 255


@cache
def points_of(slot: Slot, size: Point) -> tuple[Point, ...]:
    """The middles of the cells that a slot's picture shows, as places of the film; of a card some in its middle."""
    width, height = size
    if slot.clip is None:
        return tuple((width * x // 8, height * y // 8) for x in (3, 4, 5) for y in (4, 5, 6))
    aspect, (scale_x, scale_y) = slot.clip.kind.aspect, _scale(slot, size)
    across, down = SHARE / max(aspect, 1) / CELLS * scale_x, SHARE * min(aspect, 1) / CELLS * scale_y
    middles = [place + 0.5 - CELLS / 2 for place in range(CELLS)]
    found = [
        (round(width / 2 + x * across - 0.5), round(height / 2 + y * down - 0.5))
        for y in middles
        for x in middles
    ]
    return tuple((x, y) for x, y in found if 1 <= x < width - 1 and 1 <= y < height - 1)


def level_at(slot: Slot, number: int, point: Point, *, size: Point) -> float | None:
    """The level of a picture of a slot at a place of the film; none near an edge."""
    place = _place(slot, point, size)
    if place == EDGE:
        return None
    if place == BAR:
        return BLACK
    if slot.clip is None:
        return luma_of(slot.colour)
    return levels(slot.clip.mark, number)[place] if isinstance(place, int) else GREY


@cache
def _scale(slot: Slot, size: Point) -> tuple[float, float]:
    """How many pixels of the film the slot's whole picture would be wide and high."""
    assert slot.clip
    (own_x, own_y), (width, height) = slot.clip.kind.size, size
    if slot.fit == "stretch":
        return width, height
    ratios = (width / own_x, height / own_y)
    scale = max(ratios) if slot.fit == "crop" else min(ratios)
    return own_x * scale, own_y * scale


@cache
def _place(slot: Slot, point: Point, size: Point) -> int | str | None:
    """What is seen there: a cell by its number, a bar, an edge, or none of them."""
    if slot.clip is None:
        return CARD
    around = ((0, 0), (EDGE_PX, 0), (-EDGE_PX, 0), (0, EDGE_PX), (0, -EDGE_PX))
    found = {_exactly(slot, point[0] + 0.5 + x, point[1] + 0.5 + y, size=size) for x, y in around}
    return found.pop() if len(found) == 1 else EDGE


def _exactly(slot: Slot, x: float, y: float, *, size: Point) -> int | str | None:
    assert slot.clip
    scale_x, scale_y = _scale(slot, size)
    across, down = (x - size[0] / 2) / scale_x + 0.5, (y - size[1] / 2) / scale_y + 0.5
    if not (0 <= across <= 1 and 0 <= down <= 1):
        return BAR
    return cell_at(across, down, aspect=slot.clip.kind.aspect)
