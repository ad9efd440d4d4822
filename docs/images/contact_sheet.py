"""The picture in the README: six frames of the demo film, each under its shot's id and its place in the film.

    renderer build specs/liftoff.yaml && python docs/images/contact_sheet.py

Run it again when the look of animatics or the demo storyboard changes.
"""  # noqa: INP001 - a script beside its picture

from __future__ import annotations

import os
from fractions import Fraction
from importlib.resources import files
from itertools import accumulate
from pathlib import Path

import av
from PIL import Image, ImageDraw, ImageFont

from renderer.pipeline.project import open_project
from renderer.pipeline.run import Wishes, open_run
from renderer.pipeline.workshop import open_workshop

ROOT = Path(__file__).parents[2]
SPEC, SHEET = ROOT / "specs" / "liftoff.yaml", Path(__file__).with_name("liftoff.jpg")
WANTED = ((0, 0.5), (1, 1.0), (2, 0.5), (4, 0.45), (4, 0.66), (5, 0.5))
"""Which slot of the cut, and how far into it."""
COLUMNS, WIDTH_PX, GAP_PX, CAPTION_PX = 3, 1600, 20, 44
GROUND, PAPER, INK = "#101214", "#e8e8e6", "#8b8f94"
QUALITY = 86


def main() -> None:
    """Read the film that was built and write the sheet."""
    with open_workshop(os.environ, here=ROOT) as workshop:
        run = open_run(workshop, open_project(SPEC), Wishes())
    (output,) = run.compiled.outputs
    fps, starts = Fraction(output.fps), [0, *accumulate(slot.frames for slot in output.slots)]
    frames = {
        starts[number] + min(slot.frames - 1, round(slot.frames * part)): slot.shot
        for number, part in WANTED
        for slot in [output.slots[number]]
    }
    with av.open(str(run.film_path(output))) as film:
        pictures = [frame.to_image() for number, frame in enumerate(film.decode(video=0)) if number in frames]
    captions = [(shot, f"{float(number / fps):.1f} s") for number, shot in frames.items()]
    lay_out(pictures, captions).save(SHEET, quality=QUALITY, optimize=True, progressive=True)


def lay_out(pictures: list[Image.Image], captions: list[tuple[str, str]]) -> Image.Image:
    """The sheet: rows of pictures, a line of type under each."""
    width = (WIDTH_PX - GAP_PX * (COLUMNS + 1)) // COLUMNS
    height = width * pictures[0].height // pictures[0].width
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("RGB", (WIDTH_PX, GAP_PX + rows * (height + CAPTION_PX)), GROUND)
    font = ImageFont.truetype(str(files("renderer").joinpath("fonts", "Inter-Medium.otf")), 17)
    draw = ImageDraw.Draw(sheet)
    for number, (picture, (shot, time)) in enumerate(zip(pictures, captions, strict=True)):
        row, column = divmod(number, COLUMNS)
        left, top = GAP_PX + column * (width + GAP_PX), GAP_PX + row * (height + CAPTION_PX)
        sheet.paste(picture.resize((width, height), Image.Resampling.LANCZOS), (left, top))
        draw.text((left, top + height + 10), shot, font=font, fill=PAPER)
        draw.text((left + width, top + height + 10), time, font=font, fill=INK, anchor="ra")
    return sheet


if __name__ == "__main__":
    main()
