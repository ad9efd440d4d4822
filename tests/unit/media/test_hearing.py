"""Sound files: what they are, to the sample, whatever holds them; and which are none."""

import base64
import subprocess
import wave
from pathlib import Path

import pytest

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
