"""Transitions: the frames around an overlap of two slots, each prepared as its segment would be, mixed and encoded once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

from renderer.errors import MediaError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.crossing import clock_filters, crossing_filters, filters_of
from renderer.ffmpeg.picture import flat_filters
from renderer.media.manifests import sides_of
from renderer.media.moving import Moved, refuse_too_long
from renderer.media.segment import (
    card_source,
    clip_source,
    encoded_output,
    overlay_graph,
    overlay_source,
    picture_chain,
    refuse_high_dynamic_range,
    verify,
)
from renderer.media.sparing import run_sparing
from renderer.media.standing import made_ready
from renderer.media.text import Drawing, TextDesk
from renderer.model import Json, MediaFacts, Size
from renderer.row import Row

ROLES = ("from", "to")
UNKNOWN = ("Error applying option 'transition'", "Error setting option transition")
"""How ffmpeg says that its `xfade` knows no such transition."""


class Side(Row):
    """One of two slots that overlap: its clip with facts, none for a card; what lies over it; where its texts are set."""

    clip: Path | None
    facts: MediaFacts | None
    overlay: Path | None = None
    desk: TextDesk | None = None


class Along(Row):
    """A segment of a clip that a transition shows, made by the same run: its manifest, its file, where its texts are set."""

    manifest: Mapping[str, Json]
    output: Path
    desk: TextDesk | None = None


async def make_crossing(
    ffmpeg: Ffmpeg,
    manifest: Mapping[str, Json],
    sides: Sequence[Side | None],
    *,
    output: Path,
    along: Sequence[Along] = (),
) -> list[MediaFacts]:
    """Make the transition that a manifest names and say what it is; `sides` are from where and to where it leads.

    What goes `along` comes out byte for byte as alone, its facts behind those of the transition: it is of a clip of either
    side, which is decoded once, and nothing lies over it.

    Raises `MediaError` M865 where this ffmpeg does not know the transition, and as `make_segment` does.
    """
    drawings = [
        await _lay_out(side.desk if side else None, given)
        for side, given in zip(sides, sides_of(manifest), strict=True)
    ]
    sides = [
        side and await _made_ready(side, output.with_name(f"{role}.png"))
        for role, side in zip(ROLES, sides, strict=True)
    ]
    beside = [await _lay_out(one.desk, one.manifest) for one in along]
    arguments = partial(
        crossing_arguments,
        manifest,
        sides,
        output=output,
        drawings=[one.filters for one in drawings],
        along=list(zip(along, (one.filters for one in beside), strict=True)),
    )
    drawing = next((one for one in [*drawings, *beside] if one.folder), Drawing())
    try:
        await run_sparing(arguments(spare=True), arguments(), run=partial(drawing.run, ffmpeg))
    except MediaError as error:
        kind = manifest["transition"]["kind"]
        signs = (*UNKNOWN, *(f"No such filter: '{name}'" for name in filters_of(kind)))
        if not any(sign in str(dict(error.facts).get("stderr", "")) for sign in signs):
            raise
        raise MediaError(
            f"this ffmpeg does not know the transition `{kind}`",
            code="M865",
            facts=[("ffmpeg", ffmpeg.path)],
            hint="choose another one, or unset `RENDERER_FFMPEG`, so that the one that came with this program is used",
        ) from error
    made = [(output, manifest), *((one.output, one.manifest) for one in along)]
    return list(await asyncio.gather(*(verify(path, asked) for path, asked in made)))


async def _lay_out(desk: TextDesk | None, manifest: Mapping[str, Json] | None) -> Drawing:
    return await asyncio.to_thread(desk.lay_out, manifest) if desk and manifest else Drawing()


async def _made_ready(side: Side, scratch: Path) -> Side:
    if side.clip is None or side.facts is None:
        return side
    return side._replace(clip=await made_ready(side.clip, side.facts, scratch=scratch))


def crossing_arguments(
    manifest: Mapping[str, Json],
    sides: Sequence[Side | None],
    *,
    output: Path,
    drawings: Sequence[Sequence[str]] = ((), ()),
    along: Sequence[tuple[Along, Sequence[str]]] = (),
    spare: bool = False,
) -> list[str]:
    """The command line of a transition, and of what goes `along`, each with the filters that draw its texts; `spare` as in `clip_source`."""
    fps, asked = Fraction(manifest["fps"]), manifest["transition"]
    opening: list[str] = []
    graphs: list[str] = []
    beside: list[str] = []
    rest = list(along)
    for role, side, given, drawing in zip(ROLES, sides, sides_of(manifest), drawings, strict=True):
        if side and given:
            number = opening.count("-i")
            shared = [one for one in rest if one[0].manifest["clip"] == given["clip"]]
            rest = [one for one in rest if one not in shared]
            also = [one.manifest for one, _ in shared]
            picture = _shared(role, len(shared), number=number)
            arguments, graph = _source(
                side,
                given,
                drawing,
                number=number,
                picture=picture.labels[0],
                label=role,
                also=also,
                spare=spare,
            )
            opening += arguments
            graphs += [*picture.graph, graph]
            for label, (one, drawn) in zip(picture.labels[1:], shared, strict=True):
                graphs.append(_alongside(side, one, drawn, label=label))
                beside += ["-map", f"[{label}made]", *encoded_output(one.manifest, one.output)]
    assert not rest, "BUG: a segment goes along with a transition that does not show its clip"
    crossing = crossing_filters(
        asked["kind"],
        before=manifest["from"]["frames"] if manifest["from"] else 0,
        after=manifest["to"]["frames"],
        overlap=asked["frames"],
        colour=asked.get("colour", ""),
        size=Size.parse(manifest["size"]),
        fps=fps,
        pixel_format=manifest["encoder"]["pixel_format"],
    )
    return [
        *("-copyts", *opening),
        *("-filter_complex", ";".join([*graphs, crossing]), "-map", "[out]"),
        *encoded_output(manifest, output),
        *beside,
    ]


class _Pads(Row):
    """Where the picture of an input is had from, the transition's first; `graph` is what makes as many of it."""

    labels: Sequence[str]
    graph: Sequence[str] = ()


