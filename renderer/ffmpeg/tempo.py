"""Filters for sound that runs faster, slower or backwards with its picture, at its own pitch. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from renderer.row import Row

STAGE_MAX, STAGE_MIN = Fraction(2), Fraction(1, 2)
"""Beyond these ffmpeg's `atempo` drops sound or repeats it, where otherwise it blends; several in a row do better (its manual)."""
WINDOWS_PER_S = 24


class Tempo(Row):
    """How a sound moves: at its speed, and backwards from its sample `backwards` on, 0 for forwards; from sample `skip` of that on.

    Samples are counted as the sound would be at that speed.
    """

    speed: Fraction = Fraction(1)
    backwards: int = 0
    skip: int = 0

    def in_source(self, samples: int) -> int:
        """How many samples of the sound as it is last as long as so many of it at its speed; the nearest one.

        >>> Tempo(Fraction(2)).in_source(480)
        960
        """
        return math.floor(samples * self.speed + Fraction(1, 2))


PLAIN = Tempo()


def tempo_filters(tempo: Tempo, *, rate_hz: int) -> list[str]:
    """What makes of a sound, from its first sample on, one that moves; nothing for one that does not."""
    if tempo == PLAIN:
        return []
    window = tempo.in_source(tempo.backwards)
    return [
        *([f"apad=whole_len={window}", f"atrim=end_sample={window}", "areverse"] if window else []),
        # Endless, so that the last of it comes out; whatever stands behind takes as much as it needs.
        *(["apad", *_stages(tempo.speed, rate_hz=rate_hz)] if tempo.speed != 1 else []),
        "asetpts=N",
    ]


def _stages(speed: Fraction, *, rate_hz: int) -> Iterator[str]:
    """`atempo` as often as needed. It runs ahead of its clock by a part of its window, more where it is fast (measured)."""
    window = 1 << math.ceil(math.log2(rate_hz / WINDOWS_PER_S))
    late = window // 4 if speed > 1 else window // 6
    while speed != 1:
        stage = min(max(speed, STAGE_MIN), STAGE_MAX)
        speed /= stage
        yield f"adelay=delays={late}S:all=1"
        yield f"atempo={float(stage)!r}"
