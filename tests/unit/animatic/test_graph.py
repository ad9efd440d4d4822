"""Laws of the filter graphs."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from renderer.model import Size
from renderer.providers.animatic.camera import Course
from renderer.providers.animatic.graph import Layer, Shoot, dissolve_frames, film_arguments

SIZE = Size(32, 18)
LAYER = Layer("plate0.rgb", Size(44, 24), b"")
PUSHING = Course("in", 0.1, (0.5, 0.5), (0.4, 0.4))
STANDING = Course("hold", 0.0, (0.5, 0.5), (0.4, 0.4))


def graph_of(*plates: tuple[Layer, Course], frames: int = 48, overlays: tuple[Layer, ...] = ()) -> str:
    arguments = film_arguments(
        Shoot(SIZE, Fraction(24), frames, plates, overlays), output="clip.mp4", filter_threads=1
    )
    return arguments[arguments.index("-filter_complex") + 1]


@given(st.integers(1, 4000))
def test_a_dissolve_is_the_middle_third(frames: int) -> None:
    """As many frames stand before it as after it, give or take one."""
    start, length = dissolve_frames(frames)
    assert 0 <= frames - (start + length) <= start <= frames
    assert start - (frames - start - length) <= 1


def test_a_standing_camera_costs_no_filter_per_frame() -> None:
    """A still without a move is reduced once and then repeated."""
    graph = graph_of((LAYER, STANDING))
    assert "perspective" not in graph
    assert graph.index("scale=32") < graph.index("loop")


def test_a_moving_camera_never_uses_zoompan() -> None:
    """Moves are made by `perspective`, whose corners are real numbers."""
    graph = graph_of((LAYER, PUSHING))
    assert "perspective" in graph
    assert "zoompan" not in graph


def test_two_stills_meet_in_one_dissolve() -> None:
    """The first is filmed to the end of the dissolve, the last from its start."""
    graph = graph_of((LAYER, PUSHING), (Layer("plate1.rgb", Size(44, 24), b""), PUSHING))
    assert 1 == graph.count("fade=")
    assert "loop=loop=31" in graph


def test_no_output_path_or_text_enters_the_graph() -> None:
    """The graph holds numbers and names of filters alone."""
    title = Layer("title.rgba", Size(10, 4), b"", alpha=True, at=(2, 2))
    assert "clip.mp4" not in graph_of((LAYER, PUSHING), overlays=(title,))
    assert "title" not in graph_of((LAYER, PUSHING), overlays=(title,))
