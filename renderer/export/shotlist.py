"""The cut as a table for spreadsheets: one row for each slot."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO

from renderer.export.crossings import words_of
from renderer.export.plain import cell, timecode
from renderer.export.timeline import Event, Timeline

COLUMNS = (
    "slot", "shot", "take", "file", "film in", "film out", "clip in", "clip out", "frames", "seconds",
    "provider", "model", "seed", "price usd", "prompt", "note",
)  # fmt: skip
MILLI = Decimal("0.001")


def to_csv(timeline: Timeline) -> str:
    """The shot list, with a line of headings, as RFC 4180 says. In and out are timecode, out exclusive; no cell is a formula."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(timeline))
    return text.getvalue()


def _rows(timeline: Timeline) -> Iterator[list[str]]:
    fps = timeline.fps
    for number, (event, start) in enumerate(zip(timeline.events, timeline.starts, strict=True), start=1):
        shown = event.shown
        times = (start, start + event.frames, *used_of(event))
        seconds = Decimal(event.frames * fps.denominator) / Decimal(fps.numerator)
        texts = [
            shown.shot,
            "card" if event.ground is not None else shown.label,
            shown.clip.path.rpartition("/")[2] if shown.clip else "",
            *(timecode(frame, fps=fps) for frame in times),
            str(event.frames),
            str(seconds.quantize(MILLI)),
            shown.provider,
            shown.model or "",
            "" if shown.seed is None else str(shown.seed),
            "" if shown.price_usd is None else f"{shown.price_usd.normalize():f}",
            shown.prompt,
            note_of(event),
        ]
        yield [str(number), *map(cell, texts)]


def used_of(event: Event) -> tuple[int, int]:
    """The first frame of a clip that a slot uses, and the one after the last, at the film's rate."""
    first = event.motion.shows(event.first)
    return first, first + event.motion.spans(event.frames - event.held - event.ahead)


def note_of(event: Event) -> str:
    """What an editor should know of a slot; empty where it is as it looks."""
    notes = []
    if event.ground is not None:
        notes.append("card")
    elif event.shown.clip is None:
        notes.append("no clip yet")
    if event.motion.words:
        notes.append(f"shown {event.motion.words}")
    if event.ahead:
        notes.append(f"last frame of the clip held for {event.ahead} frames before it")
    if event.held:
        notes.append(f"last frame held for {event.held} frames")
    if event.enter:
        notes.append(f"{words_of(event.enter)} from the slot before")
    return ", ".join(notes)
