"""Times and rates as exact fractions: seconds, frames (`12f`), timecode (`00:00:02:12`), `24000/1001`."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

# 29.97 is what people say for 30000/1001; the difference is a frame in nine hours.
NTSC = {
    Fraction(text): exact
    for text, exact in (
        ("23.976", "24000/1001"),
        ("23.98", "24000/1001"),
        ("29.97", "30000/1001"),
        ("47.95", "48000/1001"),
        ("59.94", "60000/1001"),
        ("119.88", "120000/1001"),
    )
}


def seconds(value: int | Decimal | str, *, fps: Fraction) -> Fraction:
    """A time in seconds; frames and timecode count at `fps`. Raises `ValueError` for a frame that a second lacks.

    Timecode is non-drop: each second has the rate's frames rounded up, as SMPTE ST 12-1 counts at 24000/1001.

    >>> seconds("00:00:02:12", fps=Fraction(24)), seconds("12f", fps=Fraction("24000/1001"))
    (Fraction(5, 2), Fraction(1001, 2000))
    """
    if not isinstance(value, str):
        return Fraction(value)
    if value.endswith("f"):
        return int(value[:-1]) / fps
    hours, minutes, whole, frame = map(int, value.split(":"))
    frames_per_second = math.ceil(fps)
    if frame >= frames_per_second:
        raise ValueError(f"a second has the frames 0 to {frames_per_second - 1}, not {frame}")
    return (((hours * 60 + minutes) * 60 + whole) * frames_per_second + frame) / fps


def rate(value: int | Decimal | str) -> Fraction:
    """A rate in frames per second, exact.

    >>> rate("24000/1001")
    Fraction(24000, 1001)
    """
    return Fraction(value)


def meant_rate(fps: Fraction) -> str | None:
    """The NTSC rate that a rounded one stands for, if it does.

    >>> meant_rate(Fraction("29.97"))
    '30000/1001'
    """
    return NTSC.get(fps)
