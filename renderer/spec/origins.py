"""Where the fields of a shot come from: the places that made each, and the pieces of text that show in it."""

from __future__ import annotations

from renderer.diagnostic import Place
from renderer.spec.merge import Merged
from renderer.spec.scene import Scene
from renderer.storyboard import Span

Origins = dict[str, tuple[Place, ...]]
Spans = dict[str, tuple[Span, ...]]


def note_origins(scene: Scene, origins: Origins, fields: Merged, *names: str) -> None:
    """Put down where those of some fields are written that are there."""
    for name in names:
        if field := fields.get(name):
            origins[name] = scene.places(field)
