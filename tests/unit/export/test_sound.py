"""Sound in edit lists: gains, fades, mutes, channels, and what is linked with what."""

from fractions import Fraction
from typing import Any
from xml.etree import ElementTree as ET

import opentimelineio as otio

from renderer.export.fcp7xml import to_fcp7xml
from renderer.export.otio import to_otio
from renderer.export.timeline import Sound, Timeline, Transition

from .films import digest, event, film, version

SKY, PAD = version("sky", sound=True), version("pad", sound=True)
MUSIC = Sound("music", "clips/music.wav", digest("music"), 48000, 480000, 0, 12, 48)


def tracks_of(text: str) -> list[ET.Element]:
    return ET.fromstring(text).findall(".//sequence/media/audio/track")


def levels(item: ET.Element) -> list[tuple[str | None, ...]]:
    """The keyframes of an item, or its one level."""
    [parameter] = list(item.iter("parameter"))
    keys = parameter.findall("keyframe")
    return [(key.findtext("when"), key.findtext("value")) for key in keys] or [(parameter.findtext("value"),)]


def test_gain_and_fades_are_levels() -> None:
    """A factor, not decibels; keyframes are counted from the beginning of the file, as its in point is."""
    faded = MUSIC._replace(gain_db="-6", levels=((0, Fraction(0)), (24, Fraction(1)), (48, Fraction(1, 2))))
    first = tracks_of(to_fcp7xml(film(event(version("mute"), 0, 48))._replace(sounds=(faded,))))[0]
    assert [("12", "0.000000"), ("36", "0.501187"), ("60", "0.250594")] == levels(
        first.findall("clipitem")[0]
    )
    found = read(film(event(version("mute"), 0, 48))._replace(sounds=(faded,)))
    told = found.audio_tracks()[0][0].effects[0].metadata["renderer"]
    assert ("-6", [[0, 0.0], [24, 1.0], [48, 0.5]]) == (
        told["gain_db"],
        [list(one) for one in told["levels"]],
    )


def read(timeline: Timeline) -> Any:
    return otio.adapters.read_from_string(to_otio(timeline), "otio_json")


def test_the_gain_of_a_clip_goes_no_further_than_the_program() -> None:
    """Final Cut Pro's effect ends at 12 dB."""
    loud = event(SKY, 0, 24)._replace(gain_db="30")
    assert [("3.981070",)] == levels(tracks_of(to_fcp7xml(film(loud)))[0].findall("clipitem")[0])


def test_a_mute_clip_is_switched_off() -> None:
    """It stands where it would be heard, so that an editor can have it back."""
    mute, heard = event(SKY, 0, 24)._replace(mute=True), event(PAD, 0, 24)
    found = read(film(mute, heard))
    assert [False, True] == [item.enabled for item in found.audio_tracks()[0]]
    items = tracks_of(to_fcp7xml(film(mute, heard)))[0].findall("clipitem")
    assert ["FALSE", "TRUE"] == [item.findtext("enabled") for item in items]


def test_two_channels_are_a_pair_of_tracks() -> None:
    """Each has one of them; OpenTimelineIO reads the pair as one track again."""
    mono = MUSIC._replace(track="voice", channels=1)
    text = to_fcp7xml(film(event(SKY, 0, 24))._replace(sounds=(MUSIC, mono)))
    told = [
        (track.get("currentExplodedTrackIndex"), track.findtext("clipitem/sourcetrack/trackindex"))
        for track in tracks_of(text)
    ]
    assert [("0", "1"), ("1", "2"), ("0", "1"), ("1", "2"), (None, "1")] == told
    found = otio.adapters.read_from_string(text, "fcp_xml")
    assert 3 == len(found.audio_tracks())
    ids = [item.get("id") for item in ET.fromstring(text).iter("clipitem")]
    assert len(ids) == len(set(ids))


def test_sound_is_linked_to_its_picture() -> None:
    """By the numbers of the two items, although other slots have no sound, and one clip is shown twice alike."""
    slots = [event(version("mute"), 0, 10), event(SKY, 3, 24), event(SKY, 3, 24)]
    root = ET.fromstring(to_fcp7xml(film(*slots)))
    pictures = root.findall(".//video/track/clipitem")
    sounds = tracks_of(ET.tostring(root, encoding="unicode"))[0].findall("clipitem")
    assert [0, 2, 2] == [len(item.findall("link")) for item in pictures]
    for picture, sound in zip(pictures[1:], sounds, strict=True):
        both = [picture.get("id"), sound.get("id")]
        assert both == [link.findtext("linkclipref") for link in picture.findall("link")]
        assert both == [link.findtext("linkclipref") for link in sound.findall("link")]


def test_sound_goes_over_with_the_picture() -> None:
    """As long, at the same place; not where nothing is heard."""
    enter = Transition("crossfade", 12)
    slots = [event(SKY, 0, 48), event(PAD, 0, 48, enter=enter), event(version("mute"), 0, 48)]
    timeline = film(*slots, event(version("mute"), 0, 48, enter=enter))
    film_read = read(timeline)
    found = film_read.audio_tracks()[0]
    assert ["Clip", "Transition", "Clip", "Gap", "Gap"] == [item.schema_name() for item in found]
    assert timeline.frames == round(found.duration().value)
    by_xml = otio.adapters.read_from_string(to_fcp7xml(timeline), "fcp_xml")
    heard = by_xml.audio_tracks()[0]
    places = [[round(value) for value in _place(item)] for item in heard if item.schema_name() == "Clip"]
    assert [[0, 42], [42, 42]] == places


def _place(item: Any) -> tuple[float, float]:
    place = item.range_in_parent()
    return place.start_time.value, place.duration.value
