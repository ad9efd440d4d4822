"""The sound of a film, built by the command and listened to: tracks, beats, voices, and what is made again when."""

from __future__ import annotations

import base64
import math
import subprocess
import wave
from array import array
from collections import Counter
from pathlib import Path

import pytest

from .looking import manifests
from .stage import Stage, frames_in, real_ffmpeg
from .test_fetched import Shelf, shelf

__all__ = ["shelf"]
RATE_HZ = 48_000
FILM = """\
version: 1
output: {size: 64x36, fps: 24}
tracks:
  - {id: music, file: sounds/music.wav, bpm: 120, gain_db: -6, duck: 12}
  - {id: narrator, file: sounds/voice.wav, kind: voice, start: {shot: crew, at: 0.25}}
defaults: {provider: animatic, duration: 1}
shots:
  - {id: pad, prompt: steam}
  - {id: crew, prompt: a visor, use: {beats: 2}}
  - {id: sky, prompt: galaxies}
"""


def tone(path: Path, *, hertz: float, seconds: float, level: float = 0.25) -> None:
    """Write a sine as a WAV file, the same left and right."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = round(seconds * RATE_HZ)
    steps = (round(32767 * level * math.sin(math.tau * hertz * place / RATE_HZ)) for place in range(count))
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(array("h", (value for step in steps for value in (step, step))).tobytes())


def staged(stage: Stage) -> Stage:
    """Three seconds of film, four of music, a second of voice."""
    stage.write("film.yaml", FILM)
    tone(stage.root / "sounds" / "music.wav", hertz=440, seconds=4)
    tone(stage.root / "sounds" / "voice.wav", hertz=1000, seconds=1)
    return stage


def heard(film: Path, *, rate_hz: int = RATE_HZ) -> array[float]:
    """The left channel of a film's sound, decoded."""
    decode = ["-map", "0:a:0", "-af", "pan=mono|c0=c0", "-f", "f32le", "-ar", str(rate_hz), "pipe:1"]
    argv = [str(real_ffmpeg()), "-v", "error", "-i", str(film), *decode]
    return array("f", subprocess.run(argv, check=True, capture_output=True).stdout)


def level_db(sound: array[float], start_s: float, end_s: float, *, hertz: float) -> float:
    """How loud one pitch is between two times: its amplitude in dB of full scale."""
    part = sound[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]
    turn = math.tau * hertz / RATE_HZ
    real = sum(value * math.cos(turn * place) for place, value in enumerate(part))
    imaginary = sum(value * math.sin(turn * place) for place, value in enumerate(part))
    return 20 * math.log10(2 * math.hypot(real, imaginary) / len(part) + 1e-9)


def actions(stage: Stage) -> Counter[str]:
    """How many results of each kind of action the store has on record."""
    return Counter(manifest["action"] for manifest in manifests(stage).values())


def near(expected: float, found: float, *, within: float = 0.3) -> bool:
    return abs(expected - found) <= within


def test_tracks_are_heard_where_they_stand(stage: Stage) -> None:
    """Music from the beginning at its gain; the voice from a quarter of a second after its shot; and the music under it."""
    built = staged(stage).built()
    film = stage.film()
    assert 72 == built.json["sequence"]["frames"] == frames_in(film)
    sound = heard(film)
    assert 3 * RATE_HZ == len(sound)
    full = 20 * math.log10(0.25)
    assert near(full - 6, level_db(sound, 0.2, 1.2, hertz=440))
    assert level_db(sound, 0.2, 1.2, hertz=1000) < -70
    assert near(full, level_db(sound, 1.35, 2.2, hertz=1000))
    assert near(full - 18, level_db(sound, 1.35, 2.2, hertz=440))
    assert near(full - 6, level_db(sound, 2.75, 2.95, hertz=440))


