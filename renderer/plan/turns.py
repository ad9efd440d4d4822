"""Which words stand on the screen when: the cues of all slots become subtitles that never overlap. Pure.

What is shown of one slot gives way where the next one's first words come, as when two slots go over into each other. Words of
one slot that show at the same time, what is said and a caption, share a subtitle: the caption at the bottom, where it stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from renderer.model import Json
from renderer.plan.cues import Cue, Screen, caption_cues, dialogue_cues, shortest_frames
from renderer.plan.text import Shown, WordsRow
from renderer.row import Row

Turn = tuple[int, Cue]
"""A cue, and the number of the slot whose it is."""
Words = tuple[str | None, str]
"""Who says something, None: nobody in particular, and what; lines are joined by line breaks."""


class Subtitle(Row):
    """All words on the screen from frame `start` of the film to before frame `end`, from top to bottom, ≥ 1."""

    start: int
    end: int
    words: tuple[Words, ...]

    @classmethod
    def from_json(cls, value: Sequence[Json]) -> Subtitle:
        """The inverse of writing it as JSON; raises `TypeError` or `ValueError` for another form."""
        start, end, words = value
        return cls(start, end, tuple((who, text) for who, text in words))


def cues_by_slot(entries: Sequence[Shown], screens: Sequence[Screen], *, fps: Fraction) -> list[list[Cue]]:
    """What is to be read of each slot of a cut, in frames of the film; nothing of a card."""
    if not any(shown.words for shown in entries):
        return [[] for _ in entries]
    return give_way(
        [
            [*_cues(shown.words, screen, fps=fps)] if shown.words and not shown.card else []
            for shown, screen in zip(entries, screens, strict=True)
        ]
    )


def give_way(slots: Sequence[Sequence[Cue]]) -> list[list[Cue]]:
    """The cues of slots in cut order, each ending where the first one of the next slot begins, if it began before."""
    ended = [
        [cue._replace(end=comes) if cue.start < comes < cue.end else cue for cue in own]
        for own, following in pairwise(slots)
        for comes in [min((cue.start for cue in following), default=0)]
    ]
    return [*ended, list(slots[-1])] if slots else []


def by_picture(slots: Sequence[Sequence[Cue]]) -> list[list[Turn]]:
    """The cues that are drawn on the picture of each slot, each with the number of the slot whose it is.

    Words that begin while the next slot's show, where the two go over into each other, are drawn on the next slot's picture beside those:
    on two pictures they would fade through one another.
    """
    return [
        [(slot, cue) for cue in own if not _meets(cue, following)]
        + [(slot - 1, cue) for cue in before if _meets(cue, own)]
        for slot, (before, own, following) in enumerate(
            zip([(), *slots], slots, [*slots[1:], ()], strict=False)
        )
    ]


def _meets(cue: Cue, others: Sequence[Cue]) -> bool:
    return any(other.start < cue.end and cue.start < other.end for other in others)


def subtitles_of(slots: Sequence[Sequence[Cue]], *, fps: Fraction) -> tuple[Subtitle, ...]:
    """All subtitles of a cut: in order of time, none over another, every word in one of them."""
    cues = [cue for own in slots for cue in own]
    found = _without_slivers(list(_together(cues)), shortest=shortest_frames(fps))
    return tuple(
        Subtitle(start, end, tuple((cues[number].who, cues[number].text) for number in shown))
        for start, end, shown in found
    )


def _cues(words: WordsRow, screen: Screen, *, fps: Fraction) -> Iterator[Cue]:
    if words.caption:
        yield from caption_cues(words.caption, screen, fps=fps)
    yield from dialogue_cues(words.said, screen, fps=fps)


Stretch = tuple[int, int, tuple[int, ...]]
"""From a frame to before another, the numbers of the cues that show."""


def _together(cues: Sequence[Cue]) -> Iterator[Stretch]:
    """The stretches of a film in which the same cues show, at least one."""
    coming = sorted(range(len(cues)), key=lambda number: cues[number].start, reverse=True)
    edges = sorted({edge for cue in cues for edge in (cue.start, cue.end)})
    showing: set[int] = set()
    for start, end in pairwise(edges):
        showing = {number for number in showing if cues[number].end > start}
        while coming and cues[coming[-1]].start <= start:
            showing.add(coming.pop())
        if showing:
            yield start, end, tuple(sorted(showing, key=lambda number: (cues[number].is_caption, number)))


def _without_slivers(stretches: Sequence[Stretch], *, shortest: int) -> list[Stretch]:
    """The same with what nobody could read left to its neighbours, as far as all its words show there, too."""
    found: list[Stretch] = []
    waiting: Stretch | None = None
    for place, stretch in enumerate(stretches):
        start, end, shown = stretch
        if waiting is not None:
            start, waiting = waiting[0], None
        before = found[-1][2] if found and found[-1][1] == start else ()
        following = stretches[place + 1] if place + 1 < len(stretches) else None
        after = following[2] if following and following[0] == end else ()
        if end - start >= shortest or not {*shown} <= {*before, *after}:
            found = _joined(found, (start, end, shown))
        elif after and ({*shown} <= {*after} or not {*shown} <= {*before}):
            waiting = (start, end, shown)
        else:
            found[-1] = (found[-1][0], end, before)
    return found


def _joined(found: list[Stretch], stretch: Stretch) -> list[Stretch]:
    """What was found and one more stretch, which goes on where the last one ends that shows the same."""
    if found and found[-1][1:] == (stretch[0], stretch[2]):
        found[-1] = (found[-1][0], stretch[1], stretch[2])
    else:
        found.append(stretch)
    return found
