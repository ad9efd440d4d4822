"""The words by which generated media is declared: IPTC's digital source types, which C2PA and the platforms use too.

Source: IPTC NewsCodes, vocabulary `digitalsourcetype`, https://cv.iptc.org/newscodes/digitalsourcetype/, read in 2026.
"""

from __future__ import annotations

from collections.abc import Sequence

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""What stands before a name where an address is asked for; it is a name itself, and nothing is fetched."""
GENERATED = "trainedAlgorithmicMedia"
PARTLY = "compositeWithTrainedAlgorithmicMedia"


def whole_source(sources: Sequence[str | None], *, cards: int = 0) -> str | None:
    """The type of what is made of parts with these types and so many cards, which are drawn; None where no part is generated.

    >>> whole_source([GENERATED, GENERATED]), whole_source([GENERATED, None]), whole_source([None])
    ('trainedAlgorithmicMedia', 'compositeWithTrainedAlgorithmicMedia', None)
    """
    if not any(sources):
        return None
    return GENERATED if set(sources) == {GENERATED} and not cards else PARTLY
