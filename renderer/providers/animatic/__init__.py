"""The free provider: a moving storyboard drawn from stills and words, on this machine, the same every time.

This package owns the look: `scene` reads the manifest, `camera` decides the move, `plate` prepares stills,
`ground`, `card`, `slate` and `typeset` draw, `tools` names what with, `shoot` composes, `graph` writes ffmpeg's arguments. It knows no store and no
other shot. Everything that draws is imported only when something is drawn: `identity` is on the path of a
build with nothing to do.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.errors import StoreError
from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.encode import ENCODER
from renderer.model import Json, Size
from renderer.providers.animatic.tools import drawing_tools
from renderer.row import Row

if TYPE_CHECKING:
    from renderer.providers.animatic.graph import Shoot
    from renderer.providers.base import Order

DESIGN = 3
"""The version of the look. It is in every manifest: change it with anything that changes a pixel."""


class Animatic(Row):
    """Fills the port `Maker`. `filter_threads` decides speed alone: the bytes are the same for any number.

    `tools` are what `drawing_tools` said, where that is known: then nothing is loaded to name them.
    """

    ffmpeg: Ffmpeg
    filter_threads: int
    tools: Mapping[str, str] | None = None
    name: str = "animatic"

    def identity(self, *, size: Size, fps: Fraction) -> Mapping[str, Json]:
        """All that decides the bytes beside the request: picture, tools and the version of the look."""
        drawn_by = drawing_tools() if self.tools is None else self.tools
        tools = {"ffmpeg": self.ffmpeg.build, "encoder": dict(ENCODER), "design": DESIGN, **drawn_by}
        return {"provider": self.name, "picture": {"size": str(size), "fps": str(fps)}, "tools": tools}

    async def generate(self, order: Order, *, output: Path) -> None:
        """Draw and encode the clip of `order`: exactly its frames, no sound. Costs nothing.

        Raises `ProviderRefused` for a size or length out of range, `MediaError` for a damaged still,
        `StoreError` when the disk is full; then, and when cancelled, nothing is left at `output`.
        """
        import asyncio  # noqa: PLC0415 - drawing and all it needs are imported late

        from renderer.providers.animatic.scene import read_scene  # noqa: PLC0415
        from renderer.providers.animatic.shoot import compose  # noqa: PLC0415

        shoot = await asyncio.to_thread(compose, read_scene(order.manifest), order.inputs)
        with _nothing_left(output):
            await self._film(shoot, output)

    async def _film(self, shoot: Shoot, output: Path) -> None:
        import tempfile  # noqa: PLC0415

        from renderer.ffmpeg.run import run_ffmpeg  # noqa: PLC0415
        from renderer.providers.animatic.graph import film_arguments  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix=".animatic-", dir=output.parent) as folder:
            _lay_out(shoot, Path(folder))
            # ffmpeg works inside the folder, so that no path enters a filter graph; the clip lands beside it.
            arguments = film_arguments(shoot, output=f"../{output.name}", filter_threads=self.filter_threads)
            await run_ffmpeg(self.ffmpeg.path, arguments, cwd=Path(folder))


@contextlib.contextmanager
def _nothing_left(output: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        output.unlink(missing_ok=True)
        raise


def _lay_out(shoot: Shoot, folder: Path) -> None:
    try:
        for layer in shoot.layers:
            (folder / layer.name).write_bytes(layer.pixels)
    except OSError as error:
        raise StoreError(
            "a still cannot be written for ffmpeg",
            code="E611",
            facts=[("folder", folder.parent), ("error", error)],
            hint="free some space and run the same command again",
        ) from error