def test_a_change_in_sound_touches_no_picture(stage: Stage) -> None:
    """Another gain makes one sound and one film; putting it back makes nothing."""
    before = actions(_built(staged(stage)))
    stage.edit("gain_db: -6", "gain_db: -9")
    assert [] == stage.built().ran
    after = actions(stage)
    assert Counter(sound=1, join=1) == after - before
    stage.edit("gain_db: -9", "gain_db: -6")
    stage.built()
    assert after == actions(stage)


def test_a_change_in_picture_touches_no_sound(stage: Stage) -> None:
    """Another prompt of a clip without sound makes its clip and the film."""
    before = actions(_built(staged(stage)))
    stage.edit("prompt: steam", "prompt: frost")
    assert ["pad"] == stage.built().ran
    made = actions(stage) - before
    assert (1, 1, 0) == (made["generate"], made["join"], made["sound"])


def test_the_names_of_tracks_are_not_heard(stage: Stage) -> None:
    """Another id and another tempo, that no time counts, make nothing at all."""
    before = actions(_built(staged(stage)))
    stage.edit("id: narrator", "id: voice")
    assert [] == stage.built().ran
    assert before == actions(stage)


def test_a_file_that_changed_is_mixed_anew(stage: Stage) -> None:
    """Its bytes count, not its name."""
    before = actions(_built(staged(stage)))
    tone(stage.root / "sounds" / "music.wav", hertz=330, seconds=4)
    assert (
        "the track `music` changed" in stage.run("why", "film.yaml", "pad").stdout + stage.run("plan").stdout
    )
    stage.built()
    assert Counter(sound=1, join=1) == actions(stage) - before
    assert level_db(heard(stage.film()), 0.2, 1.2, hertz=330) > -20


def test_another_tempo_cuts_anew_and_generates_nothing(stage: Stage) -> None:
    """Two beats at 90 a minute are a third of a second more."""
    _built(staged(stage))
    stage.edit("bpm: 120", "bpm: 90")
    built = stage.built()
    assert [] == built.ran
    assert 24 + 32 + 24 == built.json["sequence"]["frames"]


def test_two_outputs_of_one_cut_share_their_sound(stage: Stage) -> None:
    """Another size is seen, and not heard."""
    staged(stage)
    outputs = "outputs: {wide: {size: 64x36, fps: 24}, tall: {size: 36x64, fps: 24}}"
    stage.edit("output: {size: 64x36, fps: 24}", outputs)
    stage.built()
    assert (1, 2) == ((made := actions(stage))["sound"], made["join"])
    wide, tall = (heard(stage.film(f"film-{name}.mp4")) for name in ("wide", "tall"))
    assert wide == tall


def talking(stage: Stage, name: str = "talk.mp4") -> None:
    """Footage of two seconds with a pitch of 1000 Hz."""
    inputs = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=64x36:r=24:d=2",
        "-f",
        "lavfi",
        "-i",
        "sine=f=1000:r=44100:d=2",
    ]
    encoding = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2"]
    argv = [str(real_ffmpeg()), "-v", "error", *inputs, *encoding, str(stage.root / name)]
    subprocess.run(argv, check=True)


TALK = """\
version: 1
output: {size: 64x36, fps: 24}
tracks: [{id: music, file: sounds/music.wav, duck: 9}]
shots:
  - {id: talk, clip: talk.mp4}
  - {id: again, clip: talk.mp4, sound: {kind: voice, gain_db: -6}}
  - {id: mute, clip: talk.mp4, sound: {mute: true}}
"""


def test_a_shot_says_how_its_own_sound_is_heard(stage: Stage) -> None:
    """As it is; softer, and as a voice that the music goes down under; not at all."""
    talking(stage)
    tone(stage.root / "sounds" / "music.wav", hertz=440, seconds=6)
    stage.write("film.yaml", TALK)
    stage.built()
    sound, music = heard(stage.film()), 20 * math.log10(0.25)
    own = level_db(sound, 0.5, 1.5, hertz=1000)
    assert own > -30
    assert near(own - 6, level_db(sound, 2.5, 3.5, hertz=1000))
    assert level_db(sound, 4.5, 5.5, hertz=1000) < -70
    levels = [level_db(sound, start + 0.6, start + 1.6, hertz=440) - music for start in (0, 2, 4)]
    assert near(0, levels[0])
    assert near(-9, levels[1])
    assert near(0, levels[2])


