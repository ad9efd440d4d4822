"""Frames: one picture of a clip, by its number, as an image that a model can start from."""

from __future__ import annotations

import asyncio
from pathlib import Path

from renderer.errors import MediaError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.encode import still_arguments
from renderer.ffmpeg.inputs import PICTURE, input_arguments
from renderer.ffmpeg.picture import Shape, field_filters, frame_filters, still_filters
from renderer.ffmpeg.run import run_ffmpeg
from renderer.media.clock import clock_of
from renderer.media.segment import refuse_high_dynamic_range
from renderer.media.standing import STILL_DEMUXER, made_ready
from renderer.model import MediaFacts


async def make_frame(ffmpeg: Ffmpeg, clip: Path, facts: MediaFacts, *, number: int, output: Path) -> None:
    """Write frame `number` of a clip, counted from 0, as a PNG: upright, in square pixels, in full-range RGB.

    Where a clip's frames keep no rate, it is the one on screen in the middle of frame `number` of the clip as it would be at its average rate.
    Raises `MediaError` P740 where the clip has no such frame, M806 for high dynamic range, and as `run_ffmpeg` does.
    """
    refuse_high_dynamic_range(clip, facts)
    picture = await made_ready(clip, facts, scratch=output.with_name("still.png"))
    await run_ffmpeg(ffmpeg.path, frame_arguments(picture, facts, number=number, output=output))
    if not await asyncio.to_thread(output.is_file):
        raise MediaError(
            "the clip has not as many frames as it said",
            code="P740",
            facts=[("clip", clip), ("frame", number), ("frames", facts.frames)],
            hint="run `renderer doctor`",
        )


def frame_arguments(clip: Path, facts: MediaFacts, *, number: int, output: Path) -> list[str]:
    """The command line of a frame. Nothing is sought: a frame's number counts from the clip's first picture."""
    shape = Shape(facts.size, facts.sample_aspect, facts.rotation_deg)
    fields = field_filters(is_interlaced=facts.is_interlaced)
    chosen = (
        [f"select=eq(n\\,{number})"]
        if facts.constant_rate
        else frame_filters(first=number, frames=1, fps=facts.fps, clock=clock_of(facts))
    )
    chain = ",".join([*fields, *chosen, *still_filters(shape, colour=facts.colour)])
    return [
        *("-copyts", *PICTURE),
        *input_arguments(clip, container=STILL_DEMUXER if facts.is_still else facts.container),
        *("-map", "0:v:0", "-vf", chain, "-fps_mode", "passthrough"),
        *(*still_arguments(), str(output)),
    ]
