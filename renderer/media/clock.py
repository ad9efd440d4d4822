"""How the time stamps of a clip are read, so that its own frames decide what a film shows and not what its container rounds. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from renderer.ffmpeg.encode import ticks_per_frame
from renderer.ffmpeg.picture import Clock
from renderer.model import Json, MediaFacts

CLOCK_VERSION = 2
"""How time stamps that are no whole frames of the film are counted; named in the manifests of what shows such clips."""


def clock_of(facts: MediaFacts) -> Clock:
    """A clip's clock; the rate of its frames is named where all keep one that its ticks cannot carry."""
    is_near = facts.constant_rate and ticks_per_frame(facts.fps, time_base=facts.time_base).denominator > 1
    return Clock(facts.origin_s, facts.time_base, facts.fps if is_near else None)


def clock_manifest(facts: MediaFacts, motion: Mapping[str, Json] | None) -> dict[str, Json]:
    """The part of a segment's manifest that says how time stamps count; none where there is nothing to round."""
    clock = clock_of(facts)
    is_exact = not clock.origin_s and clock.rate is None and (motion is None or motion["speed"] == "1")
    return {} if facts.is_still or is_exact else {"clock": CLOCK_VERSION}
