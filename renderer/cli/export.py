"""`renderer export`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from renderer.cli import options
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import Reach
from renderer.pipeline.wishes import Wishes

FORMS = ("otio", "fcp7xml", "edl", "csv", "srt", "vtt", "depfile", "dot", "mermaid")


@click.command(
    "export",
    short_help="Write edit lists, graphs or dependencies for other programs.",
    epilog="""\b
Examples:
  renderer export specs/liftoff.yaml --to otio -o liftoff.otio
  renderer export specs/liftoff.yaml --to depfile -o build/liftoff.d
  renderer export specs/liftoff.yaml --to dot | dot -Tsvg > liftoff.svg""",
)
@options.spec
@click.option("--to", "form", type=click.Choice(FORMS), required=True, help="The form to write.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write to this file. [default: stdout]",
)
@click.option(
    "--output-name",
    "names",
    multiple=True,
    metavar="NAME",
    help="Of this output; may be repeated for graphs and dependencies. [default: the first, or all of them]",
)
@options.provider
@options.profile
@options.offline
@options.outside
@options.cache_dir
def command(
    *,
    spec: str | None,
    form: str,
    output: Path | None,
    names: tuple[str, ...],
    provider: str | None,
    profile: str | None,
    offline: bool,
    allow_outside: bool,
    cache_dir: Path | None,
) -> int:
    """Write the film as it stands, in the form of another program. Makes nothing, buys nothing.

    A clip that is not there yet is named as missing. Paths are relative to the folder of FILE; those of `depfile`, to the current one.
    """
    from renderer.pipeline.desk.export import export_text, write_text  # noqa: PLC0415 - for this command alone

    project, _ = options.project_for((spec,) if spec else (), provider=provider, profile=profile)
    wishes = Wishes(reach=Reach(fetch=not offline, outside=allow_outside))
    with options.workshop_for(cache_dir) as workshop:
        folder = output.absolute().parent if output else workshop.here
        text = export_text(open_run(workshop, project, wishes), form, outputs=names, folder=folder)
    if output:
        write_text(output.absolute(), text)
    else:
        sys.stdout.buffer.write(text.encode())
    return 0
