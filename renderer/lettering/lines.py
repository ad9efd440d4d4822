"""Where a text may break, and the breaking of it into lines of nearly one length. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from renderer.lettering.runs import clusters

Measure = Callable[[str], float]
HALVINGS = 10
CLOSING = frozenset(
    "、。，．：；？！」』）】〕〉》】ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ・…‥％°'\"”’)]},.!?:;%ๆฯะาำๅ"  # noqa: RUF001 - marks of East Asian typesetting
)
"""What begins no line in Chinese and Japanese typesetting (JIS X 4051), and in Thai, where vowels follow their consonant."""
OPENING = frozenset("「『（【〔〈《“‘([{$¥￥เแโใไ")  # noqa: RUF001 - marks of East Asian typesetting
"""What ends no line there; in Thai the vowels that are written before their consonant."""
UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0xA4CF),  # CJK, kana, bopomofo, Yi
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
    (0x1B000, 0x1B16F),
    (0x20000, 0x3FFFF),
)


def pieces(line: str) -> list[str]:
    """The pieces between which a line may break, each with the space that follows it.

    Scripts that write no spaces break between clusters, but never before a closing mark or after an opening one.
    """
    found: list[str] = []
    for word in filter(None, line.split(" ")):
        parts: list[str] = []
        for cluster in clusters(word):
            if parts and not _may_break(parts[-1], cluster):
                parts[-1] += cluster
            else:
                parts.append(cluster)
        found += [*parts[:-1], parts[-1] + " "]
    return found


def wrap(words: Sequence[str], width: float, measure: Measure) -> list[str]:
    """Lines filled greedily; a piece wider than a line is broken between clusters, where it must be."""
    lines: list[str] = []
    line = ""
    for word in words:
        if not line or measure((line + word).rstrip()) <= width:
            line += word
        else:
            lines.append(line.rstrip())
            line = word
        while measure(line.rstrip()) > width:
            head = _head(line.rstrip(), width, measure)
            if head == line.rstrip():
                break
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line.rstrip()] if line.strip() else lines


def balance(words: Sequence[str], width: float, measure: Measure) -> list[str]:
    """The narrowest wrapping that needs no more lines than the full width does: no lone last word."""
    lines = wrap(words, width, measure)
    if len(lines) < 2:
        return lines
    # No narrower than the widest piece, which would be broken.
    low, high = min(width, max(measure(word.rstrip()) for word in words)), width
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        narrower = wrap(words, middle, measure)
        if len(narrower) <= len(lines):
            lines, high = narrower, middle
        else:
            low = middle
    return lines


def is_rightward(text: str) -> bool:
    """Whether a paragraph runs from left to right: by its first letter that has a direction (UAX #9, P2 and P3)."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind for kind in strong if kind in ("L", "R", "AL")), "L") == "L"


def _may_break(before: str, after: str) -> bool:
    if after[0] in CLOSING or before[-1] in OPENING:
        return False
    return _is_unspaced(before[-1]) or _is_unspaced(after[0])


def _is_unspaced(character: str) -> bool:
    return any(low <= ord(character) <= high for low, high in UNSPACED)


def _head(line: str, width: float, measure: Measure) -> str:
    """As many clusters from the start of a line as fit, at least one."""
    head = ""
    for cluster in clusters(line):
        if head and measure(head + cluster) > width:
            break
        head += cluster
    return head
