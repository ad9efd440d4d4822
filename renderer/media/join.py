"""The film: pictures joined in cut order as they are, the sound beside them, and the result checked.

Nothing is encoded here. The pictures must share one format (`conform`); each is used whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

from renderer.ffmpeg.binary import Ffmpeg
from renderer.media.check import check_film
from renderer.media.concat import concat
from renderer.media.notes import add_notes, add_source, notes_box
from renderer.media.splice import UnfitError, splice
from renderer.model import Json, MediaFacts, Size


def _untold(_: str) -> None:
    """Nobody listens."""


async def join(
    ffmpeg: Ffmpeg,
    pictures: Sequence[Path],
    *,
    frames: Sequence[int],
    fps: Fraction,
    size: Size,
    sound: Path | None,
    output: Path,
    scratch: Path,
    notes: Mapping[str, Json] | None = None,
    container: str = "mp4",
    tell: Callable[[str], None] = _untold,
    meanwhile: Sequence[Callable[[], object]] = (),
) -> MediaFacts:
    """Join the pictures, in cut order, ≥ 1, each of so many frames, into a film, check it, and say what it is.

    Spliced where the parts allow it, by ffmpeg's concat elsewhere, and in any `container` but `mp4`; which of the two follows
    from the parts' bytes alone, and `tell` hears why it was not spliced. What is to be done `meanwhile` is, each in a thread of its own, while the film, then
    complete, is checked. `notes` are what the film says of itself (`join_manifest`). The same inputs give the same bytes in any folder and on any day. `scratch` is an empty folder. Raises
    `MediaError` (M81x) when the film is not the sum of its parts, M850 where a part became shorter meanwhile, and as
    `run_ffmpeg` does.
    """
    openings, told = None, notes_box(notes, fps=fps) if notes else b""
    try:
        if container != "mp4":
            raise UnfitError("only MP4 files are spliced")  # noqa: TRY301 - one way out for all that is not spliced
        openings = await asyncio.to_thread(
            splice, pictures, frames=frames, fps=fps, sound=sound, output=output, notes=told
        )
    except UnfitError as unfit:
        tell(f"joined by ffmpeg, not spliced: {unfit.reason}")
        plain = scratch / "plain.film" if told else output
        await concat(
            ffmpeg,
            pictures,
            frames=frames,
            fps=fps,
            sound=sound,
            output=plain,
            scratch=scratch,
            container=container,
        )
        if told:
            await asyncio.to_thread(add_notes, plain, told, output=output)
    if notes and notes.get("source"):
        await asyncio.to_thread(add_source, output, notes["source"])
    checking = asyncio.to_thread(
        check_film,
        output,
        frames=sum(frames),
        fps=fps,
        size=size,
        has_sound=sound is not None,
        seams=[0, *accumulate(frames)][:-1],
        openings=openings,
    )
    facts, _ = await asyncio.gather(checking, asyncio.gather(*map(asyncio.to_thread, meanwhile)))
    return facts
