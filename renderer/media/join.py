"""The film: pictures joined in cut order as they are, the sound beside them, and the result checked.

Nothing is encoded here. The pictures must share one format (`conform`); each is used whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from renderer.ffmpeg.binary import Ffmpeg
from renderer.mate import Call, here
from renderer.media.parts import Parts
from renderer.model import MediaFacts

SPLICER = "renderer.media.splicer"


def _untold(_: str) -> None:
    """Nobody listens."""


async def join(
    ffmpeg: Ffmpeg,
    parts: Parts,
    *,
    scratch: Path,
    container: str = "mp4",
    tell: Callable[[str], None] = _untold,
    meanwhile: Sequence[Callable[[], object]] = (),
    call: Call = here,
) -> MediaFacts:
    """Join parts into a film, check it, and say what it is.

    Spliced where the parts allow it, by ffmpeg's concat elsewhere, and in any `container` but `mp4`; which of the two follows
    from the parts' bytes alone, and `tell` hears why it was not spliced. What is to be done `meanwhile` is, each in a thread of its own, while the film, then
    complete, is checked. `call` calls what computes. The same inputs give the same bytes in any folder and on any day. `scratch` is an empty folder. Raises
    `MediaError` (M81x) when the film is not the sum of its parts, M850 where a part became shorter meanwhile, and as
    `run_ffmpeg` does.
    """
    told = parts.to_json()
    spliced = {"unfit": "only MP4 files are spliced"}
    if container == "mp4":
        splicing = asyncio.to_thread(call, f"{SPLICER}:splice_parts", {"parts": told})
        # What looks at the film is loaded here meanwhile.
        spliced, _ = await asyncio.gather(splicing, asyncio.to_thread(import_module, "av"))
    if reason := spliced.get("unfit"):
        tell(f"joined by ffmpeg, not spliced: {reason}")
        await _join_by_ffmpeg(ffmpeg, parts, scratch=scratch, container=container)
    openings = spliced.get("openings")
    found: Sequence[Any] = await asyncio.gather(
        asyncio.to_thread(call, f"{SPLICER}:check_packets", {"parts": told}),
        asyncio.to_thread(here, f"{SPLICER}:check_seams", {"parts": told, "openings": openings}),
        *map(asyncio.to_thread, meanwhile),
        return_exceptions=True,
    )
    # Of what goes wrong at the same time the first is told, always the same one.
    for one in found:
        if isinstance(one, BaseException):
            raise one
    return MediaFacts.from_json(found[0])


async def _join_by_ffmpeg(ffmpeg: Ffmpeg, parts: Parts, *, scratch: Path, container: str) -> None:
    from renderer.media.concat import concat  # noqa: PLC0415 - as a rule a film is spliced
    from renderer.media.notes import add_notes, add_source, notes_box  # noqa: PLC0415

    told = notes_box(parts.notes, fps=parts.fps) if parts.notes else b""
    plain = scratch / "plain.film" if told else parts.output
    await concat(
        ffmpeg,
        parts.pictures,
        frames=parts.frames,
        fps=parts.fps,
        sound=parts.sound,
        output=plain,
        scratch=scratch,
        container=container,
    )
    if told:
        await asyncio.to_thread(add_notes, plain, told, output=parts.output)
    if parts.source:
        await asyncio.to_thread(add_source, parts.output, parts.source)
