"""Which face draws which part of a text. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from renderer.lettering.face import Face, is_invisible
from renderer.row import Row

ANYTHING = ("L", "N", "M", "S")
"""General categories that belong to a script; what is none of them, a space or a comma, is drawn by its neighbour's face."""


UNKNOWN, ENCLOSING = ("Co", "Cn", "Cs"), "Me"
"""Categories of characters that are nobody's or each font's own, and of marks that go round another, such as a keycap."""


class Run(Row):
    """A part of a line that one face draws, by its number among those at hand."""

    face: int
    text: str


def split_runs(text: str, faces: Sequence[Face]) -> list[Run]:
    """A line as runs, in the order of its characters. A cluster that no face has whole is drawn by the first."""
    runs: list[Run] = []
    for cluster in clusters(text):
        number = _face_of(cluster, faces, before=runs[-1].face if runs else None)
        if runs and runs[-1].face == number:
            runs[-1] = Run(number, runs[-1].text + cluster)
        else:
            runs.append(Run(number, cluster))
    return runs


def missing(text: str, faces: Sequence[Face]) -> str:
    """The clusters that none of the faces can draw, each once, in order, as one text; what leaves no mark is left out."""
    visible = ("".join(sign for sign in cluster if not is_invisible(sign)) for cluster in clusters(text))
    seen = dict.fromkeys(cluster for cluster in visible if not cluster.isspace())
    return "".join(cluster for cluster in seen if not any(face.has(cluster) for face in faces))


def clusters(text: str) -> Iterator[str]:
    """The pieces that are never torn apart: a character, and the marks and joiners that follow it.

    >>> [len(cluster) for cluster in clusters("e\u0301a")]
    [2, 1]
    """
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not (_hangs_on(text[place]) or text[place - 1] == "\u200d"):
            yield text[start:place]
            start = place


def script_of(character: str) -> str:
    """The script of a character for people, by the first word of its name in Unicode.

    >>> script_of("א"), script_of("漢"), script_of("あ"), script_of("😀"), script_of("\ue000")
    ('Hebrew', 'CJK', 'Hiragana', 'symbols or emoji', 'no script')
    """
    category = unicodedata.category(character)
    if category in UNKNOWN:
        return "no script"
    if category[0] not in "LMN" or category == ENCLOSING:
        return "symbols or emoji"
    first = unicodedata.name(character, "unknown").partition(" ")[0].partition("-")[0]
    return first if first == "CJK" else first.capitalize()


def _face_of(cluster: str, faces: Sequence[Face], *, before: int | None) -> int:
    is_neutral = unicodedata.category(cluster[0])[0] not in ANYTHING
    if before is not None and is_neutral and faces[before].has(cluster):
        return before
    return next((number for number, face in enumerate(faces) if face.has(cluster)), before or 0)


def _hangs_on(character: str) -> bool:
    return unicodedata.category(character)[0] == "M" or is_invisible(character)
