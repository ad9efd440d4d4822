"""What a film sounds like beside its clips: tracks placed to the sample, gains, voices, loudness. Pure.

Everything is counted in samples at the film's rate from its first picture, rounded on the running total as the cut
is; so a track that begins with a shot begins with its first frame. Only what is heard is kept: a track is cut at the
film's end, a voice counts where something ducks, and what changes nothing is no part of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from renderer.model import base_of
from renderer.plan.enter import length_frames, starts_of
from renderer.plan.film import SlotRow
from renderer.plan.mix import CueRow, MixRow, SlotSound, TrackRow
from renderer.plan.rows import ShotRow
from renderer.storyboard import FilmSound, Track, Use

VOICE = "voice"


def mix_of(
    sound: FilmSound,
    tracks: Sequence[Track],
    rows: Sequence[TrackRow],
    *,
    shots: Sequence[ShotRow],
    slots: Sequence[SlotRow],
    fps: Fraction,
) -> MixRow | None:
    """How a film sounds; None where it is nothing but its clips in the common format, one after the other and none over another.

    `rows` are the files of tracks, of those that were found.
    """
    overlap = any(slot.overlap for slot in slots)
    if not (tracks or overlap) and sound == FilmSound() and not any(shot.sound for shot in shots):
        return None
    samples = nearest(begins_of(slots)[-1] / fps * sound.rate_hz)
    cues = [cue for cue in cues_of(tracks, rows, slots=slots, fps=fps, rate_hz=sound.rate_hz) if cue.samples]
    heard = [*_slot_sounds(shots, slots)]
    voices = any(cue.voice for cue in cues) or any(one.voice for one in heard)
    if not (voices and any(cue.duck for cue in cues)):
        cues = [cue._replace(voice=False, duck=None) for cue in cues]
        heard = [one._replace(voice=False) for one in heard]
    loudness = sound.loudness and (plain(sound.loudness.lufs), plain(sound.loudness.peak_db))
    heard = [one for one in heard if one.mute or one.voice or one.gain_db != "0"]
    if not (cues or heard or overlap) and sound == FilmSound():
        return None
    return MixRow(samples, sound.rate_hz, sound.channels, loudness, tuple(heard), tuple(cues))


def cues_of(
    tracks: Sequence[Track],
    rows: Sequence[TrackRow],
    *,
    slots: Sequence[SlotRow],
    fps: Fraction,
    rate_hz: int,
) -> Iterator[CueRow]:
    """What a film hears of each track that was found, in order; of one that begins too late, no samples."""
    numbers = {row.track: number for number, row in enumerate(rows)}
    *begins, last = begins_of(slots)
    starts_s: dict[str, Fraction] = {}
    for slot, frame in zip(slots, begins, strict=True):
        if slot.shows_clip:
            starts_s.setdefault(base_of(slot.shot), frame / fps)
    end = nearest(last / fps * rate_hz)
    for track in tracks:
        shot = track.start.shot_id
        if track.id in numbers and (shot is None or shot in starts_s):
            begin_s = track.start.after_s + (starts_s[shot] if shot else 0)
            number = numbers[track.id]
            yield _place(
                track, rows[number], number, start=nearest(begin_s * rate_hz), end=end, rate_hz=rate_hz
            )


def begins_of(slots: Sequence[SlotRow]) -> list[int]:
    """The frame of the film with which each slot begins, and last the frame with which the film ends."""
    return [*starts_of(slots), length_frames(slots)]


def length_of(row: TrackRow, *, rate_hz: int) -> int:
    """How many samples a file has at another rate."""
    return math.ceil(Fraction(row.samples * rate_hz, row.rate_hz))


def nearest(samples: Fraction) -> int:
    """The nearest sample, halves upward."""
    return math.floor(samples + Fraction(1, 2))


def _place(track: Track, row: TrackRow, number: int, *, start: int, end: int, rate_hz: int) -> CueRow:
    whole, use = length_of(row, rate_hz=rate_hz), track.use or Use()
    first = min(whole, nearest(use.in_s * rate_hz))
    until = whole if use.out_s is None else min(whole, nearest(use.out_s * rate_hz))
    period, room = max(0, until - first), max(0, end - start)
    loops = track.loop and 0 < period < room
    samples = room if loops else min(period, room)
    duck = track.duck and (
        plain(track.duck.by_db),
        str(track.duck.attack_s),
        str(track.duck.release_s),
        plain(track.duck.threshold_db),
    )
    return CueRow(
        row=number,
        start=start,
        first=first,
        samples=samples,
        period=period if loops else 0,
        gain_db=plain(track.gain_db),
        fade_in=min(samples, nearest(track.fade_in_s * rate_hz)),
        fade_out=min(samples, nearest(track.fade_out_s * rate_hz)),
        voice=track.kind == VOICE,
        duck=duck,
    )


def _slot_sounds(shots: Sequence[ShotRow], slots: Sequence[SlotRow]) -> Iterator[SlotSound]:
    sounds = {shot.shot: shot.sound for shot in shots if shot.sound}
    for number, slot in enumerate(slots) if sounds else ():
        if slot.shows_clip and (sound := sounds.get(slot.shot)):
            gain_db, mute, kind = sound
            yield SlotSound(number, "0" if mute else gain_db, mute, kind == VOICE and not mute)


def plain(number: Decimal) -> str:
    """A number as text, the same for `-6`, `-6.0` and `-6.00`.

    >>> plain(Decimal("-6.00")), plain(Decimal("0.0")), plain(Decimal(10))
    ('-6', '0', '10')
    """
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
