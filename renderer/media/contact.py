"""Contact sheets: one frame of each shot in a grid, with lines of text below; as JPEG files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from renderer.lettering.find import Font
from renderer.media.caption import draw_line
from renderer.media.probe import open_clip, sniff_container
from renderer.media.standing import is_picture
from renderer.model import Centre
from renderer.row import Row

if TYPE_CHECKING:
    from PIL.Image import Image

COLUMNS_MAX, ROWS_MAX = 5, 12
FRAME_PX, GAP_PX, TEXT_PX = 384, 24, 18
LEADING_PX = 26
TITLE_PX = 34
PAPER, INK, FAINT, EMPTY = (22, 22, 24), (240, 240, 240), (160, 160, 166), (44, 44, 48)
ASPECT_MIN = Fraction(1, 3)
QUALITY = 88
DECODED_MAX = 1000
"""Frames between two keyframes that are decoded in search of one; what comes after is shown by the last of these."""


class Cell(Row):
    """One picture: the clip, None where there is none, the time to show, and lines of text, the first one in bold ink.

    With a `centre` its box is filled, cut out about there as the film does; else the frame is whole.
    """

    clip: Path | None
    time_s: Fraction
    lines: tuple[str, ...]
    centre: Centre | None = None


def contact_sheets(
    title: str, cells: Sequence[Cell], *, aspect: Fraction, fonts: Sequence[Font]
) -> Iterator[bytes]:
    """Sheets of up to 60 cells each, in order; frames stand in boxes of this aspect, width over height.

    `fonts` draw the texts, the first that can, ≥ 1; what none of them has is told by its number.

    Raises `MediaError` M801, M802, M804 for a clip that cannot be read.
    """
    full = COLUMNS_MAX * ROWS_MAX
    sheets = [cells[start : start + full] for start in range(0, len(cells), full)]
    for number, some in enumerate(sheets, start=1):
        told = title if len(sheets) == 1 else f"{title}, {number} of {len(sheets)}"
        stream = BytesIO()
        _draw(told, some, max(aspect, ASPECT_MIN), fonts).save(stream, "JPEG", quality=QUALITY, subsampling=0)
        yield stream.getvalue()


def _draw(title: str, cells: Sequence[Cell], aspect: Fraction, fonts: Sequence[Font]) -> Image:
    from PIL import Image, ImageDraw  # noqa: PLC0415 - only where something is drawn

    columns = min(COLUMNS_MAX, len(cells))
    rows = -(-len(cells) // columns)
    height = round(FRAME_PX / aspect)
    text_height = LEADING_PX * max(len(cell.lines) for cell in cells) + GAP_PX // 3
    step = (FRAME_PX + GAP_PX, height + text_height + GAP_PX)
    top = GAP_PX * 2 + TITLE_PX
    sheet = Image.new("RGB", (GAP_PX + columns * step[0], top + rows * step[1]), PAPER)
    pen = ImageDraw.Draw(sheet)
    width = sheet.width - 2 * GAP_PX
    draw_line(pen, (GAP_PX, GAP_PX), title, fonts=fonts, size_px=TITLE_PX, width_px=width, fill=INK)
    for number, cell in enumerate(cells):
        left, y = GAP_PX + number % columns * step[0], top + number // columns * step[1]
        _paste(sheet, pen, cell, box=(left, y, height))
        for line, text in enumerate(cell.lines):
            place = (left, y + height + GAP_PX // 3 + line * LEADING_PX)
            fill = FAINT if line else INK
            draw_line(pen, place, text, fonts=fonts, size_px=TEXT_PX, width_px=FRAME_PX, fill=fill)
    return sheet


def _paste(sheet: Image, pen: Any, cell: Cell, *, box: tuple[int, int, int]) -> None:
    """The frame in its box; a crossed box where there is none."""
    left, top, height = box
    corner = (left + FRAME_PX - 1, top + height - 1)
    pen.rectangle(((left, top), corner), fill=EMPTY)
    frame = frame_at(cell.clip, cell.time_s) if cell.clip else None
    if frame is None:
        pen.line(((left, top), corner), fill=FAINT)
        pen.line(((left, corner[1]), (corner[0], top)), fill=FAINT)
        return
    if cell.centre:
        sheet.paste(_filling(frame, (FRAME_PX, height), cell.centre), (left, top))
        return
    scale = min(FRAME_PX / frame.width, height / frame.height)
    small = frame.resize((max(1, round(frame.width * scale)), max(1, round(frame.height * scale))))
    sheet.paste(small, (left + (FRAME_PX - small.width) // 2, top + (height - small.height) // 2))


def _filling(frame: Image, size: tuple[int, int], centre: Centre) -> Image:
    """A frame that fills a box, cut out about a place as far as the picture goes."""
    from renderer.still import box_within, shaped_within  # noqa: PLC0415 - as below

    wide, high = shaped_within(frame.size, size)
    left, top = float(centre.x) * frame.width - wide / 2, float(centre.y) * frame.height - high / 2
    return frame.resize(size, box=box_within(frame.size, (wide, high), left=left, top=top))


def frame_at(path: Path, time_s: Fraction) -> Image | None:
    """The frame that is on screen at a time of a clip, upright, in square pixels; its last one after the end; None where it has none."""
    if is_picture(path):
        from renderer.still import open_still  # noqa: PLC0415 - only where a film shows a still

        return open_still(path)
    with open_clip(path, container=sniff_container(path)) as clip:
        video = clip.streams.video[0]
        assert video.time_base, "BUG: a clip without a time base"
        start = video.start_time or 0
        wanted = start + int(time_s / video.time_base)
        clip.seek(max(start, wanted), stream=video, backward=True)
        found = None
        for number, frame in enumerate(clip.decode(video)):
            if found is not None and (number > DECODED_MAX or (frame.pts is not None and frame.pts > wanted)):
                break
            found = frame
        if found is None:
            return None
        image: Image = found.to_image()  # type: ignore[no-untyped-call]
        aspect = video.sample_aspect_ratio or Fraction(1)
        square = image.resize((max(1, round(image.width * aspect)), image.height)) if aspect != 1 else image
        return square.rotate(found.rotation, expand=True) if found.rotation else square
