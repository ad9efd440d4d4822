"""Laws of plates: any still becomes an upright picture in the frame's shape, heads on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from renderer.errors import MediaError
from renderer.model import Size
from renderer.providers.animatic.plate import GROUND, frame_still, make_plate, plate_size
from renderer.still import open_still

HD = Size(1280, 720)
SIDES = st.integers(1, 4000)


def saved(picture: Image.Image, path: Path, **options: object) -> Path:
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


@given(SIDES, SIDES, st.sampled_from([HD, Size(720, 1280), Size(16, 16), Size(1920, 800), Size(1080, 1080)]))
@example(1000, 872, Size(1080, 1080))
def test_a_framing_shows_only_what_the_still_has(width: int, height: int, frame: Size) -> None:
    """The box lies in the still, to the last digit, since Pillow takes no other; and a cropping one has the frame's shape."""
    framing = frame_still((width, height), frame)
    left, top, right, bottom = framing.box
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    if framing.fit == "cover":
        assert pytest.approx(frame.width_px / frame.height_px) == (right - left) / (bottom - top)


def test_a_square_portrait_keeps_its_head() -> None:
    """A square in a wide frame loses its foot, hardly anything of its top."""
    framing = frame_still((512, 512), HD)
    assert "cover" == framing.fit
    assert framing.box[1] <= 0.03 * 512


def test_a_tall_still_lies_whole_in_a_wide_frame() -> None:
    """What would lose more than nearly half is not cropped."""
    assert "contain" == frame_still((720, 1280), HD).fit


def test_a_still_in_the_frames_shape_is_used_whole() -> None:
    """Nothing is cropped without need."""
    assert (0, 0, 1920, 1080) == frame_still((1920, 1080), HD).box


@pytest.mark.parametrize("frame", [Size(16, 16), HD, Size(720, 1280), Size(1918, 802)])
def test_plates_are_even_and_larger_than_the_frame(frame: Size) -> None:
    """4:2:0 needs even sides, and bilinear sampling room."""
    size = plate_size(frame)
    assert 0 == size.width_px % 2 == size.height_px % 2
    assert size.width_px > frame.width_px


@pytest.mark.parametrize(
    ("mode", "colour", "shown"),
    [
        ("RGB", (200, 100, 50), (200, 100, 50)),
        ("RGBA", (200, 100, 50, 255), (200, 100, 50)),
        ("RGBA", (200, 100, 50, 0), (14, 15, 18)),
        ("LA", (180, 255), (180, 180, 180)),
        ("L", 90, (90, 90, 90)),
        ("1", 1, (255, 255, 255)),
        ("I;16", 0x8080, (128, 128, 128)),
    ],
)
def test_every_mode_becomes_the_colour_that_it_means(
    tmp_path: Path, mode: str, colour: object, shown: tuple[int, int, int]
) -> None:
    """Alpha lies over a dark ground, 16 bits become 8."""
    path = saved(Image.new(mode, (8, 8), colour), tmp_path / "still.png")  # type: ignore[arg-type]
    assert shown == open_still(path, ground=GROUND).getpixel((4, 4))


def test_a_palette_with_transparency_is_read(tmp_path: Path) -> None:
    """A GIF's transparent entry shows the dark ground."""
    picture = Image.new("P", (8, 8), 1)
    picture.putpalette([0, 0, 0, 200, 40, 20])
    path = saved(picture, tmp_path / "still.gif", transparency=1)
    assert (14, 15, 18) == open_still(path, ground=GROUND).getpixel((4, 4))


def with_red_and_green_swapped() -> bytes:
    """A colour profile in which red means sRGB's green, and green its red."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize(("mode", "colour"), [("RGB", (200, 40, 20)), ("RGBA", (200, 40, 20, 255)), ("P", 1)])
def test_a_colour_profile_is_obeyed_in_every_mode(tmp_path: Path, mode: str, colour: object) -> None:
    """With transparency and in palettes, too: red comes out as the green that it means."""
    picture = Image.new(mode, (8, 8), colour)  # type: ignore[arg-type]
    if mode == "P":
        picture.putpalette([0, 0, 0, 200, 40, 20])
    path = saved(picture, tmp_path / "still.png", icc_profile=with_red_and_green_swapped())
    red, green, _ = open_still(path).getpixel((4, 4))  # type: ignore[misc]
    assert (True, True) == (green > 190, red < 60)


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    """A printer's JPEG is a picture like any other."""
    path = saved(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), tmp_path / "still.jpg", quality=95)
    red, green, blue = open_still(path).getpixel((8, 8))  # type: ignore[misc]
    assert red > 200
    assert max(green, blue) < 60


def test_a_photograph_lying_on_its_side_is_turned_up(tmp_path: Path) -> None:
    """EXIF orientation is obeyed."""
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(Image.new("RGB", (40, 20)), tmp_path / "still.jpg", exif=exif)
    assert (20, 40) == open_still(path).size


@pytest.mark.parametrize(
    "content",
    [b"", b"not a picture", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0 cut", b"%!PS-Adobe-3.0 EPSF-3.0"],
)
def test_what_is_no_picture_is_an_error_with_a_code(tmp_path: Path, content: bytes) -> None:
    """Damaged and unknown files say so, by name."""
    path = tmp_path / "still.png"
    path.write_bytes(content)
    with pytest.raises(MediaError) as caught:
        open_still(path)
    assert "M840" == caught.value.code
    assert ("file", "still.png") in caught.value.facts


def test_a_truncated_still_is_an_error(tmp_path: Path) -> None:
    """Half a JPEG is not shown as half a picture."""
    whole = saved(
        Image.effect_mandelbrot((200, 200), (-2, -1, 1, 1), 60), tmp_path / "whole.jpg"
    ).read_bytes()
    (tmp_path / "half.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaError):
        open_still(tmp_path / "half.jpg")


@pytest.mark.parametrize("still", [(300, 300), (90, 400), (1, 1), (1000, 3)])
def test_a_plate_fills_the_frames_shape(tmp_path: Path, still: tuple[int, int]) -> None:
    """Whatever the still's shape, the plate has the plate's size."""
    path = saved(Image.new("RGB", still, (90, 120, 200)), tmp_path / "still.png")
    size = plate_size(Size(320, 180))
    assert (size.width_px, size.height_px) == make_plate(path, Size(320, 180)).picture.size
