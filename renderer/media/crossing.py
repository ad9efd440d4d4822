"""Transitions: the frames around an overlap of two slots, each prepared as its segment would be, mixed and encoded once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from renderer.errors import MediaError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.media.manifests import is_crossing, sides_of
from renderer.media.overlap import ROLES, Beside, Overlap, Side, overlap_arguments
from renderer.media.segment import verify
from renderer.media.sparing import run_sparing
from renderer.media.standing import made_ready
from renderer.media.text import Drawing, TextDesk
from renderer.model import Json, MediaFacts
from renderer.row import Row

UNKNOWN = ("No such filter: 'xfade'", "Error applying option 'transition'", "Error setting option transition")


class Along(Row):
    """What is made by the run of a transition: its manifest and file.

    A segment of a clip that the run shows has its texts set at `desk`; another transition, out of the clip that the first one leads to, has `sides`.
    """

    manifest: Mapping[str, Json]
    output: Path
    desk: TextDesk | None = None
    sides: Sequence[Side | None] = ()


async def make_crossing(
    ffmpeg: Ffmpeg,
    manifest: Mapping[str, Json],
    sides: Sequence[Side | None],
    *,
    output: Path,
    along: Sequence[Along] = (),
) -> list[MediaFacts]:
    """Make the transition that a manifest names and say what it is; `sides` are from where and to where it leads.

    What goes `along` comes out byte for byte as alone, its facts behind those of the transition. Each clip is decoded once. Nothing lies over
    a segment, nor over the clip between two transitions.

    Raises `MediaError` M865 where this ffmpeg does not know a transition, and as `make_segment` does.
    """
    made = [Along(manifest, output, sides=sides), *along]
    drawings: list[Drawing] = []
    overlaps = [await _prepare(one, drawings) for one in made if is_crossing(one.manifest)]
    beside = [await _set(one, drawings) for one in made if not is_crossing(one.manifest)]
    arguments = partial(overlap_arguments, overlaps, beside=beside)
    drawing = next((one for one in drawings if one.folder), Drawing())
    try:
        await run_sparing(arguments(spare=True), arguments(), run=partial(drawing.run, ffmpeg))
    except MediaError as error:
        if not any(sign in str(dict(error.facts).get("stderr", "")) for sign in UNKNOWN):
            raise
        kinds = dict.fromkeys(f"`{one.manifest['transition']['kind']}`" for one in overlaps)
        raise MediaError(
            f"this ffmpeg does not know the transition {' or '.join(kinds)}",
            code="M865",
            facts=[("ffmpeg", ffmpeg.path)],
            hint="choose another one, or unset `RENDERER_FFMPEG`, so that the one that came with this program is used",
        ) from error
    return list(await asyncio.gather(*(verify(one.output, one.manifest) for one in made)))


async def _prepare(one: Along, drawings: list[Drawing]) -> Overlap:
    """A transition with its clips made ready and its texts laid out; `drawings` gains those."""
    laid = [
        await _lay_out(side.desk if side else None, given)
        for side, given in zip(one.sides, sides_of(one.manifest), strict=True)
    ]
    drawings += laid
    sides = [
        side and await _made_ready(side, one.output.with_name(f"{one.output.stem}-{role}.png"))
        for role, side in zip(ROLES, one.sides, strict=True)
    ]
    return Overlap(one.manifest, tuple(sides), one.output, tuple(drawing.filters for drawing in laid))


async def _set(one: Along, drawings: list[Drawing]) -> Beside:
    drawing = await _lay_out(one.desk, one.manifest)
    drawings.append(drawing)
    return Beside(one.manifest, one.output, drawing.filters)


async def _lay_out(desk: TextDesk | None, manifest: Mapping[str, Json] | None) -> Drawing:
    return await asyncio.to_thread(desk.lay_out, manifest) if desk and manifest else Drawing()


async def _made_ready(side: Side, scratch: Path) -> Side:
    if side.clip is None or side.facts is None:
        return side
    return side._replace(clip=await made_ready(side.clip, side.facts, scratch=scratch))
