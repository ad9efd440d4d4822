"""A film as a CMX 3600 edit list, which nearly every editing program reads: events by OpenTimelineIO's adapter, the rest here.

The adapter has no wipes, and wrong source times where a clip is faster, slower or held (its own issues 1458 and 1459); what it says of the
clip before a dissolve is read back as said of the one after it. So it writes the events, and this module speeds, codes and comments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from renderer.digest import digest_bytes
from renderer.export.crossings import cmx_code, is_plain, words_of
from renderer.export.library import library, require_timecode
from renderer.export.otio import build_timeline
from renderer.export.pieces import Piece, pieces_of
from renderer.export.plain import one_line, timecode
from renderer.export.scribe import Form
from renderer.export.timeline import Event, Timeline, Title, Transition, Version
from renderer.row import Row

REEL_SIGNS = 8
BLACK = "BL"


class Entry(Row):
    """An event of the list: the slot, what of it, the transition that leads to it, and the titles that begin in it."""

    event: Event
    piece: Piece
    reel: str
    enter: Transition | None
    titles: tuple[Title, ...]


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
    for event, pieces in pieces_of(timeline, at_start=True):
        enter = event.enter or enter
        for piece in pieces:
            end = record + piece.frames
            titles = tuple(title for title in timeline.titles if record <= title.start < end)
            reel = BLACK if event.ground else reels[event.shown.shot, event.shown.label]
            yield Entry(event, piece, reel, enter, titles)
            record, enter = end, None


def _events(lines: Sequence[str], entries: Sequence[Entry], timeline: Timeline) -> Iterator[str]:
    """The lines of all events, as the adapter wrote them, made right and told."""
    blocks: list[list[str]] = []
    for line in filter(None, lines):
        number = line.split()[0]
        if number.isdecimal() and int(number) > len(blocks):
            blocks.append([])
        blocks[-1].append(line)
    out = ""
    for block, entry in zip(blocks, entries, strict=True):
        place = max(place for place, line in enumerate(block) if line.split()[0].isdecimal())
        if place:
            block[0] = _sourced(block[0], out, out)
        block[place], out = _right(block[place], entry, timeline)
        told = block[place + 1 :]
        yield from block[: place + 1]
        yield from _speed(entry, timeline)
        # Of the clip before a dissolve all was said in its own event.
        yield from (line for line in told if not (place and line.startswith("* FROM FILE")))
        yield from _comments(entry, timeline)


def _right(line: str, entry: Entry, timeline: Timeline) -> tuple[str, str]:
    """An event's line with the source times and the code that it must have, and where its source ends."""
    _, start, end, _, _ = line.rsplit(" ", 4)
    used = _used(entry)
    if used != entry.piece.frames:
        first = entry.event.motion.shows(entry.piece.first)
        end = timecode(first + used, fps=timeline.fps)
        line = _sourced(line, start, end)
    if entry.event.enter and entry.enter:
        line = line.replace(" D ", f" {cmx_code(entry.enter)} ", 1)
    return line, end


def _sourced(line: str, start: str, end: str) -> str:
    head, _, _, *record = line.rsplit(" ", 4)
    return " ".join([head, start, end, *record])


def _used(entry: Entry) -> int:
    """How many frames of its clip an event uses."""
    return 1 if entry.piece.is_held else entry.event.motion.spans(entry.piece.frames)


def _speed(entry: Entry, timeline: Timeline) -> Iterator[str]:
    """The line that tells a machine the speed: frames a second, and the frame with which it begins. Colons, as readers want them."""
    event, piece = entry.event, entry.piece
    motion = event.motion
    first = motion.shows(piece.first)
    if not (piece.is_held or motion.words):
        return
    speed = 0.0 if piece.is_held else float(timeline.fps * motion.speed) * (-1 if motion.reverse else 1)
    begin = motion.shows(piece.first + piece.frames - 1) if speed < 0 else first
    width = 6 if speed < 0 else 5
    yield f"M2   {entry.reel:8} {speed:0{width}.1f}                {_colons(begin, timeline)}"
    if piece.is_held:
        yield "* * FREEZE FRAME"
        yield f"* LOC: {_colons(first, timeline)} RED     LAST FRAME HELD FOR {piece.frames} FRAMES"


def _comments(entry: Entry, timeline: Timeline) -> Iterator[str]:
    shown = entry.event.shown
    yield f"* SHOT: {one_line(shown.shot)}, {'card' if entry.event.ground else shown.label}"
    if entry.enter and (timeline.opening is entry.enter or not is_plain(entry.enter)):
        yield f"* EFFECT NAME: {words_of(entry.enter)}"
    for title in entry.titles:
        yield f"* TITLE: {_colons(title.start, timeline)}, {title.frames} FRAMES, {one_line(title.text)}"


def _colons(frame: int, timeline: Timeline) -> str:
    return timecode(frame, fps=timeline.fps).replace(";", ":")


def _reels(timeline: Timeline) -> dict[tuple[str, str], str]:
    """A name of eight capitals and digits for each clip: the start of its shot's and of its digest; no two clips have one."""
    found: dict[tuple[str, str], str] = {}
    taken: dict[str, str] = {}
    for shown in (event.shown for event in timeline.events):
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
