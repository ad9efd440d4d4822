"""Which clips are copied and which are made anew: judged by facts alone."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.media.conform import (
    Cut,
    Profile,
    choose_profile,
    format_of,
    frames_at,
    held_frames,
    is_plain,
    needs_segment,
)
from renderer.model import MediaFacts, Size
from tests.builders import facts

FPS = Fraction(24)
OWN = facts()
STOCK = OWN._replace(
    parameter_sets="stock", time_base=Fraction(1, 600), colour="unknown/unknown/unknown/unknown"
)
WHOLE = Cut(0, 120)


def chosen(
    *clips: MediaFacts,
    cuts: list[Cut] | None = None,
    size: Size | None = None,
    fps: Fraction = FPS,
    reference: MediaFacts | None = None,
) -> Profile:
    return choose_profile(
        clips, cuts or [WHOLE] * len(clips), size=size, fps=fps, fit="crop", reference=reference
    )


def test_stock_footage_that_is_alike_sets_the_format() -> None:
    """Size, time base and colour are its own, and nothing is encoded."""
    profile = chosen(STOCK, STOCK, STOCK)
    assert (Size(1280, 768), format_of(STOCK)) == (profile.size, profile.format)
    assert () == needs_segment(STOCK, WHOLE, profile)


@pytest.mark.parametrize(
    "odd",
    [
        {"parameter_sets": "other"},
        {"colour": "pc/bt709/bt709/bt709"},
        {"size": Size(1280, 720)},
        {"fps": Fraction(25)},
        {"time_base": Fraction(1, 90_000)},
        {"codec": "hevc"},
    ],
)
def test_one_odd_clip_puts_the_film_in_our_own_format(odd: dict[str, Any]) -> None:
    """Its segment could have no other, and one film has one sample entry."""
    clips = [STOCK, STOCK._replace(**odd), STOCK]
    profile = chosen(*clips, reference=OWN)
    assert format_of(OWN) == profile.format
    assert [True] * 3 == [bool(needs_segment(clip, WHOLE, profile)) for clip in clips]
    assert chosen(*clips).format is None


def test_a_cut_puts_the_film_in_our_own_format() -> None:
    """Our own clips stay as they are then; stock footage does not."""
    profile = chosen(OWN, STOCK, cuts=[WHOLE, Cut(12, 60)], reference=OWN)
    assert () == needs_segment(OWN, WHOLE, profile)
    assert (
        "frames 12 to 71 of 120 are used",
        "colour unknown/unknown/unknown/unknown, not tv/bt709/bt709/bt709",
    ) == (needs_segment(STOCK, Cut(12, 60), profile))
    assert ("its encoder's settings are not the film's",) == needs_segment(
        STOCK._replace(colour=OWN.colour), WHOLE, profile
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"container": "matroska"}, "container matroska"),
        ({"codec": "vp9"}, "codec vp9"),
        ({"pixel_format": "yuvj420p"}, "pixel format yuvj420p"),
        ({"sample_aspect": Fraction(4, 3)}, "pixels of 4/3"),
        ({"rotation_deg": 90}, "turned by 90 degrees"),
        ({"is_interlaced": True}, "it is interlaced"),
        ({"origin_s": Fraction(1, 12)}, "starts at 0.083 s"),
        ({"constant_rate": False}, "its frames keep no exact rate"),
        ({"time_base": Fraction(1, 1000)}, "its frames keep no exact rate"),
        ({"time_base": Fraction(1, 1_000_000)}, "its frames keep no exact rate"),
        ({"size": Size(64, 36)}, "size 64x36, not 1280x768"),
        ({"fps": Fraction(25)}, "25 frames a second, not 24"),
    ],
)
def test_every_reason_is_named(change: dict[str, Any], reason: str) -> None:
    """Whatever keeps a clip from being copied is told in plain words."""
    clip = OWN._replace(**change)
    profile = Profile(OWN.size, FPS, "crop", format_of(OWN))
    assert reason in needs_segment(clip, WHOLE, profile)


@pytest.mark.parametrize(
    ("cut", "reasons"),
    [
        (Cut(0, 150), ()),
        (Cut(0, 30), ("frames 0 to 29 of 150 are used",)),
        (Cut(0, 160), ("its last frame is held",)),
        (Cut(30, 130), ("frames 30 to 149 of 150 are used", "its last frame is held")),
    ],
)
def test_frames_are_counted_at_the_rate_of_the_film(cut: Cut, reasons: tuple[str, ...]) -> None:
    """A clip of five seconds at 24 frames a second has 150 at 30; what it has not got is held, and not used."""
    profile = Profile(OWN.size, Fraction(30), "crop", None)
    assert (*reasons, "24 frames a second, not 30") == needs_segment(OWN, cut, profile)


def test_a_still_is_encoded_since_it_is_one() -> None:
    """That a picture has no rate, one frame and another codec says nothing more."""
    still = OWN._replace(codec="png", container="png", frames=1, fps=Fraction(1, 86400), constant_rate=False)
    assert still.is_still
    assert ("it is a still",) == needs_segment(still, Cut(0, 72), Profile(OWN.size, FPS, "crop", None))


def test_clips_that_are_alike_but_not_plain_are_not_copied() -> None:
    """Turned clips agree with each other and still cannot be joined as they are."""
    turned = STOCK._replace(rotation_deg=90)
    assert not is_plain(turned)
    profile = chosen(turned, turned)
    assert (Size(768, 1280), None) == (profile.size, profile.format)


def test_size_is_that_of_the_first_clip_as_seen() -> None:
    """Wide pixels widen it, and it is even."""
    wide = OWN._replace(size=Size(721, 576), sample_aspect=Fraction(64, 45))
    assert Size(1024, 576) == chosen(wide, OWN).size


def test_a_reference_of_another_film_is_a_bug() -> None:
    """Comparing with it would copy what does not fit."""
    with pytest.raises(ValueError, match="BUG"):
        chosen(OWN, STOCK, size=Size(64, 36), reference=OWN)


@given(first=st.integers(0, 300), frames=st.integers(1, 300))
def test_what_a_clip_lacks_is_held(first: int, frames: int) -> None:
    """Frames shown and frames held make up the slot."""
    cut = Cut(first, frames)
    there = len([place for place in range(first, first + frames) if place < OWN.frames])
    assert frames == there + held_frames(OWN, cut, FPS)


def test_frames_are_counted_at_the_films_rate() -> None:
    """Five seconds are 150 frames at 30, however many the clip has."""
    assert [120, 150] == [frames_at(OWN, FPS), frames_at(OWN, Fraction(30))]
