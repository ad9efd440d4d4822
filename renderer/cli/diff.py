"""`renderer diff`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.terminal import wants_colour, write_json
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import Reach
from renderer.pipeline.wishes import Wishes


@click.command(
    "diff",
    short_help="Compare with another git revision: what differs, at what cost.",
    epilog="""\b
Examples:
  renderer diff main                                 the one storyboard here or in specs/
  renderer diff HEAD~1 specs/liftoff.yaml --json
  renderer diff origin/main --markdown >> "$GITHUB_STEP_SUMMARY\"""",
)
@click.argument("revision", metavar="REV")
@options.targets
@click.option("--markdown", is_flag=True, help="Print a table fit for a pull request.")
@options.common
def command(
    *,
    revision: str,
    targets: tuple[str, ...],
    markdown: bool,
    provider: str | None,
    profile: str | None,
    offline: bool,
    allow_outside: bool,
    cache_dir: Path | None,
    as_json: bool,
) -> int:
    """Compare the storyboard with a git revision of it: which shots change, why, and what a build would pay for them now.

    Stills and clips of the revision are compared too. The work tree is not touched; nothing is spent, and no key is needed.
    """
    project, shots = options.project_for(targets, provider=provider, profile=profile)
    reach = Reach(fetch=not offline, outside=allow_outside)
    with options.workshop_for(cache_dir) as workshop:
        run = open_run(workshop, project, Wishes(shots=shots, reach=reach))
        from renderer.pipeline.reasons.revision import compare_with  # noqa: PLC0415 - a faulty storyboard is told before
        from renderer.report.diff import diff_json, diff_lines, diff_markdown  # noqa: PLC0415

        comparison = compare_with(run, revision)
        if as_json:
            write_json(diff_json(comparison))
            return 0
        colour = wants_colour(sys.stdout)
        click.echo(
            "\n".join(diff_markdown(comparison) if markdown else diff_lines(comparison, colour=colour))
        )
    return 0
