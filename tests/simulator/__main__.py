"""`python -m tests.simulator`: serve until stopped; one line of JSON with the URL tells that it is ready."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from .clips import Clips, clips_folder
from .schemas import Schemas
from .server import serve
from .settings import WILD, Settings
from .world import World


def main() -> None:
    wishes = _parser().parse_args()
    given = json.loads(wishes.settings)
    clips = Clips(wishes.clips)
    world = World(
        settings=Settings().changed({**(WILD if wishes.wild else {}), **given}),
        seed=wishes.seed,
        clock_scale=wishes.clock_scale,
        state=wishes.state,
        schemas=Schemas(wishes.schemas),
        clips=clips,
    )
    asyncio.run(_run(world, port=wishes.port))
    world.close()
    clips.close()


async def _run(world: World, *, port: int) -> None:
    until = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, until.set)
    await serve(world, port=port, ready=_announce, until=until)


def _announce(port: int) -> None:
    line: dict[str, Any] = {"url": f"http://127.0.0.1:{port}", "pid": os.getpid()}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--clock-scale", type=float, default=1.0, help="how fast the clock runs")
    parser.add_argument("--seed", type=int, default=7, help="all chance follows from it")
    parser.add_argument("--state", type=Path, help="keep the ledger and the record in this file")
    parser.add_argument("--schemas", type=Path, help="more models: model id to JSON Schema")
    parser.add_argument("--clips", type=Path, default=clips_folder(), help="folder for base clips")
    parser.add_argument("--settings", default="{}", help="JSON: any fields of tests/simulator/settings.py")
    parser.add_argument("--wild", action="store_true", help="every form of answer that was ever seen")
    return parser


if __name__ == "__main__":
    main()
