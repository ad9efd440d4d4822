"""A film held against all that it must be, at once."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from renderer.media.check import check_packets, check_seams
from renderer.media.splice import Opening
from renderer.model import MediaFacts, Size


def check_film(
    path: Path,
    *,
    frames: int,
    fps: Fraction,
    size: Size,
    has_sound: bool,
    seams: Sequence[int],
    openings: Sequence[Opening] | None = None,
) -> MediaFacts:
    """What a film is whose packets and seams are right; raises as the two do."""
    facts = check_packets(path, frames=frames, fps=fps, size=size, has_sound=has_sound)
    check_seams(path, fps=fps, seams=seams, openings=openings)
    return facts
