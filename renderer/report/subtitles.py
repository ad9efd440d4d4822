r"""Subtitle files: SubRip and WebVTT of the same cues, times exact to the millisecond.

A cue is its first and last second, and its words from top to bottom: who speaks (None: nobody in particular) and the lines, joined
by line breaks. In SubRip a name stands before the line in capitals, in WebVTT it is a voice; markup that a line holds by chance stays text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

Words = tuple[str | None, str]
Cue = tuple[Fraction, Fraction, Sequence[Words]]
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
BLANK = "\u00a0"
JOINER = "\u2060"
_MARKUP = re.compile(r"<(?=[/a-zA-Z])|\{(?=[\\a-zA-Z])|-->")


def srt(cues: Iterable[Cue]) -> str:
    r"""A SubRip file of these cues, in order of time.

    >>> srt([(Fraction(1), Fraction(5, 2), [("mara", "It's late.")])])
    "1\n00:00:01,000 --> 00:00:02,500\nMARA: It's late.\n"
    """
    blocks = []
    for number, (start_s, end_s, words) in enumerate(cues, 1):
        named = "\n".join(f"{speaker(who).upper()}: {text}" if who else text for who, text in words)
        times = f"{_clock(start_s, ',')} --> {_clock(end_s, ',')}"
        blocks.append(f"{number}\n{times}\n{_MARKUP.sub(_parted, _whole(named))}\n")
    return "\n".join(blocks)


def vtt(cues: Iterable[Cue]) -> str:
    r"""A WebVTT file of these cues, in order of time.

    >>> vtt([(Fraction(1), Fraction(5, 2), [("mara", "2 > 1")])])
    'WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<v Mara>2 &gt; 1\n'
    """
    blocks = ["WEBVTT\n"]
    for start_s, end_s, words in cues:
        end = "</v>" if len(words) > 1 else ""
        voices = "\n".join(_voiced(who, text, end=end) for who, text in words)
        blocks.append(f"{_clock(start_s, '.')} --> {_clock(end_s, '.')}\n{voices}\n")
    return "\n".join(blocks)


def _voiced(who: str | None, text: str, *, end: str) -> str:
    said = _escaped(_whole(text))
    return f"<v {_escaped(speaker(who))}>{said}{end}" if who else said


def _parted(found: re.Match[str]) -> str:
    # SubRip has no escapes: an invisible joiner keeps players from taking this for markup.
    return found.group()[0] + JOINER + found.group()[1:]


def speaker(who: str) -> str:
    """A name as people read it; the key of a character is spelled out.

    >>> speaker("mara"), speaker("dr_voss"), speaker("HAL 9000")
    ('Mara', 'Dr Voss', 'HAL 9000')
    """
    return who.replace("_", " ").replace("-", " ").title() if who.isascii() and who == who.lower() else who


def _whole(text: str) -> str:
    # An empty line would end the cue.
    return "\n".join(line or BLANK for line in text.split("\n"))


def _escaped(text: str) -> str:
    return "".join(ESCAPES.get(character, character) for character in text)


def _clock(time_s: Fraction, point: str) -> str:
    ms = math.floor(time_s * 1000 + Fraction(1, 2))
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"
