"""`renderer build`, as click reads it; what it does is in `building`, and what says nothing but targets is read in `main`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from renderer.cli import options
from renderer.cli.building import build_storyboard


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
@click.option(
    "-v", "--verbose", is_flag=True, help="List reused shots too, in any case, and how films were joined."
)
def command(*, targets: tuple[str, ...], **asked: Any) -> int:
    """Make what is missing, then join the film.

    Every shot whose request was made before is taken from the store. What is new is generated, as many at
    once as `-j` allows; then the clips are joined into `build/<output.file>`. A second build does nothing.
    """
    return build_storyboard(targets, **asked)
