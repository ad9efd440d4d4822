"""What a manifest asks of an animatic, read once into a value. Refuses what no frame could show."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from renderer.errors import ProviderRefused
from renderer.model import Json, Size, frames_until
from renderer.row import Row

SIDE_MIN_PX, SIDE_MAX_PX = 16, 8192
DURATION_MAX_S = 3600
DURATION_S = Fraction(5)
"""How long a shot lasts that names no duration."""


class Slate(Row):
    """What is burnt into the picture's lower edge: which take this is, and a warning such as `STALE`."""

    shot: str
    take: int
    seed: int
    model: str | None = None
    note: str | None = None


class Scene(Row):
    """One clip to draw. `stills` are digests by field, `image` and `last_image`; `frames` is at least 1."""

    size: Size
    fps: Fraction
    frames: int
    seed: int
    prompt: str
    camera: str | None
    stills: Mapping[str, str]
    slate: Slate | None

    @property
    def duration_s(self) -> Fraction:
        return self.frames / self.fps


def read_scene(manifest: Mapping[str, Json]) -> Scene:
    """The scene that a manifest describes; raises `ProviderRefused` for a size or length out of range."""
    fields, picture, seed = manifest.get("fields", {}), manifest["picture"], int(manifest.get("seed") or 1)
    size, fps = Size.parse(picture["size"]), Fraction(picture["fps"])
    duration_s = Fraction(fields.get("duration") or DURATION_S)
    _refuse_size(size)
    _refuse_time(duration_s, fps)
    return Scene(
        size=size,
        fps=fps,
        frames=max(1, frames_until(duration_s, fps)),
        seed=seed,
        prompt=fields.get("prompt") or "",
        camera=fields.get("camera"),
        stills={name: still["sha256"] for name, still in manifest.get("inputs", {}).items()},
        slate=_read_slate(manifest.get("slate"), seed),
    )


def _read_slate(slate: Mapping[str, Json] | None, seed: int) -> Slate | None:
    if not slate:
        return None
    return Slate(slate["shot"], slate["take"], seed, slate.get("model"), slate.get("note"))


def _refuse_size(size: Size) -> None:
    sides = (size.width_px, size.height_px)
    if all(SIDE_MIN_PX <= side <= SIDE_MAX_PX and side % 2 == 0 for side in sides):
        return
    raise ProviderRefused(
        f"an animatic cannot be {size} pixels",
        code="P720",
        facts=[("size", size), ("each side", f"{SIDE_MIN_PX} to {SIDE_MAX_PX}, even")],
        hint="give the output an even `size` in this range",
    )


def _refuse_time(duration_s: Fraction, fps: Fraction) -> None:
    if 0 < duration_s <= DURATION_MAX_S and fps > 0:
        return
    raise ProviderRefused(
        f"an animatic cannot last {float(duration_s):g} s at {fps} frames per second",
        code="P721",
        facts=[("duration", f"{duration_s} s"), ("longest", f"{DURATION_MAX_S} s")],
        hint="give the shot a `duration` above 0 and within the longest",
    )
