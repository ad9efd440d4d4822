"""What a film sounds like beside its clips, as rows: quick to import, since every build reads them."""

from __future__ import annotations

from collections.abc import Sequence

from renderer.model import Json
from renderer.row import Row

Duck = tuple[str, str, str, str]
"""By how many decibels, attack and release in seconds, and the threshold in decibels, exact, as text."""


class TrackRow(Row):
    """The file of a track: `path` is relative to the storyboard's folder, empty where the store has it.

    `samples` is how long it is, at its own rate.
    """

    track: str
    path: str
    sha256: str
    size_bytes: int
    container: str
    rate_hz: int
    samples: int


class CueRow(Row):
    """What one film hears of a track: `samples` from sample `first` of the file on, placed at `start` of the film.

    With a `period` that much of the file is heard again and again; 0 for once. Fades are in samples, `gain_db` is
    exact text, `row` the track's number among the compiled ones.
    """

    row: int
    start: int
    first: int
    samples: int
    period: int
    gain_db: str
    fade_in: int
    fade_out: int
    voice: bool
    duck: Duck | None


class SlotSound(Row):
    """How the clip in one slot sounds, where not as it is."""

    slot: int
    gain_db: str
    mute: bool
    voice: bool


class MixRow(Row):
    """The sound of one film, where it is more than that of its clips: `samples` long. `loudness` is LUFS and true peak."""

    samples: int
    rate_hz: int
    channels: int
    loudness: tuple[str, str] | None
    slots: tuple[SlotSound, ...]
    cues: tuple[CueRow, ...]

    @classmethod
    def from_json(cls, value: Sequence[Json]) -> MixRow:
        """The inverse of writing it as JSON; raises `TypeError` or `ValueError` for another form."""
        samples, rate_hz, channels, loudness, slots, cues = value
        return cls(
            samples,
            rate_hz,
            channels,
            loudness and (loudness[0], loudness[1]),
            tuple(map(SlotSound._make, slots)),
            tuple(map(_cue, cues)),
        )


def _cue(row: Sequence[Json]) -> CueRow:
    *head, duck = row
    return CueRow._make([*head, duck and tuple(duck)])
