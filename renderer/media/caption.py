"""Lines of text on a sheet: which font draws which character, and how much of a text fits. No text is an error, and no character vanishes."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from renderer.lettering import setting
from renderer.lettering.find import Font
from renderer.lettering.runs import clusters, missing
from renderer.lettering.setting import set_line, type_of

ELLIPSIS = "…"
CONTROLS = ("Cc", "Zl", "Zp")


def shown(text: str, fonts: Sequence[Font]) -> str:
    r"""A text on one line, where what no font here has is told by its number, as `U+8A9E`; `fonts` are in order of preference, ≥ 1.

    >>> shown("a\n b語", [])
    'U+0061 U+0062 U+8A9E'
    """
    line = " ".join("".join(" " if _is_control(sign) else sign for sign in text).split())
    told: list[str] = []
    for cluster in clusters(line):
        lacking = missing(cluster, [font.face for font in fonts])
        words = [f"U+{ord(sign):04X}" for sign in lacking if unicodedata.category(sign)[0] != "M"] or [""]
        told.append(f" {' '.join(words)} " if lacking else cluster)
    return " ".join("".join(told).split())


def draw_line(
    pen: Any,
    place: tuple[int, int],
    text: str,
    *,
    fonts: Sequence[Font],
    size_px: int,
    width_px: int,
    fill: tuple[int, int, int],
) -> None:
    """Draw a text on one line, its upper left corner at a place: as much of its start as a width holds, with an ellipsis."""
    line = _fitted(shown(text, fonts), fonts, size_px=size_px, width_px=width_px)
    x, y = place
    # The line stands on one base, which is where the first font puts it.
    base = y + type_of(fonts[0], size_px).getmetrics()[0]
    setting.draw_line(pen, (x, base), set_line(line, fonts, size_px), fill=fill)


def _fitted(line: str, fonts: Sequence[Font], *, size_px: int, width_px: int) -> str:
    stem = line
    while stem and sum(part.width_px for part in set_line(line, fonts, size_px)) > width_px:
        *before, _ = clusters(stem)
        stem = "".join(before).rstrip()
        line = stem + ELLIPSIS
    return line


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in CONTROLS
