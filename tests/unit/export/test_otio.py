"""Edit lists, read back by OpenTimelineIO's own adapters."""

from fractions import Fraction
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.errors import UsageError
from renderer.export.edl import to_edl
from renderer.export.fcp7xml import to_fcp7xml
from renderer.export.library import TIMECODE_RATES
from renderer.export.otio import to_otio
from renderer.export.timeline import Event, Sound, Timeline, Transition, Version

from .films import FILM, NTSC, digest, event, film, version

PAD, SKY = version("pad"), version("sky", 2, sound=True)
FORMS = {
    "otio_json": to_otio,
    "fcp_xml": to_fcp7xml,
    "cmx_3600": to_edl,
}


def read(timeline: Timeline, form: str) -> Any:
    """What OpenTimelineIO makes of an export."""
    rate = {"rate": float(timeline.fps)} if form == "cmx_3600" else {}
    return otio.adapters.read_from_string(FORMS[form](timeline), form, **rate)


def items(found: Any) -> list[tuple[int, int, int]]:
    """For each item of the picture: its first frame, how many, and where in the film it stands."""
    clips = [one for one in found.video_tracks()[0] if isinstance(one, otio.schema.Clip)]
    return [
        (
            round(one.source_range.start_time.value),
            round(one.source_range.duration.value),
            round(one.range_in_parent().start_time.value),
        )
        for one in clips
    ]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fps", [Fraction(24000, 1001), FILM, Fraction(25), NTSC, Fraction(60000, 1001)])
def test_every_frame_comes_back_at_its_place(form: str, fps: Fraction) -> None:
    """First frame, length and place of each slot are exact at every rate, over more than a minute of dropped numbers."""
    slots = [
        event(PAD, 10, 80),
        event(SKY, 0, 31),
        event(PAD, 40, 7),
        event(version("sea", frames=5000), 0, 4001),
    ]
    found = read(film(*slots, fps=fps), form)
    assert [(10, 80, 0), (0, 31, 80), (40, 7, 111), (0, 4001, 118)] == items(found)
    assert abs(float(fps) - found.duration().rate) < 0.005
    assert 4119 == round(found.duration().value)


@pytest.mark.parametrize("form", ["otio_json", "fcp_xml"])
def test_what_is_not_on_screen_is_there_as_handles(form: str) -> None:
    """The media is the whole clip, at its own rate."""
    clip = next(
        iter(read(film(event(version("pad", fps=FILM), 10, 80), fps=Fraction(25)), form).find_clips())
    )
    assert (0, 120, 24.0) == (
        clip.media_reference.available_range.start_time.value,
        clip.media_reference.available_range.duration.value,
        clip.media_reference.available_range.duration.rate,
    )
    assert "clips/pad_1.mp4" == clip.media_reference.target_url


def test_all_takes_are_there_and_the_shown_one_is_active() -> None:
    """An editor swaps takes without looking for files; the request stands beside each."""
    first, second = version("pad"), version("pad", 2, prompt="more steam")
    slot = event(second, 0, 24)._replace(versions=(first, second))
    clip = next(iter(read(film(slot), "otio_json").find_clips()))
    assert ["take 1", "take 2"] == sorted(clip.media_references())
    assert "take 2" == clip.active_media_reference_key
    assert "more steam" == clip.media_reference.metadata["renderer"]["request"]["fields"]["prompt"]


@pytest.mark.parametrize("form", FORMS)
def test_a_film_without_clips_can_be_exported(form: str) -> None:
    """Missing media is said to be missing; the times are right all the same."""
    unbuilt = Version("pad", 1, None, "aimlapi")
    found = read(film(event(unbuilt, 0, 84), event(PAD, 0, 12)), form)
    assert [(0, 84, 0), (0, 12, 84)] == items(found)
    assert isinstance(next(iter(found.find_clips())).media_reference, otio.schema.MissingReference)


@pytest.mark.parametrize("form", FORMS)
def test_a_held_frame_is_an_item_of_its_own(form: str) -> None:
    """The clip ends where its frames end; the rest stands still on the last one, and says so."""
    found = read(film(event(PAD, 100, 50, held=30), event(SKY, 0, 10)), form)
    assert [(100, 20, 0), (119, 30, 20), (0, 10, 50)] == items(found)
    frozen = found.video_tracks()[0][1]
    assert ["FreezeFrame"] == [effect.schema_name() for effect in frozen.effects] or form == "fcp_xml"
    assert "last frame held for 30 frames" == frozen.markers[0].name.lower()


def test_an_edit_list_names_the_reel_of_a_held_frame() -> None:
    """Machines find the tape by it."""
    held = [line for line in to_edl(film(event(PAD, 100, 50, held=30))).splitlines() if line.startswith("M2")]
    reel = to_edl(film(event(PAD, 0, 5))).splitlines()[3].split()[1]
    assert [f"M2   {reel} 000.0                00:00:04:23"] == held


