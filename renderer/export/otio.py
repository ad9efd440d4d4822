"""A film as OpenTimelineIO's own value, and its own format; `fcp7xml` and `edl` have its adapters write the others.

Each clip is one item; its media is the full-length clip, so what is not on screen is there as handles. All takes of a
shot are media references of one item, and the one that the film shows is the active one. A held frame is an item of its
own with a freeze, since editing programs do not extend a clip. OpenTimelineIO keeps a rate as a double: 24000/1001 is the
nearest one, and every time is a whole number of frames.

A clip that is shown faster, slower or backwards has a `LinearTimeWarp`; its range begins with the lowest frame that is shown, and
is as long as it is in the film, as OpenTimelineIO's adapters for edit lists have it.

Every item has its number in its metadata: of two that are alike the adapter for XML writes the second as a mere reference to
the first, without its place in the film.
"""

from __future__ import annotations

from typing import Any

from renderer.export.crossings import effect_of, is_plain, kin_of
from renderer.export.drawn import card, title_tracks
from renderer.export.heard import clip_track, sound_tracks
from renderer.export.library import library
from renderer.export.pieces import Piece, pieces_of
from renderer.export.plain import one_line
from renderer.export.scribe import OURS, Form, Scribe
from renderer.export.timeline import Event, Timeline, Transition

INDENT = 2


def to_otio(timeline: Timeline) -> str:
    """The film as an `.otio` document. Raises `UsageError` U105 where OpenTimelineIO is not installed."""
    return f"{library().adapters.write_to_string(build_timeline(timeline), 'otio_json', indent=INDENT)}\n"


def build_timeline(timeline: Timeline, form: Form = Form.OTIO) -> Any:
    """The film as OpenTimelineIO's own value, as a form needs it. Tracks: picture, titles, sound of clips, sounds; an edit list has the first."""
    scribe = Scribe(timeline, form)
    film = scribe.schema.Timeline(name=one_line(timeline.title) or timeline.name)
    film.global_start_time = scribe.at(0)
    film.tracks.append(_picture(scribe))
    if form is not Form.EDL:
        film.tracks.extend(title_tracks(scribe))
        film.tracks.extend([clip_track(scribe)] if any(event.is_heard for event in timeline.events) else [])
        film.tracks.extend(sound_tracks(scribe))
    film.metadata[OURS] = {
        "film": timeline.file,
        "rate": str(timeline.fps),
        "generated": "by AI, where a clip says by which model",
    }
    return film


def _picture(scribe: Scribe) -> Any:
    track = scribe.schema.Track(name="picture", kind=scribe.schema.TrackKind.Video)
    timeline, is_list = scribe.timeline, scribe.form is Form.EDL
    if timeline.opening and not is_list:
        track.append(_transition(scribe, timeline.opening, before=0))
    is_left = True
    for number, (event, pieces) in enumerate(pieces_of(timeline, at_start=is_list)):
        # What has no item, one frame that goes over at once, cannot be left; in an edit list it can.
        if event.enter and (is_left or is_list):
            track.append(_transition(scribe, event.enter, before=0 if is_list else event.enter.frames // 2))
        for piece in pieces:
            track.append(
                card(scribe, number, event, piece) if event.ground else _item(scribe, number, event, piece)
            )
        is_left = bool(pieces)
    return track


def _item(scribe: Scribe, number: int, event: Event, piece: Piece) -> Any:
    shown = event.shown
    versions = {version.label: scribe.media(version) for version in event.versions or (shown,)}
    item = scribe.schema.Clip(
        name=scribe.name_of(shown),
        source_range=scribe.range_of(event, piece),
        metadata={OURS: {"shot": one_line(shown.shot), "slot": number + 1, "shows": shown.label}},
    )
    item.set_media_references(versions, shown.label)
    if piece.is_held:
        _freeze(scribe, item, piece)
    elif event.motion.words:
        _warp(scribe, item, event)
    return item


def _freeze(scribe: Scribe, item: Any, piece: Piece) -> None:
    item.metadata[OURS]["held_frames"] = piece.frames
    if scribe.form is Form.EDL:
        return
    item.effects.append(scribe.schema.FreezeFrame())
    note = f"last frame held for {piece.frames} frames"
    marked = scribe.time.TimeRange(item.source_range.start_time, scribe.at(1))
    item.markers.append(scribe.schema.Marker(name=note, marked_range=marked, color="RED"))


def _warp(scribe: Scribe, item: Any, event: Event) -> None:
    motion = event.motion
    item.metadata[OURS]["speed"], item.metadata[OURS]["reverse"] = str(motion.speed), motion.reverse
    if scribe.form is not Form.EDL:
        item.effects.append(scribe.warp(motion))


def _transition(scribe: Scribe, enter: Transition, *, before: int) -> Any:
    kinds = scribe.schema.TransitionTypes
    told = {
        "kind": one_line(enter.kind),
        "frames": enter.frames,
        **({"colour": enter.colour} if enter.colour else {}),
    }
    return scribe.schema.Transition(
        name=kin_of(enter).name if scribe.form is Form.XML else one_line(enter.kind),
        transition_type=kinds.SMPTE_Dissolve if is_plain(enter) else kinds.Custom,
        in_offset=scribe.at(before),
        out_offset=scribe.at(enter.frames - before),
        metadata={
            OURS: told,
            **({"fcp_xml": {"effect": effect_of(enter)}} if scribe.form is Form.XML else {}),
        },
    )
