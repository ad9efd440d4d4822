"""The sound of a film whose slots overlap: where two clips are seen, both are heard, one going as the other comes.

All is counted in samples of the film from its first picture, rounded on the running total as the cut is, so that sound
and picture cross over the same span, to the sample.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from renderer.ffmpeg.sound import boundary_samples
from renderer.media.conform import Cut
from renderer.model import Json
from renderer.plan.enter import starts_of
from renderer.plan.film import SlotRow
from renderer.plan.mix import MixRow, SlotSound
from renderer.plan.motion import MotionRow
from renderer.row import Row

NOTHING_MOVES: Mapping[int, MotionRow] = MappingProxyType({})


class _Heard(Row):
    """What is heard of one slot: samples `start` to `end` of the film, of its clip from sample `first` on."""

    clip: str | None
    first: int
    start: int
    end: int
    shaped: Mapping[str, Json]
    moved: Mapping[str, Json]

    def part(self, start: int, end: int, **how: Json) -> dict[str, Json]:
        """A part of it, between two samples of the film. What moves is heard from its beginning and skipped, so that parts fit together."""
        if not self.clip:
            return {"clip": None, "first": 0, "samples": end - start, **how}
        skip = start - self.start
        place = {"first": self.first, **({"skip": skip} if skip else {}), **self.moved}
        if not self.moved:
            place = {"first": self.first + skip}
        return {"clip": self.clip, **place, "samples": end - start, **self.shaped, **how}


def crossed_parts(
    slots: Sequence[tuple[str | None, Cut]],
    rows: Sequence[SlotRow],
    mix: MixRow,
    motions: Mapping[int, MotionRow] = NOTHING_MOVES,
    *,
    fps: Fraction,
) -> Iterator[dict[str, Json]]:
    """The parts of a mix's manifest, one behind the other: each slot alone, and between two slots both together.

    In a part with `cross` the clip goes `out` or comes `in`, and what is `under` it does the other; `open` are the
    ends at which a clip goes on in the next part, so that nothing is faded there.
    """
    heard = list(_heard(slots, rows, mix, motions, fps=fps))
    for number, slot in enumerate(heard):
        last, following = heard[number - 1] if number else None, heard[number + 1 : number + 2]
        if last and last.end > slot.start:
            yield _crossing(last, slot)
        start = max(slot.start, last.end) if last else slot.start
        end = min(slot.end, following[0].start) if following else slot.end
        if start < end:
            open_ends = "".join(("<" * (start > slot.start), ">" * (end < slot.end)))
            yield slot.part(start, end, **({"open": open_ends} if open_ends and slot.clip else {}))


def _crossing(last: _Heard, slot: _Heard) -> dict[str, Json]:
    going = last.part(slot.start, last.end, cross="out")
    coming = slot.part(slot.start, last.end, cross="in")
    if last.clip and slot.clip:
        return {**going, "under": coming}
    if last.clip or slot.clip:
        return going if last.clip else coming
    return slot.part(slot.start, last.end)


def _heard(
    slots: Sequence[tuple[str | None, Cut]],
    rows: Sequence[SlotRow],
    mix: MixRow,
    motions: Mapping[int, MotionRow],
    *,
    fps: Fraction,
) -> Iterator[_Heard]:
    sounds: Mapping[int, SlotSound] = {one.slot: one for one in mix.slots}
    for number, ((clip, cut), frame) in enumerate(zip(slots, starts_of(rows), strict=True)):
        sound = sounds.get(number)
        first, start, end = (
            boundary_samples(place, fps=fps, rate_hz=mix.rate_hz)
            for place in (cut.first, frame, frame + cut.frames)
        )
        moved = moved_sound(motions.get(number), cut.first, fps=fps, rate_hz=mix.rate_hz)
        yield _Heard(None if sound and sound.mute else clip, first, start, end, shaped(sound), moved)


def moved_sound(motion: MotionRow | None, first: int, *, fps: Fraction, rate_hz: int) -> dict[str, Json]:
    """How a part moves with its picture, where it does; backwards it begins at the last frame that moves, so many samples on."""
    if motion is None:
        return {}
    begin, end = (
        boundary_samples(frame, fps=fps, rate_hz=rate_hz) for frame in (first, first + motion.moving)
    )
    speed = {"speed": motion.speed} if motion.speed != "1" else {}
    return {**speed, **({"backwards": end - begin} if motion.reverse else {})}


def shaped(sound: SlotSound | None) -> dict[str, Json]:
    """How a part sounds where not as it is."""
    gain = {"gain_db": sound.gain_db} if sound and sound.gain_db != "0" else {}
    return {**gain, **({"voice": True} if sound and sound.voice else {})}
