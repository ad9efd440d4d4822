"""The same film on a processor that knows less: pictures, sound and what is drawn, byte for byte.

An older processor is the same ffmpeg, told to use none of the newer instructions. x264 and libraries of its kind look for
themselves; what they write is the same on all of them.
"""

from pathlib import Path

import pytest

from .numbered import ffmpeg as run_ffmpeg
from .stage import Stage, real_ffmpeg

FILM = """\
version: 1
output: {size: 322x182, fps: 25, audio: {rate: 44100}%s}
shots:
  - {id: one, image: a.png, last_image: b.png, camera: slow push in, duration: 1}
  - {id: two, clip: tone.mp4, enter: {crossfade: 0.28}, caption: Steam}
  - {id: dip, image: b.png, camera: handheld, duration: 1, enter: {dip: 0.4, colour: "#102030"}}
  - {id: wipe, image: a.png, duration: 1, enter: {wipe: 0.28}}
  - {id: open, image: b.png, duration: 1, enter: {xfade: circleopen, for: 0.28}}
  - {id: held, clip: tone.mp4, speed: 1.5, use: 1, enter: {xfade: pixelize, for: 0.2}}
tracks:
  - {id: music, file: tone.mp4, start: 0.5, gain_db: -6, fade_out: 1, loop: true, duck: 6}
"""


def write_older(script: Path) -> Path:
    """The real ffmpeg on a processor without newer instructions."""
    script.write_text(f'#!/bin/sh\nexec "{real_ffmpeg()}" -cpuflags 0 "$@"\n')
    script.chmod(0o755)
    return script


def write_tone(path: Path) -> None:
    """A clip of two seconds whose sound has another rate than the film's."""
    picture, sound = "testsrc2=s=320x180:r=25", "anoisesrc=a=0.3:seed=1:r=48000"
    options = ["-t", "2", "-pix_fmt", "yuv420p"]
    run_ffmpeg("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, *options, str(path))


@pytest.mark.parametrize("coding", ["", ", pixel_format: yuv422p10"])
def test_an_older_processor_makes_the_same_film(stage: Stage, tmp_path: Path, coding: str) -> None:
    """Drawn clips, transitions of each kind, and sound at another rate than it came in."""
    stage.still("a.png")
    stage.still("b.png", size=(400, 300), colour="teal")
    write_tone(stage.root / "tone.mp4")
    stage.write("film.yaml", FILM % coding)
    made = []
    for name, ffmpeg in (("new", real_ffmpeg()), ("old", write_older(tmp_path / "old-ffmpeg"))):
        project = stage.copy(tmp_path / name, store=tmp_path / f"{name}-store")
        project.using(RENDERER_FFMPEG=str(ffmpeg)).built()
        made.append({path.name: path.read_bytes() for path in sorted(project.root.rglob("build/**/*.mp4"))})
    assert len(made[0]) > 3
    assert made[0] == made[1]
