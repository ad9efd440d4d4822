"""`renderer jobs`: what was asked of vendors and is not settled."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.terminal import wants_colour, write_json
from renderer.errors import UsageError
from renderer.pipeline.buying.jobs import cancel_job, forget, listed, named
from renderer.pipeline.buying.ledger import labels_of
from renderer.report.jobs import asker_text, job_json, job_lines

BY_HAND = "forgotten by hand"

intents = click.argument("intents", nargs=-1, required=True, metavar="INTENT...")


@click.group(
    "jobs",
    short_help="Look after jobs: what was bought and is not settled.",
    epilog="""\b
Examples:
  renderer jobs list
  renderer jobs list specs/liftoff.yaml --all --json
  renderer jobs collect --wait
  renderer jobs forget r-3f9ac2d1 --reason "the account's log does not know it\"""",
)
def command() -> None:
    """Look after jobs: what was bought and is not settled.

    A job is one request to a vendor, named by its intent: the id that we gave it before it was sent. The
    beginning of an intent is enough where no other begins so.
    """


@command.command("list", short_help="Which jobs are open, refused or failed.")
@options.spec
@click.option("--all", "everything", is_flag=True, help="Every job, settled ones too.")
@options.cache_dir
@options.as_json
def list_jobs(*, spec: str | None, everything: bool, cache_dir: Path | None, as_json: bool) -> int:
    """List the jobs that are open, refused or failed, oldest first: of SPEC, or of all storyboards.

    Each with the start of its intent, its state, its age, what it counts for (`~` estimated, `≤` at most), its
    model, the shot that asked, the vendor's own id, and the reason.
    """
    with options.workshop_for(cache_dir) as workshop:
        jobs = listed(workshop, options.project_named(spec), everything=everything)
        names = [job.intent for job in workshop.store.journal.jobs()]
        labels = labels_of(workshop, jobs)
    if as_json:
        write_json({"version": 1, "jobs": [job_json(job) for job in jobs]})
        return 0
    colour = wants_colour(sys.stdout)
    lines = job_lines(jobs, names=names, now=datetime.now(UTC), colour=colour, labels=labels)
    sys.stdout.writelines(f"{line}\n" for line in lines)
    if not jobs:
        click.echo("no jobs" if everything else "nothing is open, refused or failed", err=True)
    return 0


@command.command("collect", short_help="Bring home what was bought.")
@click.argument("intents", nargs=-1, metavar="[INTENT]...")
@click.option(
    "--as",
    "vendor_job",
    metavar="JOB",
    help="The vendor's own id of the job that INTENT became, as the account's log or page shows it.",
)
@click.option("--wait", is_flag=True, help="Wait for jobs that are still being made.")
@options.cache_dir
@options.as_json
def collect(
    *, intents: tuple[str, ...], vendor_job: str | None, wait: bool, cache_dir: Path | None, as_json: bool
) -> int:
    """Bring home what was bought: of the jobs named, or of all that are open.

    Requests of unknown outcome are looked up in the account's log; finished jobs are fetched and stored, and prices
    that were not named yet are asked for. Builds do the same by themselves. `--as` tells what a single request of unknown outcome became, where its log does not.
    """
    if vendor_job and len(intents) != 1:
        raise UsageError(
            "`--as` is about one request", code="U055", hint="name its intent: `renderer jobs list`"
        )
    from renderer.pipeline.buying.collecting import adopt, collect_jobs  # noqa: PLC0415 - httpx, for this command alone

    with options.workshop_for(cache_dir) as workshop:
        jobs = named(workshop.store, intents) if intents else None
        if vendor_job and jobs:
            adopt(workshop, jobs[0], vendor_job=vendor_job, now=datetime.now(UTC))
        collected = collect_jobs(workshop, jobs, wait=wait)
    if as_json:
        found = {"stored": collected.stored, "open": collected.open}
        write_json({"version": 1, **{name: [job_json(job) for job in some] for name, some in found.items()}})
    for error in collected.troubles:
        click.echo(f"warning: {error.message}", err=True)
    click.echo(f"{len(collected.stored)} stored, {len(collected.open)} still open", err=True)
    return max((error.exit_code for error in collected.troubles), default=0)


@command.command("forget", short_help="Say that jobs do not count any more.")
@intents
@click.option("--reason", default=BY_HAND, metavar="TEXT", help="Why, for the record.")
@click.option("-y", "--yes", "consent", is_flag=True, help="Forget a job that runs, too: it may be charged.")
@options.cache_dir
def forget_jobs(*, intents: tuple[str, ...], reason: str, consent: bool, cache_dir: Path | None) -> int:
    """Say that jobs do not count any more, so that their shots may be bought again.

    For jobs of unknown outcome, once the account's own log has shown that they were never taken, and for
    refused and failed ones. A job that runs needs `--yes`: it may be charged, and its clip will not be collected.
    """
    with options.workshop_for(cache_dir) as workshop:
        jobs = named(workshop.store, intents)
        forget(workshop.store, jobs, reason=reason, consent=consent, now=datetime.now(UTC))
    for job in jobs:
        click.echo(f"forgotten: {job.intent}  {asker_text(job)}".rstrip(), err=True)
    return 0


@command.command("cancel", short_help="Ask the vendor to end a job that runs.")
@click.argument("intent", metavar="INTENT")
@options.cache_dir
def cancel_one(*, intent: str, cache_dir: Path | None) -> int:
    """Ask the vendor to end a job that runs. What was made until then may be charged.

    Not every vendor can: AI/ML API has no way to, and then the command says so and exits with 1.
    """
    with options.workshop_for(cache_dir) as workshop:
        (job,) = named(workshop.store, [intent])
        cancel_job(workshop, job, now=datetime.now(UTC))
    click.echo(f"cancelled: {job.intent}  {asker_text(job)}".rstrip(), err=True)
    return 0
