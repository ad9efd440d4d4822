"""`renderer approve`."""

from __future__ import annotations

from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.takes import opened

FIELDS = ("approved",)


@click.command(
    "approve",
    short_help="Mark the clips that shots show as approved.",
    epilog="""\b
Examples:
  renderer approve specs/liftoff.yaml crew sky
  renderer approve specs/liftoff.yaml '*' --undo""",
)
@click.argument("spec", type=click.Path(), metavar="SPEC")
@options.shots
@click.option("--undo", "undone", is_flag=True, help="Take the mark away.")
@options.cache_dir
def command(*, spec: str, shots: tuple[str, ...], undone: bool, cache_dir: Path | None) -> int:
    """Mark the clip that each SHOT shows as approved. The mark holds for that clip alone; `renderer takes` shows it.

    Written into `<spec>.picks.yaml`, in the lines of the shots. SHOT may be a pattern.
    """
    from renderer.pipeline.record.deciding import approve, undo  # noqa: PLC0415 - for this command alone

    with options.workshop_for(cache_dir) as workshop:
        run = opened(workshop, spec)
        if undone:
            for name in undo(run, shots, FIELDS):
                click.echo(f"{name}: no longer approved", err=True)
            return 0
        for line in approve(run, shots):
            click.echo(f"{line.shot}: approved {line.clip.short if line.clip else ''}", err=True)
    return 0
