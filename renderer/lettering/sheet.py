"""Sheets: texts set into a picture's frame. How large, in which lines, and where each line stands. Pure.

Everything keeps to the title-safe area, which leaves a twentieth free on each side. Sizes are shares of the picture's
shorter side, so that a tall picture has type as large as a wide one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import accumulate
from typing import Protocol

from renderer.errors import MediaError
from renderer.lettering.face import Face
from renderer.lettering.lines import Measure, balance, is_rightward, pieces
from renderer.lettering.runs import Run, split_runs
from renderer.model import Size
from renderer.row import Row

SAFE = 0.05
SHRINK, SHRINKS_MAX = 0.94, 24
SIZE_MIN_PX = 9.0
LEADING = (1.2, 1.5)
"""The step from one base line to the next, in ems: the least, and the most that tall scripts are given."""
HEIGHT_MAX_EM, DEPTH_MAX_EM = 1.0, 0.42
TEXT_MAX = 1000
ACROSS = {"left": 1, "right": 3}
GAP_EM = 0.35
HAIR_PX = 0.01
"""What rounding may take a block over an edge."""


class Showing(Protocol):
    """What shows from frame `first` on for `frames` frames."""

    @property
    def first(self) -> int: ...

    @property
    def frames(self) -> int: ...


class Lettering(Row):
    """One text on a picture, from frame `first` on for `frames` frames; it may begin before the picture does, and end before.

    `place` is `middle`, `top`, `bottom`, `left`, `right` or two joined, as in `top-left`; `size` a percentage of the
    picture's shorter side; `colour` is `#rrggbb`. On a `plain` ground it needs no outline. `faces` draw it, the first that can.
    """

    text: str
    first: int
    frames: int
    place: str
    size: Fraction
    colour: str
    plain: bool
    faces: tuple[Face, ...]


class Line(Row):
    """One line of a block, runs in the order of its characters; base line and side in pixels from the upper left corner.

    `across` is 1, 2 or 3: whether `x` is its left end, middle or right end.
    """

    runs: tuple[Run, ...]
    x: float
    y: float
    across: int
    rightward: bool


class Block(Row):
    """A lettering set into a frame: lines from top to bottom, type of `size_px`, `top` to `bottom` in pixels."""

    lettering: Lettering
    lines: tuple[Line, ...]
    size_px: float
    top: float
    bottom: float


class _Setting(Row):
    """Lines before they have a place: each with the direction of its paragraph; heights in ems."""

    lines: tuple[tuple[str, bool], ...]
    size_px: float
    leading: float
    height: float
    depth: float

    @property
    def height_px(self) -> float:
        return self.size_px * (self.height + self.depth + self.leading * (len(self.lines) - 1))


def set_sheet(letterings: Sequence[Lettering], frame: Size) -> list[Block]:
    """The blocks of some letterings, in order; what would stand on one that shows at the same time stands beside it.

    Raises `MediaError` M871 for a text that fits the frame in no legible size, or not beside the others.
    """
    placed: list[Block] = []
    for lettering in letterings:
        setting = _fit(lettering, frame)
        top = _top(lettering, setting, frame, placed)
        placed.append(_place(lettering, setting, frame, top))
    return placed


def _fit(lettering: Lettering, frame: Size) -> _Setting:
    width, height = frame.width_px * (1 - 2 * SAFE), frame.height_px * (1 - 2 * SAFE)
    size_px = float(lettering.size) * min(frame) / 100
    for _ in range(SHRINKS_MAX):
        setting = _set(lettering, size_px, width / size_px)
        measure = _measure(lettering.faces)
        widest = max((measure(line) for line, _ in setting.lines), default=0)
        if setting.height_px <= height and widest * size_px <= width:
            return setting
        size_px *= SHRINK
        if size_px < SIZE_MIN_PX:
            break
    raise MediaError(
        "a text is too long for the picture",
        code="M871",
        facts=[("text", _shortened(lettering)), ("picture", frame)],
        hint="shorten it, make it smaller, or share it out among several titles or shots",
    )


def _shortened(lettering: Lettering) -> str:
    return " ".join(lettering.text.split())[:60]


def _set(lettering: Lettering, size_px: float, width_em: float) -> _Setting:
    measure = _measure(lettering.faces)
    lines = []
    for paragraph in lettering.text.strip("\n").split("\n"):
        rightward = is_rightward(paragraph)
        broken = balance(pieces(paragraph), width_em, measure) or [""]
        lines += [(line, rightward) for line in broken]
    used = {run.face for line, _ in lines for run in split_runs(line, lettering.faces)} or {0}
    heights = [
        (face.ascent / face.units, face.descent / face.units)
        for face in map(lettering.faces.__getitem__, used)
    ]
    leading = min(max(LEADING[0], *(up + down for up, down in heights)), LEADING[1])
    height = min(max(0.76, *(up - 0.2 for up, _ in heights)), HEIGHT_MAX_EM)
    depth = min(max(down for _, down in heights), DEPTH_MAX_EM)
    return _Setting(tuple(lines), size_px, leading, height, depth)


def _top(lettering: Lettering, setting: _Setting, frame: Size, placed: Sequence[Block]) -> float:
    """Where the block begins: by its place, and moved away from others of that place that show at the same time."""
    room, height = frame.height_px * SAFE, setting.height_px
    lowest = frame.height_px - room - height
    beside = [
        block
        for block in placed
        if row_of(block.lettering.place) == row_of(lettering.place) and meet(block.lettering, lettering)
    ]
    gap = setting.size_px * GAP_EM
    below, above = [block.bottom + gap for block in beside], [block.top - gap - height for block in beside]
    match row_of(lettering.place):
        case "top":
            top = max([room, *below])
        case "bottom":
            top = min([lowest, *above])
        case _:
            top = max([(frame.height_px - height) / 2, *below])
            top = top if top <= lowest + HAIR_PX else min(above, default=top)
    if not room - HAIR_PX <= top <= lowest + HAIR_PX:
        raise MediaError(
            "the texts that show at the same time do not fit the picture together",
            code="M871",
            facts=[("text", _shortened(lettering)), ("picture", frame)],
            hint="show them one after the other or at other places, or make them smaller",
        )
    return top


def _place(lettering: Lettering, setting: _Setting, frame: Size, top: float) -> Block:
    side = next((word for word in ACROSS if word in lettering.place.split("-")), "")
    x = {"left": frame.width_px * SAFE, "right": frame.width_px * (1 - SAFE)}.get(side, frame.width_px / 2)
    size, first = setting.size_px, top + setting.height * setting.size_px
    steps = accumulate([setting.leading * size] * (len(setting.lines) - 1), initial=first)
    lines = tuple(
        Line(tuple(split_runs(line, lettering.faces)), x, y, ACROSS.get(side, 2), rightward)
        for (line, rightward), y in zip(setting.lines, steps, strict=True)
    )
    return Block(lettering, lines, size, top, top + setting.height_px)


def row_of(place: str) -> str:
    """In which row a text of a place stands: `top`, `middle` or `bottom`."""
    return next((word for word in place.split("-") if word in ("top", "bottom")), "middle")


def meet(one: Showing, other: Showing) -> bool:
    """Whether two texts show at the same time."""
    return one.first < other.first + other.frames and other.first < one.first + one.frames


def _measure(faces: Sequence[Face]) -> Measure:
    @cache
    def width_of(character: str) -> float:
        face = next((face for face in faces if ord(character) in face.advances), None)
        return face.width_em(character) if face else 0.0

    def measure(text: str) -> float:
        return sum(map(width_of, text))

    return measure
