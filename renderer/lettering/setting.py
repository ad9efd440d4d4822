"""A line of type as Pillow sets it: runs from left to right, each in the font that has it. Reads font files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from renderer.lettering.find import Font
from renderer.lettering.lines import is_rightward
from renderer.lettering.runs import split_runs
from renderer.row import Row

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

TYPES_MAX = 64


class Typed(Row):
    """A part of a line in its type. `way` is that of the whole line, by which brackets face; None where this Pillow knows none."""

    text: str
    type_: FreeTypeFont
    way: str | None

    @property
    def width_px(self) -> float:
        return self.type_.getlength(self.text, direction=self.way)


def draw_line(pen: Any, place: tuple[int, int], line: Sequence[Typed], *, fill: tuple[int, ...]) -> None:
    """Draw a line with the left end of its base line at a place."""
    x, base = place
    for part in line:
        pen.text((x, base), part.text, font=part.type_, fill=fill, anchor="ls", direction=part.way)
        x += round(part.width_px)


def set_line(line: str, fonts: Sequence[Font], size_px: int) -> list[Typed]:
    """The runs of a line from left to right; spaces at their ends apart, which go the line's way and not the run's."""
    return list(_typed(line, fonts, size_px))


def _typed(line: str, fonts: Sequence[Font], size_px: int) -> Iterator[Typed]:
    rightward, runs = is_rightward(line), split_runs(line, [font.face for font in fonts])
    for run in runs if rightward else reversed(runs):
        core = run.text.strip(" ")
        before, _, after = run.text.partition(core) if core else (run.text, "", "")
        for part in filter(None, (before, core, after) if rightward else (after, core, before)):
            type_ = type_of(fonts[run.face], size_px)
            yield Typed(part, type_, ("ltr" if rightward else "rtl") if _is_shaping(type_) else None)


def _is_shaping(type_: FreeTypeFont) -> bool:
    from PIL.ImageFont import Layout  # noqa: PLC0415 - only where something is drawn

    return type_.layout_engine == Layout.RAQM


def type_of(font: Font, size_px: int) -> FreeTypeFont:
    """A font at a size, read once for as long as it is in use."""
    return _read(font.path, font.face.number, size_px)


@lru_cache(maxsize=TYPES_MAX)
def _read(path: Path, number: int, size_px: int) -> FreeTypeFont:
    from PIL import ImageFont  # noqa: PLC0415 - only where something is drawn

    return ImageFont.truetype(path, size_px, index=number)
