"""The command line of a run that makes transitions, and segments of the clips that they show. Reads clips' indexes, writes nothing.

Each transition has a filter graph of its own, and each result an output of its own, so that all encode at once. A clip that one transition
leads to and the next one leads out of is opened once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from renderer.ffmpeg.crossing import clock_filters, crossing_filters
from renderer.ffmpeg.encode import encode_arguments
from renderer.ffmpeg.picture import flat_filters
from renderer.media.manifests import sides_of
from renderer.media.moving import Moved, refuse_too_long
from renderer.media.segment import (
    card_source,
    clip_source,
    overlay_graph,
    overlay_source,
    picture_chain,
    picture_output,
    refuse_high_dynamic_range,
)
from renderer.media.text import TextDesk
from renderer.model import Json, MediaFacts, Size
from renderer.row import Row

ROLES = ("from", "to")


class Side(Row):
    """One of two slots that overlap: its clip with facts, none for a card; what lies over it; where its texts are set."""

    clip: Path | None
    facts: MediaFacts | None
    overlay: Path | None = None
    desk: TextDesk | None = None


class Overlap(Row):
    """A transition to make: its manifest, its two sides, its file, and the filters that draw the texts of each side."""

    manifest: Mapping[str, Json]
    sides: Sequence[Side | None]
    output: Path
    drawings: Sequence[Sequence[str]]


class Beside(Row):
    """A segment to make of a clip that a transition shows: its manifest, its file, and the filters that draw its texts."""

    manifest: Mapping[str, Json]
    output: Path
    drawing: Sequence[str]


class _Input(Row):
    """An input by number: a side; which parts of its clip transitions show, ≥ 1; and what is made beside them."""

    number: int
    side: Side
    shown: Sequence[Mapping[str, Json]]
    beside: Sequence[Beside]


Inputs = Mapping[tuple[int, str], _Input]
"""Inputs by number of the transition and role, in the order in which they are opened."""


def overlap_arguments(
    overlaps: Sequence[Overlap], *, beside: Sequence[Beside] = (), spare: bool = False
) -> list[str]:
    """The command line of transitions, ≥ 1, in the film's order, and of segments beside them; `spare` as in `clip_source`."""
    inputs = _inputs(overlaps, beside)
    opened = {one.number: one for one in inputs.values()}.values()
    graphs = [_graph(overlap, inputs, number=number) for number, overlap in enumerate(overlaps)]
    return [
        "-copyts",
        *(word for one in opened for word in _opening(one, spare=spare)),
        *(word for graph in graphs for word in ("-filter_complex", graph)),
        *(word for number, overlap in enumerate(overlaps) for word in _output(overlap, number=number)),
        *(word for one in opened for word in _outputs_beside(one)),
    ]


def _inputs(overlaps: Sequence[Overlap], beside: Sequence[Beside]) -> Inputs:
    found: dict[tuple[int, str], _Input] = {}
    number, rest = 0, list(beside)
    for place, overlap in enumerate(overlaps):
        following = overlaps[place + 1] if place + 1 < len(overlaps) else None
        for role, side, given in zip(ROLES, overlap.sides, sides_of(overlap.manifest), strict=True):
            if not (side and given):
                continue
            before = found.get((place - 1, "to")) if role == "from" else None
            if before and _are_one(before.side, side):
                found[place, role] = before
                continue
            shared = [one for one in rest if one.manifest["clip"] == given["clip"]]
            rest = [one for one in rest if one not in shared]
            more = following and role == "to" and _are_one(side, following.sides[0])
            shown = [given, *(sides_of(following.manifest)[:1] if following and more else ())]
            found[place, role] = _Input(number, side, [one for one in shown if one], shared)
            number += 1 if side.overlay is None else 2
    assert not rest, "BUG: a segment goes along with a transition that does not show its clip"
    return found


def _are_one(side: Side, other: Side | None) -> bool:
    """Whether two sides can be shown from one input."""
    alike = other is not None and side.clip is not None and side.clip == other.clip
    return alike and not (side.overlay or (other and other.overlay))


def _opening(one: _Input, *, spare: bool) -> Iterator[str]:
    """The arguments that open an input, from where the first of what is made of it begins, and what lies over it behind."""
    clip, facts = one.side.clip, one.side.facts
    if clip is None or facts is None:
        yield from card_source(one.shown[0])
        return
    refuse_high_dynamic_range(clip, facts)
    manifests = [*one.shown, *(made.manifest for made in one.beside)]
    yield from clip_source(clip, facts, manifests, spare=spare)
    if one.side.overlay:
        yield from overlay_source(one.side.overlay)


def _graph(overlap: Overlap, inputs: Inputs, *, number: int) -> str:
    manifest, asked = overlap.manifest, overlap.manifest["transition"]
    sides = zip(ROLES, sides_of(manifest), overlap.drawings, strict=True)
    streams = [
        _stream(inputs[number, role], given, drawing, label=role)
        for role, given, drawing in sides
        if given and (number, role) in inputs
    ]
    crossing = crossing_filters(
        asked["kind"],
        before=manifest["from"]["frames"] if manifest["from"] else 0,
        after=manifest["to"]["frames"],
        overlap=asked["frames"],
        colour=asked.get("colour", ""),
        size=Size.parse(manifest["size"]),
        fps=Fraction(manifest["fps"]),
        pixel_format=manifest["encoder"]["pixel_format"],
        out=_label(number),
    )
    return ";".join([*streams, crossing])


def _stream(one: _Input, manifest: Mapping[str, Json], drawing: Sequence[str], *, label: str) -> str:
    """The graph that makes a side the stream of a label."""
    side, number, kind = one.side, one.number, manifest["encoder"]["pixel_format"]
    after = [*drawing, *clock_filters(Fraction(manifest["fps"]), frames=manifest["frames"])]
    if side.facts is None:
        return f"[{number}:v:0]{','.join([*flat_filters(kind), *after])}[{label}]"
    if moved := Moved.of(manifest):
        refuse_too_long(moved, Size.parse(manifest["size"]))
    chain = ",".join([*picture_chain(side.facts, manifest), *after])
    if side.overlay is None:
        return f"[{number}:v:0]{chain}[{label}]"
    return overlay_graph(chain, clip=number, overlay=number + 1, out=label, within=label, pixel_format=kind)


def _output(overlap: Overlap, *, number: int) -> list[str]:
    manifest = overlap.manifest
    encoding = encode_arguments(Fraction(manifest["fps"]), encoder=manifest["encoder"])
    frames = ["-map", f"[{_label(number)}]", "-frames:v", str(manifest["frames"])]
    return [*frames, *encoding, str(overlap.output)]


def _outputs_beside(one: _Input) -> Iterator[str]:
    facts = one.side.facts
    if facts:
        for made in one.beside:
            yield from picture_output(facts, made.manifest, made.drawing, made.output, number=one.number)


def _label(number: int) -> str:
    return f"out{number or ''}"
