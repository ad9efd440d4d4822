"""How an output's picture is written down: codec, quality, pixel format, and whether they go together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from renderer.coding import MOV, SCOPES, Codec, Coding
from renderer.diagnostic import Place
from renderer.spec.document import Document
from renderer.spec.problems import Problems
from renderer.spec.text import Path
from renderer.spec.wording import either, shorten

NAMES: Mapping[Codec, str] = {"h264": "H.264", "h265": "H.265", "av1": "AV1", "prores": "ProRes"}


def read_coding(document: Document, problems: Problems, fields: Mapping[str, Any], path: Path) -> Coding:
    """The coding of the output at `path`, with defaults for what it does not say. Tells S276 for pixels that its codec has not."""
    usual = Coding()
    codec: Codec = fields.get("codec") or usual.codec
    known = SCOPES[codec].pixel_formats
    pixel_format = fields.get("pixel_format") or known[0]
    if pixel_format not in known:
        place = document.place((*path, "pixel_format"))
        hint = f"write {either([f'`{name}`' for name in known])}, or choose another `codec`"
        problems.add("S276", f"{NAMES[codec]} has no `{pixel_format}`", place, hint=hint)
        pixel_format = known[0]
    return Coding(codec, fields.get("quality") or usual.quality, pixel_format)


def tell_ending(problems: Problems, place: Place, *, file: PurePosixPath, codec: Codec) -> None:
    """Tell of a file that cannot hold the codec (S275)."""
    fitting = SCOPES[codec].endings[0]
    kind = "a QuickTime file" if file.suffix == MOV else "an MP4 file"
    message = f"the output `{shorten(str(file))}` is {kind}, which cannot hold {NAMES[codec]}"
    hint = f"write `{file.stem}{fitting}`, or choose another `codec`"
    problems.add("S275", message, place, hint=hint)
