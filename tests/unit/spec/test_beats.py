"""Times in beats: exact, each of its own track, one value when merged; and what tracks mean."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from renderer.plan.slots import slot_frames
from renderer.spec import expand, parse, validate
from renderer.storyboard import Ducking, FilmSound, Loudness, ShotSound, Start, Storyboard, Use

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / "storyboard.schema.json").read_bytes())
MUSIC = {"id": "music", "file": "song.flac", "bpm": Decimal("92.5")}


def storyboard(*shots: dict[str, Any], **more: Any) -> Storyboard:
    """The storyboard of these fields, about which there is nothing to tell."""
    fields = {"version": 1, "shots": list(shots) or [{"id": "pad", "prompt": "x"}], **more}
    document = parse(json.dumps(fields, default=float).encode(), file="film.yaml")
    assert [] == validate(document, schema=SCHEMA)
    return expand(document)[0]


@pytest.mark.parametrize(
    ("beats", "bpm", "seconds"),
    [
        (4, 96, Fraction(5, 2)),
        (4, 97, Fraction(240, 97)),
        (1.5, 92.5, Fraction(36, 37)),
        (1, 333.3, Fraction(200, 1111)),
    ],
)
def test_beats_are_exact(beats: float, bpm: float, seconds: Fraction) -> None:
    """So many minutes, divided by the tempo as it is written."""
    made = storyboard({"id": "pad", "prompt": "x", "use": {"beats": beats}}, tracks=[{**MUSIC, "bpm": bpm}])
    assert Use(out_s=seconds) == made.shots[0].use


def test_beats_stand_wherever_a_time_does() -> None:
    """In both ends of a range, in the cut, in a track's start, use and fades."""
    four = {"beats": 4}
    made = storyboard(
        {"id": "pad", "prompt": "x", "use": {"in": {"beats": 1}, "out": {"beats": 5}}},
        tracks=[
            {
                **MUSIC,
                "bpm": 120,
                "start": {"shot": "pad", "at": four},
                "use": four,
                "fade_in": four,
                "fade_out": four,
            }
        ],
        sequence=["pad", {"shot": "pad", "use": four}],
    )
    assert Use(Fraction(1, 2), Fraction(5, 2)) == made.shots[0].use
    assert Use(out_s=Fraction(2)) == made.sequence[1].use
    track = made.tracks[0]
    assert Start(Fraction(2), "pad") == track.start
    assert Use(out_s=Fraction(2)) == track.use
    assert [2, 2] == [track.fade_in_s, track.fade_out_s]


def test_beats_are_those_of_the_named_track() -> None:
    """Where several have a tempo."""
    made = storyboard(
        {"id": "pad", "prompt": "x", "use": {"beats": 4, "track": "drums"}},
        tracks=[MUSIC, {"id": "drums", "file": "drums.wav", "bpm": 60}],
    )
    assert Use(out_s=Fraction(4)) == made.shots[0].use


@pytest.mark.parametrize(
    ("default", "own", "use"),
    [
        ({"in": 1, "out": 3}, {"beats": 4}, Use(out_s=Fraction(2))),
        ({"beats": 4}, {"in": 1, "out": 3}, Use(Fraction(1), Fraction(3))),
        ({"in": 1, "out": {"beats": 8}}, {"out": {"beats": 4}}, Use(Fraction(1), Fraction(2))),
        (
            {"in": {"beats": 2, "track": "music"}, "out": 3},
            {"in": {"beats": 4}},
            Use(Fraction(2), Fraction(3)),
        ),
    ],
)
def test_a_time_in_beats_is_one_value(default: Any, own: Any, use: Use) -> None:
    """It replaces a default and is replaced as a number would be, although it is written as a mapping."""
    made = storyboard(
        {"id": "pad", "prompt": "x", "use": own},
        defaults={"use": default},
        tracks=[{**MUSIC, "bpm": 120}, {"id": "fx", "file": "fx.wav"}],
    )
    assert use == made.shots[0].use


def test_a_cut_stays_on_the_beat() -> None:
    """After two hundred cuts each is the frame nearest to its beat: nothing adds up."""
    fps, beat_s = Fraction(24000, 1001), Fraction(60, 97)
    frames, cut_s = 0, Fraction(0)
    for count in slot_frames([beat_s] * 200, fps=fps):
        frames, cut_s = frames + count, cut_s + beat_s
        assert abs(frames / fps - cut_s) <= 1 / (2 * fps)


def test_a_shot_says_how_its_own_sound_stands_in_the_film() -> None:
    """Defaults are merged, for own footage too."""
    made = storyboard(
        {"id": "pad", "prompt": "x", "sound": {"gain_db": -3}},
        {"id": "logo", "clip": "logo.mp4", "sound": {"mute": True}},
        {"id": "sky", "prompt": "x", "sound": None},
        defaults={"sound": {"kind": "voice"}},
    )
    assert [
        ShotSound(Decimal(-3), mute=False, kind="voice"),
        ShotSound(mute=True, kind="voice"),
        ShotSound(),
    ] == [shot.sound for shot in made.shots]


@pytest.mark.parametrize(
    ("written", "ducking"),
    [
        (9, Ducking(by_db=Decimal(9))),
        ({"release": 0.8}, Ducking(release_s=Fraction(4, 5))),
        (
            {"by_db": 6, "attack": 0.1, "threshold_db": -30},
            Ducking(Decimal(6), Fraction(1, 10), threshold_db=Decimal(-30)),
        ),
    ],
)
def test_ducking_is_a_number_or_says_more(written: Any, ducking: Ducking) -> None:
    """What a mapping leaves out is as it is for a number."""
    assert ducking == storyboard(tracks=[{**MUSIC, "duck": written}]).tracks[0].duck


@pytest.mark.parametrize(
    ("written", "sound"),
    [
        (None, FilmSound()),
        ({"rate": 44100, "channels": 1}, FilmSound(44100, 1)),
        ({"loudness": -16}, FilmSound(loudness=Loudness(Decimal(-16)))),
        ({"loudness": {"lufs": -23, "peak_db": -2}}, FilmSound(loudness=Loudness(Decimal(-23), Decimal(-2)))),
    ],
)
def test_an_output_says_how_it_sounds(written: Any, sound: FilmSound) -> None:
    """48 kHz stereo as loud as it comes, unless it says otherwise."""
    assert sound == storyboard(output={"audio": written}).outputs[0].sound
