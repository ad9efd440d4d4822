"""Which known word an unknown one was meant to be: the distance of Damerau and Levenshtein, with adjacent swaps.

J. Levenshtein 1966 and F. Damerau 1964, in the restricted form that edits no substring twice. Bounded in the
length of words and the number of candidates, since both come from the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

WORD_MAX = 60
CANDIDATES_MAX = 2_000


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """The nearest candidate within a third of the word's length, the first of equals; None where none is near.

    >>> did_you_mean("promt", ["camera", "prompt"])
    'prompt'
    >>> did_you_mean("sky", ["pad", "crew"])
    """
    limit = max(1, len(word) // 3)
    nearest, nearest_distance = None, limit + 1
    for candidate in islice(candidates, CANDIDATES_MAX):
        if abs(len(candidate) - len(word)) < nearest_distance and len(candidate) <= WORD_MAX:
            distance = edit_distance(word.lower(), candidate.lower())
            if distance < nearest_distance:
                nearest, nearest_distance = candidate, distance
    return nearest


def edit_distance(left: str, right: str) -> int:
    """How many insertions, deletions, changes and swaps of neighbours lead from one word to the other.

    >>> edit_distance("promtp", "prompt")
    1
    """
    before: list[int] = []
    above = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if before and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]


ELSEWHERE: Mapping[str, str] = {
    "avc": "h264",
    "dissolve": "crossfade",
    "end": "out",
    "fade": "crossfade",
    "fade_to_black": "dip",
    "hevc": "h265",
    "start": "in",
    "x264": "h264",
    "x265": "h265",
}
"""What things are called in other programs, and what they are called here."""


def hint_for(word: str, candidates: Iterable[str]) -> str | None:
    """The hint that names what a word means elsewhere, or else the nearest candidate, if one is near.

    >>> hint_for("hevc", ["h264", "h265"]), hint_for("start", ["start"]), hint_for("q", ["in"])
    ('did you mean `h265`?', 'did you mean `start`?', None)
    """
    known = list(candidates)
    meant = ELSEWHERE.get(word.lower())
    nearest = meant if meant in known else did_you_mean(word, known)
    return f"did you mean `{nearest}`?" if nearest else None
