"""Own footage: a clip that lasts as long as it does, or a still that stays as long as the storyboard says; its row, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from renderer.diagnostic import Diagnostic, Finding, Place
from renderer.media.conform import seen_size
from renderer.model import MediaFacts
from renderer.pipeline.reading.bench import Bench
from renderer.plan.rows import FootageRow, ShotRow
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
