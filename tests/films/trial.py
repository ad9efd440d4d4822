"""One trial: clips of odd kinds, a storyboard over them, its films looked at, an edit, and the same from nothing elsewhere."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.acceptance.stage import Stage, digest_of
from tests.simulator.draw import dice

from .board import draw_board, edit
from .footage import Clip, choose, write
from .reckon import reckon
from .seen import compare

BUILD_TIMEOUT_S = 60
CLIPS = (2, 3, 4)
WRONG_MAX = 6


class Outcome(NamedTuple):
    """What one trial came to. `counted` are films, frames and kinds seen; `error` is empty if all held."""

    seed: int
    counted: Counter[str]
    error: str = ""


def run_trial(seed: int, *, folder: Path) -> Outcome:
    """Run one trial in a folder of its own; says what was looked at, and what did not hold."""
    stage = Stage(folder / "project", folder / "store")
    stage.root.mkdir(parents=True)
    clips = _shoot(seed, stage.root)
    chance, counted = dice(seed, "board"), Counter[str]()
    board, errors = draw_board(chance, clips=clips), list[str]()
    try:
        errors += _look(stage, board, clips, jobs="1", counted=counted)
        board = edit(chance, board, clips=clips)
        errors += _look(stage, board, clips, jobs="1", counted=counted)
        errors += _again(stage, board, clips, folder=folder)
    except (AssertionError, subprocess.SubprocessError) as failure:
        errors.append(str(failure))
    told = "\n".join(f"  {clip.file}: {clip.kind}" for clip in clips.values())
    return Outcome(seed, counted, "\n".join([f"seed {seed}:", told, *errors]) if errors else "")


def _shoot(seed: int, root: Path) -> dict[str, Clip]:
    chance = dice(seed, "clips")
    made = (write(choose(chance), mark=mark, folder=root) for mark in range(1, 1 + chance.choice(CLIPS)))
    return {clip.file: clip for clip in made}


def _look(
    stage: Stage, board: Mapping[str, Any], clips: Mapping[str, Clip], *, jobs: str, counted: Counter[str]
) -> list[str]:
    """Build, and hold each film against the one by arithmetic."""
    stage.write("film.yaml", json.dumps(board, indent=1))
    built = stage.run("build", "-j", jobs, "-q", timeout_s=BUILD_TIMEOUT_S)
    if built.code:
        return [f"exit {built.code}: {built.stderr}"]
    errors = []
    for film in reckon(board, clips):
        count, wrong = compare(stage.film(film.file), film)
        counted += Counter({"films": 1, "frames": count, "slots": len(film.laid)})
        if wrong:
            errors.append(
                f"{film.file}: {len(wrong)} of {film.frames} frames are wrong\n"
                + "\n".join(f"    {one}" for one in wrong[:WRONG_MAX])
            )
    return errors


def _again(stage: Stage, board: Mapping[str, Any], clips: Mapping[str, Clip], *, folder: Path) -> list[str]:
    """From nothing, in another folder, with other jobs: the same bytes."""
    other = stage.copy(folder / "elsewhere", store=folder / "store2")
    built = other.run("build", "-j", "4", "-q", timeout_s=BUILD_TIMEOUT_S)
    if built.code:
        return [f"elsewhere: exit {built.code}: {built.stderr}"]
    files = [film.file for film in reckon(board, clips)]
    return [
        f"{file} has other bytes elsewhere"
        for file in files
        if stage.film(file).exists() and digest_of(stage.film(file)) != digest_of(other.film(file))
    ]
