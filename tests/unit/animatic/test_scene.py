"""Laws of reading a manifest."""

from __future__ import annotations

import pytest

from renderer.errors import ProviderRefused
from renderer.providers.animatic.scene import Slate, read_scene


def manifest(
    *, size: str = "320x180", fps: str = "24", duration: str = "5", **more: object
) -> dict[str, object]:
    return {"fields": {"duration": duration}, "picture": {"size": size, "fps": fps}, "seed": "7", **more}


@pytest.mark.parametrize(
    ("duration", "fps", "frames"),
    [
        ("5", "24", 120),
        ("5", "24000/1001", 120),
        ("1/24", "24", 1),
        ("1/1000", "24", 1),
        ("7/2", "12", 42),
        ("60", "60", 3600),
    ],
)
def test_a_scene_lasts_the_nearest_whole_frames_and_at_least_one(
    duration: str, fps: str, frames: int
) -> None:
    """Frames are `floor(duration * fps + 1/2)`, at least 1."""
    assert frames == read_scene(manifest(duration=duration, fps=fps)).frames


@pytest.mark.parametrize("size", ["15x16", "16x14", "17x32", "9000x720", "0x0"])
def test_a_size_that_cannot_be_encoded_is_refused(size: str) -> None:
    """Odd, tiny and huge sides have one code."""
    with pytest.raises(ProviderRefused) as caught:
        read_scene(manifest(size=size))
    assert "P720" == caught.value.code


@pytest.mark.parametrize("duration", ["0", "-1", "3601"])
def test_a_length_out_of_range_is_refused(duration: str) -> None:
    """A clip lasts more than nothing and not for ever."""
    with pytest.raises(ProviderRefused) as caught:
        read_scene(manifest(duration=duration))
    assert "P721" == caught.value.code


def test_a_slate_shows_the_seed_of_the_request() -> None:
    """Shot, take, model and note come from the slate, the seed from the manifest."""
    scene = read_scene(manifest(slate={"shot": "pad", "take": 2, "model": None, "note": "STALE"}))
    assert Slate("pad", 2, 7, None, "STALE") == scene.slate
