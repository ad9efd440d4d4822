"""`renderer schema`."""

from __future__ import annotations

import json

import click

from renderer.catalogue.locate import read_schema


@click.command(
    "schema",
    short_help="Print the JSON Schema of storyboards, for editors.",
    epilog="""\b
Examples:
  renderer schema > storyboard.schema.json
  then, as a storyboard's first line:
  # yaml-language-server: $schema=storyboard.schema.json""",
)
def command() -> None:
    """Print the JSON Schema (2020-12) of storyboards, so that an editor can complete, explain and check."""
    click.echo(json.dumps(read_schema("storyboard.schema.json"), ensure_ascii=False, indent=2))
