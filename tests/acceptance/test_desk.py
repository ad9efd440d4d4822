"""What an editor's program makes of a handover, frame by frame, held against the film as it decodes."""

import math
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

import opentimelineio as otio
import pytest

from .numbered import numbers, write_numbered
from .stage import Stage

CUT = """\
version: 1
title: Desk
output: {{size: 64x36, fps: {fps}, subtitles: {{srt: true, vtt: true}}}}
shots:
  - id: own
    clip: own.mp4
    titles: [{{text: "One\\ntwo", from: 0.1, for: 0.2}}, {{text: End, at: after, for: 0.5}}]
    caption: A caption
sequence:
  - {{shot: own, use: {{in: 0, out: 0.5}}, enter: {{dip: 0.125}}}}
  - {{shot: own, use: {{in: 0.25, out: 0.75}}, enter: {{crossfade: 0.125}}}}
  - {{shot: own, use: {{in: 0, out: 1}}, speed: 2, enter: null}}
  - {{shot: own, use: {{in: 0.25, out: 0.5}}, speed: 0.5, enter: null}}
  - {{shot: own, use: {{in: 0, out: 0.5}}, reverse: true, enter: null}}
  - {{shot: own, use: {{in: 0, out: 1}}, reverse: true, speed: 2, enter: {{wipe: 0.125}}}}
  - {{shot: own, use: {{in: 0.5, out: 1}}, hold: 0.5, enter: {{dip: 0.125}}}}
  - {{shot: own, use: {{in: 0, out: 0.4}}, enter: {{crossfade: 0.2}}}}
  - {{shot: own, use: {{in: 0.5, out: 1.5}}, reverse: true, enter: null}}
  - {{shot: own, use: {{in: 0.5, out: 1.5}}, reverse: true, speed: 2, enter: {{wipe: 0.25}}}}
"""
CARD_S = Fraction(1, 2)
FPS = (
    Fraction(24),
    Fraction(25),
    Fraction(24000, 1001),
    Fraction(30000, 1001),
    Fraction(60),
)
OWN_FPS = 24
EVENT = re.compile(r"\d{3}  (\S+) +V +(C|[DW]\d*) +(\d+)? *" + " ".join([r"(\d\d:\d\d:\d\d[:;]\d\d)"] * 4))
SPEED = re.compile(r"M2   (\S+) +(-?[\d.]+) +(\S+)")


class Heard(NamedTuple):
    """An item of a list: where it begins in the film and how long it is, with which frame of the clip, and how that moves."""

    start: int
    frames: int
    first: Fraction
    speed: Fraction

    def frame(self, offset: int) -> Fraction:
        """The frame of the clip, at the film's rate, that is shown so many frames into the item."""
        return self.first + offset * self.speed


def of_otio(folder: Path, fps: Fraction) -> tuple[list[Heard], set[int]]:
    """Items and mixed frames by OpenTimelineIO's own document."""
    track = otio.adapters.read_from_file(str(folder / "film.otio")).video_tracks()[0]
    return list(_otio_items(track)), _mixed(track)


def _otio_items(track: Any) -> Iterator[Heard]:
    for item in _clips(track):
        scalars = [Fraction(effect.time_scalar) for effect in item.effects]
        yield _placed(item, (scalars or [Fraction(1)])[0])


def _placed(item: Any, speed: Fraction) -> Heard:
    place, used = item.range_in_parent(), item.source_range
    frames, first = round(place.duration.value), Fraction(round(used.start_time.value))
    if speed < 0:
        first += (frames - 1) * -speed  # what it would show forwards, in the opposite order
    return Heard(round(place.start_time.value), frames, first, speed)


def _clips(track: Any) -> Iterator[Any]:
    for item in track:
        if isinstance(item, otio.schema.Clip) and not isinstance(
            item.media_reference, otio.schema.GeneratorReference
        ):
            yield item


def _mixed(track: Any) -> set[int]:
    found: set[int] = set()
    for item in track:
        if isinstance(item, otio.schema.Transition):
            place = item.range_in_parent()
            start = round(place.start_time.value)
            found |= set(range(start, start + round(place.duration.value)))
    return found


def of_xml(folder: Path, fps: Fraction) -> tuple[list[Heard], set[int]]:
    """The same by Final Cut Pro XML, whose in points are counted at the clip's speed, backwards from its end."""
    track = otio.adapters.read_from_file(str(folder / "film.xml")).video_tracks()[0]
    found = []
    for item in _clips(track):
        rows = item.effects[0].metadata["fcp_xml"]["parameter"] if item.effects else []
        told = {row["parameterid"]: row["value"] for row in rows}
        speed, is_reversed = Fraction(told.get("speed", "100")) / 100, told.get("reverse") == "TRUE"
        plain = _placed(item, Fraction(1))
        if not speed:
            found.append(plain._replace(speed=Fraction(0)))
            continue
        whole = item.media_reference.available_range.duration
        length = math.ceil(Fraction(round(whole.value)) / OWN_FPS * fps / speed)
        first = (length - 1 - plain.first if is_reversed else plain.first) * speed
        found.append(Heard(plain.start, plain.frames, first, -speed if is_reversed else speed))
    return found, _mixed(track)


