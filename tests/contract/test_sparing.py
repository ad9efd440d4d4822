"""What ffmpeg is not given of a clip: the pictures are the same, and fewer are decoded for them."""

import asyncio
import re
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.errors import MediaError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.encode import ENCODER
from renderer.media.conform import Cut, Profile
from renderer.media.manifests import segment_manifest
from renderer.media.moving import Moved
from renderer.media.probe import probe
from renderer.media.segment import make_segment, segment_arguments
from renderer.media.sparing import sparing_arguments
from renderer.model import Json, MediaFacts, Size

SIZE = Size(64, 36)
H264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p"]
CLIPS: dict[str, list[str]] = {
    "b-frames that b-frames refer to": [*H264, "-x264-params", "bframes=8:b-pyramid=normal:keyint=999"],
    "none that others refer to": [*H264, "-x264-params", "bframes=8:b-pyramid=strict"],
    "two hundred packets to leave out": [
        *H264,
        "-t",
        "12",
        "-x264-params",
        "bframes=16:b-adapt=0:keyint=999",
    ],
    "no b-frames": [*H264, "-bf", "0"],
    "a keyframe a second": [*H264, "-g", "30"],
    "pictures shown before their keyframe": [*H264, "-x264-params", "open-gop=1:keyint=30:min-keyint=30"],
    "no keyframe but the first": [*H264, "-x264-params", "intra-refresh=1:keyint=30"],
    "two fields": [*H264, "-flags", "+ildct+ilme", "-x264-params", "tff=1"],
    "four slices": [*H264, "-x264-params", "slices=4"],
    "another clock": [*H264, "-movflags", "negative_cts_offsets", "-video_track_timescale", "90000"],
    "no edit list": [*H264, "-use_editlist", "0"],
    "no steady rate": ["-vf", "select=not(between(mod(n\\,7)\\,2\\,4))", "-fps_mode", "vfr", *H264],
}
WHOLE: dict[str, list[str]] = {
    "H.265": ["-c:v", "libx265", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p"],
    "fragments": [*H264, "-movflags", "frag_keyframe"],
    "QuickTime": [*H264, "-f", "mov"],
}


@pytest.fixture(scope="session")
def clips(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, MediaFacts]]:
    """A clip of each kind: four seconds in which no two frames are alike."""
    folder = tmp_path_factory.mktemp("clips")
    found = {}
    for number, (name, coding) in enumerate([*CLIPS.items(), *WHOLE.items()]):
        path = folder / f"{number}.mp4"
        source = f"testsrc2=s={SIZE}:r=30000/1001,noise=alls=12:allf=t"
        length = [] if "-t" in coding else ["-t", "4"]
        opening = [str(ffmpeg.path), "-v", "error", "-f", "lavfi", "-i", source]
        subprocess.run([*opening, *coding, *length, str(path)], check=True)
        found[name] = path, probe(path)
    return found


def manifest_of(ffmpeg: Ffmpeg, cut: Cut, *, fps: Fraction = Fraction(24)) -> dict[str, Json]:
    manifest = segment_manifest("0" * 64, cut, Profile(SIZE, fps, "crop", None), build=ffmpeg.build)
    return {**manifest, "encoder": {**ENCODER, "preset": "ultrafast"}}


def run(ffmpeg: Ffmpeg, arguments: Sequence[str]) -> str:
    """What ffmpeg says of itself."""
    argv = [str(ffmpeg.path), "-nostdin", "-y", "-loglevel", "verbose", *arguments]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stderr


@settings(max_examples=60)
@given(
    name=st.sampled_from(sorted(CLIPS)),
    fps=st.sampled_from([Fraction(24), Fraction(30000, 1001), Fraction(12), Fraction(60)]),
    place=st.fractions(0, 1),
    frames=st.integers(1, 30),
)
def test_a_segment_is_the_same_bytes_whatever_is_left_out(
    ffmpeg: Ffmpeg,
    clips: dict[str, tuple[Path, MediaFacts]],
    tmp_path_factory: pytest.TempPathFactory,
    *,
    name: str,
    fps: Fraction,
    place: Fraction,
    frames: int,
) -> None:
    """From the clip's start, from its midst, and beyond its end, at its own rate and at others."""
    clip, facts = clips[name]
    manifest = manifest_of(ffmpeg, Cut(int(facts.duration_s * fps * place), frames), fps=fps)
    made = []
    for spare in (False, True):
        output = tmp_path_factory.mktemp("made") / "segment.mp4"
        run(ffmpeg, segment_arguments(clip, facts, manifest, output=output, spare=spare))
        made.append(output.read_bytes())
    assert made[0] == made[1]


