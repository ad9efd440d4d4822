"""`renderer handover`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from renderer.cli import options
from renderer.cli.terminal import write_json
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import Reach, relative
from renderer.pipeline.wishes import Wishes

if TYPE_CHECKING:
    from renderer.pipeline.desk.handover import Handover


@click.command(
    "handover",
    short_help="Fill a folder for an editor: clips, edit lists, contact sheet.",
    epilog="""\b
Examples:
  renderer handover specs/liftoff.yaml cutting-room
  renderer handover specs/liftoff.yaml cutting-room --partial      what there is today""",
)
@click.argument("spec", type=click.Path(), metavar="SPEC")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--output-name",
    "names",
    multiple=True,
    metavar="NAME",
    help="Of this output; may be repeated. [default: all]",
)
@click.option("--partial", is_flag=True, help="Hand over what there is, although clips are missing.")
@options.common
@options.quiet
def command(
    *,
    spec: str,
    folder: Path,
    names: tuple[str, ...],
    partial: bool,
    provider: str | None,
    profile: str | None,
    offline: bool,
    allow_outside: bool,
    cache_dir: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Fill DIR with the full-length clips of the film and the lists that editing programs read. Buys nothing.

    What was handed over before is brought up to date; files of others in DIR stay as they are.
    """
    from renderer.pipeline.desk.handover import hand_over  # noqa: PLC0415 - for this command alone

    project, _ = options.project_for((spec,), provider=provider, profile=profile)
    wishes = Wishes(reach=Reach(fetch=not offline, outside=allow_outside))
    with options.workshop_for(cache_dir) as workshop:
        run = open_run(workshop, project, wishes)
        done = hand_over(run, folder.absolute(), outputs=names, is_partial=partial)
        where = relative(folder.absolute(), here=workshop.here)
    if as_json:
        write_json(_json(project.label, where, done))
    elif not quiet:
        _tell(where, done)
    return 0


def _tell(where: str, done: Handover) -> None:
    for name in done.filled.removed:
        click.echo(f"removed  {name}", err=True)
    for note in done.notes:
        click.echo(f"note     {note}", err=True)
    count = "1 file" if len(done.files) == 1 else f"{len(done.files)} files"
    click.echo(f"{where}: {count}, {len(done.filled.written)} of them written", err=True)


def _json(spec: str, where: str, done: Handover) -> dict[str, object]:
    files = [
        {"path": f"{where}/{name}", "sha256": content.digest.sha256, "bytes": content.digest.size_bytes}
        for name, content in done.files.items()
    ]
    return {
        "version": 1,
        "spec": spec,
        "folder": where,
        "files": files,
        "written": list(done.filled.written),
        "removed": list(done.filled.removed),
        "missing": list(done.missing),
        "notes": list(done.notes),
    }
