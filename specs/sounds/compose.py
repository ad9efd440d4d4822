"""Makes the demo's music and voice out of sines, for anyone to use: `python specs/sounds/compose.py FOLDER`.

Sixteen beats at 96 beats a minute, which is exactly ten seconds, and can be looped; and a narrator of no language who
speaks for two and a half seconds. Written as 16-bit WAV, mono. The files beside this one are the same samples as FLAC.
"""

from __future__ import annotations

import math
import sys
import wave
from array import array
from pathlib import Path

RATE_HZ = 22_050
BPM = 96
BEATS = 16
CHORDS = (
    (110.0, 220.0, 261.63, 329.63),
    (87.31, 174.61, 220.0, 261.63),
    (130.81, 261.63, 329.63, 392.0),
    (98.0, 196.0, 246.94, 293.66),
)
"""A minor, F, C and G: the bass, then the notes of the arpeggio, in hertz."""
SYLLABLES = (
    (130.0, 700.0, 1220.0),
    (146.0, 300.0, 870.0),
    (140.0, 530.0, 1840.0),
    (124.0, 570.0, 840.0),
    (116.0, 270.0, 2290.0),
)
"""Pitch and the first two formants of each syllable, after the vowels of Peterson and Barney (1952)."""
SYLLABLE_S = 0.5


def song() -> array[int]:
    """A bass on every beat, an arpeggio in quarters of it, a drum on every second."""
    beat = RATE_HZ * 60 // BPM
    total = RATE_HZ * 60 * BEATS // BPM
    return array("h", (level(_bar(place / RATE_HZ, place / beat)) for place in range(total)))


def narrator() -> array[int]:
    """Five syllables with pauses between them."""
    total = int(len(SYLLABLES) * SYLLABLE_S * RATE_HZ)
    return array("h", (level(_spoken(place / RATE_HZ)) for place in range(total)))


def level(value: float) -> int:
    """A sample of 16 bits, in steps of 64, so that it packs well."""
    return round(value * 511) * 64


def _bar(time_s: float, beats: float) -> float:
    chord = CHORDS[int(beats // 4) % len(CHORDS)]
    beat, quarter = beats % 1, beats * 4 % 1
    note = chord[1 + int(beats * 4) % 3]
    bass = 0.35 * math.sin(math.tau * chord[0] * time_s) * math.exp(-3 * beat) * min(1, beat * 60)
    harp = 0.25 * math.sin(math.tau * note * time_s) * math.exp(-5 * quarter) * min(1, quarter * 20)
    drum = math.sin(60 * math.exp(-12 * beat)) * math.exp(-14 * beat) if int(beats) % 2 == 0 else 0.0
    return bass + harp + 0.3 * drum * min(1, beat * 200)


def _spoken(time_s: float) -> float:
    pitch, first, second = SYLLABLES[min(len(SYLLABLES) - 1, int(time_s / SYLLABLE_S))]
    part = time_s / SYLLABLE_S % 1
    swell = math.sin(math.pi * min(1.0, part / 0.8)) if part < 0.8 else 0.0
    voice = sum(
        math.sin(math.tau * pitch * number * time_s)
        * sum(math.exp(-(((pitch * number - formant) / 120) ** 2)) for formant in (first, second))
        for number in range(1, 24)
    )
    return 0.3 * voice * swell


def write(path: Path, samples: array[int]) -> None:
    """Write samples as a WAV file."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(samples.tobytes())


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    write(folder / "song.wav", song())
    write(folder / "narrator.wav", narrator())
