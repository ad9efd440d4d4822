"""`renderer cost`: the ledger."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.terminal import write_json
from renderer.pipeline.buying.ledger import BY, draw_up, moment_named
from renderer.report.ledger import cost_json, cost_lines


@click.command(
    "cost",
    short_help="Say what was spent, from the journal.",
    epilog="""\b
Examples:
  renderer cost
  renderer cost specs/liftoff.yaml --by shot
  renderer cost --since 7d --by model --json""",
)
@options.spec
@click.option(
    "--since", metavar="TIME", help="Count jobs from then on: a date, or a span as in `7d` or `24h`."
)
@click.option("--by", type=click.Choice(BY), help="Group by this.")
@options.cache_dir
@options.as_json
def command(
    *, spec: str | None, since: str | None, by: str | None, cache_dir: Path | None, as_json: bool
) -> int:
    """Say what was spent on SPEC, or on all storyboards that share the store.

    Told apart: what vendors charged, what we only estimate, what is in flight, what may have been charged. A
    job counts when it was accepted; refused and failed ones cost nothing, and so does what is reused.
    """
    start = moment_named(since, now=datetime.now(UTC)) if since else None
    with options.workshop_for(cache_dir) as workshop:
        ledger = draw_up(workshop, options.project_named(spec), since=start, by=by)
    if as_json:
        write_json(cost_json(ledger.whole, ledger.rows, by=by, spec=spec, since=start))
    else:
        sys.stdout.writelines(f"{line}\n" for line in cost_lines(ledger.whole, ledger.rows, by=by))
    return 0
