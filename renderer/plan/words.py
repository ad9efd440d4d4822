"""Two texts compared word by word: what stayed, what went, what came."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

from renderer.row import Row

WORDS_MAX = 4_000
"""Longer texts are compared at both ends alone: the comparison takes the square of their length."""
_WORD = re.compile(r"\w+|\s+|[^\w\s]")

Sign = Literal["=", "-", "+"]


class Piece(Row):
    """A run of words that stands in both texts (`=`), in the earlier alone (`-`) or in the later alone (`+`)."""

    sign: Sign
    text: str


def compare(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of two texts in order, none empty: those but `+` are `before`, those but `-` are `after`.

    >>> [sign + text for sign, text in compare("a red boat", "a blue boat")]
    ['=a ', '-red', '+blue', '= boat']
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    head, tail = same_ends(old, new)
    middle = _middle(old[head : len(old) - tail], new[head : len(new) - tail])
    found = [Piece("=", "".join(new[:head])), *middle, Piece("=", "".join(new[len(new) - tail :]))]
    return tuple(_gathered([piece for piece in found if piece.text]))


def _gathered(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces, changes that nothing but white space parts taken as one."""
    gone = come = ""
    for number, (sign, text) in enumerate(pieces):
        between = sign == "=" and text.isspace() and 0 < number < len(pieces) - 1
        if sign != "=" or between:
            gone += text if sign != "+" else ""
            come += text if sign != "-" else ""
            continue
        yield from _change(gone, come)
        gone = come = ""
        yield Piece(sign, text)
    yield from _change(gone, come)


def _change(gone: str, come: str) -> Iterator[Piece]:
    if gone:
        yield Piece("-", gone)
    if come:
        yield Piece("+", come)


def same_ends(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """How many items two lists, or characters two texts, have in common at the front, and behind that at the end.

    >>> same_ends("rockets", "boats")
    (0, 2)
    """
    head = _same(before, after)
    return head, _same(before[head:][::-1], after[head:][::-1])


def _same(before: Sequence[str], after: Sequence[str]) -> int:
    pairs = zip(before, after, strict=False)
    return next((n for n, (old, new) in enumerate(pairs) if old != new), min(len(before), len(after)))


def _middle(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    if len(old) + len(new) > WORDS_MAX:
        yield Piece("-", "".join(old))
        yield Piece("+", "".join(new))
        return
    for kind, *span in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[slice(*span[:2])]), "".join(new[slice(*span[2:])])
        yield from [Piece("=", come)] if kind == "equal" else [Piece("-", gone), Piece("+", come)]
