"""A film for editing programs, by OpenTimelineIO: its own format and Final Cut Pro 7 XML; an edit list is in `edl`.

Each clip is one item; its media is the full-length clip, so what is not on screen is there as handles. All takes of a
shot are media references of one item, and the one that the film shows is the active one. A held frame is an item of its
own with a freeze, since editing programs do not extend a clip. OpenTimelineIO keeps a rate as a double: 24000/1001 is the
nearest one, and every time is a whole number of frames.

Every item has its number in its metadata: of two that are alike the adapter for XML writes the second as a mere reference to
the first, without its place in the film.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from types import ModuleType
from typing import Any
from urllib.parse import quote

from renderer.errors import UsageError
from renderer.export.pieces import Piece, pieces_of
from renderer.export.plain import one_line, plain
from renderer.export.timeline import Clip, Event, Sound, Timeline, Version

OURS = "renderer"
INDENT = 2
TIMECODE_RATES = (
    Fraction(24000, 1001),
    Fraction(30000, 1001),
    *map(Fraction, (24, 25, 30, 48, 50, 60)),
    Fraction(60000, 1001),
)
"""The rates at which there is timecode (SMPTE ST 12-1 and -3)."""


def to_otio(timeline: Timeline) -> str:
    """The film as an `.otio` document. Raises `UsageError` U105 where OpenTimelineIO is not installed."""
    return f"{library().adapters.write_to_string(build_timeline(timeline), 'otio_json', indent=INDENT)}\n"


def to_fcp7xml(timeline: Timeline) -> str:
    """The film as Final Cut Pro 7 XML, which Premiere and Resolve open. Raises as `to_otio`, and `UsageError` U102 for a rate without timecode."""
    require_timecode(timeline.fps)
    film = build_timeline(timeline, has_timecode=True)
    text: str = library().adapters.write_to_string(film, "fcp_xml")
    return text if text.endswith("\n") else f"{text}\n"


def has_timecode(fps: Fraction) -> bool:
    """Whether XML and an edit list can be written at this rate."""
    return fps in TIMECODE_RATES


def require_timecode(fps: Fraction) -> None:
    if not has_timecode(fps):
        raise UsageError(
            f"there is no timecode at {fps} frames a second",
            code="U102",
            hint="choose another `fps`, or export `otio`, which counts frames",
        )


def library() -> ModuleType:
    try:
        import opentimelineio  # noqa: PLC0415 - 100 ms, for these exports alone
    except ImportError as error:
        raise UsageError(
            "OpenTimelineIO is not installed",
            code="U105",
            hint="install `opentimelineio`, `otio-fcp-adapter` and `otio-cmx3600-adapter` beside this program",
        ) from error
    return opentimelineio  # type: ignore[no-any-return]


class _Writer:
    """Builds the items of one film; `reels` are the names of tapes that an edit list has for clips, None elsewhere."""

    def __init__(
        self, timeline: Timeline, *, reels: Mapping[tuple[str, str], str] | None, has_timecode: bool
    ) -> None:
        self.library = library()
        self.timeline, self.rate = timeline, float(timeline.fps)
        self.reels, self.has_timecode = reels, has_timecode

    def span(self, first: int, frames: int, rate: float | None = None) -> Any:
        time = self.library.opentime
        rate = rate or self.rate
        return time.TimeRange(time.RationalTime(first, rate), time.RationalTime(frames, rate))

    def media(self, version: Version) -> Any:
        schema = self.library.schema
        told = {OURS: _told(version)}
        clip = version.clip
        if clip is None or not clip.path:
            return schema.MissingReference(name=f"{version.shot}, {version.label}", metadata=told)
        picture = {
            "samplecharacteristics": {"width": str(clip.size.width_px), "height": str(clip.size.height_px)}
        }
        tracks = {"video": picture, **({"audio": {}} if clip.has_sound else {})}
        reference = schema.ExternalReference(
            target_url=quote(clip.path) if self.reels is None else clip.path,
            available_range=self.whole(clip),
            metadata={**told, "fcp_xml": {"media": tracks}},
        )
        reference.name = clip.path.rpartition("/")[2]
        return reference

    def whole(self, clip: Clip) -> Any:
        """All of a clip, at its own rate; at the film's where a form has no word for its own."""
        if self.has_timecode and not has_timecode(clip.fps):
            return self.span(0, round(clip.frames / clip.fps * self.timeline.fps))
        return self.span(0, clip.frames, float(clip.fps))

    def item(self, number: int, event: Event, piece: Piece) -> Any:
        shown = event.shown
        versions = {version.label: self.media(version) for version in event.versions or (shown,)}
        clip = self.library.schema.Clip(
            name=self._name(shown),
            source_range=self.span(piece.first, piece.frames),
            metadata={OURS: {"shot": shown.shot, "slot": number + 1, "shows": shown.label}},
        )
        clip.set_media_references(versions, shown.label)
        if self.reels is not None:
            comments = [f"SHOT: {one_line(shown.shot)}, {shown.label}"]
            clip.metadata["cmx_3600"] = {"reel": self.reels[shown.shot, shown.label], "comments": comments}
        if piece.is_held:
            self._freeze(clip, piece)
        return clip

    def _name(self, shown: Version) -> str:
        """The shot; in an edit list the file, by which editing programs find their clips."""
        return (
            shown.clip.path.rpartition("/")[2]
            if self.reels is not None and shown.clip
            else one_line(shown.shot)
        )

    def _freeze(self, clip: Any, piece: Piece) -> None:
        clip.effects.append(self.library.schema.FreezeFrame())
        clip.metadata["fcp_xml"] = {"stillframe": "TRUE"}
        note = f"last frame held for {piece.frames} frames"
        clip.markers.append(
            self.library.schema.Marker(name=note, marked_range=self.span(piece.first, 1), color="RED")
        )

    def transition(self, event: Event) -> Any:
        assert event.enter, "BUG: a cut is no transition"
        time = self.library.opentime
        before = event.enter.frames // 2
        kind = self.library.schema.TransitionTypes.SMPTE_Dissolve
        return self.library.schema.Transition(
            name=one_line(event.enter.kind),
            transition_type=kind,
            in_offset=time.RationalTime(before, self.rate),
            out_offset=time.RationalTime(event.enter.frames - before, self.rate),
            metadata={OURS: {"kind": one_line(event.enter.kind), "frames": event.enter.frames}},
        )

    def sound(self, number: int, event: Event, piece: Piece) -> Any:
        if piece.is_held or not (event.shown.clip and event.shown.clip.has_sound):
            return self.library.schema.Gap(source_range=self.span(0, piece.frames))
        return self.library.schema.Clip(
            name=self._name(event.shown),
            source_range=self.span(piece.first, piece.frames),
            media_reference=self.media(event.shown),
            metadata={OURS: {"shot": one_line(event.shown.shot), "slot": number + 1}},
        )

    def laid(self, sounds: Sequence[Sound]) -> Any:
        """A track of the mix: what is heard of one file, each time it is heard."""
        schema = self.library.schema
        track, end = schema.Track(name=one_line(sounds[0].track), kind=schema.TrackKind.Audio), 0
        for turn, sound in enumerate(sounds, start=1):
            if sound.start > end:
                track.append(schema.Gap(source_range=self.span(0, sound.start - end)))
            name, told = (
                one_line(sound.track),
                {"turn": turn, "sha256": sound.digest.sha256, **plain(sound.how)},
            )
            item = schema.Clip(
                name=name, source_range=self.span(sound.first, sound.frames), metadata={OURS: told}
            )
            item.media_reference = self.file(sound) if sound.path else schema.MissingReference(name=name)
            track.append(item)
            end = sound.start + sound.frames
        return track

    def file(self, sound: Sound) -> Any:
        length = -(-sound.samples * self.timeline.fps // sound.rate_hz)
        own = self.span(0, sound.samples, float(sound.rate_hz))
        reference = self.library.schema.ExternalReference(
            target_url=quote(sound.path),
            available_range=self.span(0, length) if self.has_timecode else own,
            metadata={"fcp_xml": {"media": {"audio": {}}}},
        )
        reference.name = sound.path.rpartition("/")[2]
        return reference

    def tracks(self) -> tuple[Any, Any]:
        schema = self.library.schema
        picture = schema.Track(name="picture", kind=schema.TrackKind.Video)
        sound = schema.Track(name="sound", kind=schema.TrackKind.Audio)
        for number, (event, pieces) in enumerate(pieces_of(self.timeline)):
            if event.enter:
                picture.append(self.transition(event))
            for piece in pieces:
                picture.append(self.item(number, event, piece))
                sound.append(self.sound(number, event, piece))
        return picture, sound


def build_timeline(
    timeline: Timeline,
    *,
    reels: Mapping[tuple[str, str], str] | None = None,
    has_timecode: bool = False,
) -> Any:
    """The film as OpenTimelineIO's own value.

    With `reels`, by shot and label of a version, as an edit list needs it: files stand for names; with `has_timecode` all rates are some that have it.
    """
    writer = _Writer(timeline, reels=reels, has_timecode=has_timecode)
    picture, sound = writer.tracks()
    heard = any(event.shown.clip and event.shown.clip.has_sound for event in timeline.events)
    film = writer.library.schema.Timeline(name=one_line(timeline.title) or timeline.name)
    film.global_start_time = writer.library.opentime.RationalTime(0, writer.rate)
    film.tracks.extend([picture, sound] if heard else [picture])
    film.tracks.extend(writer.laid(list(some)) for _, some in groupby(timeline.sounds, attrgetter("track")))
    film.metadata[OURS] = {
        "film": timeline.file,
        "rate": str(timeline.fps),
        "generated": "by AI, where a clip says by which model",
    }
    if timeline.size:
        size = {"width": str(timeline.size.width_px), "height": str(timeline.size.height_px)}
        film.metadata["fcp_xml"] = {"media": {"video": {"format": {"samplecharacteristics": size}}}}
    return film


def _told(version: Version) -> dict[str, Any]:
    """What is told of a version to whoever reads metadata."""
    clip = version.clip
    told = {
        "shot": version.shot,
        "take": version.take,
        "provider": version.provider,
        "model": version.model,
        "seed": None if version.seed is None else str(version.seed),
        "price_usd": None if version.price_usd is None else str(version.price_usd),
        "sha256": clip.digest.sha256 if clip else None,
        "size_bytes": clip.digest.size_bytes if clip else None,
        "request": version.request,
    }
    return {name: plain(value) for name, value in told.items() if value not in (None, "", {})}
