"""What the command line asks of a build, as one value that every part of it can see."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from renderer.pipeline.project import Reach
from renderer.row import Row


class Wishes(Row):
    """What the command line asks of a build.

    `jobs` None means as many generations as there are cores, or as the catalogue allows for a paid provider. `yes` and
    `max_cost_usd` are consent to buying; `resubmit`, `retry_failed` and `replace_lost` are patterns of shots.
    """

    shots: tuple[str, ...] = ()
    jobs: int | None = None
    fail_fast: bool = False
    always: bool = False
    frozen: bool = False
    reach: Reach = Reach()
    output: Path | None = None
    yes: bool = False
    max_cost_usd: Decimal | None = None
    unpriced: bool = False
    resubmit: tuple[str, ...] = ()
    retry_failed: tuple[str, ...] = ()
    replace_lost: tuple[str, ...] = ()
