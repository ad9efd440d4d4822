"""The film of the sweep: thirty paid shots, each another request, and what it is when nothing disturbs its build."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.stage import Stage, digest_of
from tests.simulator.simulator import Simulator

from .weather import CALM, CLOCK_SCALE

SHOTS = 30
BUILD_TIMEOUT_S = 240.0
HEAD = """\
version: 1
output: {fps: 8}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", image: a.png, use: 0.25}
shots:
"""


def set_stage(root: Path, *, shots: int = SHOTS) -> Stage:
    """A project at `root` with the storyboard, and a store beside it."""
    stage = Stage(root / "project", root / "store")
    stage.root.mkdir(parents=True)
    stage.still("a.png")
    lines = [f"  - {{id: s{number:02}, prompt: scene {number}}}\n" for number in range(1, shots + 1)]
    stage.write("film.yaml", HEAD + "".join(lines))
    return stage


def undisturbed(root: Path, *, shots: int = SHOTS) -> str:
    """The digest of the film where nothing goes wrong; a clip's bytes follow from its request alone."""
    stage = set_stage(root, shots=shots)
    with Simulator.start(clock_scale=CLOCK_SCALE, **CALM) as vendor:
        done = stage.using(**vendor.environ).build("-y", timeout_s=BUILD_TIMEOUT_S)
    assert 0 == done.code, done.stderr
    return digest_of(stage.film())
