"""A film from its clips: what is missing for it, asked of the store again after each step.

There is no list of steps to keep in order. `assess_film` looks at the clips and the store, and says either
where the film is or which actions can run now; whoever builds makes those and asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from renderer.media.clock import clock_manifest
from renderer.media.conform import Cut, Profile, choose_profile, held_frames, needs_segment, shows_ground
from renderer.media.manifests import (
    join_manifest,
    reference_manifest,
    segment_manifest,
)
from renderer.media.moving import Moved, lacking_frames
from renderer.model import MIDDLE, Fit, Json, MediaFacts, Result, Size
from renderer.pipeline.film.lettered import CARD, NO_FONTS, Lettered, Made, Part
from renderer.pipeline.film.pieces import cut_of, facts_of, is_still, piece, with_reading
from renderer.plan.action import Action, Input
from renderer.plan.enter import spans_of
from renderer.plan.film import OutputRow
from renderer.row import Row

if TYPE_CHECKING:
    from renderer.pipeline.film.soundtrack import Track

ROUNDS_MAX = 4
NO_OVERLAYS: Mapping[int, Input] = MappingProxyType({})
ROUNDING_FRAMES = 1
"""A slot may be a frame longer than its clip by rounding alone; nobody need be told."""
Lookup = Callable[[Sequence[str]], Sequence[Result | None]]


class FilmState(Row):
    """Where a film stands: it is there, joined under `key`, or these actions bring it nearer; never both.

    `held` names, in cut order, the shots whose clips are shorter than their slots.
    """

    result: Result | None
    missing: tuple[Action, ...] = ()
    held: tuple[str, ...] = ()
    key: str = ""


def assess_film(film: Film, *, lookup: Lookup) -> FilmState:
    """Where a film stands. `lookup` gives the results that may be reused.

    At most three rounds of making what is missing and asking again lead to the film: a reference, then segments and sound, then the join.
    """
    held = film.held()
    if reference := film.settle(lookup):
        return FilmState(None, (reference,), held)
    segments, sound = film.segments, film.sound
    wanted = {action.key: action for action in [*segments.values(), *([sound] if sound else [])]}
    results = dict(zip(wanted, lookup(list(wanted)), strict=True)) if wanted else {}
    missing = tuple(action for key, action in wanted.items() if results[key] is None)
    if missing:
        return FilmState(None, missing, held)
    pictures = (
        film.clips
        if not segments
        else [
            piece(results[segments[n].key]) if n in segments else film.clips[n]
            for n in range(len(film.frames))
        ]
    )
    join = film.join(pictures, sound=piece(results[sound.key]) if sound else None)
    result = lookup([join.key])[0]
    return FilmState(result, held=held, key=join.key) if result else FilmState(None, (join,), held)


class Film:
    """One film while it is assessed, again and again: what does not depend on what is there already is worked out once.

    Equal clips share one facts value, so judgements are made once for each. `clips` are one with facts for each slot, in cut order, ≥ 1; None for a card. `build` names ffmpeg's; `overlays`, by number of the slot, are
    pictures to lay over the lower edge; `fonts`, by digest, draw its texts; `tracks` are the files of all tracks;
    `notes` are what the film says of itself.
    """

    def __init__(
        self,
        output: OutputRow,
        clips: Sequence[Input | None],
        *,
        build: str,
        fonts: Mapping[str, Input] = NO_FONTS,
        overlays: Mapping[int, Input] = NO_OVERLAYS,
        tracks: Sequence[Track] = (),
        notes: Mapping[str, Json] | None = None,
    ) -> None:
        self.output, self.build, self.overlays, self.tracks = output, build, overlays, tracks
        self.given, self.notes = clips, notes
        self.clips: Sequence[Input] = (
            [clip or CARD for clip in clips] if output.cards else cast("Sequence[Input]", clips)
        )
        self.lettered = Lettered(output, fonts)
        self.fps = Fraction(output.fps)
        self.size = Size.parse(output.size) if output.size else None
        self.fits = {row.slot: row for row in output.fits}
        looks = map(id, [clip.facts for clip in self.clips])
        firsts, lengths = [slot.first for slot in output.slots], [slot.frames for slot in output.slots]
        self.kinds = [*zip(looks, firsts, lengths, strict=True)]
        self.moved = {
            row.slot: Moved(Fraction(row.speed), row.reverse, row.moving)
            for row in output.motions
            if not is_still(self.clips[row.slot])
        }
        for slot in self.moved:
            self.kinds[slot] = (-1 - slot, 0, 0)
        self.samples = dict(zip(reversed(self.kinds), reversed(range(len(self.kinds))), strict=True))
        for slot in self.lettered.grounds:
            self.samples.pop(self.kinds[slot], None)
        self.spans = spans_of(output) if output.enters else None
        self.profile, self.is_settled = self.choose(None), False
        self.joined: Action | None = None

    def is_of(self, output: OutputRow, clips: Sequence[Input | None], overlays: Mapping[int, Input]) -> bool:
        """Whether it shows these clips, in this way, and nothing else."""
        return self.output is output and self.given == clips and self.overlays == overlays

    @cached_property
    def frames(self) -> list[int]:
        """The frames of each picture, which is a slot where nothing goes over into another."""
        return [picture.frames for picture in (self.output.slots if self.spans is None else self.spans)]

    def cut(self, number: int) -> Cut:
        return cut_of(self.output.slots[number], self.clips[number])

    def choose(self, reference: MediaFacts | None) -> Profile:
        numbers = sorted(self.samples.values())
        return choose_profile(
            [facts_of(self.clips[number]) for number in numbers],
            [self.cut(number) for number in numbers],
            size=self.size,
            fps=self.fps,
            fit=cast("Fit", self.output.fit),
            coding=self.output.coding,
            ground=self.output.background,
            reference=reference,
            ours=bool(self.overlays or self.lettered.slots or self.moved or self.spans),
        )

    def held(self) -> tuple[str, ...]:
        short = {kind for kind, number in self.samples.items() if self.lacking(number) > ROUNDING_FRAMES}
        if not short:
            return ()
        return tuple(
            slot.shot for slot, kind in zip(self.output.slots, self.kinds, strict=True) if kind in short
        )

    def lacking(self, number: int) -> int:
        """How many frames of its slot a clip has not got."""
        facts, cut, moved = facts_of(self.clips[number]), self.cut(number), self.moved.get(number)
        return lacking_frames(facts, cut, moved, self.fps) if moved else held_frames(facts, cut, self.fps)

    def reference(self) -> Action | None:
        """The clip that tells what our encoder's look like; not needed where all clips are alike and whole."""
        if self.profile.format is not None:
            return None
        manifest = reference_manifest(
            self.profile.size, self.fps, build=self.build, coding=self.output.coding
        )
        return Action.of(manifest, name=f"{self.output.name}: reference", inputs={})

    def settle(self, lookup: Lookup) -> Action | None:
        """Take the profile that our encoder's clips tell; the action that makes such a clip where that is to come first."""
        if self.is_settled or (reference := self.reference()) is None:
            return None
        found = lookup([reference.key])[0]
        if found is None:
            return reference
        self.profile, self.is_settled = self.choose(found.facts), True
        return None

    @cached_property
    def segments(self) -> dict[int, Action]:
        """By number of the picture, what must be made for those that cannot be copied as they are. Of a film that is settled."""
        if self.spans is not None:
            from renderer.pipeline.film.crossing import crossed  # noqa: PLC0415 - asyncio, for films with transitions

            return dict(enumerate(crossed(self.spans, self.part, self.name)))
        unfit = {
            kind
            for kind, number in self.samples.items()
            if number in self.moved
            or needs_segment(facts_of(self.clips[number]), self.cut(number), self.profile)
        }
        drawn = self.overlays.keys() | self.lettered.slots
        if not (unfit or drawn):
            return {}
        numbers = (n for n, kind in enumerate(self.kinds) if kind in unfit or n in drawn)
        return {number: self._segment(number) for number in numbers}

    def name(self, number: int) -> str:
        """The name of a slot's action."""
        return f"{self.output.name}: slot {number + 1}, {self.output.slots[number].shot}"

    def _segment(self, number: int) -> Action:
        made = self.part(Part(number, 0, self.output.slots[number].frames))
        return Action.of(made.manifest, name=self.name(number), inputs=made.inputs)

    def part(self, part: Part) -> Made:
        """Of what a part of a slot is made."""
        number = part.slot
        if number in self.lettered.grounds:
            manifest = self.lettered.card(part, self.profile, build=self.build)
            return Made(manifest, self.lettered.inputs(part))
        clip, slot = self.clips[number], self.output.slots[number]
        overlay, fit, moved = self.overlays.get(number), self.fits.get(number), self.moved.get(number)
        asked = cast("Fit", fit.fit) if fit else None
        motion = moved._replace(skip=part.skip).manifest() if moved else None
        manifest = segment_manifest(
            clip.digest.sha256,
            cut_of(slot, clip, skip=part.skip, frames=part.frames),
            self.profile,
            build=self.build,
            overlay=overlay.digest.sha256 if overlay else None,
            fit=asked,
            has_bars=shows_ground(facts_of(clip), self.profile, asked),
            centre=fit.centre if fit else MIDDLE,
            texts=self.lettered.manifests(part),
            motion=motion,
            clock=clock_manifest(facts_of(clip), motion, fps=self.fps),
        )
        inputs = {"clip": (clip,)} | ({"overlay": (overlay,)} if overlay else {})
        return Made(with_reading(manifest, clip), inputs | self.lettered.inputs(part))

    @cached_property
    def sound(self) -> Action | None:
        """One track for the whole film, where anything has sound."""
        clips = (facts_of(self.clips[number]) for number in self.samples.values())
        if self.output.mix is None and not any(facts.audio for facts in clips):
            return None
        from renderer.pipeline.film.soundtrack import sound_action  # noqa: PLC0415 - a film of nothing but pictures has none

        cuts = [self.cut(number) for number in range(len(self.clips))]
        return sound_action(self.output, self.clips, cuts, tracks=self.tracks, build=self.build)

    def join(self, pictures: Sequence[Input], *, sound: Input | None) -> Action:
        inputs = {"pictures": tuple(pictures)} | ({"sound": (sound,)} if sound else {})
        if self.joined is None or self.joined.inputs != inputs:
            manifest = join_manifest(
                zip([picture.digest.sha256 for picture in pictures], self.frames, strict=True),
                sound=sound.digest.sha256 if sound else None,
                size=self.profile.size,
                fps=self.fps,
                build=self.build,
                notes=self.notes,
                ending=PurePath(self.output.file).suffix,
            )
            self.joined = Action.of(manifest, name=self.output.name, inputs=inputs)
        return self.joined
