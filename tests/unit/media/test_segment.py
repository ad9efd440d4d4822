"""Segments: exact to the frame far into a long clip, upright, and in the right colours."""

import asyncio
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from renderer.errors import MediaError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.media.conform import Cut, Profile
from renderer.media.manifests import segment_manifest
from renderer.media.probe import probe
from renderer.media.segment import make_segment, seek_before, segment_arguments
from renderer.model import Fit, MediaFacts, Size

Clips = Callable[..., Path]
Run = Callable[..., Path]
FPS = Fraction(24)
SMALL = Size(64, 36)


def make(
    ffmpeg: Ffmpeg, clip: Path, cut: Cut, output: Path, *, size: Size = SMALL, fit: Fit = "crop"
) -> MediaFacts:
    profile = Profile(size, FPS, fit, None)
    manifest = segment_manifest("0" * 64, cut, profile, build=ffmpeg.build)
    return asyncio.run(make_segment(ffmpeg, clip, probe(clip), manifest, output=output))


def lumas(clip: Path, *places: tuple[int, int]) -> list[list[int]]:
    """Brightness at these points of every frame."""
    with av.open(clip) as container:
        planes = [frame.planes[0] for frame in container.decode(video=0)]
        return [[memoryview(plane)[plane.line_size * y + x] for x, y in places] for plane in planes]


