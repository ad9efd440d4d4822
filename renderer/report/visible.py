"""Text that came from outside, made safe to print: a file's name may hold what a terminal would obey."""

from __future__ import annotations

import re

_UNSAFE = "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"


def visible(text: str) -> str:
    """A text with signs for the characters that a terminal would obey.

    >>> visible("a" + chr(27) + "[2J")
    'a␛[2J'
    """
    return text if text.isprintable() else re.sub(_UNSAFE, _sign, text)


def _sign(found: re.Match[str]) -> str:
    point = ord(found.group())
    return chr(0x2400 + point) if point < 0x20 else "\u2421" if point == 0x7F else "\ufffd"
