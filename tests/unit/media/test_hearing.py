"""Sound files: what they are, to the sample, whatever holds them; and which are none."""

import base64
import contextlib
import subprocess
import wave
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.errors import MediaError
from renderer.ffmpeg.binary import locate_ffmpeg
from renderer.media.hearing import SoundFacts, hear, hear_bytes

FFMPEG = str(locate_ffmpeg({}))
TONE = "sine=f=440:r=44100:d=1.2345"
SAMPLES = 54_441
CONTAINERS = {
    "wav": "wav",
    "flac": "flac",
    "mp3": "mp3",
    "m4a": "mp4",
    "ogg": "ogg",
    "aiff": "aiff",
    "mka": "matroska",
}


def make(path: Path, *arguments: str, source: str = TONE) -> Path:
    subprocess.run([FFMPEG, "-v", "error", "-f", "lavfi", "-i", source, *arguments, str(path)], check=True)
    return path


@pytest.mark.parametrize("ending", CONTAINERS)
def test_a_sound_has_as_many_samples_as_went_in(tmp_path: Path, ending: str) -> None:
    """Without what encoders put before and behind."""
    path = make(tmp_path / f"a.{ending}", "-ac", "2")
    assert SoundFacts(CONTAINERS[ending], 44_100, 2, SAMPLES) == hear(path)


def test_a_bare_aac_stream_is_heard_too(tmp_path: Path) -> None:
    """It cannot say what its encoder put around; so it is a little longer."""
    facts = hear(make(tmp_path / "a.aac"))
    assert "aac" == facts.container
    assert SAMPLES <= facts.samples <= SAMPLES + 3 * 1024


def test_the_sound_of_a_clip_is_heard(tmp_path: Path) -> None:
    """Its picture is passed over."""
    path = make(tmp_path / "a.mp4", "-f", "lavfi", "-i", "color=s=32x32:r=24:d=1", "-shortest")
    assert "mp4" == hear(path).container


def test_many_channels_are_counted(tmp_path: Path) -> None:
    """5.1 are six."""
    assert 6 == hear(make(tmp_path / "a.wav", "-ac", "6")).channels


def test_the_bytes_of_a_data_uri_are_heard(tmp_path: Path) -> None:
    """As those of a file are."""
    path = make(tmp_path / "a.flac")
    content = base64.b64decode(base64.b64encode(path.read_bytes()))
    assert hear(path) == hear_bytes(content)


def refused(path: Path) -> str:
    with pytest.raises(MediaError) as caught:
        hear(path)
    return caught.value.code


def test_a_clip_without_sound_is_no_track(tmp_path: Path) -> None:
    """M841."""
    assert "M841" == refused(make(tmp_path / "a.mp4", source="color=s=32x32:r=24:d=1"))


def test_a_sound_that_goes_on_and_on_is_refused(tmp_path: Path) -> None:
    """M844: a small file may decode to weeks of silence, and nobody waits for that."""
    path = make(tmp_path / "a.flac", source="anullsrc=r=8000:cl=mono:d=10")
    with pytest.raises(MediaError) as caught:
        hear(path, length_max_s=9)
    assert "M844" == caught.value.code
    assert 80_000 == hear(path, length_max_s=10).samples


@pytest.mark.parametrize("ending", ["wav", "flac", "m4a"])
def test_a_sound_that_was_cut_short_is_refused(tmp_path: Path, ending: str) -> None:
    """M842: it promises more than is there."""
    path = make(tmp_path / f"a.{ending}", "-movflags", "+faststart", source="anoisesrc=d=4:r=44100:seed=1")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "M842" == refused(path)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "S404"),
        (b"a text, and no sound at all", "S412"),
        (b"#EXTM3U\nhttp://127.0.0.1/a.ts\n", "S412"),
        (b"fLaC" + bytes(100), "M842"),
        (b"RIFF\x00\x00\x00\x00WAVEjunk", "M842"),
        (b"version https://git-lfs.github.com/spec/v1\n", "S403"),
    ],
)
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    """Each for what it is; a playlist is never followed."""
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    assert code == refused(path)


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A tenth of a second in each container."""
    folder = tmp_path_factory.mktemp("sounds")
    return {
        ending: make(folder / f"a.{ending}", source="sine=f=440:d=0.1").read_bytes() for ending in CONTAINERS
    }


@given(
    ending=st.sampled_from(sorted(CONTAINERS)),
    places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8),
    kept=st.floats(0, 1),
)
@settings(max_examples=150, deadline=None)
def test_a_damaged_sound_is_heard_or_refused(
    sounds: dict[str, bytes], ending: str, places: list[tuple[float, int]], kept: float
) -> None:
    """Whatever bytes were changed, and wherever it was cut; never anything else, and never for long."""
    content = bytearray(sounds[ending])
    for place, value in places:
        content[int(place * (len(content) - 1))] = value
    if kept > 0.5:  # half of them are whole
        content = content[: int((kept - 0.5) * 2 * len(content))]
    facts: SoundFacts | None = None
    with contextlib.suppress(MediaError):
        facts = hear_bytes(bytes(content))
    assert facts is None or (facts.samples > 0 and facts.rate_hz > 0)


def test_the_demos_sounds_are_what_its_script_makes(tmp_path: Path) -> None:
    """To the sample, but for what another machine's sine rounds otherwise."""
    import runpy

    folder = Path(__file__).parents[3] / "specs" / "sounds"
    made = runpy.run_path(str(folder / "compose.py"))
    for name in ("song", "narrator"):
        raw = tmp_path / f"{name}.wav"
        subprocess.run([FFMPEG, "-v", "error", "-i", str(folder / f"{name}.flac"), str(raw)], check=True)
        with wave.open(str(raw), "rb") as sound:
            there = memoryview(sound.readframes(sound.getnframes())).cast("h")
        expected = made[name]()
        assert len(expected) == len(there)
        assert max(abs(a - b) for a, b in zip(expected, there, strict=True)) <= 64
