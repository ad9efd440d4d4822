"""The sound of clips that run faster, slower or backwards, with the real ffmpeg: its pitch, its place, its length."""

import asyncio
import subprocess
from array import array
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.encode import encode_arguments
from renderer.ffmpeg.sound import FADE_SAMPLES_MAX
from renderer.ffmpeg.tempo import Tempo
from renderer.media.probe import probe
from renderer.media.sound import Clips, Part, decode_sound

RATE_HZ, SECONDS = 48_000, 12
LOW_HZ, HIGH_HZ = 400, 1000


@pytest.fixture(scope="session")
def clips(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Clips:
    """A clip of twelve seconds: a low tone in each second's first half, a high one in its second, and it grows louder."""
    path = tmp_path_factory.mktemp("tones") / "tones.mov"
    tone = f"if(lt(mod(t,1),0.5),sin({LOW_HZ}*2*PI*t),sin({HIGH_HZ}*2*PI*t))"
    heard = f"aevalsrc=exprs='(0.2+t/20)*({tone.replace(',', chr(92) + ',')})':s={RATE_HZ}:c=mono"
    sources = ["-f", "lavfi", "-i", "color=s=64x36:r=24", "-f", "lavfi", "-i", heard]
    coding = [*encode_arguments(Fraction(24))[:-2], "-c:a", "pcm_f32le", "-f", "mov"]
    argv = [str(ffmpeg.path), "-v", "error", *sources, "-t", str(SECONDS), *coding, str(path)]
    subprocess.run(argv, check=True)
    return {"tones": (path, probe(path))}


def left(ffmpeg: Ffmpeg, clips: Clips, *parts: Part) -> list[float]:
    """What is heard on the left, sample for sample."""
    with TemporaryDirectory() as folder:
        sink = Path(folder) / "heard.f32"
        with sink.open("wb") as stream:
            asyncio.run(decode_sound(ffmpeg, parts, clips=clips, sink=stream.fileno()))
        return list(array("f", sink.read_bytes())[::2])


def pitch_hz(samples: list[float]) -> float:
    rises = sum(before < 0 <= after for before, after in pairwise(samples))
    return rises * RATE_HZ / len(samples)


@pytest.mark.parametrize("speed", ["2", "1/2", "3", "1/4", "4", "1/10", "7/10"])
def test_a_sound_keeps_its_pitch_at_any_speed(ffmpeg: Ffmpeg, clips: Clips, speed: str) -> None:
    """Both tones in their places, to a twentieth of each; no sample more or less."""
    tempo = Tempo(Fraction(speed))
    second = round(RATE_HZ / tempo.speed)
    found = left(ffmpeg, clips, Part("tones", 2 * second, 3 * second, tempo=tempo))
    assert 3 * second == len(found)
    for at, wanted in ((0, LOW_HZ), (second // 2, HIGH_HZ), (second, LOW_HZ), (3 * second // 2, HIGH_HZ)):
        inside = found[at + second // 8 : at + second * 3 // 8]
        assert wanted == pytest.approx(pitch_hz(inside), rel=0.05)


def test_a_sound_at_another_speed_goes_on_to_its_last_sample(ffmpeg: Ffmpeg, clips: Clips) -> None:
    """And then there is silence, as long as asked."""
    tempo, second = Tempo(Fraction(2)), RATE_HZ // 2
    found = left(ffmpeg, clips, Part("tones", (SECONDS - 1) * second, 2 * second, tempo=tempo))
    assert 2 * second == len(found)
    assert max(found[second - 3000 : second - 1500]) > 0.5
    assert max(map(abs, found[second + 1500 :])) < 0.01


@pytest.mark.parametrize("first", [0, 4_000, 11 * RATE_HZ])
def test_a_sound_runs_backwards_to_the_sample(ffmpeg: Ffmpeg, clips: Clips, first: int) -> None:
    """From near the clip's start and, past a seek, near its end; under a hold behind it there is silence."""
    moving, held = 30_000, 5_000
    plain = left(ffmpeg, clips, Part("tones", first, moving))
    found = left(ffmpeg, clips, Part("tones", first, moving + held, tempo=Tempo(backwards=moving)))
    inner = slice(FADE_SAMPLES_MAX, moving - FADE_SAMPLES_MAX)
    assert plain[::-1][inner] == found[inner]
    assert [0.0] * held == found[moving:]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    speed=st.fractions(Fraction(1, 10), Fraction(10), max_denominator=12),
    backwards=st.booleans(),
    first=st.integers(0, 60_000),
    lengths=st.lists(st.integers(1, 9_000), min_size=2, max_size=4),
)
def test_parts_of_a_sound_that_moves_fit_together(
    ffmpeg: Ffmpeg, clips: Clips, *, speed: Fraction, backwards: bool, first: int, lengths: list[int]
) -> None:
    """Cut where transitions begin and end, it is sample for sample what it is as a whole."""
    samples = sum(lengths)
    tempo = Tempo(speed, samples if backwards else 0)
    parts, skip = [], 0
    for length in lengths:
        parts.append(Part("tones", first, length, open_ends="<>", tempo=tempo._replace(skip=skip)))
        skip += length
    whole = left(ffmpeg, clips, Part("tones", first, samples, open_ends="<>", tempo=tempo))
    assert samples == len(whole)
    assert whole == left(ffmpeg, clips, *parts)


@pytest.mark.parametrize("tempo", [Tempo(), Tempo(Fraction(2)), Tempo(backwards=9_600, skip=9_600)])
def test_where_a_clip_is_heard_no_more_another_one_comes_in(
    ffmpeg: Ffmpeg, clips: Clips, tempo: Tempo
) -> None:
    """A transition out of silence, behind the end of the sound or the beginning of one that runs backwards."""
    beyond = 0 if tempo.backwards else SECONDS * RATE_HZ
    before, coming = Part("tones", 0, 4_800), Part("tones", RATE_HZ, 4_800, cross="in")
    going = Part("tones", beyond, 4_800, cross="out", tempo=tempo)
    alone = left(ffmpeg, clips, before, coming, before)
    assert alone == left(ffmpeg, clips, before, going._replace(under=coming), before)
