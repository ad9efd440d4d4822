"""Whether the ffmpeg in use can encode what films are to be: asked before anything is bought or made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from renderer.coding import CODECS, Codec
from renderer.errors import MediaToolError
from renderer.ffmpeg.codecs import ENCODERS
from renderer.pipeline.workshop import Workshop
from renderer.plan.film import OutputRow

TEXTS = "ass"
"""The filter that draws texts, which needs libass."""


def lacking(workshop: Workshop) -> Iterator[Codec]:
    """The codecs that the ffmpeg in use has no encoder for."""
    return (codec for codec in CODECS if ENCODERS[codec] not in workshop.encoders)


def refuse_unable(workshop: Workshop, outputs: Iterable[OutputRow]) -> None:
    """Raises `MediaToolError` M880 where a film cannot be encoded, M870 where its texts cannot be drawn."""
    for output in outputs:
        codec = output.coding.codec
        if ENCODERS[codec] not in workshop.encoders:
            raise MediaToolError(
                f"this ffmpeg cannot encode `{codec}`, which `{output.file}` is to be in: nothing was sent or made",
                code="M880",
                facts=[("ffmpeg", workshop.ffmpeg.path), ("it lacks", ENCODERS[codec])],
                hint="unset `RENDERER_FFMPEG`, so that the one that came with this program is used, or choose another `codec`",
            )
        if output.texts and TEXTS not in workshop.filters:
            raise MediaToolError(
                f"this ffmpeg cannot draw text, which `{output.file}` has: nothing was sent or made",
                code="M870",
                facts=[("ffmpeg", workshop.ffmpeg.path), ("it lacks", "libass")],
                hint="unset `RENDERER_FFMPEG`, so that the one that came with this program is used",
            )
