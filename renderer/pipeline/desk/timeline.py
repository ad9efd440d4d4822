"""From a run to the timelines that `export` writes: which clips there are, what the films show of them, what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from renderer.digest import Digest
from renderer.errors import UsageError, did_you_mean, shortened
from renderer.export.timeline import Clip, Event, Motion, Timeline, Transition, Version
from renderer.media.conform import Cut, film_size, held_frames
from renderer.media.moving import Moved, lacking_frames
from renderer.model import Json, MediaFacts, Result, Size
from renderer.pipeline.desk.subtitled import titles_of
from renderer.pipeline.desk.turns import sounds_of
from renderer.pipeline.film.lettered import clip_slots
from renderer.pipeline.reading.sounds import sound_of
from renderer.pipeline.run import Run
from renderer.pipeline.showing import footage_of, shown_takes
from renderer.plan.action import Input
from renderer.plan.film import OutputRow, SlotRow
from renderer.plan.mix import TrackRow
from renderer.plan.motion import MotionRow
from renderer.plan.rows import TakeRow
from renderer.row import Row

ASKED = ("provider", "model", "fields", "params", "inputs", "seed", "take")
"""The parts of a manifest that an author asked for; the others name machines and tools."""
NAMES = {"fade": "crossfade"}
"""What we call transitions that ffmpeg calls otherwise."""


class Wanted(Row):
    """Bytes that a timeline names: of a take of a shot (`take` None: an older request's), or of a file that the author named.

    `path` is that file's, relative to the storyboard's folder; empty where the store has the bytes. `ending` is that of the file's name.
    """

    digest: Digest
    shot: str
    take: int | None
    path: str = ""
    ending: str = "mp4"


CHANNELS = 2
"""Those of a sound that was never heard."""
Place = Callable[[Wanted], str]
"""Where wanted bytes lie, relative to the document that names them; empty where they lie nowhere."""


def chosen_outputs(run: Run, names: Sequence[str]) -> tuple[OutputRow, ...]:
    """The outputs of these names, in order of the file; all where none is named. Raises `UsageError` U100."""
    known = [output.name for output in run.compiled.outputs]
    for name in names:
        if name not in known:
            close = did_you_mean(name, known)
            hint = f"did you mean `{close}`?" if close else f"outputs here: {shortened(known)}"
            raise UsageError(f"there is no output `{name}`", code="U100", hint=hint)
    return tuple(output for output in run.compiled.outputs if not names or output.name in names)


def timeline_of(run: Run, output: OutputRow, *, place: Place) -> Timeline:
    """One film as an editor sees it. A clip that is not there is left out of it, and the rest is told all the same."""
    desk = _Desk(run, output, place)
    fps = desk.fps
    path = run.project.film(output.file)
    enters = {
        row.slot: Transition(NAMES.get(row.kind, row.kind), row.frames, row.colour) for row in output.enters
    }
    opening = enters.pop(0, None)
    events = tuple(
        event._replace(enter=enters.get(number)) for number, event in enumerate(_events(desk, output, fps))
    )
    return Timeline(
        name=path.stem,
        title=run.compiled.title or path.stem,
        file=path.name,
        size=desk.size_of(output),
        fps=fps,
        events=events,
        sounds=tuple(sounds_of(output, run.compiled.tracks, place=desk.track)),
        opening=opening,
        titles=tuple(titles_of(output)),
    )


def _events(desk: _Desk, output: OutputRow, fps: Fraction) -> Iterator[Event]:
    """The slots of a film, cards among them, without their transitions."""
    moved = {row.slot: row for row in output.motions}
    grounds = {card.slot: card.ground for card in output.cards}
    sounds = {sound.slot: sound for sound in output.mix.slots} if output.mix else {}
    for number, slot in enumerate(output.slots):
        event = desk.event(slot, fps, moved.get(number))._replace(ground=grounds.get(number))
        sound = sounds.get(number)
        yield event._replace(gain_db=sound.gain_db, mute=sound.mute) if sound else event


class _Desk:
    """What is known of the clips of one run. The versions of a shot are one value, however often it is shown."""

    def __init__(self, run: Run, output: OutputRow, place: Place) -> None:
        self.run, self.place = run, place
        self.fps = Fraction(output.fps)
        self.shown, self.footage = shown_takes(run), footage_of(run)
        self.numbers: dict[str, list[int]] = {}
        for number, row in enumerate(run.compiled.takes):
            self.numbers.setdefault(row.shot, []).append(number)
        # Asked for together: each asking may read the storyboard once more.
        self.unmade = [number for number, result in enumerate(run.results) if result is None]
        self.parents = {
            run.compiled.takes[chain.take].name: tuple(dict.fromkeys(link.shot for link in chain.links))
            for chain in run.compiled.chains
        }
        self.versions: dict[str, tuple[Version, tuple[Version, ...]]] = {}
        self.ends: dict[str, int] = {}
        for slot in output.slots:
            self.ends[slot.shot] = max(self.ends.get(slot.shot, 0), slot.first + slot.frames)

    def track(self, row: TrackRow) -> tuple[str, int]:
        """Where the file of a track lies, and how many channels it has."""
        digest = Digest(row.sha256, row.size_bytes)
        ending = row.path.rpartition(".")[2] if "." in row.path else row.container
        where = self.place(Wanted(digest, row.track, None, row.path, ending))
        known = sound_of(self.run.workshop.store, digest, None)
        return where, known.channels if known else CHANNELS

    def event(self, slot: SlotRow, fps: Fraction, motion: MotionRow | None) -> Event:
        if not slot.shows_clip:
            card = Version(slot.shot, None, None)
            return Event(card, slot.first, slot.frames, 0, (card,))
        if slot.shot not in self.versions:
            own = self._own(slot) if slot.take < 0 else None
            self.versions[slot.shot] = (own, (own,)) if own else self._takes(slot)
        shown, versions = self.versions[slot.shot]
        facts = self._facts(slot)
        if facts and facts.is_still:
            return Event(shown, slot.first, slot.frames, 0, versions)
        if motion:
            return _moved(Event(shown, slot.first, slot.frames, 0, versions), motion, facts, fps)
        held = held_frames(facts, Cut(slot.first, slot.frames), fps) if facts else 0
        return Event(shown, slot.first, slot.frames, held, versions)

    def size_of(self, output: OutputRow) -> Size | None:
        if output.size:
            return Size.parse(output.size)
        first, *others = map(self._facts, clip_slots(output))
        return film_size([first, *filter(None, others)]) if first else None

    def _facts(self, slot: SlotRow) -> MediaFacts | None:
        result = self.footage[slot.footage] if slot.take < 0 else self.shown[slot.take]
        return result.facts if result else None

    def _own(self, slot: SlotRow) -> Version:
        row, clip = self.run.compiled.footage[slot.footage], self.footage[slot.footage]
        return Version(row.shot, None, self._clip(clip, row.shot, None, row.path))

    def _takes(self, slot: SlotRow) -> tuple[Version, tuple[Version, ...]]:
        """What the film shows of a shot, and all that there is of it."""
        run, numbers = self.run, self.numbers[slot.shot]
        there = [self._version(run.compiled.takes[number], run.results[number]) for number in numbers]
        result = self.shown[slot.take]
        choice = run.picked.choices.get(slot.take)
        wanted = numbers.index(choice.number) if choice else 0
        if result is None:
            there[wanted] = there[wanted]._replace(clip=None)
            return there[wanted], tuple(there)
        alike = [one for one in there if one.clip and one.clip.digest == result.digest]
        if there[wanted] in alike:
            return there[wanted], tuple(there)
        shown = alike[0] if alike else self._older(slot.shot, result)
        return shown, tuple(there) if alike else (*there, shown)

    def _version(self, row: TakeRow, result: Result | None) -> Version:
        trace = self.run.workshop.store.trace(row.key) if result else None
        manifest = trace.manifest if trace else self._manifest(row)
        clip = self._clip(Input(result.digest, facts=result.facts), row.shot, row.take) if result else None
        price = result.price_usd if result else None
        parents = self.parents.get(row.name, ())
        return Version(
            row.shot,
            row.take,
            clip,
            row.provider,
            row.model,
            row.seed,
            price,
            _asked(manifest),
            parents,
            row.key if result else "",
        )

    def _manifest(self, row: TakeRow) -> Mapping[str, Json]:
        number = next(one for one in self.numbers[row.shot] if self.run.compiled.takes[one] is row)
        # A clip that the lock names may be there although the record of how it was made is not.
        return self.run.details([*self.unmade, number])[number].manifest

    def _older(self, shot: str, result: Result) -> Version:
        """A clip that was made for another request than today's."""
        run = self.run
        traces = run.workshop.store.newest.all_of(
            run.project.identity, spec=run.project.asker_spec, shot=shot
        )
        found = (
            trace.manifest for trace in traces if any(one.digest == result.digest for one in trace.results)
        )
        manifest = next(found, {"provider": "unknown"})
        seed = manifest.get("seed")
        return Version(
            shot,
            None,
            self._clip(Input(result.digest, facts=result.facts), shot, None),
            str(manifest.get("provider")),
            manifest.get("model"),
            None if seed is None else int(seed),
            result.price_usd,
            _asked(manifest),
        )

    def _clip(self, clip: Input, shot: str, take: int | None, path: str = "") -> Clip | None:
        facts = clip.facts
        if facts is None:
            return None
        ending = path.rpartition(".")[2] if "." in path else "mp4"
        where = self.place(Wanted(clip.digest, shot, take, path, ending))
        sound = facts.audio
        # A still has no length of its own: to an editor it is as long as it is shown.
        fps, frames = (self.fps, self.ends[shot]) if facts.is_still else (facts.fps, facts.frames)
        channels = sound.channels if sound else 0
        return Clip(where, clip.digest, facts.size, fps, frames, sound is not None, channels)


def _moved(event: Event, row: MotionRow, facts: MediaFacts | None, fps: Fraction) -> Event:
    """A slot whose clip moves otherwise, and what of it is held, as far as that is one frame."""
    motion = Motion(Fraction(row.speed), row.reverse)
    cut, moved = Cut(event.first, event.frames), Moved(motion.speed, row.reverse, row.moving)
    lacking = lacking_frames(facts, cut, moved, fps) if facts else 0
    if row.reverse:
        return event._replace(held=event.frames - row.moving, motion=motion, ahead=lacking)
    return event._replace(held=event.frames - row.moving + lacking, motion=motion)


def _asked(manifest: Mapping[str, Json]) -> Mapping[str, Json]:
    return {name: manifest[name] for name in ASKED if name in manifest}