def decoded(told: str) -> int:
    return int(re.findall(r"(\d+) frames decoded", told)[-1])


@pytest.mark.parametrize("cut", [Cut(0, 12), Cut(40, 12), Cut(84, 12)])
def test_fewer_pictures_are_decoded(
    ffmpeg: Ffmpeg, clips: dict[str, tuple[Path, MediaFacts]], tmp_path: Path, cut: Cut
) -> None:
    """A third of them at least are left out, where one keyframe is all there is."""
    clip, facts = clips["b-frames that b-frames refer to"]
    manifest = manifest_of(ffmpeg, cut)
    arguments = segment_arguments(clip, facts, manifest, output=tmp_path / "segment.mp4", spare=True)
    assert decoded(run(ffmpeg, arguments)) * 3 <= facts.frames * 2


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_clip_that_is_not_understood_is_read_whole(
    ffmpeg: Ffmpeg, clips: dict[str, tuple[Path, MediaFacts]], name: str
) -> None:
    """What cannot be told is not guessed at."""
    clip, facts = clips[name]
    assert [] == sparing_arguments(clip, facts, [manifest_of(ffmpeg, Cut(60, 12))])


def test_a_clip_that_is_shown_faster_is_read_whole(
    ffmpeg: Ffmpeg, clips: dict[str, tuple[Path, MediaFacts]]
) -> None:
    """And one that is shown backwards: their frames stand elsewhere."""
    clip, facts = clips["no b-frames"]
    faster = Moved(Fraction(2), reverse=False, moving=12, skip=0)
    manifest = {**manifest_of(ffmpeg, Cut(24, 12)), "motion": faster.manifest()}
    assert [] == sparing_arguments(clip, facts, [manifest])


def older(ffmpeg: Ffmpeg, folder: Path) -> Ffmpeg:
    """An ffmpeg that cannot be told what to leave out; how often it was started stands in a file."""
    program = folder / "older"
    refused = "*-bsf:v:0*) echo 'Option bsf cannot be applied to input url' >&2; exit 234"
    program.write_text(
        f'#!/bin/sh\necho run >> "{folder}/runs"\ncase "$*" in {refused};; esac\nexec "{ffmpeg.path}" "$@"\n'
    )
    program.chmod(0o755)
    return Ffmpeg(program, ffmpeg.build)


def test_an_ffmpeg_that_cannot_be_told_makes_the_same(
    ffmpeg: Ffmpeg, clips: dict[str, tuple[Path, MediaFacts]], tmp_path: Path
) -> None:
    """It fails, and reads the whole clip."""
    clip, facts = clips["b-frames that b-frames refer to"]
    manifest = manifest_of(ffmpeg, Cut(84, 12))
    one, other = tmp_path / "one.mp4", tmp_path / "other.mp4"
    asyncio.run(make_segment(ffmpeg, clip, facts, manifest, output=one))
    asyncio.run(make_segment(older(ffmpeg, tmp_path), clip, facts, manifest, output=other))
    assert ["run", "run"] == (tmp_path / "runs").read_text().split()
    assert one.read_bytes() == other.read_bytes()


def test_what_fails_in_any_case_is_told_as_it_is(
    ffmpeg: Ffmpeg, clips: dict[str, tuple[Path, MediaFacts]], tmp_path: Path
) -> None:
    """A clip that is gone, and not a clip that cannot be spared."""
    _, facts = clips["no b-frames"]
    manifest = manifest_of(ffmpeg, Cut(60, 12))
    with pytest.raises(MediaError) as failure:
        asyncio.run(
            make_segment(ffmpeg, tmp_path / "gone.mp4", facts, manifest, output=tmp_path / "made.mp4")
        )
    assert "E621" == failure.value.code
