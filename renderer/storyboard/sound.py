"""The sound of shots, of the tracks that are laid under them, and of films."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from renderer.diagnostic import Place
from renderer.row import NOTHING, Row
from renderer.storyboard.source import Source, Use

SoundKind = Literal["music", "voice", "effects"]


class ShotSound(Row):
    """How a shot's own sound stands in the film: how much louder, not at all, or as a voice that tracks duck under."""

    gain_db: Decimal = Decimal(0)
    mute: bool = False
    kind: SoundKind = "effects"


class Ducking(Row):
    """How far a track goes down under voices, how fast it goes and comes back, and how loud a voice has to be for it."""

    by_db: Decimal = Decimal(12)
    attack_s: Fraction = Fraction(1, 50)
    release_s: Fraction = Fraction(2, 5)
    threshold_db: Decimal = Decimal(-45)


class Start(Row):
    """Where a track begins: so long after the film's beginning, or after the first slot of a shot begins."""

    after_s: Fraction = Fraction(0)
    shot_id: str | None = None


class Track(Row):
    """A sound that is laid under the film. `use` is the part of its file that is heard, None all of it.

    A `loop` is heard again and again until the film ends. Fades are at the ends of what is heard. `places` are those
    of its fields as they are written.
    """

    id: str
    source: Source
    place: Place
    kind: SoundKind = "music"
    bpm: Fraction | None = None
    start: Start = Start()
    use: Use | None = None
    loop: bool = False
    gain_db: Decimal = Decimal(0)
    fade_in_s: Fraction = Fraction(0)
    fade_out_s: Fraction = Fraction(0)
    duck: Ducking | None = None
    places: Mapping[str, Place] = NOTHING


class Loudness(Row):
    """How loud a film is as a whole, in LUFS, and which true peak it stays below, in dB of full scale."""

    lufs: Decimal
    peak_db: Decimal = Decimal(-1)


class FilmSound(Row):
    """The sound of an output: its rate, 1 or 2 channels, its loudness where one is asked for."""

    rate_hz: int = 48_000
    channels: int = 2
    loudness: Loudness | None = None
