"""How slots become items of an editing program: parted where a clip ends and one frame is held, cut where they overlap."""

from __future__ import annotations

from collections.abc import Iterator

from renderer.export.timeline import Event, Timeline
from renderer.row import Row


class Piece(Row):
    """Frames of a clip that stand in the track as one item.

    `first` is the lowest of the clip's frames, at the film's rate and the speed of the slot; where `is_held`, the one that is shown.
    """

    first: int
    frames: int
    is_held: bool


def pieces_of(timeline: Timeline, *, at_start: bool = False) -> Iterator[tuple[Event, list[Piece]]]:
    """Each event with the items that stand for it: a transition lies about a cut in the middle of its overlap.

    With `at_start` it begins with the cut, as edit lists have it.
    """
    ends = [event.enter.frames if event.enter else 0 for event in timeline.events[1:]] + [0]
    for event, overlap in zip(timeline.events, ends, strict=True):
        head = head_of(event, at_start=at_start)
        tail = overlap if at_start else overlap - overlap // 2
        yield event, list(_pieces(event, head, event.frames - tail))


def piece_at(event: Event, frame: int) -> Piece:
    """What a slot shows as one of its frames."""
    return next(_pieces(event, frame, frame + 1))


def head_of(event: Event, *, at_start: bool) -> int:
    """How many of a slot's frames come before its cut."""
    return event.enter.frames // 2 if event.enter and not at_start else 0


def _pieces(event: Event, start: int, end: int) -> Iterator[Piece]:
    """The items for the frames of a slot from `start` to before `end`."""
    moving = event.frames - event.held
    turning = max(start, min(end, event.ahead))
    still = max(turning, min(end, moving))
    if turning > start:
        yield Piece(event.first + max(0, moving - event.ahead - 1), turning - start, is_held=True)
    if still > turning:
        first = event.first + (moving - still if event.motion.reverse else start)
        yield Piece(first, still - turning, is_held=False)
    if end > still:
        last = event.first + (0 if event.motion.reverse else max(0, moving - 1))
        yield Piece(last, end - still, is_held=True)
