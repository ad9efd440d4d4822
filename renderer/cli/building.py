"""What `renderer build` does, from what was asked to an exit code; it needs nothing of click, which a build at every save can spare."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.cli.main import INTERRUPTED
from renderer.cli.voice import Voice
from renderer.errors import RendererError
from renderer.pipeline.build import run_build
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import Reach, open_project, split_targets
from renderer.pipeline.reasons.lines import film_lines, shot_lines
from renderer.pipeline.run import Run
from renderer.pipeline.showing import refuse_unmakeable
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import open_workshop
from renderer.report.run import build_json

if TYPE_CHECKING:
    import asyncio
    import signal

    from renderer.pipeline.buying.gate import Offer, Purchase
    from renderer.pipeline.reasons.reviewed import Reviewed

ENVIRONMENT, GATE, FAILED = 4, 3, 1
PRECEDENCE = (INTERRUPTED, ENVIRONMENT, GATE, FAILED)


def build_storyboard(
    targets: tuple[str, ...],
    *,
    jobs: int | None = None,
    dry_run: bool = False,
    always_make: bool = False,
    keep_going: bool = False,
    fail_fast: bool = False,
    frozen: bool = False,
    plan_file: Path | None = None,
    yes: bool = False,
    max_cost: Decimal | None = None,
    allow_unpriced: bool = False,
    resubmit: tuple[str, ...] = (),
    retry_failed: tuple[str, ...] = (),
    replace_lost: tuple[str, ...] = (),
    output: Path | None = None,
    provider: str | None = None,
    profile: str | None = None,
    offline: bool = False,
    allow_outside: bool = False,
    cache_dir: Path | None = None,
    as_json: bool = False,
    quiet: bool = False,
    verbose: bool = False,
) -> int:
    """Build a storyboard, tell of it, and return the exit code. May spend money.

    Each name is that of an option of `renderer build`, and each default what it is where it is not given.
    """
    started = time.monotonic()
    reviewed = _reviewed(plan_file)
    if reviewed:
        provider, profile = provider or reviewed.provider, profile or reviewed.profile
        max_cost = reviewed.ceiling_usd if max_cost is None else min(max_cost, reviewed.ceiling_usd)
    spec, shots = split_targets(targets, here=Path.cwd())
    project = open_project(spec, provider=provider, profile=profile)
    if reviewed:
        shots = shots or reviewed.shots
    wishes = Wishes(
        shots=shots,
        jobs=jobs,
        fail_fast=fail_fast and not keep_going,
        always=always_make,
        frozen=frozen,
        reach=Reach(fetch=not offline, outside=allow_outside),
        output=output,
        yes=yes,
        max_cost_usd=max_cost,
        unpriced=allow_unpriced,
        resubmit=resubmit,
        retry_failed=retry_failed,
        replace_lost=replace_lost,
    )
    with open_workshop(os.environ, here=Path.cwd(), cache_dir=cache_dir) as workshop:
        workshop.is_building = not dry_run
        run = open_run(workshop, project, wishes)
        if dry_run:
            from renderer.cli.plan import show_plan  # noqa: PLC0415 - another command's voice

            refuse_unmakeable(run, run.dirty())
            return show_plan(run, as_json=as_json, verbose=verbose)
        if reviewed:
            from renderer.pipeline.reasons.reviewed import check_reviewed  # noqa: PLC0415 - only where there is one

            check_reviewed(run, reviewed)
        voice = Voice(run, quiet=quiet or as_json, verbose=verbose)
        return _build(run, voice, started_s=started, as_json=as_json)


def _build(run: Run, voice: Voice, *, started_s: float, as_json: bool) -> int:
    """Build, tell of it, and return the exit code; `started_s` is when the command began, by the monotonic clock."""
    voice.warn()
    with voice:
        run_build(run, emit=voice.hear, stop=interrupts, ask=_ask)
    elapsed_s = time.monotonic() - started_s
    voice.close(elapsed_s)
    if as_json:
        _print_json(run, elapsed_s)
    return exit_code(run)


def interrupts() -> asyncio.Event:
    """An event that the first Ctrl-C (or SIGTERM) sets; the second one ends the program at once."""
    import asyncio  # noqa: PLC0415 - loaded by whoever calls this
    import signal  # noqa: PLC0415

    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, on_signal, number)
    return stop


def _reviewed(path: Path | None) -> Reviewed | None:
    if path is None:
        return None
    from renderer.pipeline.reasons.reviewed import read_review  # noqa: PLC0415 - only where one is named

    return read_review(path)


def exit_code(run: Run) -> int:
    """130 over 4 over 3 over 1 over 0, by how takes and films ended."""
    errors = [ending.error for ending in run.endings.values()] + list(run.film_errors.values())
    found = {error.exit_code for error in errors if error and error.code not in {"G901", "G902", "G903"}}
    found = {code if code in PRECEDENCE else FAILED for code in found}
    if run.interrupted:
        found.add(INTERRUPTED)
    return next((code for code in PRECEDENCE if code in found), 0)


def _print_json(run: Run, elapsed_s: float) -> None:
    from renderer.cli.terminal import write_json  # noqa: PLC0415

    films = list(film_lines(run))
    errors: list[RendererError] = list(run.film_errors.values())
    write_json(
        build_json(
            spec=run.project.label,
            shots=shot_lines(run),
            films=films,
            elapsed_s=elapsed_s,
            spent_usd=run.spent_usd,
            errors=errors,
        )
    )


def _ask(offer: Offer) -> Sequence[Purchase] | None:
    from renderer.cli.ask import ask  # noqa: PLC0415 - only where there is something to buy

    return ask(offer)
