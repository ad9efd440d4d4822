"""Segments whose clip is shown faster, slower, backwards, or held at its end: their manifest, their filters, what of them is read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from renderer.errors import MediaError
from renderer.ffmpeg.picture import Clock, frame_filters
from renderer.media.conform import Cut, held_frames
from renderer.model import Json, MediaFacts, Size
from renderer.row import Row

BACKWARDS_BYTES_MAX = 2 << 30
"""ffmpeg keeps all frames in memory that it plays backwards: half a minute of 1080p at 24 frames a second."""


class Moved(Row):
    """How a slot moves: `moving` of its frames do, the rest hold the last of them. The segment begins `skip` frames into the slot."""

    speed: Fraction
    reverse: bool
    moving: int
    skip: int = 0

    def manifest(self) -> dict[str, Json]:
        """The part of a segment's manifest that says so."""
        return {"speed": str(self.speed), "reverse": self.reverse, "moving": self.moving, "skip": self.skip}

    @classmethod
    def of(cls, manifest: Mapping[str, Json]) -> Moved | None:
        """How the slot of a segment's manifest moves; None where its clip is shown as it is."""
        told = manifest.get("motion")
        if told is None:
            return None
        return cls(Fraction(told["speed"]), told["reverse"], told["moving"], told["skip"])


def at_speed(facts: MediaFacts, speed: Fraction) -> MediaFacts:
    """The facts of a clip as if it ran at a speed; its frames keep no rate then."""
    if speed == 1:
        return facts
    return facts._replace(duration_s=facts.duration_s / speed, constant_rate=False)


def lacking_frames(facts: MediaFacts, cut: Cut, moved: Moved, fps: Fraction) -> int:
    """How many of the frames that move a clip has not got; `cut` is that of the slot."""
    return held_frames(at_speed(facts, moved.speed), Cut(cut.first, moved.moving), fps)


def moving_filters(moved: Moved, *, first: int, frames: int, fps: Fraction, clock: Clock) -> list[str]:
    """The frames of a segment that begins at frame `first` of its clip at that speed; time stamps must be those of the file.

    Before these stands nothing; behind them each frame has its number as its time.
    """
    start = first - moved.skip
    return [
        *frame_filters(first=start, frames=moved.moving, fps=fps, clock=clock, speed=moved.speed),
        *(["reverse", "setpts=N"] if moved.reverse else []),
        f"tpad=stop={moved.skip + frames}:stop_mode=clone",
        f"trim=start_pts={moved.skip}:end_pts={moved.skip + frames}",
        f"setpts=PTS-{moved.skip}",
    ]


def backwards_frames_max(size: Size) -> int:
    """How many frames of a size can be played backwards."""
    return BACKWARDS_BYTES_MAX // (size.width_px * size.height_px * 3 // 2)


def refuse_too_long(moved: Moved, size: Size) -> None:
    """Raises `MediaError` M875 for more frames than can be played backwards."""
    most = backwards_frames_max(size)
    if moved.reverse and moved.moving > most:
        raise MediaError(
            "the slot is too long to be played backwards",
            code="M875",
            facts=[("frames", moved.moving), (f"at {size} at most", most)],
            hint="show less of it with `use`, or cut it into several slots",
        )
