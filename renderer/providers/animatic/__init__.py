"""The free provider: a moving storyboard drawn from stills and words, on this machine, the same every time.

This package owns the look: `scene` reads the manifest, `camera` decides the move, `plate` prepares stills,
`ground`, `card`, `slate` and `typeset` draw, `tools` names what with, `shoot` composes, `graph` writes ffmpeg's arguments, `layout` does
all that comes before ffmpeg. It knows no store and no
other shot. Everything that draws is imported only when something is drawn: `identity` is on the path of a
build with nothing to do.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.ffmpeg.binary import Ffmpeg
from renderer.ffmpeg.encode import ENCODER
from renderer.model import Json, Size
from renderer.providers.animatic.tools import drawing_tools
from renderer.row import Row

if TYPE_CHECKING:
    from renderer.mate import Mates
    from renderer.providers.base import Order

DESIGN = 4
"""The version of the look. It is in every manifest: change it with anything that changes a pixel."""
LAY_OUT = "renderer.providers.animatic.layout:lay_out"


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

    async def generate(self, order: Order, *, output: Path, mates: Mates | None = None) -> None:
        """Draw and encode the clip of `order`: exactly its frames, no sound. Costs nothing.

        Raises `ProviderRefused` for a size or length out of range, `MediaError` for a damaged still,
        `StoreError` when the disk is full; then, and when cancelled, nothing is left at `output`.
        """
        import asyncio  # noqa: PLC0415 - drawing and all it needs are imported late
        import tempfile  # noqa: PLC0415

        from renderer.ffmpeg.run import run_ffmpeg  # noqa: PLC0415
        from renderer.mate import ALONE  # noqa: PLC0415

        with (
            _nothing_left(output),
            tempfile.TemporaryDirectory(prefix=".animatic-", dir=output.parent) as folder,
        ):
            given = {
                "manifest": order.manifest,
                "inputs": {name: str(path) for name, path in order.inputs.items()},
                "folder": folder,
                # ffmpeg works inside the folder, so that no path enters a filter graph; the clip lands beside it.
                "output": f"../{output.name}",
                "filter_threads": self.filter_threads,
            }
            with (mates or ALONE).lend() as call:
                laying = asyncio.ensure_future(asyncio.to_thread(call, LAY_OUT, given))
                try:
                    arguments = await asyncio.shield(laying)
                except asyncio.CancelledError:
                    # Whoever writes into the folder cannot be broken off, and is waited for before that goes.
                    await asyncio.wait([laying])
                    raise
            await run_ffmpeg(self.ffmpeg.path, arguments, cwd=Path(folder))


@contextlib.contextmanager
def _nothing_left(output: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        output.unlink(missing_ok=True)
        raise
