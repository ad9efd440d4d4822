"""Texts made fit to stand in files of other programs: one line, no control characters, no formulas; and timecode."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run (OWASP, CSV Injection)."""
LONG_MAX = 10_000
DROPPED_A_MINUTE = {Fraction(30000, 1001): 2, Fraction(60000, 1001): 4}
"""How many frame numbers are left out each minute but the tenth (SMPTE ST 12-1)."""


def one_line(text: str) -> str:
    r"""A text on one line, without characters that cannot be seen: runs of white space and controls become one space.

    >>> one_line("a\n\x00\u202eb\ud800 ")
    'a b'
    """
    kept = (" " if _is_hidden(character) else character for character in text[:LONG_MAX])
    return " ".join("".join(kept).split())


def _is_hidden(character: str) -> bool:
    # U+FFFE and U+FFFF are no characters of XML 1.0; they and lone surrogates are in category C.
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


def cell(text: str) -> str:
    """A text that no spreadsheet runs as a formula.

    >>> cell("=1+1"), cell("steam")
    ("'=1+1", 'steam')
    """
    line = one_line(text)
    return f"'{line}" if line.startswith(FORMULA) else line


def plain(value: Any) -> Any:
    """A JSON value whose texts are all plain, as other programs may show them."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Mapping):
        return {one_line(str(name)): plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def timecode(frame: int, *, fps: Fraction) -> str:
    """The timecode of a frame, ≥ 0; at 29.97 and 59.94 frames a second it drops numbers, and has a `;`.

    >>> timecode(1800, fps=Fraction(30000, 1001)), timecode(84, fps=Fraction(24))
    ('00:01:00;02', '00:00:03:12')
    """
    nominal = max(1, round(fps))
    dropped = DROPPED_A_MINUTE.get(fps, 0)
    if dropped:
        minute = nominal * 60 - dropped
        tens, rest = divmod(frame, minute * 10 + dropped)
        frame += dropped * (9 * tens + max(0, rest - dropped) // minute)
    seconds, frames = divmod(frame, nominal)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{';' if dropped else ':'}{frames:02}"
