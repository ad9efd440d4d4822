"""`renderer takes`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.terminal import write_json
from renderer.model import dollars
from renderer.pipeline.opening import open_run
from renderer.pipeline.record.setsoff import SetsOff
from renderer.pipeline.run import Run
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import Workshop


@click.command(
    "takes",
    short_help="List the takes of a shot, and every clip it ever had.",
    epilog="""\b
Examples:
  renderer takes specs/liftoff.yaml crew
  renderer takes specs/liftoff.yaml crew --all      older requests, too""",
)
@click.argument("spec", type=click.Path(), metavar="SPEC")
@options.shot
@click.option(
    "--all", "everything", is_flag=True, help="Every clip that is stored, under older requests, too."
)
@options.cache_dir
@options.as_json
def command(*, spec: str, shot: str, everything: bool, cache_dir: Path | None, as_json: bool) -> int:
    """List the takes of SHOT: number, start of the clip's digest, verdict, seed, model, price, age, file, and which one the film shows.

    SHOT may be a pattern. A clip of an older request has no number; `renderer pick SPEC SHOT @DIGEST` brings it back.
    """
    from renderer.pipeline.record.takes import list_takes  # noqa: PLC0415 - for this command alone
    from renderer.report.takes import take_json, take_lines  # noqa: PLC0415

    with options.workshop_for(cache_dir) as workshop:
        lines = list_takes(opened(workshop, spec), shot, everything=everything)
    if as_json:
        write_json({"version": 1, "spec": spec, "takes": [take_json(line) for line in lines]})
    else:
        sys.stdout.writelines(f"{line}\n" for line in take_lines(lines, now=datetime.now(UTC)))
    return 0


def opened(workshop: Workshop, spec: str) -> Run:
    """The storyboard that decisions are about, looked up: never a variant of it."""
    project = options.project_named(spec)
    assert project, "BUG: no storyboard is named"
    return open_run(workshop, project, Wishes())


def foretell(set_off: SetsOff) -> None:
    """Say what a decision sets off, if anything: before it is written."""
    if not set_off.shots:
        return
    verb = "re-buys" if set_off.again else "buys"
    shots = "chained shot" if set_off.shots == 1 else "chained shots"
    unpriced = f" and {set_off.unpriced} of unknown price" if set_off.unpriced else ""
    click.echo(f"{verb} {set_off.shots} {shots}, {dollars(set_off.price_usd)}{unpriced}", err=True)
