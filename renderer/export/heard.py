"""Tracks of sound: that of the clips, which follows the picture, and one for each track of the mix."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import Any

from renderer.export.pieces import Piece, pieces_of
from renderer.export.plain import one_line, plain
from renderer.export.scribe import OURS, Form, Scribe
from renderer.export.timeline import Event, Sound
from renderer.model import Json

LEVEL_MAX = 3.98107
"""The loudest that Final Cut Pro's effect goes, 12 dB: a level is a factor, 10 ** (decibels / 20)."""
CROSSING = "Cross Fade (0dB)"


def clip_track(scribe: Scribe) -> Any:
    """The sound of clips, where the picture has them; what is not heard is a gap."""
    schema = scribe.schema
    track, before = schema.Track(name="sound", kind=schema.TrackKind.Audio), False
    is_left = True
    for number, (event, pieces) in enumerate(pieces_of(scribe.timeline)):
        if event.enter and is_left and (before or event.is_heard):
            track.append(_crossing(scribe, number, event.enter.frames))
        heard = heard_of(scribe, event, pieces)
        before_it = pieces[0].frames if heard and event.motion.reverse and pieces[0].is_held else 0
        rest = sum(piece.frames for piece in pieces) - (heard.frames if heard else 0) - before_it
        if before_it:
            track.append(schema.Gap(source_range=scribe.span(0, before_it)))
        if heard:
            track.append(_clip(scribe, number, event, heard))
        if rest:
            track.append(schema.Gap(source_range=scribe.span(0, rest)))
        before, is_left = event.is_heard, bool(pieces)
    return track


def heard_of(scribe: Scribe, event: Event, pieces: Sequence[Piece]) -> Piece | None:
    """What is heard of a clip, from the beginning of a slot's items on: also under a held frame, as far as there is any; not so backwards.

    Backwards a slot may begin with a held frame, and is silent as long as that lasts.
    """
    clip = event.shown.clip
    if not pieces or not event.is_heard or clip is None:
        return None
    first = pieces[0]
    if event.motion.reverse or first.is_held:
        moving = (piece for piece in pieces if not piece.is_held)
        return next(moving, None) if event.motion.reverse else None
    left = scribe.length_of(clip, event) - first.first
    frames = min(sum(piece.frames for piece in pieces), max(first.frames, left))
    return Piece(first.first, frames, is_held=False)


def sound_tracks(scribe: Scribe) -> list[Any]:
    """A track for each of the storyboard's."""
    sounds = groupby(scribe.timeline.sounds, attrgetter("track"))
    return [_laid(scribe, list(some)) for _, some in sounds]


def _clip(scribe: Scribe, number: int, event: Event, piece: Piece) -> Any:
    told = {
        "shot": one_line(event.shown.shot),
        "slot": number + 1,
        "gain_db": event.gain_db,
        "mute": event.mute,
    }
    item = scribe.schema.Clip(
        name=scribe.name_of(event.shown),
        source_range=scribe.range_of(event, piece),
        media_reference=scribe.media(event.shown),
        metadata={OURS: told},
    )
    item.enabled = not event.mute
    if event.motion.words:
        item.effects.append(scribe.warp(event.motion))
    _shape(scribe, item, event.gain_db, ())
    return item


def _crossing(scribe: Scribe, number: int, frames: int) -> Any:
    """Sound goes over as long as the picture does."""
    effect = {"name": CROSSING, "effectid": CROSSING, "effecttype": "transition", "mediatype": "audio"}
    return scribe.schema.Transition(
        name=CROSSING,
        transition_type=scribe.schema.TransitionTypes.SMPTE_Dissolve,
        in_offset=scribe.at(frames // 2),
        out_offset=scribe.at(frames - frames // 2),
        metadata={
            OURS: {"slot": number + 1, "frames": frames},
            **({"fcp_xml": {"effect": effect}} if scribe.form is Form.XML else {}),
        },
    )


def _laid(scribe: Scribe, sounds: Sequence[Sound]) -> Any:
    """A track of the mix: what is heard of one file, each time it is heard."""
    schema, end = scribe.schema, 0
    name = one_line(sounds[0].track)
    track = schema.Track(name=name, kind=schema.TrackKind.Audio)
    for turn, sound in enumerate(sounds, start=1):
        if sound.start > end:
            track.append(schema.Gap(source_range=scribe.span(0, sound.start - end)))
        told = {"turn": turn, "sha256": sound.digest.sha256, "gain_db": sound.gain_db, **plain(sound.how)}
        item = schema.Clip(
            name=name, source_range=scribe.span(sound.first, sound.frames), metadata={OURS: told}
        )
        item.media_reference = scribe.file(sound) if sound.path else schema.MissingReference(name=name)
        _shape(scribe, item, sound.gain_db, sound.levels)
        track.append(item)
        end = sound.start + sound.frames
    return track


def _shape(scribe: Scribe, item: Any, gain_db: str, levels: Sequence[tuple[int, Fraction]]) -> None:
    """Give an item its gain and its fades, as an effect; none where it is heard as it is."""
    if gain_db == "0" and not levels:
        return
    gain = min(LEVEL_MAX, 10 ** (float(gain_db) / 20))
    first = round(item.source_range.start_time.value)
    told = {"gain_db": gain_db, "levels": [[frame, round(float(level), 6)] for frame, level in levels]}
    effect = scribe.schema.Effect(name="Audio Levels", effect_name="audiolevels", metadata={OURS: told})
    item.effects.append(effect)
    if scribe.form is Form.XML:
        # Keyframes are counted in frames of the whole clip, as its in point is.
        keys = [
            {"when": str(first + frame), "value": f"{gain * float(level):.6f}"} for frame, level in levels
        ]
        item.metadata["fcp_xml"] = {"filter": {"effect": _levels(gain, keys)}}


def _levels(gain: float, keys: list[dict[str, str]]) -> dict[str, Json]:
    parameter = {
        "parameterid": "level",
        "name": "Level",
        "valuemin": "0",
        "valuemax": "3.98109",
        "value": f"{gain:.6f}",
        **({"keyframe": keys} if keys else {}),
    }
    kinds = {"effectcategory": "audiolevels", "effecttype": "audiolevels", "mediatype": "audio"}
    return {"name": "Audio Levels", "effectid": "audiolevels", **kinds, "parameter": parameter}
