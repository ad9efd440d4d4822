"""`renderer build`."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from renderer.cli import options
from renderer.cli.ask import ask
from renderer.cli.voice import Voice, interrupts
from renderer.errors import RendererError
from renderer.pipeline.build import run_build
from renderer.pipeline.lines import film_lines, shot_lines
from renderer.pipeline.project import Reach
from renderer.pipeline.run import Run, Wishes, open_run
from renderer.report.run import build_json

if TYPE_CHECKING:
    from renderer.pipeline.reviewed import Reviewed

INTERRUPTED, ENVIRONMENT, GATE, FAILED = 130, 4, 3, 1
PRECEDENCE = (INTERRUPTED, ENVIRONMENT, GATE, FAILED)


@click.command(
    "build",
    short_help="Make what is missing and join the film.",
    epilog="""\b
Examples:
  renderer build                              the one storyboard here or in specs/
  renderer build specs/liftoff.yaml           all shots, then the film
  renderer build specs/liftoff.yaml 'crew*'   only some shots
  renderer build --provider animatic          a moving storyboard, for nothing
  renderer build --max-cost 5                 buy what is missing, for $5 at most
  renderer build -n                           what would be done, as `renderer plan`""",
)
@options.targets
@options.jobs
@click.option("-n", "--dry-run", is_flag=True, help="Only show what would be done.")
@click.option(
    "-B", "--always-make", is_flag=True, help="Make free results again, stored or not. Buys nothing."
)
@click.option("-k", "--keep-going", is_flag=True, help="Go on after a failure (this is the default).")
@click.option("--fail-fast", is_flag=True, help="Start nothing new after the first failure.")
@click.option("--frozen", is_flag=True, help="Buy nothing: a paid clip that is missing stops the build.")
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Build the plan that `renderer plan --out FILE` wrote, and buy no more than it says.",
)
@options.consent
@options.output
@options.common
@options.quiet
@click.option("-v", "--verbose", is_flag=True, help="List reused shots too, in any case.")
def command(
    *,
    targets: tuple[str, ...],
    jobs: int | None,
    dry_run: bool,
    always_make: bool,
    keep_going: bool,
    fail_fast: bool,
    frozen: bool,
    plan_file: Path | None,
    yes: bool,
    max_cost: Decimal | None,
    allow_unpriced: bool,
    resubmit: tuple[str, ...],
    retry_failed: tuple[str, ...],
    replace_lost: tuple[str, ...],
    output: Path | None,
    provider: str | None,
    profile: str | None,
    offline: bool,
    allow_outside: bool,
    cache_dir: Path | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Make what is missing, then join the film.

    Every shot whose request was made before is taken from the store. What is new is generated, as many at
    once as `-j` allows; then the clips are joined into `build/<output.file>`. A second build does nothing.
    """
    started = time.monotonic()
    reviewed = _reviewed(plan_file)
    if reviewed:
        provider, profile = provider or reviewed.provider, profile or reviewed.profile
        max_cost = reviewed.ceiling_usd if max_cost is None else min(max_cost, reviewed.ceiling_usd)
    project, shots = options.project_for(targets, provider=provider, profile=profile)
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
    with options.workshop_for(cache_dir) as workshop:
        run = open_run(workshop, project, wishes)
        if dry_run:
            from renderer.cli.plan import show_plan  # noqa: PLC0415 - another command's voice

            return show_plan(run, as_json=as_json, verbose=verbose)
        if reviewed:
            from renderer.pipeline.reviewed import check_reviewed  # noqa: PLC0415 - only where there is one

            check_reviewed(run, reviewed)
        voice = Voice(run, quiet=quiet or as_json, verbose=verbose)
        return _build(run, voice, started_s=started, as_json=as_json)


def _build(run: Run, voice: Voice, *, started_s: float, as_json: bool) -> int:
    """Build, tell of it, and return the exit code; `started_s` is when the command began, by the monotonic clock."""
    voice.warn()
    with voice:
        run_build(run, emit=voice.hear, stop=interrupts, ask=ask)
    elapsed_s = time.monotonic() - started_s
    voice.close(elapsed_s)
    if as_json:
        _print_json(run, elapsed_s)
    return exit_code(run)


def _reviewed(path: Path | None) -> Reviewed | None:
    if path is None:
        return None
    from renderer.pipeline.reviewed import read_review  # noqa: PLC0415 - only where one is named

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
