"""Fitting a still under a limit: as it is where it fits, else as good as the limit allows."""

import base64
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from renderer.errors import MediaError
from renderer.media.fit import fit_still, shrunk, uri_bytes
from renderer.model import Size

STILLS = Path(__file__).parents[3] / "specs" / "stills"


def uri(path: Path) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(path.read_bytes()).decode()}"


def as_srgb(picture: Image.Image) -> Image.Image:
    """As a screen without colour management shows it rightly."""
    if profile := picture.info.get("icc_profile"):
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
        assert converted
        return converted
    return picture.convert("RGB")


def noise(path: Path, *, size: tuple[int, int] = (400, 200), mode: str = "RGB", **options: object) -> Path:
    picture = Image.effect_noise(size, 90).convert(mode)
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("name", ["astronaut.png", "hubble_deep_field.jpg", "rocket.jpg"])
def test_a_still_that_fits_is_sent_as_it_is(name: str, tmp_path: Path) -> None:
    """To the byte at the limit."""
    still = STILLS / name
    limit = uri_bytes(still.stat().st_size)
    assert still == fit_still(still, uri_max_bytes=limit, scratch=tmp_path)
    assert still != fit_still(still, uri_max_bytes=limit - 1, scratch=tmp_path)


@pytest.mark.parametrize("name", ["astronaut.png", "hubble_deep_field.jpg", "rocket.jpg"])
@pytest.mark.parametrize("limit", [100_000, 30_000, 6_000])
def test_a_still_that_does_not_fit_is_made_to(name: str, limit: int, tmp_path: Path) -> None:
    """It stays the same picture, in the same aspect, and uses half of what the limit allows, or more."""
    still = STILLS / name
    fitted = fit_still(still, uri_max_bytes=limit, scratch=tmp_path)
    assert limit / 2 < len(uri(fitted)) <= limit
    with Image.open(still) as before, Image.open(fitted) as after:
        width, height = before.size
        assert abs(after.height - after.width * height / width) < 2
        difference = ImageChops.difference(as_srgb(before).resize(after.size), after.convert("RGB"))
        assert max(ImageStat.Stat(difference).mean) < 8


def test_quality_falls_before_size(tmp_path: Path) -> None:
    """A limit just below a good JPEG keeps every pixel."""
    still = noise(tmp_path / "still.png")
    stream = BytesIO()
    with Image.open(still) as picture:
        picture.save(stream, "JPEG", quality=95, subsampling="4:4:4", optimize=True)
    fitted = fit_still(still, uri_max_bytes=uri_bytes(stream.tell()) - 1, scratch=tmp_path)
    with Image.open(fitted) as picture:
        assert (400, 200) == picture.size


def test_the_same_still_and_limit_give_the_same_bytes(tmp_path: Path) -> None:
    """What is sent again is what was sent."""
    still = STILLS / "astronaut.png"
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first, again = (fit_still(still, uri_max_bytes=50_000, scratch=tmp_path / name) for name in ("a", "b"))
    assert first.read_bytes() == again.read_bytes()


def test_a_photograph_held_upright_is_sent_upright(tmp_path: Path) -> None:
    """The orientation is applied, since a model may not read it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    still = noise(tmp_path / "still.jpg", exif=exif, quality=95)
    fitted = fit_still(still, uri_max_bytes=40_000, scratch=tmp_path)
    with Image.open(fitted) as picture:
        assert picture.height > picture.width
        assert 0x0112 not in picture.getexif()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_any_kind_of_pixel_becomes_rgb(mode: str, tmp_path: Path) -> None:
    """Transparency lies on black."""
    still = noise(tmp_path / "still.png", size=(800, 800), mode="L" if mode == "I;16" else mode)
    if mode == "I;16":
        Image.effect_noise((800, 800), 90).convert("I").point(lambda value: value * 257).convert("I;16").save(
            still
        )
    with Image.open(fit_still(still, uri_max_bytes=20_000, scratch=tmp_path)) as picture:
        assert "RGB" == picture.mode
        assert 60 < ImageStat.Stat(picture).mean[0] < 196


def test_what_is_transparent_becomes_black(tmp_path: Path) -> None:
    """Whatever colour hides below."""
    picture = Image.effect_noise((400, 400), 90).convert("RGBA")
    picture.putalpha(0)
    picture.save(tmp_path / "still.png")
    with Image.open(fit_still(tmp_path / "still.png", uri_max_bytes=9_000, scratch=tmp_path)) as fitted:
        assert ((0, 0), (0, 0), (0, 0)) == fitted.getextrema()


def test_a_limit_that_no_picture_meets_is_told(tmp_path: Path) -> None:
    """It is found out before anything is sent."""
    with pytest.raises(MediaError) as caught:
        fit_still(noise(tmp_path / "still.png"), uri_max_bytes=500, scratch=tmp_path)
    assert "S413" == caught.value.code


def test_what_is_no_picture_is_told_as_ever(tmp_path: Path) -> None:
    """A damaged file is not blamed on its size."""
    (tmp_path / "still.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 1000)
    with pytest.raises(MediaError) as caught:
        fit_still(tmp_path / "still.png", uri_max_bytes=500, scratch=tmp_path)
    assert "S408" == caught.value.code


@pytest.mark.parametrize("size", [Size(2000, 1000), Size(1000, 2000), Size(1999, 1000), Size(777, 777)])
def test_an_aspect_within_limits_stays_within_them(size: Size) -> None:
    """2:1 never becomes a little more than 2:1."""
    for step in range(1, 15):
        width, height = shrunk(size, step)
        assert max(width, height) * min(size) <= min(width, height) * max(size)
