"""Frames: the very frame of its number, upright, in the right colours, the same bytes each time."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from renderer.errors import MediaError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.media.frame import make_frame
from renderer.media.probe import probe

Run = Callable[..., Path]
ENCODED = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


@pytest.fixture(scope="session")
def steps(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten frames whose brightness is 40 + 10 times their number, in BT.709."""
    source = "color=s=64x36:r=12,geq=lum='40+10*N':cb=128:cr=128"
    path = tmp_path_factory.mktemp("steps") / "steps.mp4"
    tags = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")
    return run("-f", "lavfi", "-i", source, "-frames:v", "10", *ENCODED, *tags, "-qp", "1", str(path))


def picture(ffmpeg: Ffmpeg, clip: Path, number: int, output: Path) -> Image.Image:
    asyncio.run(make_frame(ffmpeg, clip, probe(clip), number=number, output=output))
    with Image.open(output) as opened:
        return opened.copy()


@pytest.mark.parametrize("number", [0, 1, 5, 9])
def test_a_frame_is_the_one_of_its_number(ffmpeg: Ffmpeg, steps: Path, tmp_path: Path, number: int) -> None:
    """Its grey is that frame's, spread from limited to full range."""
    found = picture(ffmpeg, steps, number, tmp_path / "frame.png")
    expected = round((40 + 10 * number - 16) * 255 / 219)
    assert ("RGB", (64, 36)) == (found.mode, found.size)
    colour = found.getpixel((32, 18))
    assert isinstance(colour, tuple)
    assert all(abs(expected - part) <= 4 for part in colour)


def test_a_frame_has_the_same_bytes_each_time(ffmpeg: Ffmpeg, steps: Path, tmp_path: Path) -> None:
    """No date and no name of a tool is in it."""
    for name in ("one.png", "two.png"):
        picture(ffmpeg, steps, 4, tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


@pytest.mark.parametrize(("matrix", "expected"), [("bt709", (255, 0, 0)), ("smpte170m", (255, 0, 0))])
def test_a_frame_keeps_the_colours_of_its_clip(
    ffmpeg: Ffmpeg, run: Run, tmp_path: Path, matrix: str, expected: tuple[int, int, int]
) -> None:
    """Red is red, whichever matrix the clip names."""
    clip = run(
        *("-f", "lavfi", "-i", "color=red:s=64x36:r=12:d=0.5,format=rgb24"),
        *("-vf", f"scale=out_color_matrix={matrix}:out_range=tv,format=yuv444p"),
        *("-c:v", "libx264", "-qp", "1", "-colorspace", matrix, "-color_range", "tv"),
        str(tmp_path / "red.mp4"),
    )
    found = picture(ffmpeg, clip, 2, tmp_path / "frame.png").getpixel((32, 18))
    assert isinstance(found, tuple)
    assert all(abs(want - part) <= 3 for want, part in zip(expected, found, strict=True))


def test_a_turned_clip_gives_an_upright_frame_in_square_pixels(
    ffmpeg: Ffmpeg, run: Run, tmp_path: Path
) -> None:
    """Wide pixels are spread, and the side on which it lies is up."""
    wide = run(
        *("-f", "lavfi", "-i", "testsrc2=s=64x36:r=12:d=0.5,setsar=2"), *ENCODED, str(tmp_path / "wide.mp4")
    )
    assert (128, 36) == picture(ffmpeg, wide, 0, tmp_path / "wide.png").size
    turned = run("-display_rotation", "90", "-i", str(wide), "-c", "copy", str(tmp_path / "turned.mp4"))
    assert (36, 128) == picture(ffmpeg, turned, 0, tmp_path / "turned.png").size


def test_a_frame_that_a_clip_has_not_is_told(ffmpeg: Ffmpeg, steps: Path, tmp_path: Path) -> None:
    """Rather than another one made of it."""
    with pytest.raises(MediaError) as caught:
        picture(ffmpeg, steps, 10, tmp_path / "frame.png")
    assert "P740" == caught.value.code
    assert not (tmp_path / "frame.png").exists()
