"""OpenTimelineIO, imported where a list is written, and the rates at which its adapters can write one."""

from __future__ import annotations

from fractions import Fraction
from types import ModuleType

from renderer.errors import UsageError

TIMECODE_RATES = (
    Fraction(24000, 1001),
    Fraction(30000, 1001),
    *map(Fraction, (24, 25, 30, 48, 50, 60)),
    Fraction(60000, 1001),
)
"""The rates at which there is timecode (SMPTE ST 12-1 and -3)."""


def library() -> ModuleType:
    """OpenTimelineIO. Raises `UsageError` U105 where it is not installed."""
    try:
        import opentimelineio  # noqa: PLC0415 - 100 ms, for these exports alone
    except ImportError as error:
        raise UsageError(
            "OpenTimelineIO is not installed",
            code="U105",
            hint="install `opentimelineio`, `otio-fcp-adapter` and `otio-cmx3600-adapter` beside this program",
        ) from error
    return opentimelineio  # type: ignore[no-any-return]


def has_timecode(fps: Fraction) -> bool:
    """Whether XML and an edit list can be written at this rate."""
    return fps in TIMECODE_RATES


def require_timecode(fps: Fraction) -> None:
    """Raises `UsageError` U102 for a rate without timecode."""
    if not has_timecode(fps):
        raise UsageError(
            f"there is no timecode at {fps} frames a second",
            code="U102",
            hint="choose another `fps`, or export `otio`, which counts frames",
        )
