"""Filter graphs: from plates and courses to one list of ffmpeg arguments. Pure; written with ffmpeg-python.

One decoded frame is repeated by `loop` and moved by `perspective`, whose corners are real numbers: 0.012 px
of jitter against 0.43 px of zoompan, and no slower (measured at 720p). Plates are larger than the frame and are
reduced behind the move, else bilinear sampling would show. No text ever enters a filter string.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import ffmpeg

from renderer.ffmpeg.encode import encode_arguments
from renderer.model import Size
from renderer.providers.animatic.camera import EASE, ROLL_RAD, SWAY_ROOM, Course
from renderer.row import Row

TO_YUV = {
    "in_range": "pc",
    "out_range": "tv",
    "out_color_matrix": "bt709",
    "flags": "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp",
}
BT709 = {"range": "tv", "colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709"}
"""Carried by every frame: what a frame does not say, the encoder's own options do not add."""
REDUCE = {"flags": "bicubic+accurate_rnd", "in_color_matrix": "bt709", "out_color_matrix": "bt709"}


class Layer(Row):
    """A picture in memory and the file name it is fed under; `at` is its place in the frame, in pixels.

    `pixels` are rows of rgb24 or rgba, top down.
    """

    name: str
    size: Size
    pixels: bytes
    alpha: bool = False
    at: tuple[int, int] = (0, 0)


class Shoot(Row):
    """Everything that decides a clip's frames: plates with their courses (one, or first and last), what lies
    over them, and the grain (0 to 100, none for a photograph).
    """

    size: Size
    fps: Fraction
    frames: int
    plates: tuple[tuple[Layer, Course], ...]
    overlays: tuple[Layer, ...] = ()
    grain: int = 0

    @property
    def layers(self) -> tuple[Layer, ...]:
        return (*(plate for plate, _ in self.plates), *self.overlays)


def film_arguments(shoot: Shoot, *, output: str, filter_threads: int) -> list[str]:
    """Arguments that let ffmpeg film `shoot`, reading each layer under its name in the current folder."""
    picture = _cut(shoot)
    if shoot.grain:
        # Still grain, drawn in the frame and not on the plate: it hides the steps of a dark gradient.
        picture = picture.filter("noise", c0s=shoot.grain, all_seed=1)
    for layer in shoot.overlays:
        picture = picture.overlay(
            _yuv(layer, shoot.fps, "yuva420p"),
            x=layer.at[0],
            y=layer.at[1],
            format="yuv420",
            eof_action="repeat",
        )
    *arguments, target = ffmpeg.get_args(
        picture.filter("setsar", 1).filter("setparams", **BT709).output(output)
    )
    threads = str(filter_threads)
    return [
        *("-filter_threads", threads, "-filter_complex_threads", threads),
        *arguments,
        *("-frames:v", str(shoot.frames), "-an"),
        *encode_arguments(shoot.fps),
        target,
    ]


def dissolve_frames(frames: int) -> tuple[int, int]:
    """Where a dissolve starts and how many frames it lasts: the middle third; none below four frames.

    >>> dissolve_frames(120), dissolve_frames(2)
    ((40, 40), (1, 0))
    """
    length = frames // 3 if frames > 3 else 0
    return (frames - length + 1) // 2, length


def _cut(shoot: Shoot) -> Any:
    if len(shoot.plates) == 1:
        return _take(shoot, 0, first=0, frames=shoot.frames)
    start, length = dissolve_frames(shoot.frames)
    if shoot.frames == 1:
        return _take(shoot, 0, first=0, frames=1)
    before = _take(shoot, 0, first=0, frames=start + length)
    after = _take(shoot, 1, first=start, frames=shoot.frames - start)
    if not length:
        return _timed(ffmpeg.concat(before, after), shoot.fps)
    # Laid over, ever less transparent, in the clip's own pixels: as films cross over, and alike on every processor.
    going = before.filter("tpad", stop=shoot.frames - start - length, stop_mode="clone")
    coming = (
        after.filter("format", "yuva420p")
        .filter("fade", t="in", s=0, n=length, alpha=1)
        .filter("setpts", f"PTS+{start}")
    )
    return _timed(going.overlay(coming, format="yuv420"), shoot.fps)


