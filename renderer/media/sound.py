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
from itertools import count
from pathlib import Path
from typing import BinaryIO, NoReturn

from renderer.errors import RendererError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.encode import SOUND_RATE_HZ, sound_arguments
from renderer.ffmpeg.inputs import input_arguments
from renderer.ffmpeg.run import run_ffmpeg
from renderer.ffmpeg.sound import (
    STEREO,
    bed_of,
    boundary_samples,
    chained,
    heard_filters,
    pcm,
    silence_filters,
    voiced_filters,
)
from renderer.ffmpeg.tempo import PLAIN as NOT_MOVED
from renderer.ffmpeg.tempo import Tempo
from renderer.media.segment import seek_before
from renderer.model import Json, MediaFacts
from renderer.row import Row

BATCH_MAX = 32


class Part(Row):
    """One slot's sound: which samples of which clip (None: silence), from `first` on, counted at the film's rate.

    `cross` is `in` or `out` where it comes or goes over all its length, and `under` what does the other meanwhile;
    `open_ends` has `<` and `>` for the ends at which the same sound goes on. `tempo` is how it moves with its picture.
    """

    clip: str | None
    first: int
    samples: int
    gain_db: str = "0"
    voice: bool = False
    cross: str = ""
    open_ends: str = ""
    under: Part | None = None
    tempo: Tempo = NOT_MOVED


class Form(Row):
    """How parts are decoded: samples a second, and whether one more channel says what counts as voice."""

    rate_hz: int = SOUND_RATE_HZ
    layout: str = STEREO


Clips = Mapping[str, tuple[Path, MediaFacts]]
PLAIN = Form()


def sound_parts(manifest: Mapping[str, Json]) -> Iterator[Part]:
    """The parts of a manifest in cut order, bounded by the running total of frames, so that nothing drifts."""
    fps, frames, start = Fraction(manifest["fps"]), 0, 0
    for slot in manifest["slots"]:
        frames += slot["frames"]
        end = boundary_samples(frames, fps=fps)
        yield Part(slot["clip"], boundary_samples(slot["first"], fps=fps), end - start)
        start = end


async def make_sound(ffmpeg: Ffmpeg, manifest: Mapping[str, Json], *, clips: Clips, output: Path) -> None:
    """Make the track that a manifest names; `clips` holds, by digest, each clip that it hears.

    An MP4 with one AAC track of exactly the film's length. Raises as `run_ffmpeg` does.
    """
    opening = ["-protocol_whitelist", "pipe", *pcm(), "-i", "pipe:0"]
    encoding = [*opening, *sound_arguments(manifest["encoder"]), str(output)]
    await play_into(ffmpeg, list(sound_parts(manifest)), encoding, clips=clips)


async def play_into(
    ffmpeg: Ffmpeg,
    parts: Sequence[Part],
    arguments: Sequence[str],
    *,
    clips: Clips,
    form: Form = PLAIN,
    cwd: Path | None = None,
) -> None:
    """Run ffmpeg, in a folder, with the parts as PCM on its standard input. Raises as `run_ffmpeg` does."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb") as sink:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(run_alike(ffmpeg, arguments, stdin=source.fileno(), cwd=cwd))
                group.create_task(_decode_into(sink, ffmpeg, parts, clips, form))
        except* RendererError as failures:
            _raise_first(failures)


async def run_alike(
    ffmpeg: Ffmpeg,
    arguments: Sequence[str],
    *,
    stdin: int | None = None,
    stdout: int | None = None,
    cwd: Path | None = None,
) -> None:
    """Run ffmpeg on sound, with the same samples on every processor of a kind. Raises as `run_ffmpeg` does."""
    await run_ffmpeg(ffmpeg.path, [*alike_arguments(), *arguments], stdin=stdin, stdout=stdout, cwd=cwd)


def alike_arguments() -> list[str]:
    """What keeps ffmpeg to the instructions that every processor of this machine's kind has.

    Sound is summed in floats, and newer instructions round those sums in other places (pictures are in whole numbers).
    """
    return ["-cpuflags", "sse2"] if os.uname().machine in ("x86_64", "amd64") else []


async def decode_sound(
    ffmpeg: Ffmpeg, parts: Sequence[Part], *, clips: Clips, sink: int, form: Form = PLAIN
) -> None:
    """Write the parts as PCM (32-bit float, stereo, 48 kHz, or as `form` says), in order, to an open descriptor."""
    for start in range(0, len(parts), BATCH_MAX):
        arguments = decode_arguments(parts[start : start + BATCH_MAX], clips=clips, form=form)
        await run_alike(ffmpeg, arguments, stdout=sink)


def decode_arguments(parts: Sequence[Part], *, clips: Clips, form: Form = PLAIN) -> list[str]:
    """The command line that plays some parts one after the other as PCM on standard output."""
    inputs: list[str] = []
    chains: list[list[tuple[int | None, list[str]]]] = []
    numbers = count()
    for part in parts:
        chains.append([])
        for layer in (part, part.under) if part.under else (part,):
            if layer.clip is None:
                silence = silence_filters(layer.samples, rate_hz=form.rate_hz, layout=form.layout)
                chains[-1].append((None, silence))
                continue
            path, facts = clips[layer.clip]
            first_s = Fraction(layer.tempo.in_source(layer.first), form.rate_hz)
            seek_s = seek_before(first_s, duration_s=facts.duration_s)
            inputs += ["-vn", *input_arguments(path, container=facts.container, seek_s=seek_s)]
            chains[-1].append((next(numbers), _part_filters(layer, facts, form)))
    output = [*pcm(rate_hz=form.rate_hz, layout=form.layout), "pipe:1"]
    return ["-copyts", *inputs, "-filter_complex", chained(chains), "-map", "[sound]", *output]


def _part_filters(part: Part, facts: MediaFacts, form: Form) -> list[str]:
    heard = heard_filters(
        first=part.first,
        samples=part.samples,
        origin_s=facts.origin_s,
        rate_hz=form.rate_hz,
        gain_db=part.gain_db,
        cross=part.cross,
        open_ends=part.open_ends,
        tempo=part.tempo,
        layout=form.layout,
    )
    voiced = form.layout != bed_of(form.layout)
    return [*heard, *(voiced_filters(form.layout, voice=part.voice) if voiced else [])]


async def _decode_into(
    sink: BinaryIO, ffmpeg: Ffmpeg, parts: Sequence[Part], clips: Clips, form: Form
) -> None:
    # Closing the pipe's end is what tells the encoder that the film is over.
    with sink:
        await decode_sound(ffmpeg, parts, clips=clips, sink=sink.fileno(), form=form)


def _raise_first(failures: BaseExceptionGroup[RendererError]) -> NoReturn:
    first: BaseException = failures
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    raise first from None
