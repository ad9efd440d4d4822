"""Speed, held frames, transitions and cards in each form, read back by OpenTimelineIO's own adapters."""

from fractions import Fraction
from typing import Any
from xml.etree import ElementTree as ET

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.export.crossings import KIN
from renderer.export.edl import to_edl
from renderer.export.fcp7xml import to_fcp7xml
from renderer.export.graph import to_dot
from renderer.export.otio import to_otio
from renderer.export.shotlist import to_csv
from renderer.export.timeline import Event, Motion, Timeline, Title, Transition, Version

from .films import NTSC, event, film, version

PAD, SKY = version("pad"), version("sky", sound=True)
TWICE, BACK, SLOW = Motion(Fraction(2)), Motion(reverse=True), Motion(Fraction(1, 2), reverse=True)
SPEEDS = st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2), Fraction(3, 2), Fraction(7, 10)])
MOTIONS = st.builds(Motion, SPEEDS, st.booleans())


def moved(first: int, frames: int, motion: Motion, held: int = 0) -> Event:
    """A slot whose clip moves otherwise."""
    return event(PAD, first, frames, held=held)._replace(motion=motion)


def card(frames: int, ground: str = "#102030") -> Event:
    """A slot that is a card."""
    return Event(Version("pad", None, None), 0, frames, ground=ground)


def otio_of(timeline: Timeline) -> Any:
    return otio.adapters.read_from_string(to_otio(timeline), "otio_json")


def xml_of(timeline: Timeline) -> Any:
    return otio.adapters.read_from_string(to_fcp7xml(timeline), "fcp_xml")


def edl_of(timeline: Timeline) -> Any:
    return otio.adapters.read_from_string(to_edl(timeline), "cmx_3600", rate=float(timeline.fps))


def used(item: Any) -> tuple[int, int]:
    return round(item.source_range.start_time.value), round(item.source_range.duration.value)


def test_a_speed_is_a_time_warp() -> None:
    """Its range begins with the lowest frame that is shown, and is as long as the film shows it; backwards is less than 0."""
    found = otio_of(film(moved(5, 20, TWICE), moved(0, 30, BACK), moved(10, 40, SLOW)))
    track = found.video_tracks()[0]
    assert [(10, 20), (0, 30), (5, 40)] == [used(item) for item in track]
    assert [2.0, -1.0, -0.5] == [item.effects[0].time_scalar for item in track]


def test_xml_counts_frames_at_the_speed_of_a_clip() -> None:
    """Backwards from the clip's end; the length is that of the whole clip at its speed."""
    text = to_fcp7xml(film(moved(5, 20, TWICE), moved(0, 30, BACK)))
    items = list(ET.fromstring(text).iter("clipitem"))
    told = [[item.findtext(name) for name in ("duration", "in", "out")] for item in items]
    assert [["60", "5", "25"], ["120", "90", "120"]] == told
    values = [[one.findtext("value") for one in item.iter("parameter")] for item in items]
    assert [["0", "200", "FALSE", "FALSE"], ["0", "100", "TRUE", "FALSE"]] == values


@pytest.mark.parametrize(
    ("fps", "told"),
    [
        (Fraction(24), ("24", "FALSE", "NDF")),
        (Fraction(24000, 1001), ("24", "TRUE", "NDF")),
        (NTSC, ("30", "TRUE", "DF")),
        (Fraction(60000, 1001), ("60", "TRUE", "DF")),
    ],
)
def test_xml_names_the_rate_and_how_it_counts(fps: Fraction, told: tuple[str, ...]) -> None:
    """The sequence drops frame numbers where the edit list and the tables do."""
    timeline = film(event(version("pad", fps=fps), 0, 4000), fps=fps)
    sequence = ET.fromstring(to_fcp7xml(timeline)).find(".//sequence")
    assert sequence is not None
    names = ("rate/timebase", "rate/ntsc", "timecode/displayformat")
    assert told == tuple(sequence.findtext(name) for name in names)
    found = xml_of(timeline)
    assert (0, 4000) == (round(found.global_start_time.value), round(found.duration().value))


@pytest.mark.parametrize("fps", [Fraction(24), Fraction(24000, 1001), NTSC])
def test_an_edit_list_tells_speeds_that_are_read_back(fps: Fraction) -> None:
    """Frames a second after M2, source times that fit it, also where a dissolve leads in or out."""
    dissolve = Transition("crossfade", 6)
    slots = [
        moved(5, 20, TWICE),
        event(SKY, 0, 30, enter=dissolve),
        moved(4, 20, TWICE)._replace(enter=dissolve),
    ]
    read = edl_of(film(*slots, event(SKY, 0, 10), fps=fps))
    found = list(read.video_tracks()[0].find_clips())
    assert [(10, 14), (0, 24), (8, 20), (0, 10)] == [used(item) for item in found]
    assert [[2.0], [], [2.0], []] == [
        [round(effect.time_scalar, 2) for effect in item.effects] for item in found
    ]


