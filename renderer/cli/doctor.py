"""`renderer doctor`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.terminal import wants_colour, write_json
from renderer.pipeline.doctor import Finding, examine
from renderer.report.text import paint

ENVIRONMENT = 4
MARKS = {"ok": "ran", "note": "depends", "bad": "failed"}


@click.command(
    "doctor",
    short_help="Check this machine: ffmpeg, store, disk, fonts.",
    epilog="""\b
Examples:
  renderer doctor
  RENDERER_FFMPEG=/usr/bin/ffmpeg renderer doctor""",
)
@options.cache_dir
@options.as_json
def command(*, cache_dir: Path | None, as_json: bool) -> int:
    """Check this machine: ffmpeg makes and reads a clip, the store can be written, the disk has room.

    Keys are reported as set or not, never shown. Exits with 4 when something stands in the way of a build.
    """
    with options.workshop_for(cache_dir) as workshop:
        found = examine(workshop)
    if as_json:
        write_json({"version": 1, "checks": [finding._asdict() for finding in found]})
    else:
        for finding in found:
            _show(finding)
    return ENVIRONMENT if any(finding.state == "bad" for finding in found) else 0


def _show(finding: Finding) -> None:
    mark = paint(finding.state, MARKS[finding.state], colour=wants_colour(sys.stdout), width=4)
    click.echo(f"{mark}  {finding.subject:<10} {finding.says}")
    if finding.hint:
        click.echo(f"{'':<6}{'':<10} hint: {finding.hint}")