@pytest.mark.parametrize("form", FORMS)
def test_a_transition_shortens_the_film_by_its_overlap(form: str) -> None:
    """It lies about a cut in the middle of the overlap, or where an edit list has it, at the start."""
    slots = [event(PAD, 0, 48), event(SKY, 0, 48, enter=Transition("crossfade", 13)), event(PAD, 0, 24)]
    timeline = film(*slots)
    assert (107, (0, 35, 83)) == (timeline.frames, timeline.starts)
    found = read(timeline, form)
    assert 107 == round(found.video_tracks()[0].duration().value)
    crossing = [one for one in found.video_tracks()[0] if isinstance(one, otio.schema.Transition)]
    assert 13 == round((crossing[0].in_offset + crossing[0].out_offset).value)


def test_sound_follows_the_picture() -> None:
    """Clips with sound have it in a track of its own, at the same place."""
    found = read(film(event(PAD, 0, 48), event(SKY, 5, 48)), "otio_json")
    gap, heard = found.audio_tracks()[0]
    assert (48.0, 5.0) == (gap.duration().value, heard.source_range.start_time.value)


@pytest.mark.parametrize("form", FORMS)
def test_a_slot_that_is_repeated_stands_at_both_places(form: str) -> None:
    """The very same part of a clip, twice: no program is left to guess where the second one is, picture or sound."""
    timeline = film(event(SKY, 5, 20), event(PAD, 0, 10), event(SKY, 5, 20))
    found = read(timeline, form)
    assert [(5, 20, 0), (0, 10, 20), (5, 20, 30)] == items(found)
    heard = [one for track in found.audio_tracks() for one in track if isinstance(one, otio.schema.Clip)]
    assert form == "cmx_3600" or [0.0, 30.0] == [one.range_in_parent().start_time.value for one in heard]


@pytest.mark.parametrize("form", ["otio_json", "fcp_xml"])
def test_tracks_of_sound_stand_where_they_are_heard(form: str) -> None:
    """Each track by itself; a loop is as many items as it has turns."""
    music = Sound("music", "clips/music.wav", digest("music"), 48000, 36000, 0, 0, 18, {"gain_db": "-6"})
    turns = (music, music._replace(start=18), music._replace(start=36, frames=12))
    voice = Sound("voice", "clips/voice.wav", digest("voice"), 44100, 441000, 30, 4, 18)
    found = read(film(event(PAD, 0, 48))._replace(sounds=(*turns, voice)), form)
    places = [
        [
            tuple(
                round(time.value)
                for time in (one.range_in_parent().start_time, one.source_range.start_time, one.duration())
            )
            for one in track
            if isinstance(one, otio.schema.Clip)
        ]
        for track in found.audio_tracks()
    ]
    assert [[(0, 0, 18), (18, 0, 18), (36, 0, 12)], [(30, 4, 18)]] == places


def test_reels_are_eight_signs_and_tell_clips_apart() -> None:
    """Shots that begin alike have reels of their own; one clip has one."""
    slots = [event(version(f"pad-{number}"), 0, 5) for number in range(60)]
    lines = [line.split() for line in to_edl(film(*slots, *slots)).splitlines() if line[:3].isdecimal()]
    reels = [line[1] for line in lines]
    assert {8} == set(map(len, reels))
    assert (60, reels[60:]) == (len(set(reels)), reels[:60])


def test_a_card_does_not_change_the_reel_of_its_shot() -> None:
    """Own footage keeps the start of its digest, with a card beside it or without."""
    own = PAD._replace(take=None, provider="")
    card = Event(Version("pad", None, None), 0, 12, ground="#102030")
    alone, beside = (to_edl(film(event(own, 0, 5), *cards)).splitlines()[3] for cards in ([], [card]))
    assert alone == beside


def test_a_rate_without_timecode_has_no_edit_list() -> None:
    """It is told, and no list with other times is written."""
    for write in (to_edl, to_fcp7xml):
        with pytest.raises(UsageError) as told:
            write(film(event(PAD, 0, 5), fps=Fraction(12)))
        assert "U102" == told.value.code
        assert all(write(film(event(PAD, 0, 5), fps=fps)) for fps in TIMECODE_RATES)


@pytest.mark.parametrize("form", FORMS)
def test_a_clip_of_an_odd_rate_is_told_in_every_form(form: str) -> None:
    """Phones record at averages such as 29.83; no form fails over it, and the cut is as exact as ever."""
    odd = version("phone", frames=120, fps=Fraction(120, 7))
    found = read(film(event(odd, 10, 80)), form)
    assert [(10, 80, 0)] == items(found)
    if form != "cmx_3600":
        media = next(iter(found.find_clips())).media_reference.available_range.duration
        assert 7.0 == pytest.approx(media.to_seconds())


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text(), st.text(min_size=1))
def test_no_text_of_an_author_breaks_a_document(title: str, prompt: str, shot: str) -> None:
    """Any text whatever comes back as one slot of one film: no line is added, no element closed."""
    hostile = version("pad", prompt=prompt)._replace(shot=shot)
    timeline = film(event(hostile, 3, 9), title=title)
    for form in FORMS:
        assert [(3, 9, 0)] == items(read(timeline, form))
    assert 7 == len(to_edl(timeline).splitlines())
