"""What builds leave behind, looked into: what a store has on record, and the pictures of a film."""

import json
from pathlib import Path
from typing import Any

import av
from PIL import Image

from .stage import Stage


def manifests(stage: Stage) -> dict[str, dict[str, Any]]:
    """The manifest of every action that the stage's store has on record, by key."""
    traces = (json.loads(path.read_bytes()) for path in (stage.store / "ac").glob("*/*.json"))
    return {trace["key"]: trace["manifest"] for trace in traces}


def frames_of(film: Path) -> list[Image.Image]:
    """Every frame of a film."""
    with av.open(str(film)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]  # type: ignore[no-untyped-call]
