"""The sound of a film: one track, each slot's part exactly as long as its picture, encoded once.

AAC is never copied across clips: each join would add 1664 samples, and sound is seconds late after some
hundred joins while the time stamps claim otherwise (measured). Clips are decoded a few at a time into the
encoder's pipe, so memory and disk do not grow with the film.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, NamedTuple, NoReturn

from renderer.errors import RendererError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.encode import SOUND, sound_arguments
from renderer.ffmpeg.inputs import input_arguments
from renderer.ffmpeg.run import run_ffmpeg
from renderer.ffmpeg.sound import (
    PCM,
    boundary_samples,
    chained,
    heard_filters,
    silence_filters,
)
from renderer.media.segment import seek_before
from renderer.model import Json, MediaFacts

BATCH_MAX = 32


class Part(NamedTuple):
    """One slot's sound: which samples of which clip (None: silence), from `first` on, counted at 48 kHz."""

    clip: str | None
    first: int
    samples: int


def sound_parts(manifest: Mapping[str, Json]) -> Iterator[Part]:
    """The parts of a manifest in cut order, bounded by the running total of frames, so that nothing drifts."""
    fps, frames, start = Fraction(manifest["fps"]), 0, 0
    for slot in manifest["slots"]:
        frames += slot["frames"]
        end = boundary_samples(frames, fps=fps)
        yield Part(slot["clip"], boundary_samples(slot["first"], fps=fps), end - start)
        start = end


async def make_sound(
    ffmpeg: Ffmpeg,
    manifest: Mapping[str, Json],
    *,
    clips: Mapping[str, tuple[Path, MediaFacts]],
    output: Path,
) -> None:
    """Make the track that a manifest names; `clips` holds, by digest, each clip that it hears.

    An MP4 with one AAC track of exactly the film's length. Raises as `run_ffmpeg` does.
    """
    encoding = ["-protocol_whitelist", "pipe", *PCM, "-i", "pipe:0", *sound_arguments(), str(output)]
    parts = list(sound_parts(manifest))
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb") as sink:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(run_ffmpeg(ffmpeg.path, encoding, stdin=source.fileno()))
                group.create_task(_decode_into(sink, ffmpeg, parts, clips))
        except* RendererError as failures:
            _raise_first(failures)


async def decode_sound(
    ffmpeg: Ffmpeg, parts: Sequence[Part], *, clips: Mapping[str, tuple[Path, MediaFacts]], sink: int
) -> None:
    """Write the parts as PCM (32-bit float, stereo, 48 kHz), in order, to an open descriptor."""
    for start in range(0, len(parts), BATCH_MAX):
        arguments = decode_arguments(parts[start : start + BATCH_MAX], clips=clips)
        await run_ffmpeg(ffmpeg.path, arguments, stdout=sink)


def decode_arguments(parts: Sequence[Part], *, clips: Mapping[str, tuple[Path, MediaFacts]]) -> list[str]:
    """The command line that plays some parts one after the other as PCM on standard output."""
    inputs: list[str] = []
    chains: list[tuple[int | None, list[str]]] = []
    opened = 0
    for part in parts:
        if part.clip is None:
            chains.append((None, silence_filters(part.samples)))
            continue
        path, facts = clips[part.clip]
        seek_s = seek_before(Fraction(part.first, int(SOUND["rate_hz"])), duration_s=facts.duration_s)
        inputs += ["-vn", *input_arguments(path, container=facts.container, seek_s=seek_s)]
        chains.append(
            (opened, heard_filters(first=part.first, samples=part.samples, origin_s=facts.origin_s))
        )
        opened += 1
    return ["-copyts", *inputs, "-filter_complex", chained(chains), "-map", "[sound]", *PCM, "pipe:1"]


async def _decode_into(
    sink: BinaryIO, ffmpeg: Ffmpeg, parts: Sequence[Part], clips: Mapping[str, tuple[Path, MediaFacts]]
) -> None:
    # Closing the pipe's end is what tells the encoder that the film is over.
    with sink:
        await decode_sound(ffmpeg, parts, clips=clips, sink=sink.fileno())


def _raise_first(failures: BaseExceptionGroup[RendererError]) -> NoReturn:
    first: BaseException = failures
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    raise first from None