def of_edl(folder: Path, fps: Fraction) -> tuple[list[Heard], set[int]]:
    """The same by the edit list, read by its letter."""
    found, mixed = [], set()
    lines = (folder / "film.edl").read_text().splitlines()
    for place, line in enumerate(lines):
        event = EVENT.match(line)
        if event is None:
            continue
        reel, _, mix, *times = event.groups()
        first, _, start, stop = (_frames(time, fps) for time in times)
        if start == stop or reel == "BL":
            continue
        mixed |= set(range(start, start + int(mix or 0)))
        # What a dissolve leaves tells its speed first.
        speeds = [found for found in takewhile(bool, map(SPEED.match, lines[place + 1 :])) if found]
        *_, told = [None, *(one for one in speeds if one[1] == reel)]
        speed = round(Fraction(told[2]) / fps, 2) if told else Fraction(1)
        at = _frames(told[3], fps) if told else first
        found.append(Heard(start, stop - start, Fraction(at), speed))
    return found, mixed


def left_in_edl(folder: Path, fps: Fraction) -> Iterator[tuple[int, int]]:
    """Where each dissolve of an edit list begins in the film, and with which frame of what it leaves."""
    for event in filter(None, map(EVENT.match, (folder / "film.edl").read_text().splitlines())):
        first, _, start, stop = (_frames(time, fps) for time in event.groups()[3:])
        if start == stop and event[1] != "BL":
            yield start, first


def _frames(time: str, fps: Fraction) -> int:
    value: float = otio.opentime.from_timecode(time, float(fps)).value
    return round(value)


@pytest.mark.parametrize("fps", FPS)
def test_every_list_shows_the_frames_of_the_film(stage: Stage, fps: Fraction) -> None:
    """Speed, reverse, hold, transitions and cards: at the clip's own rate to the frame, at others to the nearest."""
    write_numbered(stage.root / "own.mp4", sound_s=1)
    stage.write("film.yaml", CUT.format(fps=f'"{fps}"' if fps.denominator > 1 else fps))
    stage.built()
    done = stage.run("handover", "film.yaml", "out")
    assert 0 == done.code, done.stderr
    shown = numbers(stage.film())
    film_frames = len(shown) - round(CARD_S * fps)
    for read in (of_otio, of_xml, of_edl):
        items, mixed = read(stage.root / "out", fps)
        mixed |= set(
            range(round(fps / 4))
        )  # the dip that the film fades up from, and the title over the picture
        assert film_frames == sum(item.frames for item in items), read.__name__
        off = {
            item.start + offset: (shown[item.start + offset], float(item.frame(offset) / fps * OWN_FPS))
            for item in items
            for offset in range(item.frames)
            if item.start + offset not in mixed
        }
        assert len(off) > film_frames / 2
        most = 1 if fps == OWN_FPS else Fraction(3, 2)
        assert {} == {frame: pair for frame, pair in off.items() if not abs(pair[0] - pair[1]) < most}, (
            read.__name__
        )


@pytest.mark.parametrize("fps", [Fraction(24), Fraction(30000, 1001)])
def test_an_edit_list_goes_over_from_the_frame_that_the_film_leaves(stage: Stage, fps: Fraction) -> None:
    """The first frame of each transition is still all of what goes: forwards, backwards, at speed, and held."""
    write_numbered(stage.root / "own.mp4", sound_s=1)
    stage.write("film.yaml", CUT.format(fps=f'"{fps}"' if fps.denominator > 1 else fps))
    stage.built()
    assert 0 == stage.run("handover", "film.yaml", "out").code
    shown, left = numbers(stage.film()), dict(left_in_edl(stage.root / "out", fps))
    assert 5 == len(left)
    most = 1 if fps == OWN_FPS else Fraction(3, 2)
    told = {start: float(frame / fps * OWN_FPS) for start, frame in left.items()}
    assert {} == {
        start: (shown[start], at) for start, at in told.items() if not abs(shown[start] - at) < most
    }


def test_subtitles_are_handed_over_and_exported(stage: Stage) -> None:
    """The very files that stand beside the film; of a film without any, none, and asking for them is an error."""
    write_numbered(stage.root / "own.mp4", sound_s=1)
    stage.write("film.yaml", CUT.format(fps=24))
    stage.built()
    assert 0 == stage.run("handover", "film.yaml", "out").code
    for form in ("srt", "vtt"):
        text = stage.film(f"film.{form}").read_text()
        assert 10 == text.count("A caption")
        assert text == (stage.root / f"out/film.{form}").read_text()
        assert text == stage.run("export", "film.yaml", "--to", form).stdout
    stage.edit("    caption: A caption\n", "")
    done = stage.run("export", "film.yaml", "--to", "srt")
    assert (2, True) == (done.code, "U108" in done.stderr)
    stage.built()
    removed = stage.run("handover", "film.yaml", "out", "--json").json["removed"]
    assert ["film.srt", "film.vtt"] == sorted(removed)
