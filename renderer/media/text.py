"""Texts on a segment's picture: set from its manifest and its fonts, drawn by libass from files.

No text ever stands in a filter graph. libass sees one folder of fonts, those that the manifest names, and nothing of the
system's, so that the same manifest is the same picture everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from renderer.errors import MediaError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.run import run_ffmpeg
from renderer.lettering.ass import TICK_S, write_script
from renderer.lettering.face import Face, read_faces
from renderer.lettering.sheet import Lettering, set_sheet
from renderer.model import Json, Size
from renderer.row import Row

SCRIPT, FONTS, CONFIG = "text.ass", "fonts", "fonts.conf"
NO_FONTS = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>\n'
NO_FILTER = "No such filter"


class Drawing(Row):
    """The filters that draw what was laid out in a folder, from which ffmpeg must run; none where there is no text."""

    filters: tuple[str, ...] = ()
    folder: Path | None = None

    async def run(self, ffmpeg: Ffmpeg, arguments: Sequence[str]) -> None:
        """Run ffmpeg where the files lie. Raises `MediaError` M870 where it cannot draw text, and as `run_ffmpeg` does."""
        if self.folder is None:
            await run_ffmpeg(ffmpeg.path, arguments)
            return
        variables = {"FONTCONFIG_FILE": str(self.folder / CONFIG)}
        try:
            await run_ffmpeg(ffmpeg.path, arguments, cwd=self.folder, variables=variables)
        except MediaError as error:
            if NO_FILTER not in str(dict(error.facts).get("stderr", "")):
                raise
            raise MediaError(
                "this ffmpeg cannot draw text: it was built without libass",
                code="M870",
                facts=[("ffmpeg", ffmpeg.path)],
                hint="unset `RENDERER_FFMPEG`, so that the one that came with this program is used",
            ) from error


class TextDesk(Row):
    """Where the texts of one segment are set: an absolute folder to write to, and font files by their digests.

    `below` is a folder in it, where ffmpeg is given two segments at once.
    """

    folder: Path
    fonts: Mapping[str, Path]
    below: str = ""

    def lay_out(self, manifest: Mapping[str, Json]) -> Drawing:
        """Write the script and the fonts of a manifest's texts. Raises `MediaError` M871 and M872."""
        import shutil  # noqa: PLC0415 - 2 ms that pictures without texts can spare

        size, fps = Size.parse(manifest["size"]), Fraction(manifest["fps"])
        blocks = set_sheet([lettering_of(text, self.fonts) for text in manifest["texts"]], size)
        place = self.folder / self.below
        (place / FONTS).mkdir(parents=True)
        for sha256, path in self.fonts.items():
            shutil.copyfile(path, place / FONTS / f"{sha256}.ttf")
        (place / SCRIPT).write_text(write_script(blocks, size), encoding="utf-8")
        (self.folder / CONFIG).write_text(NO_FONTS, encoding="utf-8")
        return Drawing(_filters(fps, f"{self.below}/" if self.below else ""), self.folder)


def lettering_of(text: Mapping[str, Json], fonts: Mapping[str, Path]) -> Lettering:
    """A text of a manifest as it is set, with the faces that draw it, by font files of their digests. Raises `MediaError` M872."""
    return Lettering(
        text=text["text"],
        first=text["first"],
        frames=text["frames"],
        place=text["place"],
        size=Fraction(text["size"]),
        colour=text["colour"],
        plain=text["plain"],
        faces=tuple(_face(name, fonts) for name in text["fonts"]),
    )


def _face(name: str, fonts: Mapping[str, Path]) -> Face:
    sha256, _, number = name.partition("/")
    return next(face for face in read_faces(fonts[sha256]) if face.number == int(number))


def _filters(fps: Fraction, below: str) -> tuple[str, ...]:
    # libass is shown a slow clock whose hundredths of a second no rate of frames can fall between.
    return (
        f"settb={TICK_S}",
        "setpts=N",
        f"ass=filename={below}{SCRIPT}:fontsdir={below}{FONTS}:shaping=complex",
        f"settb={1 / fps}",
        "setpts=N",
    )
