"""What all tracks of a film are written with: times, ranges, names and media references, as one form needs them."""

from __future__ import annotations

import math
from enum import Enum
from typing import Any
from urllib.parse import quote

from renderer.export.library import has_timecode, library
from renderer.export.pieces import Piece
from renderer.export.plain import one_line, plain
from renderer.export.timeline import Clip, Event, Motion, Sound, Timeline, Version

OURS = "renderer"


class Form(Enum):
    """The forms that OpenTimelineIO writes."""

    OTIO = "otio_json"
    XML = "fcp_xml"
    EDL = "cmx_3600"


class Scribe:
    """Writes the values of one film for one form."""

    def __init__(self, timeline: Timeline, form: Form) -> None:
        self.timeline, self.form, self.rate = timeline, form, float(timeline.fps)
        self.schema, self.time = library().schema, library().opentime

    def at(self, frames: int) -> Any:
        """A time of the film."""
        return self.time.RationalTime(frames, self.rate)

    def span(self, first: int, frames: int, rate: float | None = None) -> Any:
        """A range, at the film's rate where none is given."""
        rate = rate or self.rate
        return self.time.TimeRange(self.time.RationalTime(first, rate), self.time.RationalTime(frames, rate))

    def range_of(self, event: Event, piece: Piece) -> Any:
        """What an item uses of its clip: from the lowest frame on, for as long as it is in the film.

        Final Cut Pro XML counts the frames of the clip as they are at its speed, backwards from its end; a held frame is one of the clip itself.
        """
        if self.form is Form.XML and not piece.is_held and event.motion.words:
            return self.span(self._retimed(event, piece), piece.frames)
        return self.span(event.motion.shows(piece.first), piece.frames)

    def _retimed(self, event: Event, piece: Piece) -> int:
        if not event.motion.reverse:
            return piece.first
        clip = event.shown.clip
        whole = self.length_of(clip, event) if clip else 0
        return max(0, whole - piece.first - piece.frames)

    def length_of(self, clip: Clip, event: Event) -> int:
        """How many frames of the film a whole clip lasts, at the speed of a slot."""
        return math.ceil(clip.frames / clip.fps * self.timeline.fps / event.motion.speed)

    def warp(self, motion: Motion) -> Any:
        """The effect of a speed, less than 0 for backwards."""
        scalar = float(-motion.speed if motion.reverse else motion.speed)
        return self.schema.LinearTimeWarp(name=motion.words, time_scalar=scalar)

    def name_of(self, shown: Version) -> str:
        """The shot; in an edit list the file, by which editing programs find their clips."""
        if self.form is Form.EDL and shown.clip:
            return shown.clip.path.rpartition("/")[2]
        return one_line(shown.shot)

    def media(self, version: Version) -> Any:
        """A version of a shot: its whole clip at its own rate, and what is told of it."""
        told, clip = {OURS: told_of(version)}, version.clip
        if clip is None or not clip.path:
            return self.schema.MissingReference(
                name=f"{one_line(version.shot)}, {version.label}", metadata=told
            )
        reference = self.schema.ExternalReference(
            target_url=clip.path if self.form is Form.EDL else quote(clip.path),
            available_range=self.whole(clip),
            metadata={**told, **({"fcp_xml": {"media": _tracks(clip)}} if self.form is Form.XML else {})},
        )
        reference.name = clip.path.rpartition("/")[2]
        return reference

    def whole(self, clip: Clip) -> Any:
        """All of a clip, at its own rate; at the film's where a form has no word for its own."""
        if self.form is not Form.OTIO and not has_timecode(clip.fps):
            return self.span(0, round(clip.frames / clip.fps * self.timeline.fps))
        return self.span(0, clip.frames, float(clip.fps))

    def file(self, sound: Sound) -> Any:
        """The file of a sound, whole: in samples, in XML in frames of the film."""
        length = math.ceil(sound.samples * self.timeline.fps / sound.rate_hz)
        is_xml = self.form is Form.XML
        own = self.span(0, length) if is_xml else self.span(0, sound.samples, float(sound.rate_hz))
        media = {"audio": _audio(sound.channels, sound.rate_hz)}
        reference = self.schema.ExternalReference(
            target_url=quote(sound.path),
            available_range=own,
            metadata={"fcp_xml": {"media": media}} if is_xml else {},
        )
        reference.name = sound.path.rpartition("/")[2]
        return reference


def _tracks(clip: Clip) -> dict[str, Any]:
    size = {"width": str(clip.size.width_px), "height": str(clip.size.height_px)}
    picture = {"video": {"samplecharacteristics": size}}
    return {**picture, **({"audio": _audio(clip.channels, None)} if clip.has_sound else {})}


def _audio(channels: int, rate_hz: int | None) -> dict[str, Any]:
    rate = {"samplecharacteristics": {"samplerate": str(rate_hz)}} if rate_hz else {}
    return {**rate, "channelcount": str(channels)}


def told_of(version: Version) -> dict[str, Any]:
    """What is told of a version to whoever reads metadata."""
    clip = version.clip
    told = {
        "shot": version.shot,
        "take": version.take,
        "provider": version.provider,
        "model": version.model,
        "seed": None if version.seed is None else str(version.seed),
        "price_usd": None if version.price_usd is None else str(version.price_usd),
        "key": version.key,
        "sha256": clip.digest.sha256 if clip else None,
        "size_bytes": clip.digest.size_bytes if clip else None,
        "request": version.request,
    }
    return {name: plain(value) for name, value in told.items() if value not in (None, "", {})}
