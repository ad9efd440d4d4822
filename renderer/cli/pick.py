"""`renderer pick`."""

from __future__ import annotations

from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.takes import foretell, opened
from renderer.errors import UsageError

FIELDS = ("pick", "clip", "request")


@click.command(
    "pick",
    short_help="Decide which take of a shot the film shows.",
    epilog="""\b
Examples:
  renderer pick specs/liftoff.yaml crew 2          take 2
  renderer pick specs/liftoff.yaml crew @3f9a      the clip whose digest begins so, of any request
  renderer pick specs/liftoff.yaml crew --undo     the first take again""",
)
@click.argument("spec", type=click.Path(), metavar="SPEC")
@options.shot
@click.argument("wanted", required=False, metavar="[TAKE]")
@click.option("--undo", "undone", is_flag=True, help="Show the first take again.")
@options.cache_dir
def command(*, spec: str, shot: str, wanted: str | None, undone: bool, cache_dir: Path | None) -> int:
    """Decide which take of SHOT the film shows: `2`, or `@3f9a` for the clip whose digest begins so.

    Written into `<spec>.picks.yaml`, in the line of the shot; commit it. Where the shot's request changes later, that one take is
    made anew, and no other. Buys nothing.
    """
    from renderer.pipeline.record.deciding import pick, undo  # noqa: PLC0415 - for this command alone

    if undone == (wanted is not None):
        raise UsageError(
            "name a take, or say `--undo`", code="U008", hint="`renderer takes SPEC SHOT` lists them"
        )
    with options.workshop_for(cache_dir) as workshop:
        run = opened(workshop, spec)
        if wanted is None:
            for name in undo(run, [shot], FIELDS, foretell=foretell):
                click.echo(f"{name}: its first take again", err=True)
            return 0
        chosen = pick(run, shot, wanted, foretell=foretell)
    what = f"take {chosen.take}" if chosen.take else "a clip of an older request"
    clip = f", {chosen.clip.short}" if chosen.clip else ", which is not made yet"
    click.echo(f"{chosen.shot}: {what}{clip}", err=True)
    return 0
