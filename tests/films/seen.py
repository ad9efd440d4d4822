"""A film that was built, held against the one by arithmetic, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import av

from .bars import CELLS, CLIP_BITS, NUMBER_BITS
from .blend import Moment, Span, blend, exactly, ground_of
from .fitted import Point, level_at, points_of
from .reckon import Film, Laid, nearest, scenes, standing

NEAR = 34.0
"""How far a level may be from the right one; light and dark are 176 apart."""
DARK_MAX, LIGHT_MIN = 96, 160


class Picture(NamedTuple):
    """The luma of a frame in eight bits: its bytes, how many a row has, and its size."""

    luma: memoryview
    row_bytes: int
    size: Point

    def level(self, point: Point) -> float:
        """How bright it is around a place."""
        x, y = point
        rows = [row * self.row_bytes for row in (y - 1, y, y + 1)]
        return sum(self.luma[row + column] for row in rows for column in (x - 1, x, x + 1)) / 9


class Scene(NamedTuple):
    """A frame of a film: the slot in which it is, and the one that still goes, where one goes over into the other."""

    number: int
    laid: Laid
    going: Laid | None
    film: Film

    @property
    def frame(self) -> int:
        return self.number - self.laid.first


def compare(path: Path, film: Film) -> tuple[int, list[str]]:
    """How many frames were held against what they must be, and what was wrong with some."""
    pictures, count, wrong = _pictures(path), 0, list[str]()
    for (number, laid, going), picture in zip(scenes(film), pictures, strict=False):
        count += 1
        scene = Scene(number, laid, going, film)
        if fault := _fault(picture, scene):
            place = f"{scene.frame} of {laid.end - laid.first}"
            wrong.append(f"frame {number} ({laid.slot.name}, {place}): {fault}")
    found = count + sum(1 for _ in pictures)
    return count, wrong if found == film.frames else [f"{found} frames instead of {film.frames}", *wrong]


def _pictures(path: Path) -> Iterator[Picture]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            plain = frame.reformat(format="yuv420p") if "10" in frame.format.name else frame
            plane = plain.planes[0]
            yield Picture(memoryview(plane), plane.line_size, (frame.width, frame.height))


def _fault(picture: Picture, scene: Scene) -> str:
    """What is wrong with a frame; empty where it shows one of the pictures that may stand there."""
    size, laid, going = picture.size, scene.laid, scene.going
    if scene.film.size not in (None, size):
        return f"{size} instead of {scene.film.size}"
    points = points_of(laid.slot, size) + (points_of(going.slot, size) if going else ())
    seen = [picture.level(point) for point in points]
    coming = standing(laid, scene.frame, rate=scene.film.rate)
    gone = standing(going, scene.number - going.first, rate=scene.film.rate) if going else {0}
    best = min(
        _worst([_span(scene, pair, point, size=size) for point in points], seen)
        for pair in product(gone, coming)
    )
    if best <= NEAR:
        return ""
    over = f", from {sorted(gone)} by {laid.slot.enter}, of {laid.overlap}" if going else ""
    return f"off by {best:.0f}; may be {sorted(coming)}{over}; reads {_read(seen)}"


def _worst(spans: Sequence[Span | None], seen: Sequence[float]) -> float:
    misses = (span.miss(level) for span, level in zip(spans, seen, strict=True) if span)
    return max(misses, default=0)


def _span(scene: Scene, pair: tuple[int, int], point: Point, *, size: Point) -> Span | None:
    """What may be seen at a place, where these two pictures stand; none where that is not sure."""
    (one, other), enter = pair, scene.laid.slot.enter
    came = level_at(scene.laid.slot, other, point, size=size)
    if came is None:
        return None
    if scene.going is None:
        rising = nearest(enter.length_s * scene.film.rate) if enter and not scene.laid.first else 0
        if not enter or scene.frame >= rising:
            return exactly(came)
        return exactly(ground_of(enter) + (came - ground_of(enter)) * scene.frame / rising)
    went = level_at(scene.going.slot, one, point, size=size)
    assert enter
    if went is None:
        return None
    return blend(Moment(enter, scene.frame, scene.laid.overlap, point, size), went, came)


def _read(seen: Sequence[float]) -> str:
    """What the bars of a plain picture say, else its cells."""
    cells = "".join(
        "1" if level > LIGHT_MIN else "0" if level < DARK_MAX else "?" for level in seen[: CELLS**2]
    )
    if "?" in cells or len(cells) < CELLS**2:
        return cells
    number, mark = cells[2 : 2 + NUMBER_BITS], cells[2 + NUMBER_BITS : 2 + NUMBER_BITS + CLIP_BITS]
    return f"{int(number[::-1], 2)} of clip {int(mark[::-1], 2)}"
