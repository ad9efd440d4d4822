"""Mixes by the real ffmpeg, held against arithmetic: places to the sample, levels to a tenth of a decibel.

Sounds are written and read as raw floats, so that what is compared is the mix and not a codec; where the codec is
part of the promise, films are decoded with PyAV.
"""

from __future__ import annotations

import asyncio
import math
import random
import subprocess
from array import array
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import av
import pytest

from renderer.digest import digest_file
from renderer.errors import MediaError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.encode import encode_arguments
from renderer.ffmpeg.sound import boundary_samples
from renderer.media.conform import Cut
from renderer.media.join import join
from renderer.media.mixing import make_mix, play_mix
from renderer.media.parts import Parts
from renderer.media.probe import probe
from renderer.media.sound import make_sound
from renderer.media.sounding import mix_manifest, sound_manifest
from renderer.model import Json, MediaFacts, Size

RATE_HZ = 48_000
SECOND = RATE_HZ
LOUD = ("12", "1/50", "2/5", "-45")
FPS = Fraction(24)

Samples = array  # of floats, left and right in turn


def noise(count: int, *, seed: int, level: float = 0.3) -> Samples[float]:
    dice = random.Random(seed)
    return array("f", (level * dice.uniform(-1, 1) for _ in range(2 * count)))


def sine(count: int, *, hertz: float = 440, level: float = 0.25, rate_hz: int = RATE_HZ) -> Samples[float]:
    turn = math.tau * hertz / rate_hz
    return array("f", (level * math.sin(turn * place) for place in range(count) for _ in "lr"))


def silence(count: int) -> Samples[float]:
    return array("f", bytes(8 * count))


def level_db(sound: Sequence[float], start: int, end: int) -> float:
    """The power of some samples of the left channel, in dB."""
    part = sound[2 * start : 2 * end : 2]
    return 10 * math.log10(sum(value * value for value in part) / len(part) + 1e-12)


def furthest(expected: Sequence[float], found: Sequence[float]) -> float:
    assert len(expected) == len(found)
    return max(abs(a - b) for a, b in zip(expected, found, strict=True))


class Desk:
    """Makes sounds and mixes in a folder. A sound is named by its file, which stands for its digest."""

    def __init__(self, ffmpeg: Ffmpeg, folder: Path) -> None:
        self.ffmpeg, self.folder = ffmpeg, folder
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.clips: dict[str, tuple[Path, MediaFacts]] = {}

    def ask(self, *arguments: str, raw: bytes = b"") -> bytes:
        argv = [str(self.ffmpeg.path), "-v", "error", "-y", *arguments]
        return subprocess.run(argv, input=raw, capture_output=True, check=True).stdout

    def sound(
        self, name: str, samples: Samples[float], *, rate_hz: int = RATE_HZ, more: Sequence[str] = ()
    ) -> None:
        form = ["-f", "f32le", "-ar", str(rate_hz), "-ac", "2", "-i", "-"]
        codec = ["-c:a", "pcm_f32le"] if name.endswith("wav") and not more else []
        self.ask(*form, *codec, *more, str(self.folder / name), raw=samples.tobytes())

    def clip(self, name: str, samples: Samples[float], *, frames: int) -> None:
        """A clip of black pictures with this sound, lossless."""
        raw, path = self.folder / f"{name}.f32", self.folder / f"{name}.mkv"
        raw.write_bytes(samples.tobytes())
        picture = ["-f", "lavfi", "-i", "color=s=32x32:r=24"]
        heard = ["-f", "f32le", "-ar", str(RATE_HZ), "-ac", "2", "-i", str(raw)]
        encoding = ["-frames:v", str(frames), "-c:v", "libx264", "-c:a", "pcm_f32le", "-f", "matroska"]
        self.ask(*picture, *heard, *encoding, str(path))
        self.clips[name] = (path, probe(path))

    def manifest(
        self,
        cues: Sequence[Mapping[str, Json]],
        *,
        samples: int,
        parts: Sequence[Mapping[str, Json]] | None = None,
        rate_hz: int = RATE_HZ,
        channels: int = 2,
        loudness: tuple[str, str] | None = None,
    ) -> dict[str, Json]:
        plain = {
            "container": "wav",
            "start": 0,
            "first": 0,
            "samples": samples,
            "period": 0,
            "gain_db": "0",
            "fade_in": 0,
            "fade_out": 0,
            "voice": False,
        }
        return mix_manifest(
            parts or [{"clip": None, "first": 0, "samples": samples}],
            [{**plain, **cue} for cue in cues],
            samples=samples,
            rate_hz=rate_hz,
            channels=channels,
            loudness=loudness,
            build=self.ffmpeg.build,
        )

    def mixed(self, *cues: Mapping[str, Json], samples: int = SECOND, **more: Any) -> Samples[float]:
        """The mix, as floats, before it is encoded."""
        manifest, raw = self.manifest(cues, samples=samples, **more), self.folder / "mixed.f32"
        asyncio.run(
            play_mix(
                self.ffmpeg,
                manifest,
                ["-f", "f32le", str(raw)],
                clips=self.clips,
                sounds={cue["sound"]: self.folder / cue["sound"] for cue in cues},
                scratch=self.scratch,
            )
        )
        return array("f", raw.read_bytes())

    def loudness(self, samples: Samples[float]) -> tuple[float, float]:
        """Loudness in LUFS and true peak in dB, by the last word of ffmpeg's meter."""
        form = ["-f", "f32le", "-ar", str(RATE_HZ), "-ac", "2", "-i", "-"]
        argv = [
            str(self.ffmpeg.path),
            "-nostats",
            *form,
            "-af",
            "ebur128=peak=true:framelog=quiet",
            "-f",
            "null",
            "-",
        ]
        said = subprocess.run(argv, input=samples.tobytes(), capture_output=True, check=True).stderr.decode()
        summary = said[said.rindex("Summary:") :].split()
        return float(summary[summary.index("I:") + 1]), float(summary[summary.index("Peak:") + 1])