@pytest.fixture(scope="session")
def hour(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long clip whose brightness is its time: 40 + the second modulo 100."""
    source = "color=s=64x36:r=24,geq=lum='40+mod(floor(N/24),100)':cb=128:cr=128"
    path = tmp_path_factory.mktemp("hour") / "hour.mp4"
    return run(
        *("-f", "lavfi", "-i", source, "-t", "60", "-c:v", "libx264", "-preset", "ultrafast"), str(path)
    )


@pytest.mark.parametrize("first", [239, 240, 241, 1007, 1008, 1430])
def test_a_seek_finds_the_exact_frame(ffmpeg: Ffmpeg, hour: Path, tmp_path: Path, first: int) -> None:
    """Whether or not the clip is read from its start, the frames are the same; beyond its end the last is held."""
    output = tmp_path / "segment.mp4"
    make(ffmpeg, hour, Cut(first, 30), output)
    expected = [40 + min(first + place, 1439) // 24 for place in range(30)]
    assert [True] * 30 == [
        abs(luma - want) <= 1 for [luma], want in zip(lumas(output, (32, 18)), expected, strict=True)
    ]


def test_a_cut_far_beyond_the_end_holds_the_last_frame(ffmpeg: Ffmpeg, hour: Path, tmp_path: Path) -> None:
    """There is always a picture."""
    output = tmp_path / "segment.mp4"
    make(ffmpeg, hour, Cut(5000, 3), output)
    assert [True] * 3 == [abs(luma - 99) <= 1 for [luma] in lumas(output, (32, 18))]


def test_reading_starts_two_seconds_early_and_only_far_into_a_clip() -> None:
    """A seek saves nothing near the start, and never passes the end."""
    assert [0, 8, 18, 28] == [seek_before(Fraction(at), duration_s=Fraction(30)) for at in (9, 10, 20, 99)]


def test_a_turned_clip_comes_out_upright(ffmpeg: Ffmpeg, run: Run, tmp_path: Path) -> None:
    """What is stored on its side is seen standing, and nothing in the segment says that it was turned."""
    half = "color=black:s=64x36:r=24,drawbox=x=0:y=0:w=32:h=36:color=white:t=fill"
    stored = run("-f", "lavfi", "-i", half, "-frames:v", "2", str(tmp_path / "stored.mp4"))
    turned = run("-display_rotation", "-90", "-i", str(stored), "-c", "copy", str(tmp_path / "turned.mp4"))
    facts = make(ffmpeg, turned, Cut(0, 2), tmp_path / "segment.mp4", size=Size(36, 64))
    top, bottom = lumas(tmp_path / "segment.mp4", (18, 8), (18, 56))[0]
    assert (0, Size(36, 64)) == (facts.rotation_deg, facts.size)
    assert {top > 200, bottom > 200} == {True, False}
    with av.open(turned) as clip:
        assert (270, True) == (probe(turned).rotation_deg, clip.streams.video[0].width == 64)


def test_full_range_becomes_limited(ffmpeg: Ffmpeg, run: Run, tmp_path: Path) -> None:
    """White at 255 becomes white at 235, and the tags say so."""
    full = run(
        *("-f", "lavfi", "-i", "color=white:s=64x36:r=24,scale=out_range=pc,format=yuvj420p"),
        *("-frames:v", "2", "-color_range", "pc", str(tmp_path / "full.mp4")),
    )
    facts = make(ffmpeg, full, Cut(0, 2), tmp_path / "segment.mp4")
    assert (255, 235) == (lumas(full, (9, 9))[0][0], lumas(tmp_path / "segment.mp4", (9, 9))[0][0])
    assert "tv/bt709/bt709/bt709" == facts.colour


def test_wide_pixels_become_square(ffmpeg: Ffmpeg, clips: Clips, tmp_path: Path) -> None:
    """A pad knows the shape as seen."""
    wide = clips("anamorphic.mp4", options=("-c:v", "libx264", "-vf", "setsar=2"))
    facts = make(ffmpeg, wide, Cut(0, 1), tmp_path / "segment.mp4", size=Size(128, 72), fit="pad")
    top, middle = lumas(tmp_path / "segment.mp4", (64, 2), (64, 40))[0]
    assert (Fraction(1), True, True) == (facts.sample_aspect, top < 24, middle > 24)


def test_high_dynamic_range_is_refused(ffmpeg: Ffmpeg, clips: Clips, tmp_path: Path) -> None:
    """Grey pictures are worse than a clear word."""
    tags = "setparams=range=tv:colorspace=bt2020nc:color_primaries=bt2020:color_trc=smpte2084"
    with pytest.raises(MediaError) as caught:
        make(
            ffmpeg, clips("hdr.mp4", options=("-c:v", "libx264", "-vf", tags)), Cut(0, 1), tmp_path / "a.mp4"
        )
    assert "M806" == caught.value.code


def test_the_same_segment_has_the_same_bytes(ffmpeg: Ffmpeg, clips: Clips, tmp_path: Path) -> None:
    """Wherever it is made."""
    for name in ("a.mp4", "b.mp4"):
        make(ffmpeg, clips("own.mp4"), Cut(3, 5), tmp_path / name)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_clip_with_a_late_start_is_counted_from_its_first_picture(
    ffmpeg: Ffmpeg, hour: Path, run: Run, tmp_path: Path
) -> None:
    """The origin is no black frame and no lost one."""
    late = run(
        "-itsoffset", "0.75", "-i", str(hour), "-c", "copy", "-f", "matroska", str(tmp_path / "late.mkv")
    )
    facts = make(ffmpeg, late, Cut(22, 4), tmp_path / "segment.mp4")
    assert Fraction(3, 4) == probe(late).origin_s
    assert [True] * 4 == [
        abs(luma - want) <= 1
        for [luma], want in zip(lumas(tmp_path / "segment.mp4", (32, 18)), (40, 40, 41, 41), strict=True)
    ]
    assert 4 == facts.frames


def test_the_command_line_names_every_choice(ffmpeg: Ffmpeg, clips: Clips, tmp_path: Path) -> None:
    """No option is left to ffmpeg's defaults where it decides bytes or safety."""
    own = clips("own.mp4")
    manifest = segment_manifest(
        "0" * 64, Cut(1, 2), Profile(Size(64, 36), FPS, "pad", None), build=ffmpeg.build
    )
    arguments = segment_arguments(own, probe(own), manifest, output=tmp_path / "a.mp4")
    assert {"-copyts", "-reinit_filter", "-protocol_whitelist", "-threads:v", "-crf", "-preset"} <= set(
        arguments
    )
