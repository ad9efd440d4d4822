"""Own footage of a high dynamic range: it can be copied into a film of its own kind, and is told where it cannot be, before anything is bought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from renderer.diagnostic import Diagnostic, Place
from renderer.media.conform import Cut, Profile, format_of, is_high_range, needs_segment
from renderer.model import MediaFacts, Size, base_of
from renderer.plan.film import OutputRow, SlotRow
from renderer.plan.rows import Compiled, FootageRow
from renderer.storyboard import Shot, Storyboard

HINT = "export it in BT.709"


def is_high(footage: FootageRow) -> bool:
    """Whether own footage has a high dynamic range."""
    return is_high_range(str(footage.facts["colour"]))


def check_ranges(storyboard: Storyboard, compiled: Compiled) -> Iterator[Diagnostic]:
    """Tell of own footage of a high dynamic range that a film would have to encode, or that a shot starts from a frame of (M806).

    A film that shows a generated clip too is encoded: no model makes clips of the very format that a camera's have. The shots of an
    excerpt of a storyboard have their places, all others none.
    """
    high = {row.shot: MediaFacts.from_json(row.facts) for row in compiled.footage if is_high(row)}
    if not high:
        return
    shots = {shot.id: shot for shot in storyboard.shots}
    clips = [MediaFacts.from_json(row.facts) for row in compiled.footage]
    for output in compiled.outputs:
        for slot in output.slots:
            if slot.shot in high and (why := _encoded(slot, output, clips)):
                yield _high(slot.shot, high[slot.shot], _place(shots, slot.shot, "clip"), why)
    for chain in compiled.chains:
        for link in chain.links:
            if link.shot in high:
                name = compiled.takes[chain.take].shot
                yield _started(name, link.shot, high[link.shot], _place(shots, name, link.role))


def _encoded(slot: SlotRow, output: OutputRow, clips: Sequence[MediaFacts]) -> Sequence[str]:
    """Why a film encodes what a slot shows of own footage, as far as own footage and the output decide that; `clips` are all own footage."""
    if output.texts or output.motions or output.enters or output.cards:
        return ("the film has titles, transitions or motion",)
    if any(other.take >= 0 for other in output.slots):
        return ("generated clips are in the film, which are of another kind",)
    if len({format_of(clips[other.footage]) for other in output.slots}) > 1:
        return ("other footage in the film is of another kind",)
    facts = clips[slot.footage]
    size, fps = Size.parse(output.size) if output.size else facts.size, Fraction(output.fps)
    kept = format_of(facts) if (size, fps) == (facts.size, facts.fps) else None
    return needs_segment(facts, Cut(slot.first, slot.frames), Profile(size, fps, "crop", kept, output.coding))


def _high(shot: str, facts: MediaFacts, place: Place | None, why: Sequence[str]) -> Diagnostic:
    message = f"the clip of `{base_of(shot)}` has a high dynamic range, and this film cannot show it as it is"
    notes = (f"its colour is {facts.colour}", f"it would be encoded, since {'; '.join(why)}")
    return Diagnostic("M806", message, place, notes=notes, hint=HINT)


def _started(shot: str, parent: str, facts: MediaFacts, place: Place | None) -> Diagnostic:
    message = (
        f"`{base_of(shot)}` asks for a frame of `{base_of(parent)}`, whose clip has a high dynamic range"
    )
    hint = f"{HINT}, or name a still of it as the image"
    return Diagnostic("M806", message, place, notes=(f"its colour is {facts.colour}",), hint=hint)


def _place(shots: Mapping[str, Shot], name: str, field: str) -> Place | None:
    return shots[name].origin(field) if name in shots else None
