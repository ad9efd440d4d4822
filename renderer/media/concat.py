"""Films that cannot be spliced, by ffmpeg's concat: slower, and able to read what a splice does not understand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from renderer.errors import MediaError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.encode import container_arguments, ticks_per_frame
from renderer.ffmpeg.inputs import concat_arguments, concat_script, input_arguments
from renderer.ffmpeg.run import run_ffmpeg
from renderer.media.mp4 import track_kinds
from renderer.media.probe import open_clip


async def concat(
    ffmpeg: Ffmpeg,
    pictures: Sequence[Path],
    *,
    frames: Sequence[int],
    fps: Fraction,
    sound: Path | None,
    output: Path,
    scratch: Path,
    container: str = "mp4",
) -> None:
    """Join the pictures, in cut order, ≥ 1, each of so many frames, and the sound, by copying their packets; `container` is `mp4` or `mov`.

    ffmpeg ends well on films that are wrong, so the result must be checked. `scratch` is an empty folder for the
    script. Raises `MediaError` M811 and M816, and as `run_ffmpeg` does.
    """
    sources = await _pictures_first(ffmpeg, pictures, scratch=scratch)
    longest = max(zip(frames, sources, strict=True), key=lambda pair: pair[0])[1]
    step, delay, codec = await asyncio.to_thread(_packet_clock, longest, fps)
    script = scratch / "join.ffconcat"
    script.write_text(_script(sources, frames, fps), encoding="utf-8")
    listening = [*input_arguments(sound, container="mp4")] if sound else []
    mapping = ["-map", "0:0", *(["-map", "1:a:0"] if sound else [])]
    retime = f"setts=pts=PTS:dts=(N-{delay})*{step}"
    arguments = [*concat_arguments(script), *listening, *mapping, "-c", "copy", "-bsf:v", retime]
    # Players of Apple's show no H.265 under the other name, which ffmpeg would give it.
    tag = ["-tag:v", "hvc1"] if codec == "hevc" else []
    await run_ffmpeg(
        ffmpeg.path, [*arguments, *tag, *container_arguments(fps, container=container), str(output)]
    )


def _script(sources: Sequence[Path], frames: Sequence[int], fps: Fraction) -> str:
    try:
        return concat_script(zip(sources, frames, strict=True), fps=fps)
    except ValueError as error:
        raise MediaError(
            "a folder's name has a line break, which ffmpeg's scripts cannot carry",
            code="M816",
            facts=[("path", repr(str(sources[0].parent)))],
            hint="rename the folder, or put the store elsewhere with `--cache-dir`",
        ) from error


def _packet_clock(picture: Path, fps: Fraction) -> tuple[int, int, str]:
    """Ticks per frame, by how many frames decoding runs ahead of display, and the codec; one for all pictures of a format.

    A clip of a single frame starts to decode at 0, a longer one of the same encoder earlier. Joined as they
    are, decoding times would overlap; so every packet of the film is numbered anew. The depth is what the
    parameter sets state, or what the longest picture needs where they state nothing.
    """
    with open_clip(picture, container="mp4") as clip:
        video = clip.streams.video[0]
        step = ticks_per_frame(fps, time_base=Fraction(video.time_base or 1))
        if step.denominator != 1:
            raise MediaError(f"`{picture}` does not keep {fps} frames a second exactly", code="M811")
        stamps = [packet.pts for packet in clip.demux(video) if packet.pts is not None]
        needed = max(place - stamp // int(step) for place, stamp in enumerate(stamps))
        return int(step), max(needed, video.codec_context.reorder_depth), video.codec_context.name


async def _pictures_first(ffmpeg: Ffmpeg, pictures: Sequence[Path], *, scratch: Path) -> list[Path]:
    # The concat demuxer matches tracks by number: a clip whose first track is its sound would play as picture.
    kinds = await asyncio.to_thread(lambda: {path: track_kinds(path)[:1] for path in set(pictures)})
    moved = {path: scratch / f"{place}.mp4" for place, path in enumerate(pictures) if kinds[path] != ["vide"]}
    for path, alone in moved.items():
        opening = input_arguments(path, container="mp4")
        await run_ffmpeg(ffmpeg.path, [*opening, "-map", "0:v:0", "-c", "copy", "-f", "mp4", str(alone)])
    return [moved.get(path, path) for path in pictures]
