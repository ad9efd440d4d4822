"""Cues: captions and dialogue in film time, as subtitles want them. Pure.

A line is said in its clip; here it follows the clip through the cut. What the film does not show of a clip is not said,
and what it shows twice is said twice.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from fractions import Fraction

from renderer.model import frames_until
from renderer.row import Row

COLUMNS_MAX = 42
LINES_MAX = 2
"""Two lines of 42 characters, which is what broadcasters ask for; a wide character counts for two."""
MARKS = frozenset({"Mn", "Me", "Cf", "Cc"})
UNSEEN = MARKS | {"Zs", "Zl", "Zp"}
READING_PER_S = 15
READING_MIN_S = Fraction(3, 2)
SHORTEST_S = Fraction(5, 6)
"""Nobody reads what shows for less; what subtitlers of streaming services hold to, too."""


class Said(Row):
    """A line of a shot: who says it, and from when to when in seconds of the clip, None: for as long as it reads."""

    who: str | None
    line: str
    at_s: Fraction
    until_s: Fraction | None


class Screen(Row):
    """Where a slot stands in the film and what of its clip it shows, in frames of the film."""

    start: int
    first: int
    frames: int


class Cue(Row):
    """One text: from frame `start` of the film to before frame `end`; lines are joined by line breaks."""

    start: int
    end: int
    who: str | None
    text: str
    is_caption: bool = False


def shortest_frames(fps: Fraction) -> int:
    """How many frames a cue shows at least, where there is room."""
    return max(1, frames_until(SHORTEST_S, fps))


def caption_cues(text: str, screen: Screen, *, fps: Fraction) -> Iterator[Cue]:
    """A caption shows as long as the shot is on screen."""
    for cue in _share_out(None, text, screen.start, screen.start + screen.frames, fps=fps):
        yield cue._replace(is_caption=True)


def dialogue_cues(said: Sequence[Said], screen: Screen, *, fps: Fraction) -> Iterator[Cue]:
    """The cues of what is said while a slot is on screen, in order of time; nothing of a line that is not."""
    for line, end_s in _ended(said):
        start = max(0, frames_until(line.at_s, fps) - screen.first)
        end = min(screen.frames, frames_until(end_s, fps) - screen.first)
        if start < end:
            yield from _share_out(line.who, line.line, screen.start + start, screen.start + end, fps=fps)


def is_said(line: Said, said: Sequence[Said], screen: Screen, *, fps: Fraction) -> bool:
    """Whether a slot shows anything of the time in which a line is said."""
    end_s = next(end_s for other, end_s in _ended(said) if other is line)
    start, end = frames_until(line.at_s, fps), frames_until(end_s, fps)
    return max(start, screen.first) < min(end, screen.first + screen.frames)


def reading_s(text: str) -> Fraction:
    """How long it takes to read a text: fifteen characters a second, never less than a second and a half."""
    return max(READING_MIN_S, Fraction(_columns(text), READING_PER_S))


def hurried_s(text: str) -> Fraction:
    """How long it takes those who read fastest, which is twice as fast as subtitles are made for."""
    return Fraction(_columns(text), 2 * READING_PER_S)


def _ended(said: Sequence[Said]) -> Iterator[tuple[Said, Fraction]]:
    """Lines in order of time, each with its end: its own, else after reading time, before the next line."""
    ordered = sorted(said, key=lambda line: line.at_s)
    for number, line in enumerate(ordered):
        end_s = line.until_s
        if end_s is None:
            later = [other.at_s for other in ordered[number + 1 :] if other.at_s > line.at_s]
            end_s = min([line.at_s + reading_s(line.line), *later[:1]])
        yield line, end_s


def _share_out(who: str | None, text: str, start: int, end: int, *, fps: Fraction) -> Iterator[Cue]:
    """A text as cues, each as long as its share of the characters: of two lines, of more where they would be too short to read."""
    if not is_visible(text):
        return
    lines = _lines(text)
    cues_max = max(1, (end - start) // shortest_frames(fps))
    each = max(LINES_MAX, -(-len(lines) // cues_max))
    blocks = ["\n".join(lines[place : place + each]) for place in range(0, len(lines), each)]
    weights = [_columns(block) or 1 for block in blocks]
    total, before, begin = sum(weights), 0, start
    for number, (block, weight) in enumerate(zip(blocks, weights, strict=True), 1):
        before += weight
        stop = end if number == len(blocks) else start + (end - start) * before // total
        if stop > begin:
            yield Cue(begin, stop, who, block)
            begin = stop


def is_visible(text: str) -> bool:
    """Whether there is anything to read."""
    return any(unicodedata.category(character) not in UNSEEN for character in text)


def _lines(text: str) -> list[str]:
    from renderer.lettering.lines import balance, pieces, wrap  # noqa: PLC0415 - only for films with subtitles

    lines: list[str] = []
    for paragraph in text.split("\n"):
        words = pieces(paragraph.replace("\t", " "))
        wrapped = wrap(words, COLUMNS_MAX, _columns)
        lines += balance(words, COLUMNS_MAX, _columns) if len(wrapped) <= LINES_MAX else wrapped
    return lines


def _columns(text: str) -> int:
    """How wide a text is in columns of a terminal: marks count for nothing, wide characters for two."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.category(character) in MARKS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
