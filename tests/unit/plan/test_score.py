"""Where each track stands in a film, to the sample; and that only what is heard is kept."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from renderer.diagnostic import Place
from renderer.plan.film import SlotRow
from renderer.plan.mix import MixRow, SlotSound, TrackRow
from renderer.plan.rows import ShotRow
from renderer.plan.score import mix_of
from renderer.storyboard import Ducking, FilmSound, Loudness, Source, Start, Track, Use

FPS = Fraction(24)
SONG = TrackRow("music", "song.wav", "a" * 64, 9, "wav", 44_100, 441_000)
SLOTS = [SlotRow("pad", 0, -1, 0, 48), SlotRow("crew", 1, -1, 0, 24), SlotRow("pad", 0, -1, 0, 48)]
FILM = 120 * 2000


def track(track_id: str = "music", **fields: Any) -> Track:
    return Track(track_id, Source("path", "song.wav"), Place("film.yaml", 1, 1, 1, "$"), **fields)


def shot(name: str, sound: tuple[str, bool, str] | None = None) -> ShotRow:
    return ShotRow(name, (), None, "5", None, (), (), 0, sound=sound)


def mix(
    *tracks: Track,
    sound: FilmSound = FilmSound(),  # noqa: B008 - a frozen value
    shots: Sequence[ShotRow] = (),
    rows: Sequence[TrackRow] | None = None,
    slots: Sequence[SlotRow] = SLOTS,
    fps: Fraction = FPS,
) -> MixRow | None:
    found = [SONG._replace(track=one.id) for one in tracks] if rows is None else rows
    return mix_of(sound, tracks, found, shots=shots, slots=slots, fps=fps)


def cue(*tracks: Track, **more: Any) -> Any:
    made = mix(*tracks, **more)
    assert made
    return made.cues[0]


def test_a_film_that_is_nothing_but_its_clips_has_no_mix() -> None:
    """So it keeps the key that it has."""
    assert mix(shots=[shot("pad"), shot("crew", ("0", False, "voice"))]) is None


def test_a_track_is_heard_to_its_end_or_the_films() -> None:
    """Ten seconds of music under five of film are five."""
    assert (0, 0, FILM, 0) == cue(track())[1:5]
    assert (0, 0, 48_000, 0) == cue(track(use=Use(Fraction(1), Fraction(2))))._replace(first=0)[1:5]
    assert 48_000 == cue(track(use=Use(Fraction(1), Fraction(2)))).first


def test_a_track_begins_with_the_first_frame_of_its_shot() -> None:
    """Counted from the shot's first appearance, on the running total of frames."""
    assert 48 * 2000 + 24_000 == cue(track(start=Start(Fraction(1, 2), "crew"))).start
    assert 0 == cue(track(start=Start(Fraction(0), "pad"))).start


def test_a_variant_counts_as_its_shot() -> None:
    """An output may show another clip of the shot; the track begins with it all the same."""
    slots = [SLOTS[0], SLOTS[1]._replace(shot="crew@tall"), SLOTS[2]]
    assert 48 * 2000 == cue(track(start=Start(Fraction(0), "crew")), slots=slots).start


def test_places_are_rounded_once() -> None:
    """At 24000/1001 frames a second the second shot begins 48048/48000 seconds times two later."""
    fps = Fraction(24000, 1001)
    assert 96_096 == cue(track(start=Start(Fraction(0), "crew")), fps=fps).start


def test_a_loop_fills_the_film() -> None:
    """Its period is the part that is used; one that is long enough does not loop."""
    made = cue(track(loop=True, use=Use(Fraction(1), Fraction(3)), start=Start(Fraction(1, 2))))
    assert (24_000, 48_000, FILM - 24_000, 96_000) == made[1:5]
    assert 0 == cue(track(loop=True)).period


def test_a_track_that_begins_after_the_film_is_no_part_of_it() -> None:
    """What is not heard changes no sound."""
    assert mix(track(start=Start(Fraction(5)))) is None


def test_fades_are_no_longer_than_what_is_heard() -> None:
    """Each on its own."""
    made = cue(track(use=Use(out_s=Fraction(1)), fade_in_s=Fraction(1, 4), fade_out_s=Fraction(7)))
    assert (12_000, 48_000) == (made.fade_in, made.fade_out)


def test_ducking_counts_where_there_is_a_voice() -> None:
    """And a voice where something ducks; else both are as they would be without."""
    ducked, voice = track(duck=Ducking()), track("narrator", kind="voice")
    alone = mix(ducked)
    assert alone == mix(track())
    assert mix(voice, rows=[SONG._replace(track="narrator")]) == mix(
        track("narrator", kind="effects"), rows=[SONG._replace(track="narrator")]
    )
    both = mix(ducked, voice)
    assert both
    assert [("12", "1/50", "2/5", "-45"), None] == [one.duck for one in both.cues]
    assert [False, True] == [one.voice for one in both.cues]


def test_a_shot_that_speaks_is_a_voice_in_each_of_its_slots() -> None:
    """Where something ducks; a mute one says nothing."""
    made = mix(
        track(duck=Ducking()), shots=[shot("pad", ("-3", False, "voice")), shot("crew", ("0", True, "voice"))]
    )
    assert made
    assert (
        SlotSound(0, "-3", mute=False, voice=True),
        SlotSound(1, "0", mute=True, voice=False),
        SlotSound(2, "-3", mute=False, voice=True),
    ) == made.slots


@pytest.mark.parametrize(
    "sound", [FilmSound(44_100), FilmSound(channels=1), FilmSound(loudness=Loudness(Decimal(-16)))]
)
def test_another_sound_of_the_output_is_a_mix(sound: FilmSound) -> None:
    """It counts in its own samples."""
    made = mix(sound=sound)
    assert made
    assert 5 * sound.rate_hz == made.samples


def test_a_mix_is_the_same_after_it_was_written_down() -> None:
    """As JSON, in the index."""
    import json

    made = mix(
        track(duck=Ducking()),
        track("narrator", kind="voice"),
        shots=[shot("pad", ("-3", False, "effects"))],
        sound=FilmSound(loudness=Loudness(Decimal(-16))),
    )
    assert made == MixRow.from_json(json.loads(json.dumps(made)))
