"""A film as a CMX 3600 edit list, which nearly every editing program reads: events by OpenTimelineIO's adapter, the rest here.

The adapter has no wipes, and wrong source times where a clip is faster, slower or held (its own issues 1458 and 1459); what it says of the
clip before a dissolve is read back as said of the one after it. So it writes the events, and this module speeds, codes and comments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from renderer.digest import digest_bytes
from renderer.export.crossings import cmx_code, is_plain, words_of
from renderer.export.drawn import card_name
from renderer.export.library import library, require_timecode
from renderer.export.otio import build_timeline
from renderer.export.pieces import Piece, piece_at, pieces_of
from renderer.export.plain import one_line, timecode
from renderer.export.scribe import Form, Scribe
from renderer.export.timeline import Event, Timeline, Title, Transition, Version
from renderer.row import Row

REEL_SIGNS = 8
BLACK = "BL"
Reels = dict[tuple[str, str], str]
"""The reel of each clip, by shot and label."""


class Entry(Row):
    """An event of the list: the slot, what of it, the transition that leads to it, and the titles that begin in it.

    `left` is the slot that a dissolve leaves, which has no event of its own where it is nothing but its transition; None at a cut.
    """

    event: Event
    piece: Piece
    reel: str
    enter: Transition | None
    titles: tuple[Title, ...]
    left: Left | None


class Left(Row):
    """A slot that a dissolve leaves, and what it shows first of all that is mixed."""

    event: Event
    piece: Piece
    reel: str


def to_edl(timeline: Timeline) -> str:
    """The film as a CMX 3600 list: picture alone, clips by file name.

    Raises `UsageError` U102 for a rate without timecode, U105 where OpenTimelineIO is not installed.
    """
    require_timecode(timeline.fps)
    entries = list(_entries(timeline))
    film = build_timeline(timeline, Form.EDL)
    for item, entry in zip(film.tracks[0].find_clips(), entries, strict=True):
        item.metadata["cmx_3600"] = {"reel": entry.reel}
    written: str = library().adapters.write_to_string(film, "cmx_3600", style="nucoda", reelname_len=None)
    title, *lines = written.splitlines()
    mode = "DROP FRAME" if ";" in timecode(0, fps=timeline.fps) else "NON-DROP FRAME"
    return "\n".join([title, f"FCM: {mode}", "", *_events(lines, entries, timeline), ""])


def _entries(timeline: Timeline) -> Iterator[Entry]:
    """The events, in order."""
    reels, enter = _reels(timeline), timeline.opening
    record = 0
    before: Event | None = None
    for event, pieces in pieces_of(timeline, at_start=True):
        enter = event.enter or enter
        left = _left(before, event.enter.frames, reels) if before and event.enter else None
        for piece in pieces:
            end = record + piece.frames
            titles = tuple(title for title in timeline.titles if record <= title.start < end)
            yield Entry(event, piece, _reel(event, reels), enter, titles, left)
            record, enter, left = end, None, None
        before = event


def _left(event: Event, overlap: int, reels: Reels) -> Left:
    return Left(event, piece_at(event, event.frames - overlap), _reel(event, reels))


def _reel(event: Event, reels: Reels) -> str:
    return BLACK if event.ground else reels[event.shown.shot, event.shown.label]


def _events(lines: Sequence[str], entries: Sequence[Entry], timeline: Timeline) -> Iterator[str]:
    """The lines of all events, as the adapter wrote them, made right and told."""
    scribe = Scribe(timeline, Form.EDL)
    for block, entry in zip(_blocks(lines), entries, strict=True):
        own = max(place for place, line in enumerate(block) if line.split()[0].isdecimal())
        line, told, left = _right(block[own], entry, timeline), block[own + 1 :], entry.left
        if left:
            yield _leaving(line, left, timeline)
            # Of the clip before a dissolve all but its name was said in its own event.
            told = [f"* FROM CLIP NAME:  {_name(left.event, scribe)}", *filter(_is_of_next, told)]
        yield line
        yield from _speeds(entry, timeline)
        yield from _held(entry, timeline)
        yield from told
        yield from _comments(entry, timeline)


def _blocks(lines: Sequence[str]) -> list[list[str]]:
    """The lines of each event."""
    blocks: list[list[str]] = []
    for line in filter(None, lines):
        number = line.split()[0]
        if number.isdecimal() and int(number) > len(blocks):
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def _name(event: Event, scribe: Scribe) -> str:
    return card_name(event) if event.ground else scribe.name_of(event.shown)


def _is_of_next(line: str) -> bool:
    return not line.startswith("* FROM ")


def _leaving(line: str, left: Left, timeline: Timeline) -> str:
    """The line of what a dissolve leaves, before that of the event: of no length, from the frame that it goes on with."""
    number, *_, record, _ = line.split()
    source = timecode(left.event.motion.shows(left.piece.first), fps=timeline.fps)
    return f"{number}  {left.reel:8} V     C        {source} {source} {record} {record}"


def _right(line: str, entry: Entry, timeline: Timeline) -> str:
    """An event's line with the source times and the code that it must have."""
    used = _used(entry)
    if used != entry.piece.frames:
        first = entry.event.motion.shows(entry.piece.first)
        line = _sourced(line, first, first + used, timeline)
    if entry.event.enter and entry.enter:
        line = line.replace(" D ", f" {cmx_code(entry.enter)} ", 1)
    return line


