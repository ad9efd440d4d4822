"""`renderer lock`: the file of facts about what was bought."""

from __future__ import annotations

from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.plan import show_stale
from renderer.cli.terminal import write_json
from renderer.pipeline.project import Reach


@click.group(
    "lock",
    short_help="Check the lock, or make it anew.",
    epilog="""\b
Examples:
  renderer lock check
  renderer lock repair specs/liftoff.yaml      after a merge conflict""",
)
def command() -> None:
    """Check the lock, or make it anew.

    The lock is the file beside a storyboard that says which clips were bought for it. Builds write it.
    """


@command.command("check", short_help="Whether the lock says what the storyboard asks for.")
@options.targets
@options.outside
@options.cache_dir
@options.as_json
@options.quiet
def check(
    *, targets: tuple[str, ...], allow_outside: bool, cache_dir: Path | None, as_json: bool, quiet: bool
) -> int:
    """Say whether the lock is about today's requests; exit with 5 where it is not.

    Compares keys: uses no network, and does not ask what the store has. The same as `renderer plan --check-lock`.
    """
    project, shots = options.project_for(targets)
    with options.workshop_for(cache_dir) as workshop:
        return show_stale(workshop, project, shots, outside=allow_outside, as_json=as_json, quiet=quiet)


@command.command("repair", short_help="Make the lock anew from the store.")
@options.spec
@options.offline
@options.outside
@options.cache_dir
@options.as_json
def repair(
    *, spec: str | None, offline: bool, allow_outside: bool, cache_dir: Path | None, as_json: bool
) -> int:
    """Make the lock anew: from the store, and from both sides of a merge that left its marks in it.

    Buys nothing. A clip that the lock names and no store has stays in it, as lost.
    """
    from renderer.pipeline.record.lockcheck import repair_lock  # noqa: PLC0415 - parsing, for this command alone

    project, _ = options.project_for((spec,) if spec else ())
    with options.workshop_for(cache_dir) as workshop:
        workshop.store.enter()
        done = repair_lock(workshop, project, reach=Reach(fetch=not offline, outside=allow_outside))
    if as_json:
        listed = {"lost": list(done.lost), "missing": list(done.missing)}
        counted = {"written": done.is_written, "takes": done.takes}
        write_json({"version": 1, "spec": project.label, "lock": project.label_of_lock, **counted, **listed})
        return 0
    words = "made anew" if done.is_written else "as it was"
    click.echo(
        f"{project.label_of_lock}: {words}, {done.takes} {'take' if done.takes == 1 else 'takes'}", err=True
    )
    for name in done.lost:
        click.echo(f"lost     {name}: the store does not have its clip", err=True)
    for name in done.missing:
        click.echo(f"missing  {name}: no clip of today's request is known", err=True)
    return 0
