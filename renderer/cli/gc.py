"""`renderer cache gc`, `projects` and `forget`: clearing the store away."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from renderer.cli import options
from renderer.cli.terminal import write_json

KEEP_DAYS = 7
DAYS_MAX = 366
DAY_S = 86_400.0
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)b?", re.ASCII)


class _Size(click.ParamType[int]):
    """An amount of room: `20GB`, `500 MB`, or bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = _SIZE.fullmatch(str(value).strip().lower())
        if not found:
            self.fail(f"`{value}` is not a size such as 20GB", param, ctx)
        return int(float(found[1]) * UNITS[found[2]])


@click.command(
    "gc",
    short_help="Say what nobody needs any more, and clear it away.",
    epilog="""\b
Examples:
  renderer cache gc                       what would go, and why the rest stays
  renderer cache gc --delete
  renderer cache gc --max-size 50GB --delete
  renderer cache gc --paid                also clips that were paid for and that nothing names""",
)
@click.option("--delete", is_flag=True, help="Delete what goes. Without it nothing is deleted.")
@click.option(
    "--paid",
    is_flag=True,
    help="Let clips go, too, that were paid for and that no project, pin or job names.",
)
@click.option(
    "--keep-days",
    type=options.Whole(0, DAYS_MAX),
    default=KEEP_DAYS,
    metavar="N",
    help=f"Keep what was made or used in the last N days. [default: {KEEP_DAYS}]",
)
@click.option(
    "--max-size",
    type=_Size(),
    metavar="SIZE",
    help="Let go only until the store holds no more than this, as in 50GB; what was used least recently goes first.",
)
@options.cache_dir
@options.as_json
def gc(
    *,
    delete: bool,
    paid: bool,
    keep_days: int,
    max_size: int | None,
    cache_dir: Path | None,
    as_json: bool,
) -> int:
    """Say what of the store nobody needs any more, and why the rest stays; with --delete, delete it.

    Asked are the locks and picks of every project that uses the store, in its work trees and on all its branches, tags and
    stashes; pins; and jobs. A clip that was paid for goes only with --paid.
    """
    from renderer.pipeline.keeping.law import Rules  # noqa: PLC0415 - for this command alone
    from renderer.pipeline.keeping.sweeping import sweep  # noqa: PLC0415
    from renderer.report.sweep import closing_words, sweep_json, sweep_lines  # noqa: PLC0415

    rules = Rules(keep_days * DAY_S, paid=paid, room_bytes=max_size)
    with options.workshop_for(cache_dir) as workshop:
        swept = sweep(workshop.store, rules, now=datetime.now(UTC), delete=delete)
    if as_json:
        write_json(sweep_json(swept))
    else:
        for line in sweep_lines(swept):
            click.echo(line)
        click.echo(closing_words(swept), err=True)
    return 0


@click.command("projects", short_help="Which projects use the store.")
@options.cache_dir
@options.as_json
def projects(*, cache_dir: Path | None, as_json: bool) -> int:
    """List the projects that use the store: name, when one of their storyboards was last built, and root."""
    from renderer.pipeline.keeping.sweeping import list_projects  # noqa: PLC0415 - for this command alone

    with options.workshop_for(cache_dir) as workshop:
        found = list_projects(workshop.store)
    if as_json:
        rows = [
            {
                "name": one.identity,
                "root": str(one.root),
                "storyboards": list(one.specs),
                "used_at": one.used_at and one.used_at.isoformat(timespec="seconds"),
                "there": one.is_there,
            }
            for one in found
        ]
        write_json({"version": 1, "projects": rows})
        return 0
    for one in found:
        used = one.used_at.strftime("%Y-%m-%d") if one.used_at else "not built"
        click.echo(f"{one.identity}  {used:<10}  {one.root}{'' if one.is_there else '  (not there)'}")
    return 0


@click.command("forget", short_help="Strike projects off that do not use the store any more.")
@click.argument("projects", nargs=-1, required=True, metavar="PROJECT...")
@options.cache_dir
def forget(*, projects: tuple[str, ...], cache_dir: Path | None) -> int:
    """Strike each PROJECT off, by its root or by its name in `cache projects`: `cache gc` does not ask it any more.

    Deletes nothing. The next build or plan of a project puts it on record again.
    """
    from renderer.pipeline.keeping.sweeping import forget_project  # noqa: PLC0415 - for this command alone

    with options.workshop_for(cache_dir) as workshop:
        for project in projects:
            name = forget_project(workshop.store, project, here=workshop.here)
            click.echo(f"{name}: struck off; its next build puts it on record again", err=True)
    return 0