@pytest.fixture
def desk(ffmpeg: Ffmpeg, tmp_path: Path) -> Desk:
    return Desk(ffmpeg, tmp_path)


EXACT = 1e-6


def test_a_track_stands_where_it_is_placed(desk: Desk) -> None:
    """To the sample, every one as it is in the file."""
    wave = noise(10_007, seed=1)
    desk.sound("a.wav", wave)
    mixed = desk.mixed({"sound": "a.wav", "start": 12_345, "samples": 10_007})
    assert furthest(silence(12_345) + wave + silence(SECOND - 22_352), mixed) < EXACT


def test_a_part_of_a_track_is_heard(desk: Desk) -> None:
    """From its first sample to its last, and silence where the file has no more."""
    wave = noise(10_000, seed=2)
    desk.sound("a.wav", wave)
    mixed = desk.mixed({"sound": "a.wav", "first": 3000, "start": 1, "samples": 9000})
    assert furthest(silence(1) + wave[6000:] + silence(SECOND - 7001), mixed) < EXACT


def test_a_loop_has_no_gap(desk: Desk) -> None:
    """The part that is used comes again and again, to the sample, until the film ends."""
    wave = noise(10_007, seed=3)
    desk.sound("a.wav", wave)
    mixed = desk.mixed({"sound": "a.wav", "first": 7, "period": 9001, "start": 100, "samples": SECOND - 100})
    period = wave[14 : 14 + 2 * 9001]
    assert furthest((silence(100) + period * 6)[: 2 * SECOND], mixed) < EXACT


def test_sounds_are_summed_at_their_gains(desk: Desk) -> None:
    """Clips and tracks, none of them scaled by how many there are."""
    own, wave = noise(SECOND, seed=4), noise(SECOND, seed=5)
    desk.clip("own", own, frames=24)
    desk.sound("a.wav", wave)
    part = {"clip": "own", "first": 0, "samples": SECOND, "gain_db": "-12"}
    mixed = desk.mixed({"sound": "a.wav", "gain_db": "-6.5"}, parts=[part])
    low, lower = 10 ** (-6.5 / 20), 10 ** (-12 / 20)
    inner = slice(2 * 240, -2 * 240)  # a clip has 5 ms of fade at both ends
    expected = array("f", (low * a + lower * b for a, b in zip(wave, own, strict=True)))
    assert furthest(expected[inner], mixed[inner]) < EXACT