def test_a_film_without_tracks_keeps_its_sound(stage: Stage) -> None:
    """The plain form of a sound's manifest, by its own version."""
    talking(stage)
    stage.write(
        "film.yaml",
        TALK.replace("tracks:", "x-tracks:").replace(", sound: {mute: true}", "").replace("gain_db: -6", ""),
    )
    stage.built()
    (found,) = [manifest for manifest in manifests(stage).values() if manifest["action"] == "sound"]
    assert {"action", "version", "slots", "fps", "encoder", "fade_samples", "ffmpeg"} == found.keys()
    assert 3 == found["version"]


def test_a_film_is_brought_to_its_loudness(stage: Stage) -> None:
    """As the meter says of the encoded film, within half a LU; and in mono at another rate where that is asked for."""
    staged(stage)
    stage.edit("fps: 24}", "fps: 24, audio: {loudness: -20, rate: 44100, channels: 1}}")
    stage.built()
    meter = ["-i", str(stage.film()), "-af", "ebur128=framelog=quiet", "-f", "null", "-"]
    said = subprocess.run(
        [str(real_ffmpeg()), "-nostats", *meter], capture_output=True, check=True
    ).stderr.decode()
    assert near(-20, float(said[said.rindex("I:") :].split()[1]), within=0.5)
    assert "44100 Hz, mono" in said


BAD = {
    "is not there": ("S401", None),
    "is a text": ("S412", b"la la la"),
    "is a playlist": ("S412", b"#EXTM3U\nhttp://127.0.0.1:9/a.ts\n"),
    "is cut short": ("M842", b"fLaC" + bytes(50)),
}


@pytest.mark.parametrize("case", BAD)
def test_a_track_that_cannot_be_heard_is_one_clear_error(stage: Stage, case: str) -> None:
    """At its `file`, before anything is made."""
    code, content = BAD[case]
    staged(stage)
    (stage.root / "sounds" / "voice.wav").unlink()
    if content is not None:
        stage.write("sounds/voice.wav", content)
    told = stage.run("validate", "--json")
    assert 2 == told.code
    ((found, line, column),) = [(one["code"], one["line"], one["column"]) for one in told.json["errors"]]
    assert (code, 5, 26) == (found, line, column)
    assert (2, []) == ((failed := stage.build()).code, failed.json.get("shots", []))


def test_a_clip_without_sound_and_a_file_outside_are_no_tracks(stage: Stage) -> None:
    """M841 and S511."""
    staged(stage)
    stage.footage("sounds/mute.mp4")
    stage.edit("sounds/voice.wav", "sounds/mute.mp4")
    assert ["M841"] == stage.run("validate", "--json").codes
    stage.edit("sounds/mute.mp4", "../voice.wav")
    assert ["S511"] == stage.run("validate", "--json").codes


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("gain_db: -6", "use: {in: 4}", "S266"),
        ("gain_db: -6", "use: {in: 1, out: 5}", "S267"),
        ("seconds", "seconds", "S268"),
        ("at: 0.25", "at: 2.5", "S269"),
    ],
)
def test_a_track_that_the_film_makes_little_of_is_told(stage: Stage, old: str, new: str, code: str) -> None:
    """Once, at its place; only one that has nothing to be heard is an error."""
    staged(stage)
    if code == "S268":
        tone(stage.root / "sounds" / "music.wav", hertz=440, seconds=2)
    else:
        stage.edit(old, new)
    told = stage.run("validate", "--json")
    kind = "errors" if code == "S266" else "warnings"
    assert [code] == [one["code"] for one in told.json[kind]]
    assert (2 if code == "S266" else 0) == told.code


