"""The sound of a film, built by the command and listened to: tracks, beats, voices, and what is made again when."""

from __future__ import annotations

import json
import math
import subprocess
import wave
from array import array
from collections import Counter
from pathlib import Path

from .stage import Stage, frames_in, real_ffmpeg

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
    traces = (json.loads(path.read_bytes()) for path in (stage.store / "ac").glob("*/*.json"))
    return Counter(trace["manifest"]["action"] for trace in traces)


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


def _built(stage: Stage) -> Stage:
    stage.built()
    return stage
