"""`docs/sound.md`: its films are built, and heard."""

from __future__ import annotations

import json
import subprocess
from array import array
from pathlib import Path

import pytest

from renderer.ffmpeg.binary import locate_ffmpeg

from .pages import ROOT, blocks
from .tour import Place

FILMS = [
    block.text
    for block in blocks((ROOT / "docs" / "sound.md").read_text("utf-8"), "yaml")
    if "shots:" in block.text
]
LENGTHS_S = [16.0, 2.5 + 2.5 + 1.25 + 5, 7.0]
ON_THE_BEAT = ROOT / "specs" / "on-the-beat.yaml"
BEATS = [4, 1, 1, 1, 1, 7, 4, 8]
SMALL = ("640x360", "64x36")


def built(place: Place, name: str, text: str) -> tuple[Path, float]:
    """Where a film is that was built of a storyboard, small, and how long it is by its own account, in seconds."""
    (place.project / "specs" / f"{name}.yaml").write_text(text.replace(*SMALL), "utf-8")
    told = json.loads(place.run(f"renderer build --json specs/{name}.yaml 2>/dev/null"))
    assert [] == told.get("errors", [])
    return place.project / told["sequence"]["path"], told["sequence"]["duration_s"]


def loudest(film: Path, start_s: float, end_s: float) -> float:
    """The largest sample between two times."""
    cut = ["-af", f"atrim={start_s}:{end_s}", "-f", "f32le", "-ac", "1", "pipe:1"]
    argv = [str(locate_ffmpeg({})), "-v", "error", "-i", str(film), "-vn", *cut]
    return max(array("f", subprocess.run(argv, capture_output=True, check=True).stdout))


@pytest.mark.parametrize("number", range(len(FILMS)))
def test_an_example_of_the_page_is_a_film_with_sound(place: Place, number: int) -> None:
    """As long as its times say; heard from its beginning, and gone at its end, where it fades out."""
    film, duration_s = built(place, f"example{number}", f"version: 1\n{FILMS[number]}")
    assert LENGTHS_S[number] == pytest.approx(duration_s, abs=0.03)
    assert loudest(film, 0, 0.5) > 0.05
    assert loudest(film, duration_s - 0.05, duration_s) < 0.05


def test_the_demo_is_cut_on_the_beat(place: Place) -> None:
    """Every slot begins on the frame nearest to its beat: at 96 beats a minute and 24 frames a second, exactly on it."""
    film, duration_s = built(place, "on-the-beat", ON_THE_BEAT.read_text("utf-8"))
    assert sum(BEATS) * 0.625 == duration_s
    plan = json.loads(place.run("renderer build --json specs/on-the-beat.yaml 2>/dev/null"))
    assert {"reused"} == {shot["outcome"] for shot in plan["shots"]}
    assert loudest(film, 0, 0.1) > 0.1
