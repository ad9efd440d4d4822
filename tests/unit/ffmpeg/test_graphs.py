"""Argument lists and filter graphs: shapes, times and words as ffmpeg must read them."""

from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.ffmpeg.encode import container_arguments, ticks_per_frame, timescale
from renderer.ffmpeg.inputs import concat_script, input_arguments, local_url, quoted, seconds
from renderer.ffmpeg.picture import Clock, Shape, fit_filters, frame_filters, scaled_size
from renderer.ffmpeg.sound import boundary_samples, chained, heard_filters, silence_filters
from renderer.model import MIDDLE, Centre, Fit, Size

RATES = st.sampled_from(
    [Fraction(24), Fraction(25), Fraction(30), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60)]
)
SIDES = st.integers(2, 4000)


@given(fps=RATES)
def test_every_frame_lasts_a_whole_number_of_ticks(fps: Fraction) -> None:
    """Our time scale carries our rates exactly."""
    assert ticks_per_frame(fps, time_base=Fraction(1, timescale(fps))).denominator == 1


@given(fps=RATES, frames=st.lists(st.integers(1, 500), min_size=1, max_size=60))
def test_every_picture_starts_within_half_a_microsecond_of_its_place(
    fps: Fraction, frames: list[int]
) -> None:
    """Durations in a concat script are rounded on the running total, so they never drift."""
    script = concat_script(((Path("/a.mp4"), count) for count in frames), fps=fps)
    durations = [
        int(line.split()[1].removesuffix("us")) for line in script.splitlines() if line.startswith("duration")
    ]
    for until, end_us in zip(accumulate(frames), accumulate(durations), strict=True):
        assert abs(end_us - until / fps * 1_000_000) <= Fraction(1, 2)


@given(fps=RATES, until=st.integers(0, 10**7))
def test_sound_boundaries_stand_within_half_a_sample_of_the_picture(fps: Fraction, until: int) -> None:
    """However far into the film, the sound of a slot starts at the nearest sample."""
    assert abs(boundary_samples(until, fps=fps) - until / fps * 48_000) <= Fraction(1, 2)


@given(width=SIDES, height=SIDES, target=st.sampled_from([Size(1280, 720), Size(720, 1280), Size(64, 36)]))
def test_a_crop_covers_the_target_and_a_pad_stays_inside(width: int, height: int, target: Size) -> None:
    """Scaled sizes are even, and the overshoot is in the direction that the fit asks for."""
    cover = scaled_size(Shape(Size(width, height)), target=target, fit="crop")
    inside = scaled_size(Shape(Size(width, height)), target=target, fit="pad")
    assert cover.width_px >= target.width_px
    assert cover.height_px >= target.height_px
    assert inside.width_px <= target.width_px
    assert inside.height_px <= target.height_px
    assert {0} == {side % 2 for size in (cover, inside) for side in (size.width_px, size.height_px)}


@given(
    width=SIDES,
    height=SIDES,
    target=st.sampled_from([Size(1280, 720), Size(720, 1280), Size(64, 36)]),
    x=st.fractions(0, 1, max_denominator=100),
    y=st.fractions(0, 1, max_denominator=100),
)
def test_a_crop_has_its_centre_in_the_middle_as_far_as_the_picture_goes(
    width: int, height: int, target: Size, x: Fraction, y: Fraction
) -> None:
    """Its corner is even and never leaves the picture; an edge of the picture is where it stops."""
    shape = Shape(Size(width, height))
    scaled = scaled_size(shape, target=target, fit="crop")
    chain = fit_filters(shape, target=target, fit="crop", colour="tv/bt709/bt709/bt709", centre=Centre(x, y))
    boxes = [step.removeprefix("crop=") for step in chain if step.startswith("crop=")]
    assert (scaled == target) == (not boxes)
    for box in boxes:
        *size, left, top = map(int, box.split(":"))
        assert [target.width_px, target.height_px] == size
        for start, length, side, share in (
            (left, scaled.width_px, target.width_px, x),
            (top, scaled.height_px, target.height_px, y),
        ):
            wanted = min(max(length * share - Fraction(side, 2), Fraction(0)), Fraction(length - side))
            assert 0 == start % 2
            assert 0 <= wanted - start < 3


@pytest.mark.parametrize("fit", ["pad", "stretch"])
def test_bars_and_distortion_have_no_centre(fit: Fit) -> None:
    """Where a crop would look changes nothing in them."""
    shape, target = Shape(Size(1280, 768)), Size(720, 1280)
    colour = "tv/bt709/bt709/bt709"
    middle = fit_filters(shape, target=target, fit=fit, colour=colour, centre=MIDDLE)
    assert middle == fit_filters(shape, target=target, fit=fit, colour=colour, centre=Centre(Fraction(0)))


