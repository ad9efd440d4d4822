"""How slots become items of an editing program: parted where a clip ends and its last frame is held, cut where they overlap."""

from __future__ import annotations

from collections.abc import Iterator

from renderer.export.timeline import Event, Timeline
from renderer.row import Row


class Piece(Row):
    """Frames of a clip that stand in the track as one item."""

    first: int
    frames: int
    is_held: bool


def pieces_of(timeline: Timeline) -> Iterator[tuple[Event, list[Piece]]]:
    """Each event with the items that stand for it: a transition lies about a cut in the middle of its overlap."""
    ends = [event.enter.frames if event.enter else 0 for event in timeline.events[1:]] + [0]
    for event, overlap in zip(timeline.events, ends, strict=True):
        head = event.enter.frames // 2 if event.enter else 0
        start, end = event.first + head, event.first + event.frames - (overlap - overlap // 2)
        still = max(start, min(end, event.first + event.frames - event.held))
        pieces = [Piece(start, still - start, is_held=False)] if still > start else []
        if end > still:
            last = max(0, event.first + event.frames - event.held - 1)
            pieces.append(Piece(last, end - still, is_held=True))
        yield event, pieces
