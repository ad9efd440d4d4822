"""How the time stamps of a clip are read, so that its own frames decide what a film shows and not what its container rounds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from renderer.ffmpeg.encode import ticks_per_frame
from renderer.ffmpeg.picture import Clock
from renderer.model import Json, MediaFacts

CLOCK_VERSION = 2
"""How time stamps that are no whole frames of the film are counted; named in the manifests of what shows such clips."""


def clock_of(facts: MediaFacts) -> Clock:
    """A clip's clock."""
    is_near = facts.constant_rate and ticks_per_frame(facts.fps, time_base=facts.time_base).denominator > 1
    return Clock(facts.origin_s, facts.time_base, facts.fps, is_near)


def clock_manifest(facts: MediaFacts, motion: Mapping[str, Json] | None, *, fps: Fraction) -> dict[str, Json]:
    """The part of a segment's manifest that says how time stamps count, in a film of this rate; none where there is nothing to round."""
    clock, speed = clock_of(facts), Fraction(motion["speed"] if motion else 1)
    is_rounded = clock.origin_s or clock.is_near or speed != 1 or clock.is_brief(fps, speed=speed)
    return {"clock": CLOCK_VERSION} if is_rounded and not facts.is_still else {}
