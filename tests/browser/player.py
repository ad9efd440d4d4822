"""A spliced film in a real Chromium: fresh loads that seek into every part, and playing through all joins.

ffmpeg's frame checksums are right for films that browsers cannot play, so a browser must look. Not among the tests
that run everywhere, since a bare machine has none: `nox -s browser`.

Every frame says which it is: the left half's brightness is the part, the right half's the frame in it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import pytest

from renderer.coding import Coding
from renderer.ffmpeg.binary import locate_ffmpeg
from renderer.ffmpeg.codecs import encoder_of
from renderer.ffmpeg.encode import encode_arguments, sound_arguments
from renderer.media.splice import splice

from .screening import watch

FPS = Fraction(24)
FRAMES = (60, 1, 60, 24, 52)
TAGS = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
FIRST, PART_STEP, FRAME_STEP = 32, 30, 3
CROSSED, OVERLAP = (0, 2, 3, 4), 12
X264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-threads:v", "1", "-g", "20", "-crf", "12")
SETUPS = {
    "own": tuple(encode_arguments(FPS)),
    "av1": tuple(encode_arguments(FPS, encoder=encoder_of(Coding("av1", "high", "yuv420p")))),
    "av1, ten bits": tuple(encode_arguments(FPS, encoder=encoder_of(Coding("av1", "high", "yuv420p10")))),
    "h264, ten bits": tuple(encode_arguments(FPS, encoder=encoder_of(Coding("h264", "high", "yuv420p10")))),
    "h264, 4:4:4": tuple(encode_arguments(FPS, encoder=encoder_of(Coding("h264", "high", "yuv444p")))),
    "baseline": (*X264, "-profile:v", "baseline"),
    "deep": (*X264, "-preset", "slow", "-bf", "8", "-b_strategy", "2"),
    "every frame a key": (*X264, "-g", "1"),
}


def run(*arguments: object) -> None:
    program = locate_ffmpeg(os.environ)
    subprocess.run([str(word) for word in (program, "-v", "error", "-y", *arguments)], check=True)


def shoot(folder: Path, setup: Sequence[str]) -> list[Path]:
    """A part for each of `FRAMES`."""
    parts = [folder / f"{number}.mp4" for number in range(len(FRAMES))]
    for number, path in enumerate(parts):
        luma = f"if(lt(X,160),{FIRST + PART_STEP * number},{FIRST}+{FRAME_STEP}*N)"
        source = f"color=s=320x180:r=24,geq=lum='{luma}':cb=128:cr=128,{TAGS}"
        run("-f", "lavfi", "-i", source, "-frames:v", FRAMES[number], *setup, path)
    return parts


def compose(folder: Path) -> Path:
    """A sound as long as the film."""
    sound = folder / "sound.m4a"
    samples = sum(FRAMES) * 2000
    run("-f", "lavfi", "-i", f"sine=440:r=48000,atrim=end_sample={samples}", *sound_arguments(), sound)
    return sound


def where(frame: int) -> tuple[int, int]:
    """Part and frame of the part, by frame of the film."""
    ends = list(accumulate(FRAMES))
    part = next(number for number, end in enumerate(ends) if frame < end)
    return part, frame - (ends[part] - FRAMES[part])


def read(left: int, right: int) -> tuple[int, int]:
    """Part and frame by the brightness of both halves on a screen: 0 is 16 of the film's own, 255 is 235."""
    part, frame = (value * 219 / 255 + 16 - FIRST for value in (left, right))
    return round(part / PART_STEP), round(frame / FRAME_STEP)


@pytest.mark.parametrize("setup", sorted(SETUPS))
@pytest.mark.parametrize("has_sound", [False, True], ids=["mute", "heard"])
def test_a_browser_sees_every_frame_where_it_belongs(tmp_path: Path, setup: str, *, has_sound: bool) -> None:
    """Fresh loads to the first, second, middle and last frames of each part, keyframes among them; then all of it."""
    film = tmp_path / "film.mp4"
    parts = shoot(tmp_path, SETUPS[setup])
    splice(parts, frames=FRAMES, fps=FPS, sound=compose(tmp_path) if has_sound else None, output=film)
    starts = [0, *accumulate(FRAMES)][:-1]
    inside = (0, 1, 19, 20, 21, 30, 40, 47, 48, 49)
    wanted = [
        start + place
        for start, count in zip(starts, FRAMES, strict=True)
        for place in sorted({*(place for place in inside if place < count), count - 1})
    ]
    seen = watch(film, seeks_s=[(frame + 0.5) / 24 for frame in wanted])
    assert (None, True) == (seen["error"], seen["ended"])
    assert [where(frame) for frame in wanted] == [read(*found) for found in seen["seeks"]]
    shown = [(round(time_s * 24), read(left, right)) for time_s, left, right in seen["played"]]
    assert [(frame, where(frame)) for frame, _ in shown] == shown
    assert {0, 2, 3, 4} <= {part for _, (part, _) in shown}


def alone() -> dict[int, tuple[int, int]]:
    """Part and frame of the part, by frame of a film of `CROSSED` parts, wherever one of them is seen alone."""
    found: dict[int, tuple[int, int]] = {}
    start = 0
    for part in CROSSED:
        first = 0 if part == CROSSED[0] else OVERLAP
        last = FRAMES[part] - (0 if part == CROSSED[-1] else OVERLAP)
        found |= {start + frame: (part, frame) for frame in range(first, last)}
        start += FRAMES[part] - OVERLAP
    return found


def test_a_browser_sees_every_frame_between_transitions_where_it_belongs(tmp_path: Path) -> None:
    """A film as `renderer build` cuts it, of clips with one keyframe each: only what overlaps is rendered."""
    parts = shoot(tmp_path, (*X264, "-g", "999"))
    shots = "".join(f"  - {{id: p{part}, clip: {parts[part].name}}}\n" for part in CROSSED)
    head = f"version: 1\noutput: {{fps: {FPS}}}\ndefaults: {{enter: {{crossfade: {OVERLAP}f}}}}\nshots:\n"
    (tmp_path / "film.yaml").write_text(head + shots)
    environ = {**os.environ, "RENDERER_CACHE_DIR": str(tmp_path / "store")}
    build = [sys.executable, "-m", "renderer", "build", "-q", "film.yaml"]
    subprocess.run(build, cwd=tmp_path, env=environ, check=True)
    wanted = alone()
    edges = [frame for frame in wanted if frame - 1 not in wanted or frame + 1 not in wanted]
    seen = watch(tmp_path / "build" / "film.mp4", seeks_s=[(frame + 0.5) / 24 for frame in edges])
    assert (None, True) == (seen["error"], seen["ended"])
    assert [wanted[frame] for frame in edges] == [read(*found) for found in seen["seeks"]]
    shown = {round(time_s * 24): read(left, right) for time_s, left, right in seen["played"]}
    shown = {frame: found for frame, found in shown.items() if frame in wanted}
    assert {frame: wanted[frame] for frame in shown} == shown
    assert {part for part, _ in wanted.values()} == {part for part, _ in shown.values()}
