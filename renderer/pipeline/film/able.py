"""Whether the ffmpeg in use can make what films are to be: asked before anything is bought or made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from renderer.coding import CODECS, Codec
from renderer.errors import MediaToolError
from renderer.ffmpeg.codecs import ENCODERS, encoder_of
from renderer.ffmpeg.picture import DEINTERLACER
from renderer.pipeline.workshop import Workshop
from renderer.plan.film import OutputRow
from renderer.plan.rows import Compiled, FootageRow

TEXTS = "ass"
"""The filter that draws texts, which needs libass."""
USUAL = "yuv420p"
"""What every encoder of a codec writes that can write it at all."""
BUNDLED = "unset `RENDERER_FFMPEG`, so that the one that came with this program is used"


def lacking(workshop: Workshop) -> Iterator[Codec]:
    """The codecs that the ffmpeg in use has no encoder for."""
    return (codec for codec in CODECS if ENCODERS[codec] not in workshop.encoders)


def refuse_unable(workshop: Workshop, compiled: Compiled) -> None:
    """Raises `MediaToolError` M880 where a film cannot be encoded, M881 not in its pixel format, M870 where its texts cannot be drawn, M865 a transition.

    M897 where footage is interlaced, and cannot be made whole.
    """
    _refuse_footage(workshop, compiled.footage)
    for output in compiled.outputs:
        _refuse_coding(workshop, output)
        if output.texts and TEXTS not in workshop.filters:
            raise MediaToolError(
                f"this ffmpeg cannot draw text, which `{output.file}` has: nothing was sent or made",
                code="M870",
                facts=[("ffmpeg", workshop.ffmpeg.path), ("it lacks", "libass")],
                hint=BUNDLED,
            )
        for kind in dict.fromkeys(enter.kind for enter in output.enters):
            _refuse_transition(workshop, output, kind)


def _refuse_footage(workshop: Workshop, footage: Iterable[FootageRow]) -> None:
    woven = next((row for row in footage if row.facts.get("interlaced")), None)
    if woven and DEINTERLACER not in workshop.filters:
        raise MediaToolError(
            f"this ffmpeg cannot show interlaced footage, which `{woven.path}` is: nothing was sent or made",
            code="M897",
            facts=[("ffmpeg", workshop.ffmpeg.path), ("it lacks", DEINTERLACER)],
            hint=f"{BUNDLED}, or export the footage deinterlaced",
        )


def _refuse_coding(workshop: Workshop, output: OutputRow) -> None:
    codec = output.coding.codec
    if ENCODERS[codec] not in workshop.encoders:
        raise MediaToolError(
            f"this ffmpeg cannot encode `{codec}`, which `{output.file}` is to be in: nothing was sent or made",
            code="M880",
            facts=[("ffmpeg", workshop.ffmpeg.path), ("it lacks", ENCODERS[codec])],
            hint=f"{BUNDLED}, or choose another `codec`",
        )
    wanted = encoder_of(output.coding)["pixel_format"]
    if wanted == USUAL:
        return
    # One that does not say is found out by what it makes (`media.segment`).
    written = workshop.formats_of(ENCODERS[codec])
    if written and wanted not in written:
        raise MediaToolError(
            f"this ffmpeg cannot write `{wanted}`, which `{output.file}` is to be in: nothing was sent or made",
            code="M881",
            facts=[("ffmpeg", workshop.ffmpeg.path), ("encoder", ENCODERS[codec])],
            hint=f"{BUNDLED}, or choose another `pixel_format`",
        )


def _refuse_transition(workshop: Workshop, output: OutputRow, kind: str) -> None:
    from renderer.ffmpeg.crossing import OLD, XFADE, filters_of  # noqa: PLC0415 - only before something is made of transitions

    needed = filters_of(kind)
    is_known = workshop.filters.issuperset(needed)
    if is_known and XFADE in needed and kind not in OLD:
        is_known = kind in (workshop.transitions or {kind})
    if not is_known:
        raise MediaToolError(
            f"this ffmpeg does not know the transition `{kind}`, which `{output.file}` has: nothing was sent or made",
            code="M865",
            facts=[("ffmpeg", workshop.ffmpeg.path)],
            hint=f"{BUNDLED}, or choose another one",
        )
