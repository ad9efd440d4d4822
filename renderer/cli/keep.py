"""`renderer keep`."""

from __future__ import annotations

from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.takes import foretell, opened

FIELDS = ("keep", "reason")


@click.command(
    "keep",
    short_help="Hold on to footage although its request changed.",
    epilog="""\b
Examples:
  renderer keep specs/liftoff.yaml crew --reason "her smile"
  renderer keep specs/liftoff.yaml 'verse.*'
  renderer keep specs/liftoff.yaml crew --undo""",
)
@click.argument("spec", type=click.Path(), metavar="SPEC")
@options.shots
@click.option("--reason", default="", metavar="TEXT", help="Why, for those who read it later.")
@click.option("--undo", "undone", is_flag=True, help="Let go of the footage.")
@options.cache_dir
def command(*, spec: str, shots: tuple[str, ...], reason: str, undone: bool, cache_dir: Path | None) -> int:
    """Hold on to the clip that each SHOT shows, or showed before its request changed: nothing is made for it any more.

    Written into `<spec>.picks.yaml`, in the lines of the shots, with the reason. SHOT may be a pattern.
    """
    from renderer.pipeline.record.deciding import keep, undo  # noqa: PLC0415 - for this command alone

    with options.workshop_for(cache_dir) as workshop:
        run = opened(workshop, spec)
        if undone:
            for name in undo(run, shots, FIELDS, foretell=foretell):
                click.echo(f"{name}: no longer kept", err=True)
            return 0
        for line in keep(run, shots, reason=reason, foretell=foretell):
            click.echo(f"{line.shot}: keeps {line.clip.short if line.clip else ''}", err=True)
    return 0
