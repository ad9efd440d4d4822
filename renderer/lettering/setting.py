"""A line of type as Pillow sets it: runs from left to right, each in the font that has it. Reads font files, draws nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.lettering.find import Font
from renderer.lettering.lines import is_rightward
from renderer.lettering.runs import Run, split_runs

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

TYPES_MAX = 64


def set_line(line: str, fonts: Sequence[Font], size_px: int) -> Iterator[tuple[Run, FreeTypeFont]]:
    """The runs of a line from left to right, each with its type; spaces at their ends apart, which go the line's way and not the run's."""
    rightward, runs = is_rightward(line), split_runs(line, [font.face for font in fonts])
    for run in runs if rightward else reversed(runs):
        core = run.text.strip(" ")
        before, _, after = run.text.partition(core) if core else (run.text, "", "")
        for part in filter(None, (before, core, after) if rightward else (after, core, before)):
            yield Run(run.face, part), type_of(fonts[run.face], size_px)


def type_of(font: Font, size_px: int) -> FreeTypeFont:
    """A font at a size, read once for as long as it is in use."""
    return _read(font.path, font.face.number, size_px)


@lru_cache(maxsize=TYPES_MAX)
def _read(path: Path, number: int, size_px: int) -> FreeTypeFont:
    from PIL import ImageFont  # noqa: PLC0415 - only where something is drawn

    return ImageFont.truetype(path, size_px, index=number)