def test_fades_run_over_their_length(desk: Desk) -> None:
    """Half as loud in their middle, silent at the ends, untouched between."""
    desk.sound("a.wav", array("f", [0.5]) * (2 * SECOND))
    mixed = desk.mixed(
        {"sound": "a.wav", "start": 1000, "samples": 40_000, "fade_in": 10_000, "fade_out": 20_000}
    )
    left = mixed[::2]
    assert 0 == left[1000]
    assert 0.25 == pytest.approx(left[6000], abs=1e-3)
    assert 0.5 == pytest.approx(left[16_000], abs=EXACT)
    assert 0.25 == pytest.approx(left[31_000], abs=1e-3)
    assert left[40_990] < 1e-3
    assert {0.0} == set(left[41_000:])


@pytest.mark.parametrize("by_db", ["3", "12", "36"])
@pytest.mark.parametrize("voice_level", [0.05, 0.8])
def test_a_track_goes_down_by_what_it_says_however_loud_the_voice_is(
    desk: Desk, by_db: str, voice_level: float
) -> None:
    """Within 50 ms of the first word; back after its release, and not before."""
    music = sine(4 * SECOND)
    voice = silence(SECOND) + noise(2 * SECOND, seed=6, level=voice_level) + silence(SECOND)
    desk.sound("music.wav", music)
    desk.sound("voice.wav", array("f", (0.1 * value for value in voice)))
    both = desk.mixed(
        {"sound": "music.wav", "duck": [by_db, "1/50", "2/5", "-60"]},
        {"sound": "voice.wav", "voice": True},
        samples=4 * SECOND,
    )
    under = array("f", (a - 0.1 * b for a, b in zip(both, voice, strict=True)))
    full = level_db(music, 0, SECOND)
    down = full - float(by_db)
    assert full == pytest.approx(level_db(under, SECOND // 2, SECOND), abs=0.05)
    assert down == pytest.approx(level_db(under, SECOND + SECOND // 10, 3 * SECOND), abs=0.4)
    assert down + 1 < level_db(under, 3 * SECOND + SECOND // 4, 3 * SECOND + SECOND // 3) < full - 0.3
    assert full == pytest.approx(level_db(under, 3 * SECOND + SECOND // 2, 4 * SECOND), abs=0.05)


def test_a_clip_that_speaks_ducks_too(desk: Desk) -> None:
    """Only where its slot is marked; the same clip beside it is a sound like any other."""
    desk.clip("talk", noise(SECOND, seed=7, level=0.1), frames=24)
    desk.sound("music.wav", sine(3 * SECOND))
    said = {"clip": "talk", "first": 0, "samples": SECOND}
    parts = [said, {"clip": None, "first": 0, "samples": SECOND}, {**said, "voice": True}]
    duck = {"sound": "music.wav", "duck": list(LOUD)}
    mixed = desk.mixed(duck, parts=parts, samples=3 * SECOND)
    alone = desk.mixed({"sound": "music.wav"}, parts=parts, samples=3 * SECOND)
    change = array("f", (a - b for a, b in zip(alone, mixed, strict=True)))
    assert level_db(change, 0, 2 * SECOND) < -100
    removed = 20 * math.log10(1 - 10 ** (-12 / 20))
    assert level_db(sine(SECOND), 0, SECOND) + removed == pytest.approx(
        level_db(change, 2 * SECOND + 9600, 3 * SECOND), abs=0.1
    )


def test_a_whisper_is_a_pause(desk: Desk) -> None:
    """What stays below the threshold lets the music be."""
    desk.sound("music.wav", sine(SECOND))
    desk.sound("voice.wav", noise(SECOND, seed=8, level=0.004))
    ducked, voice = {"sound": "music.wav", "duck": list(LOUD)}, {"sound": "voice.wav", "voice": True}
    plain = [{"sound": "music.wav"}, {"sound": "voice.wav"}]
    assert furthest(desk.mixed(*plain), desk.mixed(ducked, voice)) < EXACT


def test_a_sum_that_would_clip_is_held_back(desk: Desk) -> None:
    """At -1 dB; and what is softer is left as it is, to the bit."""
    desk.sound("a.wav", sine(SECOND, level=0.7))
    both = desk.mixed({"sound": "a.wav"}, {"sound": "a.wav"})
    assert max(both) <= 10 ** (-1 / 20) + EXACT
    assert level_db(both, 0, SECOND) > -5
    assert furthest(sine(SECOND, level=0.7), desk.mixed({"sound": "a.wav"})) < EXACT


@pytest.mark.parametrize("target", ["-16", "-23", "-30"])
def test_a_film_is_as_loud_as_it_is_asked_to_be(desk: Desk, target: str) -> None:
    """Within a tenth of a LU, by a gain alone: nothing else changes."""
    music = sine(5 * SECOND, level=0.05) + sine(5 * SECOND, level=0.1, hertz=880)
    desk.sound("a.wav", music)
    mixed = desk.mixed({"sound": "a.wav"}, samples=10 * SECOND, loudness=(target, "-1"))
    assert float(target) == pytest.approx(desk.loudness(mixed)[0], abs=0.1)
    gain = mixed[2001] / music[2001]
    assert furthest(array("f", (gain * value for value in music)), mixed) < 1e-5


def test_a_peak_is_held_back_where_loudness_would_pass_it(desk: Desk) -> None:
    """True peaks, between samples too; the rest comes up to the loudness."""
    burst = sine(SECOND // 50, level=0.9, hertz=11_987)
    music = sine(5 * SECOND, level=0.1) + burst + sine(5 * SECOND, level=0.1)
    desk.sound("a.wav", music)
    mixed = desk.mixed({"sound": "a.wav"}, samples=len(music) // 2, loudness=("-14", "-3"))
    lufs, peak_db = desk.loudness(mixed)
    assert peak_db <= -2.8
    assert -14 == pytest.approx(lufs, abs=0.5)
    assert level_db(mixed, 0, 4 * SECOND) > level_db(music, 0, 4 * SECOND) + 4


def test_silence_stays_silence(desk: Desk) -> None:
    """There is nothing to bring to a loudness."""
    desk.sound("a.wav", silence(2 * SECOND))
    assert {0.0} == set(desk.mixed({"sound": "a.wav"}, samples=2 * SECOND, loudness=("-16", "-1")))


@pytest.mark.parametrize("rate_hz", [8000, 22_050, 44_100, 96_000])
def test_another_rate_is_resampled_and_stays_in_place(desk: Desk, rate_hz: int) -> None:
    """A sine is the same sine, at the same phase, from the first sample to the last."""
    desk.sound("a.wav", sine(rate_hz, rate_hz=rate_hz), rate_hz=rate_hz)
    mixed, expected = desk.mixed({"sound": "a.wav"}), sine(SECOND)
    inner = slice(2 * 480, -2 * 480)
    assert furthest(expected[inner], mixed[inner]) < 1e-3


def test_mono_is_heard_on_both_sides_and_five_channels_are_mixed_down(desk: Desk) -> None:
    """Mono 3 dB softer on each; of 5.1 the middle is on both sides, and the left stays left."""
    full = level_db(sine(SECOND), 0, SECOND)
    desk.sound("mono.wav", sine(SECOND), more=["-af", "pan=mono|c0=c0", "-c:a", "pcm_f32le"])
    mono = desk.mixed({"sound": "mono.wav"})
    assert full - 3 == pytest.approx(level_db(mono, 0, SECOND), abs=0.05)
    assert mono[::2] == mono[1::2]
    desk.sound("left.wav", sine(SECOND), more=["-af", "pan=5.1|FL=c0", "-c:a", "pcm_f32le"])
    left = desk.mixed({"sound": "left.wav"})
    assert level_db(left, 0, SECOND) > full - 9
    assert {0.0} == set(left[1::2])


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_clips_of_any_kind_are_cut_to_their_slots(desk: Desk, rate_hz: int, channels: int) -> None:
    """One of a single frame, one that is shorter than its slot, in mono, stereo and 5.1: each begins on its sample."""
    picture = ["-f", "lavfi", "-i", "color=s=32x32:r=24"]
    for name, frames in (("blink", 1), ("short", 12)):
        heard = ["-f", "lavfi", "-i", f"aevalsrc=exprs=0.25:s={rate_hz}:d={frames / 24}"]
        encoding = [
            "-frames:v",
            str(frames),
            "-c:v",
            "libx264",
            "-c:a",
            "pcm_s16le",
            "-ac",
            str(channels),
            "-f",
            "matroska",
        ]
        path = desk.folder / f"{name}.mkv"
        desk.ask(*picture, *heard, *encoding, str(path))
        desk.clips[name] = (path, probe(path))
    parts = [
        {"clip": None, "first": 0, "samples": 2000},
        {"clip": "blink", "first": 0, "samples": 2000},
        {"clip": "short", "first": 0, "samples": 36_000},
        {"clip": "blink", "first": 0, "samples": 8000},
    ]
    left = desk.mixed(samples=SECOND, parts=parts)[::2]
    assert SECOND == len(left)
    loud = [place for place in range(0, SECOND, 100) if left[place] > 0.05]
    assert [*range(2300, 3800, 100)] == [place for place in loud if 2300 <= place < 3800]
    assert [*range(4300, 27_700, 100)] == [place for place in loud if 4300 <= place < 27_700]
    assert [*range(40_300, 41_700, 100)] == [place for place in loud if 40_300 <= place < 41_700]
    assert {0.0} == {left[place] for place in (0, 1999, 28_100, 35_000, 39_999, 42_200, 47_999)}


@pytest.mark.parametrize(("rate_hz", "channels"), [(44_100, 2), (48_000, 1), (44_100, 1)])
def test_the_track_has_the_rate_and_channels_of_the_output(desk: Desk, rate_hz: int, channels: int) -> None:
    """And exactly the film's length."""
    desk.sound("a.wav", sine(SECOND))
    samples, output = rate_hz * 3 // 2, desk.folder / "a.mp4"
    manifest = desk.manifest(
        [{"sound": "a.wav", "samples": rate_hz}], samples=samples, rate_hz=rate_hz, channels=channels
    )
    sounds = {"a.wav": desk.folder / "a.wav"}
    asyncio.run(make_mix(desk.ffmpeg, manifest, clips={}, sounds=sounds, output=output, scratch=desk.scratch))
    with av.open(str(output)) as opened:
        audio = opened.streams.audio[0]
        assert (rate_hz, channels) == (audio.sample_rate, audio.channels)
        assert samples == round((audio.duration or 0) * (audio.time_base or 0) * rate_hz)


def test_the_same_mix_has_the_same_bytes(desk: Desk) -> None:
    """In another folder too."""
    desk.sound("a.wav", noise(SECOND, seed=9))
    desk.sound("b.wav", noise(SECOND // 3, seed=10))
    cues: list[dict[str, Json]] = [
        {"sound": "a.wav", "duck": list(LOUD)},
        {"sound": "b.wav", "voice": True, "period": 9000, "start": 77, "samples": 30_000},
    ]
    manifest = desk.manifest(cues, samples=SECOND, loudness=("-16", "-1"))
    sounds = {name: desk.folder / name for name in ("a.wav", "b.wav")}
    digests = set()
    for folder in ("one", "other folder"):
        scratch = desk.folder / folder
        scratch.mkdir()
        output = scratch / "a.mp4"
        asyncio.run(make_mix(desk.ffmpeg, manifest, clips={}, sounds=sounds, output=output, scratch=scratch))
        digests.add(digest_file(output))
    assert 1 == len(digests)


def test_a_track_that_cannot_be_decoded_fails_the_mix(desk: Desk) -> None:
    """With an error, never with a film that lacks it; nothing hangs."""
    (desk.folder / "a.wav").write_bytes(b"RIFF\0\0\0\0WAVE")
    with pytest.raises(MediaError):
        desk.mixed({"sound": "a.wav"})


@pytest.mark.parametrize("with_tracks", [False, True], ids=["plain", "mix"])
def test_two_hundred_joins_later_a_click_is_on_its_sample(desk: Desk, *, with_tracks: bool) -> None:
    """Clips of odd lengths, a click in each; in the decoded film every click is where the picture says, to the sample."""
    lengths = [7, 5, 11, 3, 13]
    clicks = [777 + 1000 * number for number in range(len(lengths))]
    for number, (count, click) in enumerate(zip(lengths, clicks, strict=True)):
        sound = silence(boundary_samples(count, fps=FPS))
        for place in (2 * click, 2 * click + 1):
            sound[place] = 0.8
        desk.clip(str(number), sound, frames=count)
    order = [(7 * place) % len(lengths) for place in range(201)]
    frames = [lengths[number] for number in order]
    starts = [boundary_samples(total, fps=FPS) for total in accumulate(frames, initial=0)]
    long = Long(order, frames, starts)
    track = desk.folder / "sound.mp4"
    asyncio.run((_mixed_track if with_tracks else _plain_track)(desk, long, track))
    left = _decoded(asyncio.run(_joined(desk, long, track)))
    assert starts[-1] == len(left)
    expected = [start + clicks[number] for start, number in zip(starts, order, strict=False)]
    found = [max(range(place - 40, place + 40), key=lambda at: abs(left[at])) for place in expected]
    assert expected == found


class Long(NamedTuple):
    """A long cut: which clip each slot shows, its frames, and the samples at which slots begin and the last one ends."""

    order: list[int]
    frames: list[int]
    starts: list[int]


async def _plain_track(desk: Desk, long: Long, output: Path) -> None:
    slots = [(str(number), Cut(0, count)) for number, count in zip(long.order, long.frames, strict=True)]
    manifest = sound_manifest(slots, fps=FPS, build=desk.ffmpeg.build)
    await make_sound(desk.ffmpeg, manifest, clips=desk.clips, output=output)


async def _mixed_track(desk: Desk, long: Long, output: Path) -> None:
    desk.sound("soft.wav", sine(SECOND, level=0.001))
    desk.sound("word.wav", sine(SECOND // 2, level=0.001))
    parts = [
        {"clip": str(number), "first": 0, "samples": end - start, "voice": True}
        for number, (start, end) in zip(long.order, pairwise(long.starts), strict=True)
    ]
    cues: list[dict[str, Json]] = [
        {"sound": "soft.wav", "period": SECOND, "duck": list(LOUD)},
        {"sound": "word.wav", "voice": True, "start": 5, "samples": SECOND // 2},
    ]
    manifest = desk.manifest(cues, samples=long.starts[-1], parts=parts)
    sounds = {name: desk.folder / name for name in ("soft.wav", "word.wav")}
    await make_mix(
        desk.ffmpeg, manifest, clips=desk.clips, sounds=sounds, output=output, scratch=desk.scratch
    )


async def _joined(desk: Desk, long: Long, sound: Path) -> Path:
    pictures: dict[int, Path] = {}
    for number in sorted(set(long.order)):
        pictures[number] = desk.folder / f"picture{number}.mp4"
        source = ["-f", "lavfi", "-i", "color=s=32x32:r=24"]
        count = str(long.frames[long.order.index(number)])
        desk.ask(*source, "-frames:v", count, *encode_arguments(FPS), str(pictures[number]))
    film, scratch = desk.folder / "film.mp4", desk.folder / "joining"
    scratch.mkdir()
    await join(
        desk.ffmpeg,
        Parts(
            [pictures[number] for number in long.order],
            frames=long.frames,
            fps=FPS,
            size=Size(32, 32),
            sound=sound,
            output=film,
        ),
        scratch=scratch,
    )
    return film


def _decoded(film: Path) -> Samples[float]:
    """The left channel, by PyAV, each frame at its time stamp; nothing before 0, nothing after the end."""
    with av.open(str(film)) as opened:
        audio = opened.streams.audio[0]
        end = round((audio.duration or 0) * (audio.time_base or 0) * RATE_HZ)
        left = array("f", bytes(4 * end))
        for frame in opened.decode(audio):
            start = round((frame.pts or 0) * (frame.time_base or 0) * RATE_HZ)
            values = array("f", bytes(frame.planes[0]))[: frame.samples]
            for place, value in enumerate(values, start):
                if 0 <= place < end:
                    left[place] = value
    return left