def _sourced(line: str, first: int, end: int, timeline: Timeline) -> str:
    head, _, _, *record = line.rsplit(" ", 4)
    return " ".join([head, timecode(first, fps=timeline.fps), timecode(end, fps=timeline.fps), *record])


def _used(entry: Entry) -> int:
    """How many frames of its clip an event uses."""
    return 1 if entry.piece.is_held else entry.event.motion.spans(entry.piece.frames)


def _speeds(entry: Entry, timeline: Timeline) -> Iterator[str]:
    """The lines that tell the speeds of an event, of what it leaves first.

    Where both are of one reel, so that a machine could not know which is meant, the second one is told in any case.
    """
    left = entry.left
    is_told = left is not None and _moves(left.event, left.piece)
    if left and is_told:
        yield _speed(left.event, left.piece, left.reel, timeline)
    if _moves(entry.event, entry.piece) or (left and is_told and left.reel == entry.reel):
        yield _speed(entry.event, entry.piece, entry.reel, timeline)


def _moves(event: Event, piece: Piece) -> bool:
    return piece.is_held or bool(event.motion.words)


def _speed(event: Event, piece: Piece, reel: str, timeline: Timeline) -> str:
    """The line that tells a machine the speed: frames a second, and the frame with which it begins. Colons, as readers want them."""
    motion = event.motion
    speed = 0.0 if piece.is_held else float(timeline.fps * motion.speed) * (-1 if motion.reverse else 1)
    begin = motion.shows(piece.first + piece.frames - 1 if speed < 0 else piece.first)
    width = 6 if speed < 0 else 5
    return f"M2   {reel:8} {speed:0{width}.1f}                {_colons(begin, timeline)}"


def _held(entry: Entry, timeline: Timeline) -> Iterator[str]:
    if entry.piece.is_held:
        first = entry.event.motion.shows(entry.piece.first)
        yield "* * FREEZE FRAME"
        yield f"* LOC: {_colons(first, timeline)} RED     LAST FRAME HELD FOR {entry.piece.frames} FRAMES"


def _comments(entry: Entry, timeline: Timeline) -> Iterator[str]:
    shown = entry.event.shown
    yield f"* SHOT: {one_line(shown.shot)}, {'card' if entry.event.ground else shown.label}"
    if entry.enter and (timeline.opening is entry.enter or not is_plain(entry.enter)):
        yield f"* EFFECT NAME: {words_of(entry.enter)}"
    for title in entry.titles:
        yield f"* TITLE: {_colons(title.start, timeline)}, {title.frames} FRAMES, {one_line(title.text)}"


def _colons(frame: int, timeline: Timeline) -> str:
    return timecode(frame, fps=timeline.fps).replace(";", ":")


def _reels(timeline: Timeline) -> Reels:
    """A name of eight capitals and digits for each clip: the start of its shot's and of its digest; no two clips have one."""
    found: Reels = {}
    taken: dict[str, str] = {}
    for shown in (event.shown for event in timeline.events if not event.ground):
        sha256 = _digest_of(shown)
        letters = "".join(sign for sign in shown.shot.upper() if sign.isascii() and sign.isalnum())[:4]
        names = [letters + sha256[: REEL_SIGNS - len(letters)], sha256[:REEL_SIGNS]]
        reel = next((name for name in names if taken.get(name, sha256) == sha256), names[-1])
        taken[reel] = sha256
        found[shown.shot, shown.label] = reel
    return found


def _digest_of(shown: Version) -> str:
    digest = shown.clip.digest if shown.clip else digest_bytes(shown.shot.encode("utf-8", "replace"))
    return digest.sha256.upper()
