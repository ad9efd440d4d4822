"""The whole prompt: a template of parts, joined so that an absent part leaves no trace.

Each part owns the text before it: both appear or neither. Text after the last part stays. A full stop is never
doubled. Parts are stripped, their inner text is kept, and the whole is in Unicode's composed form (NFC), so that
the same words typed on another system make the same key.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from renderer.spec.variables import Reference, pieces

TEMPLATE = "${prompt}. ${cast}. ${camera}. ${style}"
PARTS = ("prompt", "cast", "camera", "style")
_STOPS = (".", "!", "?", "…")
_CLOSING = "\"'\u201d\u2019»)]"


def compose_prompt(template: str, value_of: Callable[[Reference], str]) -> str:
    """The prompt of a template; `value_of` gives each reference's text.

    >>> parts = {"prompt": "a rocket lifts off!", "camera": "slow push in", "style": "dusk."}
    >>> compose_prompt(TEMPLATE, lambda reference: parts.get(reference.name, ""))
    'a rocket lifts off! slow push in. dusk.'
    """
    written, pending, first = "", "", True
    for piece in pieces(template):
        if isinstance(piece, str):
            pending = piece
            continue
        value = value_of(piece).strip()
        if value:
            written = _join(written, pending if written or first else "", value)
        pending, first = "", False
    return composed(_join(written, pending if written or first else "", ""))


def composed(text: str) -> str:
    r"""A text stripped and in composed form.

    >>> composed(" cafe\u0301 ") == "caf\u00e9"
    True
    """
    return unicodedata.normalize("NFC", text.strip())


def _join(before: str, between: str, after: str) -> str:
    if between.startswith(".") and before.rstrip(_CLOSING).endswith(_STOPS):
        between = between[1:]
    return before + between + after
