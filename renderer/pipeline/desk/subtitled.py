"""What is drawn over a film, and its subtitles, as editors and players read them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from renderer.export.timeline import Title
from renderer.plan.enter import starts_of
from renderer.plan.film import OutputRow

SUBTITLES = ("srt", "vtt")


def titles_of(output: OutputRow) -> Iterator[Title]:
    """The titles of a film and what stands on its cards, in order of time. Subtitles are none, although they may be burned in."""
    starts = starts_of(output.slots)
    found = []
    for text in output.texts:
        start = starts[text.slot] + text.first
        if not text.burned:
            found.append(Title(start, text.frames, text.text, text.position, text.size, text.colour))
    yield from sorted(found, key=lambda title: title.start)


def subtitles_of(output: OutputRow, form: str) -> str:
    """The subtitles of a film, `srt` or `vtt`; empty where it has none."""
    from renderer.report.subtitles import srt, vtt  # noqa: PLC0415 - only where something is written

    fps = Fraction(output.fps)
    cues = [(cue.start / fps, cue.end / fps, cue.words) for cue in output.cues]
    return {"srt": srt, "vtt": vtt}[form](cues) if cues else ""
