"""What a clip is filmed of, laid out for ffmpeg: all that is computed before ffmpeg starts. Takes JSON and returns it, as a mate does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from renderer.errors import StoreError
from renderer.model import Json
from renderer.providers.animatic.graph import film_arguments
from renderer.providers.animatic.scene import read_scene
from renderer.providers.animatic.shoot import compose


def lay_out(
    *, manifest: Mapping[str, Json], inputs: Mapping[str, str], folder: str, output: str, filter_threads: int
) -> list[str]:
    """Draw the layers of a take into an empty folder, and return ffmpeg's arguments to film them there.

    Raises `ProviderRefused` for a size or length out of range, `MediaError` for a damaged still, `StoreError` when the disk is full.
    """
    shoot = compose(read_scene(manifest), {name: Path(path) for name, path in inputs.items()})
    try:
        for layer in shoot.layers:
            (Path(folder) / layer.name).write_bytes(layer.pixels)
    except OSError as error:
        raise StoreError(
            "a still cannot be written for ffmpeg",
            code="E611",
            facts=[("folder", Path(folder).parent), ("error", error)],
            hint="free some space and run the same command again",
        ) from error
    return film_arguments(shoot, output=output, filter_threads=filter_threads)
