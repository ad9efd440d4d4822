"""How a clip moves in the film: how fast, which way, and how long its last frame is held. None of it asks for another clip."""

from __future__ import annotations

from collections.abc import Mapping

from renderer.spec.merge import Merged, Written
from renderer.spec.scene import Scene, number, truth
from renderer.storyboard import Motion

MOTION = ("speed", "reverse", "hold")


def read_motion(scene: Scene, fields: Mapping[str, Written | Merged]) -> Motion:
    """What a shot or an entry of the cut says of motion; tells a `hold` in frames that are not there (S208)."""
    return Motion(
        speed=number(fields.get("speed")),
        reverse=truth(fields.get("reverse")),
        hold_s=scene.time(fields.get("hold")),
    )
