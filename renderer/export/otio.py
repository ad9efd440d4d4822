"""A film for editing programs, by OpenTimelineIO: its own format, Final Cut Pro 7 XML, and a CMX 3600 edit list.

Each clip is one item; its media is the full-length clip, so what is not on screen is there as handles. All takes of a
shot are media references of one item, and the one that the film shows is the active one. A held frame is an item of its
own with a freeze, since editing programs do not extend a clip. OpenTimelineIO keeps a rate as a double: 24000/1001 is the
nearest one, and every time is a whole number of frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import quote

from renderer.digest import digest_bytes
from renderer.errors import UsageError
from renderer.export.plain import one_line, plain, timecode
from renderer.export.timeline import Clip, Event, Timeline, Version

OURS = "renderer"
INDENT = 2
TIMECODE_RATES = (
    Fraction(24000, 1001),
    Fraction(30000, 1001),
    *map(Fraction, (24, 25, 30, 48, 50, 60)),
    Fraction(60000, 1001),
)
"""The rates at which there is timecode (SMPTE ST 12-1 and -3)."""
REEL_SIGNS = 8


def to_otio(timeline: Timeline) -> str:
    """The film as an `.otio` document. Raises `UsageError` U105 where OpenTimelineIO is not installed."""
    return f"{_library().adapters.write_to_string(build_timeline(timeline), 'otio_json', indent=INDENT)}\n"


def to_fcp7xml(timeline: Timeline) -> str:
    """The film as Final Cut Pro 7 XML, which Premiere and Resolve open. Raises as `to_otio`, and `UsageError` U102 for a rate without timecode."""
    _require_timecode(timeline.fps)
    film = build_timeline(timeline, has_timecode=True)
    text: str = _library().adapters.write_to_string(film, "fcp_xml")
    return text if text.endswith("\n") else f"{text}\n"


def to_edl(timeline: Timeline) -> str:
    """The film as a CMX 3600 list: picture alone, clips by file name. Raises as `to_fcp7xml`."""
    _require_timecode(timeline.fps)
    film = build_timeline(timeline, is_list=True, has_timecode=True)
    del film.tracks[1:]
    written: str = _library().adapters.write_to_string(film, "cmx_3600", style="nucoda", reelname_len=None)
    title, _, rest = written.partition("\n")
    mode = "DROP FRAME" if ";" in timecode(0, fps=timeline.fps) else "NON-DROP FRAME"
    return f"{title}\nFCM: {mode}\n{_with_speeds(rest).rstrip()}\n"


def _with_speeds(text: str) -> str:
    """An edit list whose lines of speed name the reel; the adapter writes the clip's name, in which machines find no tape."""
    lines, reel = [], ""
    for line in text.splitlines():
        reel = line.split()[1] if line[:3].isdecimal() else reel
        freeze = line.startswith("M2 ")
        lines.append(f"M2   {reel:8} 000.0                {line.split()[-1]}" if freeze else line)
    return "\n".join(lines)


def has_timecode(fps: Fraction) -> bool:
    """Whether XML and an edit list can be written at this rate."""
    return fps in TIMECODE_RATES


def _require_timecode(fps: Fraction) -> None:
    if not has_timecode(fps):
        raise UsageError(
            f"there is no timecode at {fps} frames a second",
            code="U102",
            hint="choose another `fps`, or export `otio`, which counts frames",
        )


def _library() -> ModuleType:
    try:
        import opentimelineio  # noqa: PLC0415 - 100 ms, for these exports alone
    except ImportError as error:
        raise UsageError(
            "OpenTimelineIO is not installed",
            code="U105",
            hint="install `opentimelineio`, `otio-fcp-adapter` and `otio-cmx3600-adapter` beside this program",
        ) from error
    return opentimelineio  # type: ignore[no-any-return]


class _Piece(NamedTuple):
    """Frames of a clip that stand in the track as one item."""

    first: int
    frames: int
    is_held: bool


