"""Laws of cards and slates."""

from __future__ import annotations

import pytest

from renderer.model import Size
from renderer.providers.animatic.card import draw_type
from renderer.providers.animatic.ground import PALETTES, choose_palette, draw_ground
from renderer.providers.animatic.scene import Slate
from renderer.providers.animatic.slate import draw_slate, slate_height

SIZES = [Size(16, 16), Size(320, 180), Size(180, 320), Size(640, 128), Size(128, 640)]


def test_takes_of_one_prompt_differ_in_colour() -> None:
    """Seeds that follow one another walk through all palettes."""
    assert len(PALETTES) == len({choose_palette("a rocket", seed) for seed in range(len(PALETTES))})


def test_a_ground_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    """Light and dither are the seed's."""
    one, same, other = (draw_ground(PALETTES[0], Size(64, 36), seed=seed).tobytes() for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_a_ground_is_dark_enough_to_read_on() -> None:
    """The brightest spot of every palette leaves white type its contrast."""
    for palette in PALETTES:
        brightest = draw_ground(palette, Size(64, 36), seed=3).convert("L").getextrema()[1]
        assert brightest < 110  # type: ignore[operator]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("prompt", ["X", "a white rocket " * 66, "語" * 40])
def test_type_fits_a_frame_of_any_shape(size: Size, prompt: str) -> None:
    """A card can be drawn at any size, for any length."""
    picture = draw_type(
        prompt, ["PUSH IN", "5 s"], accent=PALETTES[0].accent, size=size, foot_px=slate_height(size)
    )
    assert (size.width_px, size.height_px) == picture.size


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_slate_fits_a_frame_of_any_shape(size: Size) -> None:
    """The strip is as wide as the frame and never higher."""
    slate = Slate("verse.tokyo.night", 12, 2**32 - 1, "kling-video/v2.1/master/image-to-video", "STALE")
    strip = draw_slate(slate, size)
    assert size.width_px == strip.width
    assert strip.height <= size.height_px


def test_a_slate_without_a_note_shows_no_warm_colour() -> None:
    """Warmth means a warning."""

    def warm(note: str | None) -> bool:
        strip = draw_slate(Slate("pad", 1, 7, None, note), Size(640, 360)).convert("RGB")
        return any(red - blue > 100 for red, _, blue in strip.get_flattened_data())  # type: ignore[misc]

    assert warm("STALE")
    assert not warm(None)