def test_backwards_begins_with_the_last_frame() -> None:
    """In an edit list the speed is negative, and its timecode that of the frame which is shown first."""
    lines = to_edl(film(moved(12, 24, BACK))).splitlines()
    assert "00:00:00:12 00:00:01:12 00:00:00:00 00:00:01:00" in lines[3]
    assert ["M2", "-024.0", "00:00:01:11"] == [lines[4].split()[place] for place in (0, 2, 3)]


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (moved(10, 30, Motion(), held=20), ("00:00:00:19", "000.0")),
        (moved(10, 30, Motion(), held=6), ("00:00:01:09", "000.0")),
        (moved(5, 20, TWICE), ("00:00:01:14", "048.0")),
        (moved(12, 24, BACK), ("00:00:00:17", "-024.0")),
        (moved(12, 24, BACK, held=8), ("00:00:00:12", "000.0")),
    ],
)
def test_an_edit_list_tells_how_that_moves_which_a_dissolve_leaves(
    left: Event, told: tuple[str, str]
) -> None:
    """Its own line has the frame that it goes on with, and its speed stands before that of what comes."""
    after = moved(0, 30, TWICE)._replace(enter=Transition("crossfade", 6))
    words = [line.split() for line in to_edl(film(left, after)).splitlines() if line.startswith(("0", "M2"))]
    leaving, coming, *speeds = words[-4:]
    assert [told[0], told[0]] == leaving[4:6]
    assert ["D", "006"] == coming[3:5]
    assert [[told[1], told[0]], ["048.0", "00:00:00:00"]] == [row[2:] for row in speeds]


def test_an_edit_list_tells_two_speeds_of_one_reel_apart() -> None:
    """What a dissolve leaves moves, what comes is of the same clip and does not: both are told."""
    after = event(PAD, 0, 30, enter=Transition("crossfade", 6))
    words = [line.split() for line in to_edl(film(moved(5, 20, TWICE), after)).splitlines()]
    told = [row[2:] for row in words if row and row[0] == "M2"]
    assert [["048.0", "00:00:00:10"], ["048.0", "00:00:01:14"], ["024.0", "00:00:00:00"]] == told


def test_a_slot_that_is_nothing_but_its_transition_is_named() -> None:
    """An edit list goes over from that clip, in front of the film too, and not from the one before it."""
    end = event(version("end"), 5, 20, enter=Transition("crossfade", 6))
    for before in ([], [event(PAD, 0, 20)]):
        lines = to_edl(film(*before, event(SKY, 2, 6), end)).splitlines()
        place = next(place for place, line in enumerate(lines) if " D " in line)
        assert ["C", "00:00:00:02", "00:00:00:02"] == lines[place - 1].split()[3:6]
        assert "* FROM CLIP NAME:  sky_1.mp4" == lines[place + 1]
        assert lines[place - 1].split()[1].startswith("SKY")


def test_a_frame_that_goes_over_at_once_is_no_item() -> None:
    """There is nothing to cut; the film is as long, in every form, and nothing is left that is not there."""
    at_once = event(SKY, 0, 10, enter=Transition("crossfade", 1))
    for before in ([], [event(PAD, 0, 20)]):
        timeline = film(*before, event(SKY, 3, 1), at_once)
        # OpenTimelineIO reads no edit list that begins with a transition.
        for read in (otio_of, xml_of, *([edl_of] if before else [])):
            assert timeline.frames == round(read(timeline).video_tracks()[0].duration().value)


@settings(max_examples=80, deadline=None)
@given(MOTIONS, st.integers(0, 40), st.integers(2, 40), st.integers(0, 20), st.integers(0, 12))
def test_however_a_clip_moves_the_film_is_as_long(
    motion: Motion, first: int, frames: int, held: int, overlap: int
) -> None:
    """In every form: no frame is lost between items, held ones and transitions."""
    overlap = min(overlap, frames - 1)
    after = event(SKY, 0, 30, enter=Transition("dip", overlap, "#000000") if overlap else None)
    timeline = film(event(SKY, 0, 7), moved(first, frames, motion, min(held, frames - 1)), after)
    for read in (otio_of, xml_of, edl_of):
        found = read(timeline)
        assert timeline.frames == round(found.video_tracks()[0].duration().value)