def test_a_track_may_come_from_a_url_or_stand_in_the_storyboard(stage: Stage, shelf: Shelf) -> None:
    """Fetched once and pinned; the bytes of a data URI are in the text."""
    staged(stage)
    shelf.files["/music.wav"] = (stage.root / "sounds" / "music.wav").read_bytes()
    tone(stage.root / "short.wav", hertz=1000, seconds=0.2)
    short = base64.b64encode((stage.root / "short.wav").read_bytes()).decode()
    stage.edit("sounds/music.wav", f'"{shelf.url}/music.wav"')
    stage.edit("sounds/voice.wav", f'"data:audio/wav;base64,{short}"')
    stage.built()
    sound = heard(stage.film())
    assert near(20 * math.log10(0.25) - 6, level_db(sound, 0.2, 1.2, hertz=440))
    assert level_db(sound, 1.3, 1.4, hertz=1000) > -20
    shelf.files.clear()
    asked = list(shelf.asked)
    stage.edit("gain_db: -6", "gain_db: -7")
    stage.built("--offline")
    assert asked == shelf.asked == ["/music.wav"]


def test_a_preview_is_heard_too(stage: Stage) -> None:
    """With the tracks of the film."""
    staged(stage)
    assert 0 == stage.run("preview").code
    assert level_db(heard(stage.film("film.preview.mp4")), 0.2, 1.2, hertz=440) > -20


def _built(stage: Stage) -> Stage:
    stage.built()
    return stage


CUT = """\
version: 1
output: {size: 64x36, fps: 24}
tracks:
  - {id: music, file: sounds/music.wav, gain_db: -6, fade_out: 1}
  - {id: bed, file: sounds/voice.wav, loop: true}
  - {id: narrator, file: sounds/voice.wav, start: {shot: crew, at: 0.25}}
defaults: {provider: animatic, duration: 1}
shots:
  - {id: pad, prompt: steam}
  - {id: crew, prompt: a visor}
  - {id: sky, prompt: galaxies}
"""
LENGTHS = [
    ("steam}", "steam, use: 0.5}", "`pad` shows 12 frames, before 24 frames"),
    ("steam}", "steam, hold: 2}", "`pad` shows 72 frames, before 24 frames"),
    ("a visor}", "a visor, enter: {crossfade: 0.5}}", "the transition into `crew` changed"),
    ("steam}", "steam, titles: [{text: One, at: before, for: 1}]}", "another number of times"),
    ("shots:", "sequence: [sky, pad, crew, sky]\nshots:", "the cut shows its shots another number of times"),
]


@pytest.mark.parametrize(("old", "new", "told"), LENGTHS)
def test_a_film_of_another_length_is_told_of_its_picture_alone(
    stage: Stage, old: str, new: str, told: str
) -> None:
    """Tracks that are cut at the film's end, go on to it, or begin with a shot are as they were written."""
    staged(stage).write("film.yaml", CUT)
    stage.built()
    stage.edit(old, new)
    plan = stage.run("plan").stdout
    assert (True, False) == (told in plan, "track" in plan), plan
    stage.edit("gain_db: -6", "gain_db: -7")
    plan = stage.run("plan").stdout
    assert (True, 1) == ("the track `music` changed" in plan, plan.count("track")), plan


@pytest.mark.parametrize(
    ("old", "new", "track"),
    [
        ("at: 0.25", "at: 0.5", "narrator"),
        ("loop: true", "loop: false", "bed"),
        ("fade_out: 1", "fade_out: 0.5", "music"),
        ("fade_out: 1", "use: 1", "music"),
        ("fade_out: 1", "start: 0.5", "music"),
    ],
)
def test_a_track_that_was_edited_is_told_beside_the_picture(
    stage: Stage, old: str, new: str, track: str
) -> None:
    """In a film that has another length, too."""
    staged(stage).write("film.yaml", CUT)
    stage.built()
    stage.edit(old, new)
    stage.edit("steam}", "steam, use: 0.5}")
    plan = stage.run("plan").stdout
    assert (True, 1) == (f"the track `{track}` changed" in plan, plan.count("track")), plan