class _Writer:
    """Builds the items of one film; `reels` are the names of tapes that an edit list has for clips."""

    def __init__(self, timeline: Timeline, *, is_list: bool, has_timecode: bool) -> None:
        self.library = _library()
        self.timeline, self.rate = timeline, float(timeline.fps)
        self.is_list, self.has_timecode = is_list, has_timecode
        self.reels = _reels(timeline)

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
            target_url=clip.path if self.is_list else quote(clip.path),
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

    def item(self, number: int, event: Event, piece: _Piece) -> Any:
        shown = event.shown
        versions = {version.label: self.media(version) for version in event.versions or (shown,)}
        clip = self.library.schema.Clip(
            name=self._name(shown),
            source_range=self.span(piece.first, piece.frames),
            metadata={OURS: {"shot": shown.shot, "slot": number + 1, "shows": shown.label}},
        )
        clip.set_media_references(versions, shown.label)
        if self.is_list:
            comments = [f"SHOT: {one_line(shown.shot)}, {shown.label}"]
            clip.metadata["cmx_3600"] = {"reel": self.reels[shown.shot, shown.label], "comments": comments}
        if piece.is_held:
            self._freeze(clip, piece)
        return clip

    def _name(self, shown: Version) -> str:
        """The shot; in an edit list the file, by which editing programs find their clips."""
        return shown.clip.path.rpartition("/")[2] if self.is_list and shown.clip else one_line(shown.shot)

    def _freeze(self, clip: Any, piece: _Piece) -> None:
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

    def sound(self, event: Event, piece: _Piece) -> Any:
        if piece.is_held or not (event.shown.clip and event.shown.clip.has_sound):
            return self.library.schema.Gap(source_range=self.span(0, piece.frames))
        return self.library.schema.Clip(
            name=self._name(event.shown),
            source_range=self.span(piece.first, piece.frames),
            media_reference=self.media(event.shown),
        )

    def tracks(self) -> tuple[Any, Any]:
        schema = self.library.schema
        picture = schema.Track(name="picture", kind=schema.TrackKind.Video)
        sound = schema.Track(name="sound", kind=schema.TrackKind.Audio)
        for number, (event, pieces) in enumerate(_pieces(self.timeline)):
            if event.enter:
                picture.append(self.transition(event))
            for piece in pieces:
                picture.append(self.item(number, event, piece))
                sound.append(self.sound(event, piece))
        return picture, sound


def build_timeline(timeline: Timeline, *, is_list: bool = False, has_timecode: bool = False) -> Any:
    """The film as OpenTimelineIO's own value.

    With `is_list` as an edit list needs it: reels, and files for names; with `has_timecode` all rates are some that have it.
    """
    writer = _Writer(timeline, is_list=is_list, has_timecode=has_timecode)
    picture, sound = writer.tracks()
    heard = any(event.shown.clip and event.shown.clip.has_sound for event in timeline.events)
    film = writer.library.schema.Timeline(name=one_line(timeline.title) or timeline.name)
    film.global_start_time = writer.library.opentime.RationalTime(0, writer.rate)
    film.tracks.extend([picture, sound] if heard else [picture])
    film.metadata[OURS] = {
        "film": timeline.file,
        "rate": str(timeline.fps),
        "generated": "by AI, where a clip says by which model",
    }
    if timeline.size:
        size = {"width": str(timeline.size.width_px), "height": str(timeline.size.height_px)}
        film.metadata["fcp_xml"] = {"media": {"video": {"format": {"samplecharacteristics": size}}}}
    return film


def _pieces(timeline: Timeline) -> Iterator[tuple[Event, list[_Piece]]]:
    """Each event with the items that stand for it: a transition lies about a cut in the middle of its overlap."""
    ends = [event.enter.frames if event.enter else 0 for event in timeline.events[1:]] + [0]
    for event, overlap in zip(timeline.events, ends, strict=True):
        head = event.enter.frames // 2 if event.enter else 0
        start, end = event.first + head, event.first + event.frames - (overlap - overlap // 2)
        still = max(start, min(end, event.first + event.frames - event.held))
        pieces = [_Piece(start, still - start, is_held=False)] if still > start else []
        if end > still:
            last = max(0, event.first + event.frames - event.held - 1)
            pieces.append(_Piece(last, end - still, is_held=True))
        yield event, pieces


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


def _reels(timeline: Timeline) -> dict[tuple[str, str], str]:
    """A name of eight capitals and digits for each clip: the start of its shot's and of its digest; no two clips have one."""
    found: dict[tuple[str, str], str] = {}
    taken: dict[str, str] = {}
    for shown in (event.shown for event in timeline.events):
        digest = shown.clip.digest if shown.clip else digest_bytes(shown.shot.encode("utf-8", "replace"))
        sha256 = digest.sha256.upper()
        letters = "".join(sign for sign in shown.shot.upper() if sign.isascii() and sign.isalnum())[:4]
        names = [letters + sha256[: REEL_SIGNS - len(letters)], sha256[:REEL_SIGNS]]
        reel = next((name for name in names if taken.get(name, sha256) == sha256), names[-1])
        taken[reel] = sha256
        found[shown.shot, shown.label] = reel
    return found
