"""Own footage: a clip that lasts as long as it does, or a still that stays as long as the storyboard says; its row, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from renderer.diagnostic import Diagnostic, Finding, Place
from renderer.media.conform import Cut, Profile, format_of, is_high_range, needs_segment, seen_size
from renderer.model import MediaFacts, Size, base_of
from renderer.pipeline.reading.bench import Bench
from renderer.plan.film import OutputRow, SlotRow
from renderer.plan.rows import Compiled, FootageRow, ShotRow
from renderer.storyboard import Motion, Shot, Source, Storyboard

STILL_S = Fraction(5)
"""How long a still stays that nothing is said of: as long as `animatic` would show it."""
IN_SHOT = "$.shots"


def key_footage(bench: Bench, shot: Shot, source: Source) -> None:
    """Keep the row of a shot that is own footage. Tells what is wrong with its file, S286 and S287."""
    found = bench.desk.footage(source)
    if isinstance(found, Finding):
        bench.report([found._replace(field=("clip",))], shot)
        return
    assert found
    assert found.facts
    facts = found.facts
    footage = FootageRow(shot.id, source.text, found.digest.sha256, found.digest.size_bytes, facts.to_json())
    bench.diagnostics += _tell(shot, facts)
    bench.keep(shot, _length_s(shot, facts), footage=footage)
    bench.sizes[shot.id] = seen_size(facts)


def check_stills(storyboard: Storyboard, shots: Sequence[ShotRow]) -> Iterator[Diagnostic]:
    """Tell of each entry of the cut that shows a still at a speed, or backwards (S287)."""
    stills = {row.shot for row in shots if row.footage and row.footage.is_still}
    for slot in storyboard.slots if stills else ():
        if slot.shot_id in stills:
            yield from (_idle(name, slot.place) for name in _moving(slot.motion))


def is_high(footage: FootageRow) -> bool:
    """Whether own footage has a high dynamic range."""
    return is_high_range(str(footage.facts["colour"]))


def check_ranges(storyboard: Storyboard, compiled: Compiled) -> Iterator[Diagnostic]:
    """Tell of own footage of a high dynamic range that a film would have to encode (M806), whatever else is in the film.

    What only its generated clips decide is told when the film is cut.
    """
    if not any(map(is_high, compiled.footage)):
        return
    clips = [MediaFacts.from_json(row.facts) for row in compiled.footage]
    places = {shot.id: shot.origin("clip") for shot in storyboard.shots}
    for output in compiled.outputs:
        shown = [slot for slot in output.slots if slot.footage >= 0]
        alike = len({format_of(clips[slot.footage]) for slot in shown}) == 1
        for slot in shown:
            facts = clips[slot.footage]
            if is_high_range(facts.colour) and (why := _encoded(facts, slot, output, alike=alike)):
                yield _high(slot.shot, facts, places.get(slot.shot), why)


def _encoded(facts: MediaFacts, slot: SlotRow, output: OutputRow, *, alike: bool) -> Sequence[str]:
    """Why a film encodes a clip, as far as own footage, all `alike` or not, and the output decide that."""
    if output.texts or output.motions or output.enters:
        return ("the film has titles, transitions or motion",)
    if not alike:
        return ("other footage in the film is of another kind",)
    size, fps = Size.parse(output.size) if output.size else facts.size, Fraction(output.fps)
    kept = format_of(facts) if (size, fps) == (facts.size, facts.fps) else None
    return needs_segment(facts, Cut(slot.first, slot.frames), Profile(size, fps, "crop", kept, output.coding))


def _high(shot: str, facts: MediaFacts, place: Place | None, why: Sequence[str]) -> Diagnostic:
    message = f"the clip of `{base_of(shot)}` has a high dynamic range, and this film cannot show it as it is"
    notes = (f"its colour is {facts.colour}", f"it would be encoded, since {'; '.join(why)}")
    return Diagnostic("M806", message, place, notes=notes, hint="export it in BT.709")


def _length_s(shot: Shot, facts: MediaFacts) -> Fraction:
    if not facts.is_still:
        return facts.frames / facts.fps
    wanted_s = shot.use.out_s if shot.use else None
    return shot.length_s or wanted_s or STILL_S


def _tell(shot: Shot, facts: MediaFacts) -> Iterator[Diagnostic]:
    if facts.is_still:
        for output, framing in shot.framings.items():
            for name in _moving(framing.motion or Motion()):
                yield _idle(name, shot.origin(f"for.{output}.{name}"))
        for name in _moving(shot.motion):
            if (place := shot.origin(name)).path.startswith(IN_SHOT):
                yield _idle(name, place)
    elif shot.length_s and not shot.output:
        message = "`duration` says how long a still stays, and this is a clip, which lasts as long as it does"
        hint = "show a part of it with `use`, or hold its last frame with `hold`"
        yield Diagnostic("S286", message, shot.origin("duration"), hint=hint)


def _moving(motion: Motion) -> list[str]:
    """The fields of a motion that ask for something of a clip that a still does not have."""
    return [
        *(["speed"] if motion.speed not in (None, 1) else []),
        *(["reverse"] if motion.reverse else []),
    ]


def _idle(name: str, place: Place) -> Diagnostic:
    hint = "delete it; `duration` and `use` say how long a still stays" if name == "speed" else "delete it"
    return Diagnostic("S287", f"`{name}` changes nothing of a still", place, "warning", hint=hint)