def _take(shoot: Shoot, index: int, *, first: int, frames: int) -> Any:
    layer, course = shoot.plates[index]
    moving = course.shrink > 0 or course.sway_phase is not None
    picture = _yuv(layer, shoot.fps, "yuv420p")
    if not moving and layer.size != shoot.size:
        picture = _reduced(picture, shoot.size)
    picture = _timed(picture.filter("loop", loop=frames - 1, size=1), shoot.fps)
    if not moving:
        return picture
    corners = corner_expressions(course, fps=shoot.fps, first=first, frames=shoot.frames)
    picture = picture.filter("perspective", **corners, interpolation="linear", sense="source", eval="frame")
    return picture if layer.size == shoot.size else _reduced(picture, shoot.size)


def _reduced(picture: Any, size: Size) -> Any:
    return picture.filter("scale", size.width_px, size.height_px, **REDUCE)


def _yuv(layer: Layer, fps: Fraction, pixel_format: str) -> Any:
    picture = ffmpeg.input(
        layer.name,
        format="rawvideo",
        protocol_whitelist="file",
        pixel_format="rgba" if layer.alpha else "rgb24",
        video_size=(layer.size.width_px, layer.size.height_px),
        framerate=str(fps),
    )
    picture = picture.filter("scale", **TO_YUV).filter("format", pixel_format)
    return _timed(picture, fps).filter("setparams", **BT709)


def _timed(picture: Any, fps: Fraction) -> Any:
    return (
        picture.filter("settb", f"{fps.denominator}/{fps.numerator}")
        .filter("setpts", "N")
        .filter("fps", str(fps))
    )


def corner_expressions(course: Course, *, fps: Fraction, first: int, frames: int) -> dict[str, str]:
    """`perspective`'s eight corners over output frames counted from `first`, of a course lasting `frames`.

    Register 0 holds progress, 1 the eased progress, 2 the room; the formulas are `Course.window`'s own.
    """
    zoomed = {"in": "ld(1)", "out": "(1-ld(1))", "hold": "1", "breathe": "pow(sin(PI*ld(0)),2)"}[course.zoom]
    frame = f"(on-1+{first})"
    prelude = (
        f"st(0,clip({frame}/{max(1, frames - 1)},0,1));"
        f"st(1,ld(0)+{EASE}*(ld(0)*ld(0)*(3-2*ld(0))-ld(0)));"
        f"st(2,{course.shrink:.9f}*{zoomed});"
    )
    sway = _sway(course.sway_phase, f"({frame}*{fps.denominator}/{fps.numerator})")
    return {
        name: prelude + _corner(course, axis, right=right, bottom=bottom, sway=sway)
        for name, axis, right, bottom in _CORNERS
    }


_CORNERS = tuple((f"{axis}{n}", axis, n % 2, n // 2) for n in range(4) for axis in "xy")


def _corner(course: Course, axis: str, *, right: int, bottom: int, sway: tuple[str, str, str] | None) -> str:
    side, ends, far = ("W", course.x, right) if axis == "x" else ("H", course.y, bottom)
    place = f"ld(2)*({ends[0]:.9f}+{ends[1] - ends[0]:.9f}*ld(1))" + ("+1-ld(2)" if far else "")
    if sway is None:
        return f"{side}*({place})"
    shift, roll = (sway[0], f"-H*{bottom - 0.5}") if axis == "x" else (sway[1], f"+W*{right - 0.5}")
    return f"{side}*({SWAY_ROOM}+{1 - 2 * SWAY_ROOM:.9f}*({place})+{shift})+({sway[2]})*({roll})"


def _sway(phase: float | None, time_s: str) -> tuple[str, str, str] | None:
    if phase is None:
        return None

    def wave(slow_hz: float, quick_hz: float, shift: float) -> str:
        # Two frequencies without a common period: a hand that breathes, not a pendulum.
        return (
            f"(0.65*sin(2*PI*{slow_hz}*{time_s}+{phase + shift:.6f})"
            f"+0.3*sin(2*PI*{quick_hz}*{time_s}+{phase * 2 + shift:.6f}))"
        )

    reach = SWAY_ROOM * 0.8
    return (
        f"{reach:.6f}*{wave(0.23, 0.61, 0.0)}",
        f"{reach:.6f}*{wave(0.31, 0.73, 1.9)}",
        f"{ROLL_RAD}*{wave(0.19, 0.47, 4.1)}",
    )
