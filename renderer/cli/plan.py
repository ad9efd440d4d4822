"""`renderer plan`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.terminal import show_diagnostics, wants_colour, write_json
from renderer.pipeline.buying.till import allowance
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import Project, Reach
from renderer.pipeline.reasons.lines import film_lines, shot_lines
from renderer.pipeline.run import Run
from renderer.pipeline.showing import refuse_unmakeable
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import Workshop
from renderer.report.run import plan_json, price_of
from renderer.report.text import name_width, plan_lines, take_name

WORK_TO_DO = 5


@click.command(
    "plan",
    short_help="Show what a build would do, why, and what it would cost.",
    epilog="""\b
Examples:
  renderer plan                        the one storyboard here or in specs/
  renderer plan specs/liftoff.yaml --json
  renderer plan --check && echo "nothing to do\"""",
)
@options.targets
@click.option("--check", is_flag=True, help="Exit with 5 when there is work to do.")
@click.option(
    "--check-lock",
    is_flag=True,
    help="Only compare keys with the lock, and exit with 5 where it is behind. No network; the store is not asked.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the plan down, to be reviewed and built with `renderer build --plan FILE`.",
)
@options.common
@options.quiet
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="List every take, also where many have one cause, and why clips are encoded for the film.",
)
def command(
    *,
    targets: tuple[str, ...],
    check: bool,
    check_lock: bool,
    out: Path | None,
    provider: str | None,
    profile: str | None,
    offline: bool,
    allow_outside: bool,
    cache_dir: Path | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Show what a build would do, why, and what it would cost. Spends nothing and needs no key.

    Each take has a verdict: `reused`, the clip is stored; `run`, it is to be made, with the reason.
    """
    project, shots = options.project_for(targets, provider=provider, profile=profile)
    reach = Reach(fetch=not offline, outside=allow_outside)
    with options.workshop_for(cache_dir) as workshop:
        if check_lock:
            return show_stale(workshop, project, shots, outside=allow_outside, as_json=as_json, quiet=quiet)
        run = open_run(workshop, project, Wishes(shots=shots, reach=reach))
        refuse_unmakeable(run, run.dirty())
        if out:
            from renderer.pipeline.reasons.reviewed import review, write_review  # noqa: PLC0415 - only where it is asked for

            write_review(review(run), out)
        return show_plan(run, as_json=as_json, check=check, quiet=quiet, verbose=verbose)


def show_plan(
    run: Run, *, as_json: bool, check: bool = False, quiet: bool = False, verbose: bool = False
) -> int:
    """Print the plan on stdout and return the exit code."""
    shots, films = list(shot_lines(run, why=True)), list(film_lines(run))
    if as_json:
        write_json(plan_json(spec=run.project.label, shots=shots, films=films, budget=allowance(run)))
    elif not quiet:
        show_diagnostics(run.warnings)
        grouped = not (verbose or run.wishes.shots)
        for line in plan_lines(shots, films, colour=wants_colour(sys.stdout), grouped=grouped):
            click.echo(line)
        if verbose:
            from renderer.pipeline.reasons.copied import encoded_lines  # noqa: PLC0415 - only where all is to be told

            for line in encoded_lines(run):
                click.echo(line)
        total, _ = price_of(shots)
        if total and (budget := allowance(run)):
            click.echo(budget.line(total))
    idle = all(
        verdict in {"reused", "kept"}
        for verdict in [*(s.verdict for s in shots), *(f.verdict for f in films)]
    )
    return WORK_TO_DO if check and not idle else 0


def show_stale(
    workshop: Workshop,
    project: Project,
    shots: Sequence[str],
    *,
    outside: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Print each take of which the lock does not say what the storyboard asks for, and return the exit code."""
    from renderer.pipeline.record.lockcheck import check_lock  # noqa: PLC0415 - parsing, for this question alone

    found = check_lock(workshop, project, shots=shots, outside=outside)
    stale = [one for one in found if one.is_sure]
    if as_json:
        listed, unsure = (
            [{"id": one.shot, "take": one.take, "reason": one.reason} for one in found if one.is_sure is sure]
            for sure in (True, False)
        )
        about = {"version": 1, "spec": project.label, "lock": project.label_of_lock}
        write_json({**about, "stale": listed, **({"unsure": unsure} if unsure else {})})
    elif not quiet:
        width = name_width((one.shot, one.take) for one in found)
        for one in found:
            word = "stale" if one.is_sure else "unsure"
            click.echo(f"{word:<7}  {take_name(one.shot, one.take):<{width}}  {one.reason}")
        click.echo(f"{project.label_of_lock}: {f'{len(stale)} behind' if stale else 'up to date'}", err=True)
    return WORK_TO_DO if stale else 0
