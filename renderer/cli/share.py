"""`renderer cache export` and `import`: clips for another machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from renderer.cli import options
from renderer.cli.terminal import write_json
from renderer.report.sweep import size_words

if TYPE_CHECKING:
    from renderer.pipeline.keeping.sharing import Shared

LOST = 3


@click.command("export", short_help="Write down what one lock needs, to share.")
@click.argument("spec", type=click.Path(), metavar="SPEC")
@click.argument("target", required=False, type=click.Path(path_type=Path), metavar="[DIR|TAR]")
@options.cache_dir
@options.as_json
def export(*, spec: str, target: Path | None, cache_dir: Path | None, as_json: bool) -> int:
    """Write the clips that the lock of SPEC names into a folder, or into a file that ends in .tar.

    Without a target it is `<name>.clips.tar`, here. Exits with 3 when a clip that the lock names is not in the store.
    """
    from renderer.pipeline.keeping.sharing import export_clips  # noqa: PLC0415 - for this command alone

    project = options.project_named(spec)
    assert project, "BUG: no storyboard is named"
    place = target or Path(f"{project.spec.stem}.clips.tar")
    with options.workshop_for(cache_dir) as workshop:
        workshop.store.enter()
        shared = export_clips(workshop, project, place)
    if as_json:
        write_json({"version": 1, "path": str(place), **_shared_row(shared), "lost": list(shared.lost)})
    click.echo(f"{place}: {_shared_words(shared)}", err=True)
    for name in shared.lost:
        click.echo(f"lost     {name}: the store does not have its clip", err=True)
    return LOST if shared.lost else 0


@click.command("import", short_help="Take clips in that somebody exported.")
@click.argument("source", type=click.Path(path_type=Path), metavar="DIR|TAR")
@options.cache_dir
@options.as_json
def import_(*, source: Path, cache_dir: Path | None, as_json: bool) -> int:
    """Take in what `renderer cache export` wrote, or any other store. What is here already stays as it is."""
    from renderer.pipeline.keeping.sharing import import_clips  # noqa: PLC0415 - for this command alone

    with options.workshop_for(cache_dir) as workshop:
        shared = import_clips(workshop, source)
    if as_json:
        write_json({"version": 1, **_shared_row(shared)})
    click.echo(f"new here: {_shared_words(shared)}", err=True)
    return 0


def _shared_row(shared: Shared) -> dict[str, object]:
    return {"clips": shared.blobs, "traces": shared.traces, "bytes": shared.size_bytes}


def _shared_words(shared: Shared) -> str:
    return f"{shared.blobs:,} {'clip' if shared.blobs == 1 else 'clips'}, {size_words(shared.size_bytes)}"