@pytest.mark.parametrize(
    ("shape", "fit", "expected"),
    [
        (Shape(Size(1280, 768)), "crop", "1280x768"),
        (Shape(Size(1280, 768)), "pad", "1200x720"),
        (Shape(Size(1280, 768)), "stretch", "1280x720"),
        (Shape(Size(720, 1280), rotation_deg=90), "crop", "1280x720"),
        (Shape(Size(720, 576), sample_aspect=Fraction(64, 45)), "pad", "1280x720"),
        (Shape(Size(720, 1280)), "pad", "404x720"),
    ],
)
def test_a_picture_is_scaled_as_it_is_seen(shape: Shape, fit: Fit, expected: str) -> None:
    """Turning and the shape of a pixel are taken into account before fitting."""
    assert expected == str(scaled_size(shape, target=Size(1280, 720), fit=fit))


def test_the_edges_are_cut_or_filled_evenly() -> None:
    """What stands over is cut half on each side; what is missing becomes black bars."""
    target = Size(1280, 720)
    crop = fit_filters(Shape(Size(1280, 768)), target=target, fit="crop", colour="tv/bt709/bt709/bt709")
    pad = fit_filters(Shape(Size(1280, 768)), target=target, fit="pad", colour="tv/bt709/bt709/bt709")
    assert "crop=1280:720:0:24" in crop
    assert "pad=1280:720:40:0:black" in pad


@pytest.mark.parametrize(
    ("size", "colour", "expected"),
    [
        (Size(1280, 720), "unknown/unknown/unknown/unknown", "in_color_matrix=bt709:in_range=tv"),
        (Size(640, 360), "unknown/unknown/unknown/unknown", "in_color_matrix=smpte170m:in_range=tv"),
        (Size(640, 360), "pc/bt709/bt709/bt709", "in_color_matrix=bt709:in_range=pc"),
        (Size(1280, 720), "tv/bt2020nc/bt2020/bt2020-10", "in_color_matrix=bt2020:in_range=tv"),
    ],
)
def test_colours_are_read_as_players_read_them(size: Size, colour: str, expected: str) -> None:
    """Tags win; untagged footage is BT.709 where it is large and BT.601 where it is small."""
    scale = fit_filters(Shape(size), target=Size(1280, 720), fit="crop", colour=colour)[0]
    assert scale.endswith(f"{expected}:out_color_matrix=bt709:out_range=tv")


def test_a_clip_that_starts_late_is_counted_from_its_first_picture() -> None:
    """The origin is taken off before frames are counted."""
    assert (
        "setpts=round(PTS-1/25/TB)"
        == frame_filters(
            first=0,
            frames=1,
            fps=Fraction(24),
            clock=Clock(Fraction(1, 25), Fraction(1, 12800), Fraction(25)),
        )[0]
    )
    assert "asetpts=PTS-1/25/TB" == heard_filters(first=0, samples=9, origin_s=Fraction(1, 25))[0]


def test_a_graph_of_sound_joins_its_parts_in_order() -> None:
    """Inputs are numbered, silence has none."""
    graph = chained([[(None, silence_filters(5))], [(0, ["anull"])], [(1, ["anull"])]])
    assert graph.endswith("[0:a:0]anull[s1];[1:a:0]anull[s2];[s0][s1][s2]concat=n=3:v=0:a=1[sound]")


def test_words_of_a_script_are_quoted() -> None:
    """An apostrophe survives; a line break, which no quoting carries, is refused."""
    assert r"'it'\''s # \a'" == quoted(r"it's # \a")
    with pytest.raises(ValueError, match="line break"):
        quoted("a\nb")


def test_an_input_is_local_and_its_demuxer_forced() -> None:
    """No file can make ffmpeg open another protocol."""
    path = Path("/clips/http:x.mp4")
    assert ["-protocol_whitelist", "file", "-f", "mp4", "-i", "file:/clips/http:x.mp4"] == input_arguments(
        path, container="mp4"
    )
    assert ["-ss", "333333us"] == input_arguments(path, container="mp4", seek_s=Fraction(1, 3))[2:4]
    assert "file:/clips/http:x.mp4" == local_url(path)
    assert "0us" == seconds(Fraction(0))


def test_a_container_carries_no_dates_and_its_index_first() -> None:
    """The options that make an MP4 repeatable are written out."""
    arguments = container_arguments(Fraction(24))
    assert {"-map_metadata", "-fflags", "+bitexact", "+faststart", "12288"} <= set(arguments)
