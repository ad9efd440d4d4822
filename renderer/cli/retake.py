"""`renderer retake`."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.takes import opened
from renderer.model import dollars

FIELDS = ("retakes",)


@click.command(
    "retake",
    short_help="Add takes to a shot; the next build makes them.",
    epilog="""\b
Examples:
  renderer retake specs/liftoff.yaml crew              one more
  renderer retake specs/liftoff.yaml crew -n 2
  renderer retake specs/liftoff.yaml crew --seed 42""",
)
@click.argument("spec", type=click.Path(), metavar="SPEC")
@options.shot
@click.option(
    "-n", "--count", type=options.Whole(1, 100), default=1, metavar="N", help="How many. [default: 1]"
)
@click.option(
    "--seed",
    type=options.Whole(0),
    metavar="N",
    help="The seed of the first one; by default the next that no take has.",
)
@click.option("--undo", "undone", is_flag=True, help="Take all added takes back.")
@options.cache_dir
def command(
    *, spec: str, shot: str, count: int, seed: int | None, undone: bool, cache_dir: Path | None
) -> int:
    """Add takes to SHOT, beside those of the storyboard. Buys nothing itself: the next build does, with your consent.

    Written into `<spec>.picks.yaml`, in the line of the shot. The takes that there are stay as they are.
    """
    from renderer.pipeline.record.deciding import retake, undo  # noqa: PLC0415 - for this command alone

    with options.workshop_for(cache_dir) as workshop:
        run = opened(workshop, spec)
        if undone:
            for name in undo(run, [shot], FIELDS):
                click.echo(f"{name}: the takes of the storyboard again", err=True)
            return 0
        seeds = retake(run, shot, count=count, seed=seed)
        row = next(row for row in run.compiled.takes if row.shot == shot)
    told = ", ".join(map(str, seeds))
    price = "an unknown price" if row.estimate_usd is None else dollars(Decimal(row.estimate_usd) * count)
    click.echo(
        f"{shot}: {'seed' if count == 1 else 'seeds'} {told} added; the next build makes them, for {price}",
        err=True,
    )
    return 0
