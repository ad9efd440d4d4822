"""Footage whose container counts time too coarsely for its rate, or from another moment: it is shown by its own frames all the same."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from .numbered import FRAMES, X264, ffmpeg, numbers, write_numbered
from .stage import Stage

EVERY_OTHER = [*range(0, FRAMES, 2)]
NTSC = ("-vf", "setpts=N,settb=1001/24000,setpts=N", "-r", "24000/1001")


def write(path: Path, options: Sequence[str], *, late_s: str) -> None:
    """Write a clip of 24 frames; where it begins late, all its time stamps do."""
    plain = write_numbered(path.with_name(f"plain-{path.name}"), options=[*X264, *options])
    ffmpeg("-itsoffset", late_s, "-i", str(plain), "-c", "copy", str(path))
    plain.unlink()


@pytest.mark.parametrize(
    ("name", "options", "late_s", "rates"),
    [
        ("own.mkv", (), "0", ("24", 2)),
        ("own.mkv", (), "0", ("12", 1)),
        ("own.mkv", NTSC, "0.3", ("24000/1001", 2)),
        ("own.mov", NTSC, "0", ("24000/1001", 2)),
        ("own.mov", (), "0.3", ("12", 1)),
        ("own.mp4", (), "0", ("24", 2)),
    ],
)
def test_of_twice_as_many_frames_every_other_is_shown(
    stage: Stage, name: str, options: Sequence[str], late_s: str, rates: tuple[str, int]
) -> None:
    """Twice as fast or at half the rate, forwards and backwards, in parts beside a transition too."""
    write(stage.root / name, options, late_s=late_s)
    entries = "[own, {shot: own, reverse: true}, {shot: own, enter: {wipe: 1f}}]"
    fps, speed = rates
    stage.write(
        "film.yaml",
        f"version: 1\noutput: {{size: 64x36, fps: {fps}}}\nsequence: {entries}\n"
        f"shots:\n  - {{id: own, clip: {name}, speed: {speed}}}\n",
    )
    stage.built()
    assert [*EVERY_OTHER, *EVERY_OTHER[::-1], *EVERY_OTHER[1:]] == numbers(stage.film())


@pytest.mark.parametrize("speed", ["1.5", "0.75"])
def test_no_time_stamp_is_cut_short_at_an_odd_speed(stage: Stage, speed: str) -> None:
    """A frame of the film shows what stands in the middle of its time, where that is one frame's or another's by a hair, too."""
    write_numbered(stage.root / "own.mov", options=[*X264, *NTSC])
    stage.write(
        "film.yaml",
        "version: 1\noutput: {size: 64x36, fps: 48000/1001}\n"
        f"shots:\n  - {{id: own, clip: own.mov, speed: {speed}}}\n",
    )
    stage.built()
    shown = numbers(stage.film())
    middles = [(frame + 0.5) * float(speed) / 2 for frame in range(len(shown))]
    # What changes in the very middle of a frame's time is seen from the next one on.
    assert [min(FRAMES - 1, int(middle - 1e-6)) for middle in middles] == shown


@pytest.mark.parametrize("motion", ["speed: 10", "speed: 10, reverse: true", "speed: 1"])
def test_a_clip_of_less_than_half_a_frame_is_held(stage: Stage, motion: str) -> None:
    """However fast it goes by, what is held after it is there."""
    write_numbered(stage.root / "own.mp4", options=[*X264, "-frames:v", "1", "-r", "120"])
    stage.write(
        "film.yaml",
        "version: 1\noutput: {size: 64x36, fps: 12}\n"
        f"shots:\n  - {{id: own, clip: own.mp4, hold: 3f, {motion}}}\n",
    )
    stage.built()
    assert [0, 0, 0] == numbers(stage.film())
