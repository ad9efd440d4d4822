"""`renderer validate`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.terminal import show_diagnostics, write_json
from renderer.diagnostic import Diagnostic
from renderer.errors import RendererError
from renderer.pipeline.project import Reach, open_project, split_targets
from renderer.pipeline.reading.compile import diagnose
from renderer.report.diagnostics import render_github, to_json

USAGE = 2


@click.command(
    "validate",
    short_help="Check storyboards and point at everything that is wrong.",
    epilog="""\b
Examples:
  renderer validate specs/*.yaml
  renderer validate --format github specs/*.yaml   annotations for a pull request
  renderer validate --format json film.yaml""",
)
@click.argument("specs", nargs=-1, type=click.Path(path_type=Path), metavar="[SPEC]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How to report.",
)
@click.option(
    "--provider",
    metavar="NAME",
    help="Check as if this provider made every shot, as with `build --provider`.",
)
@click.option("--profile", metavar="NAME", help="Check with this profile of the storyboard.")
@options.outside
@options.cache_dir
@click.option("--json", "as_json", is_flag=True, help="The same as `--format json`.")
@options.quiet
def command(
    *,
    specs: tuple[Path, ...],
    form: str,
    provider: str | None,
    profile: str | None,
    allow_outside: bool,
    cache_dir: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Check storyboards: text, structure, models' limits, and every file they name. Makes and fetches nothing.

    All errors of all files are reported at once, each with its place and a hint; warnings do not fail.
    """
    form = "json" if as_json else form
    found: list[Diagnostic] = []
    checked = specs or (split_targets((), here=Path.cwd())[0],)
    with options.workshop_for(cache_dir) as workshop:
        for path in checked:
            project = open_project(path, provider=provider, profile=profile)
            reach = Reach(fetch=False, outside=allow_outside, whole=False)
            try:
                found += diagnose(workshop, project, reach=reach)
            except RendererError as error:
                found.append(Diagnostic(error.code, error.message, hint=error.hint).in_file(str(path)))
    _show(found, form=form)
    errors = sum(diagnostic.severity == "error" for diagnostic in found)
    if form == "text" and not quiet:
        click.echo(("\n" if found else "") + _summary(len(checked), errors, len(found) - errors), err=True)
    return USAGE if errors else 0


def _show(found: Sequence[Diagnostic], *, form: str) -> None:
    if form == "json":
        listed = [to_json(diagnostic) for diagnostic in found]
        write_json(
            {
                "version": 1,
                "errors": [entry for entry in listed if entry["severity"] == "error"],
                "warnings": [entry for entry in listed if entry["severity"] != "error"],
            }
        )
    elif form == "github":
        for diagnostic in found:
            sys.stdout.write(render_github(diagnostic) + "\n")
    else:
        show_diagnostics(found)


def _summary(files: int, errors: int, warnings: int) -> str:
    checked = f"{files} storyboard{'s' if files != 1 else ''} checked"
    parts = [
        f"{count} {word}{'s' if count != 1 else ''}"
        for count, word in ((errors, "error"), (warnings, "warning"))
        if count
    ]
    return f"{checked}: {', '.join(parts) or 'all well'}"