def _shared(role: str, along: int, *, number: int) -> _Pads:
    """The picture of input `number` for a side, and for so many segments along with it.

    By one graph with a `split`: where several read one input, ffmpeg can stop for ever, each waiting for another (measured).
    """
    if not along:
        return _Pads([f"{number}:v:0"])
    labels = [f"{role}{place}" for place in range(1 + along)]
    return _Pads(labels, [f"[{number}:v:0]split={1 + along}{''.join(f'[{label}]' for label in labels)}"])


def _alongside(side: Side, along: Along, drawing: Sequence[str], *, label: str) -> str:
    """The graph of a segment that is made along, of the picture of that label."""
    assert side.facts, "BUG: a segment goes along with a card"
    return f"[{label}]{','.join([*picture_chain(side.facts, along.manifest), *drawing])}[{label}made]"


def _source(
    side: Side,
    manifest: Mapping[str, Json],
    drawing: Sequence[str],
    *,
    number: int,
    picture: str,
    label: str,
    also: Sequence[Mapping[str, Json]] = (),
    spare: bool = False,
) -> tuple[list[str], str]:
    """A side as input arguments, the first of them input `number`, and the graph that makes `picture` the stream of a label.

    The clip is read from where the first of what is `also` made of it begins.
    """
    after = [*drawing, *clock_filters(Fraction(manifest["fps"]), frames=manifest["frames"])]
    if side.clip is None or side.facts is None:
        flat = flat_filters(manifest["encoder"]["pixel_format"])
        return card_source(manifest), f"[{picture}]{','.join([*flat, *after])}[{label}]"
    refuse_high_dynamic_range(side.clip, side.facts)
    if moved := Moved.of(manifest):
        refuse_too_long(moved, Size.parse(manifest["size"]))
    opening = clip_source(side.clip, side.facts, [manifest, *also], spare=spare)
    chain = ",".join([*picture_chain(side.facts, manifest), *after])
    if side.overlay is None:
        return opening, f"[{picture}]{chain}[{label}]"
    kind = manifest["encoder"]["pixel_format"]
    graph = overlay_graph(chain, clip=picture, overlay=number + 1, out=label, within=label, pixel_format=kind)
    return [*opening, *overlay_source(side.overlay)], graph