def test_sound_moves_with_its_picture() -> None:
    """The same range at the same speed, in XML linked and with an effect of its own."""
    timeline = film(
        event(SKY, 0, 10), event(SKY, 10, 10)._replace(motion=TWICE), event(SKY, 0, 8)._replace(motion=BACK)
    )
    found = otio_of(timeline)
    [picture], [sound] = found.video_tracks(), found.audio_tracks()
    assert [used(item) for item in picture] == [used(item) for item in sound]
    assert [[], [2.0], [-1.0]] == [[effect.time_scalar for effect in item.effects] for item in sound]
    text = to_fcp7xml(timeline)
    assert 2 + 2 * 2 == text.count("<effectid>timeremap</effectid>")
    assert 3 * 2 * 3 == text.count("<linkclipref>")


def test_sound_goes_on_under_a_held_frame() -> None:
    """As far as the clip has any; what runs backwards ends with its picture."""
    slots = [event(SKY, 90, 60, held=40), event(SKY, 90, 20, held=5), moved_sky(held=5)]
    found = otio_of(film(*slots))
    kinds = [(item.schema_name(), round(item.duration().value)) for item in found.audio_tracks()[0]]
    assert [("Clip", 30), ("Gap", 30), ("Clip", 20), ("Clip", 15), ("Gap", 5)] == kinds
    assert 100 == round(xml_of(film(*slots)).duration().value)


def moved_sky(held: int) -> Event:
    return event(SKY, 90, 20, held=held)._replace(motion=BACK)


@pytest.mark.parametrize("kind", ["crossfade", "dip", "pixelize", *KIN])
def test_a_transition_keeps_its_name_and_frames(kind: str) -> None:
    """Also in a program that has no such effect."""
    timeline = film(event(PAD, 0, 30), event(SKY, 0, 30, enter=Transition(kind, 7, "#ffffff")))
    for read in (otio_of, xml_of, edl_of):
        found = read(timeline)
        [crossing] = [one for one in found.video_tracks()[0] if isinstance(one, otio.schema.Transition)]
        assert 7 == round((crossing.in_offset + crossing.out_offset).value)
    assert f'"kind": "{kind}"' in to_otio(timeline)
    assert kind == "crossfade" or f"* EFFECT NAME: {kind} of 7 frames through #ffffff" in to_edl(timeline)


def test_a_film_may_fade_up_from_a_colour() -> None:
    """A transition stands in front of the first item; the film is as long as without."""
    timeline = film(event(PAD, 3, 30))._replace(opening=Transition("dip", 12, "#000000"))
    for read in (otio_of, xml_of):
        found = read(timeline)
        first, item = found.video_tracks()[0]
        assert (0, 12, (3, 30)) == (round(first.in_offset.value), round(first.out_offset.value), used(item))
    assert "* EFFECT NAME: dip of 12 frames through #000000" in to_edl(timeline)
    assert 30 == round(edl_of(timeline).duration().value)


def test_a_card_is_a_generator_and_misses_no_clip() -> None:
    """With its colour; what stands on it is a title like any other, in a form with one track a comment."""
    titles = (
        Title(0, 24, "The\nEnd", "middle", "12", "#ffffff"),
        Title(12, 24, "Pad", "bottom-left", "6", "#ff0000"),
    )
    timeline = film(card(24), event(PAD, 0, 24))._replace(titles=titles)
    assert () == timeline.missing
    for read in (otio_of, xml_of):
        found = read(timeline)
        picture, *above = found.video_tracks()
        assert [[(0, 24)], [(0, 24)]] == [[used(item) for item in track.find_clips()] for track in above]
        assert "Color" == picture[0].media_reference.generator_kind
        assert {"Text"} == {track.find_clips()[0].media_reference.generator_kind for track in above}
        assert 12 == round(above[1].find_clips()[0].range_in_parent().start_time.value)
    found = otio_of(timeline)
    parameters = found.video_tracks()[1].find_clips()[0].media_reference.parameters
    assert ("The\nEnd", "#ffffff") == (parameters["text"], parameters["colour"])
    assert "* TITLE: 00:00:00:12, 24 FRAMES, Pad" in to_edl(timeline)
    assert "BL" == to_edl(timeline).splitlines()[3].split()[1]
    assert ",card,," in to_csv(timeline)
    assert "card of 24 frames" in to_dot([timeline])
