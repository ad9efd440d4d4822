"""Laws of the camera: words become moves, and a window never leaves its plate."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.providers.animatic.camera import (
    PULL,
    PUSH,
    REPERTOIRE,
    TRAVEL_MAX,
    TRAVEL_MIN,
    Course,
    Focus,
    Move,
    choose_move,
    ease,
    lay_course,
    lay_match,
    read_camera,
    travel,
)

AXIS = st.sampled_from((-1, 0, 1))
UNIT = st.floats(0, 1)
MOVES = st.builds(Move, x=AXIS, y=AXIS, z=AXIS, pace=st.sampled_from((0.65, 1.0, 1.4)))
FOCI = st.builds(Focus, x=UNIT, y=UNIT)
DURATIONS = st.fractions(Fraction(1, 60), 60)


@pytest.mark.parametrize(
    ("words", "axes"),
    [
        ("push in", (0, 0, 1)),
        ("slow push-in on her face", (0, 0, 1)),
        ("the camera dollies in", (0, 0, 1)),
        ("zoom in", (0, 0, 1)),
        ("Zooming slowly into the window", (0, 0, 1)),
        ("camera moves closer", (0, 0, 1)),
        ("dolly forward", (0, 0, 1)),
        ("pull out", (0, 0, -1)),
        ("pull back to reveal the valley", (0, 0, -1)),
        ("zoom out", (0, 0, -1)),
        ("dolly away", (0, 0, -1)),
        ("pan left", (-1, 0, 0)),
        ("pan right", (1, 0, 0)),
        ("pan left to right", (1, 0, 0)),
        ("pan from the right to the left", (-1, 0, 0)),
        ("truck left", (-1, 0, 0)),
        ("crane up", (0, -1, 0)),
        ("tilt down", (0, 1, 0)),
        ("pedestal upwards", (0, -1, 0)),
        ("crane up and push in", (0, -1, 1)),
        ("pan right, zoom out", (1, 0, -1)),
        ("static", (0, 0, 0)),
        ("locked off", (0, 0, 0)),
        ("tripod shot", (0, 0, 0)),
        ("no camera movement", (0, 0, 0)),
    ],
)
def test_words_name_a_direction_on_each_axis(words: str, axes: tuple[int, int, int]) -> None:
    """Directors' phrases are read as they are meant, whatever the seed would have drawn."""
    for turn in range(4):
        move = read_camera(words, turn=turn, otherwise=Move(x=1, y=1, z=1))
        assert axes == (move.x, move.y, move.z)


@pytest.mark.parametrize(
    ("words", "pace"), [("slow pan left", 0.65), ("pan left", 1.0), ("fast pan left", 1.4)]
)
def test_words_of_speed_change_how_far_a_move_goes(words: str, pace: float) -> None:
    """Slow and fast change the amplitude."""
    assert pace == read_camera(words, turn=0, otherwise=PUSH).pace


def test_a_hand_sways_and_may_travel_too() -> None:
    """`handheld` alone only sways; with a direction it does both."""
    assert Move(sway=True) == read_camera("handheld", turn=0, otherwise=PUSH)
    assert Move(z=1, sway=True) == read_camera("hand-held, push in", turn=0, otherwise=PULL)


def test_a_side_left_open_is_decided_by_the_turn() -> None:
    """`pan` goes one way or the other, and both happen."""
    assert {-1, 1} == {read_camera("pan", turn=turn, otherwise=PUSH).x for turn in range(2)}


def test_words_that_name_no_move_leave_the_choice_to_the_seed() -> None:
    """A lens is not a move."""
    assert PULL == read_camera("35 mm, shallow focus", turn=0, otherwise=PULL)


@given(st.integers(0, 2**32), st.text(max_size=8))
def test_seeds_that_follow_one_another_give_different_moves(seed: int, picture: str) -> None:
    """Takes of one shot can be told apart."""
    drawn = [choose_move(None, seed=seed + n, picture=picture) for n in range(len(REPERTOIRE))]
    assert len(REPERTOIRE) == len(set(drawn))


@given(st.text(max_size=300), st.integers(0, 9))
def test_any_text_names_some_move(words: str, turn: int) -> None:
    """No text is an error, and none takes a second to read."""
    assert isinstance(read_camera(words, turn=turn, otherwise=PUSH), Move)


@given(MOVES, DURATIONS)
def test_a_move_crosses_six_to_fourteen_per_cent(move: Move, duration_s: Fraction) -> None:
    """Moves stay subtle at any length and pace."""
    assert TRAVEL_MIN <= travel(move, duration_s) <= TRAVEL_MAX


@given(MOVES, DURATIONS, FOCI, UNIT)
def test_a_window_never_leaves_its_plate(
    move: Move, duration_s: Fraction, focus: Focus, progress: float
) -> None:
    """No frame shows what lies beyond the still's edge."""
    courses: tuple[Course, ...] = (
        lay_course(move, duration_s=duration_s, focus=focus, seed=1),
        *lay_match(move, duration_s=duration_s, focus=(focus, focus)),
    )
    for course in courses:
        left, top, size = course.window(progress)
        assert left >= 0
        assert top >= 0
        assert left + size <= 1 + 1e-12
        assert top + size <= 1 + 1e-12


@given(MOVES, DURATIONS, FOCI)
def test_a_match_starts_and_ends_on_whole_stills(move: Move, duration_s: Fraction, focus: Focus) -> None:
    """The first frame is all of the first plate and the last frame all of the last."""
    first, last = lay_match(move, duration_s=duration_s, focus=(focus, focus))
    assert pytest.approx((0, 0, 1)) == first.window(0)
    assert pytest.approx((0, 0, 1)) == last.window(1)


@given(UNIT, UNIT)
def test_easing_never_turns_back(one: float, other: float) -> None:
    """A camera that moves right moves right throughout."""
    assert ease(min(one, other)) <= ease(max(one, other)) + 1e-12
