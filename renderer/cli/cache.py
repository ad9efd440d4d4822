"""`renderer cache`: the store of clips."""

from __future__ import annotations

import sys
from collections.abc import Container, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from renderer.cli import options
from renderer.cli.gc import forget, gc, projects
from renderer.cli.pin import pin, pins, unpin
from renderer.cli.share import export, import_
from renderer.cli.terminal import write_json
from renderer.errors import UsageError
from renderer.model import Trace
from renderer.report.sweep import size_words
from renderer.store.audit import StoreCheck

if TYPE_CHECKING:
    from renderer.pipeline.keeping.lost import Lost

DAMAGED = 4
LOST = 3
BRING = "`renderer cache import` brings clips from a store that has them; a build stops at such a shot and buys nothing"
KEY_LENGTH_SHOWN = 12
NAME_LENGTH_MIN = 4


@click.group(
    "cache",
    short_help="Look into the store of clips, verify, clear and share it.",
    epilog="""\b
Examples:
  renderer cache stats
  renderer cache ls --json
  renderer cache path 3f9ac2          where a clip or trace is, by the start of its name
  renderer cache verify               read and check every byte
  renderer cache gc                   what nobody needs any more, and why the rest stays
  renderer cache export specs/liftoff.yaml /tmp/liftoff.tar""",
)
def command() -> None:
    """Look into the store of clips, verify, clear and share it.

    The store is files: clips under the digest of their bytes, traces under the digest of the request. The
    index in front of them is for speed alone and may be deleted at any time.
    """


@command.command("stats", short_help="How much is stored, and where.")
@options.cache_dir
@options.as_json
def stats(*, cache_dir: Path | None, as_json: bool) -> int:
    """Say how much is stored, and where."""
    with options.workshop_for(cache_dir) as workshop:
        found = workshop.store.audit.count()
        root = str(workshop.store.root)
    shown = {
        "root": root,
        "clips": found.blobs,
        "bytes": found.blob_bytes,
        "traces": found.traces,
        "jobs": found.jobs,
        "open_jobs": found.open_jobs,
        "journal_bytes": found.journal_bytes,
        "index_rows": found.index_rows,
        "index_bytes": found.index_bytes,
        "damaged": found.damaged,
    }
    if as_json:
        write_json({"version": 1, **shown})
    else:
        for name, value in shown.items():
            click.echo(
                f"{name.replace('_', ' '):<13} {value:,}" if isinstance(value, int) else f"{name:<13} {value}"
            )
    return 0


@command.command("ls", short_help="What is stored, oldest first.")
@options.cache_dir
@options.as_json
def ls(*, cache_dir: Path | None, as_json: bool) -> int:
    """List what is stored, oldest first: key, kind, clip, size, time (UTC) and the shot that asked."""
    with options.workshop_for(cache_dir) as workshop:
        traces = sorted(workshop.store.audit.traces(), key=lambda trace: trace.made_at)
        pinned = {one.digest.sha256 for one in workshop.store.care.pinned.all()}
    if as_json:
        write_json({"version": 1, "traces": [_trace_row(trace, pinned) for trace in traces]})
    else:
        sys.stdout.writelines(f"{_trace_line(trace, pinned)}\n" for trace in traces)
    return 0


@command.command("path", short_help="Where the store, a clip or a trace is.")
@click.argument("name", required=False)
@options.cache_dir
def path(*, name: str | None, cache_dir: Path | None) -> int:
    """Print where the store is, or where the clip or trace is whose name starts with NAME."""
    with options.workshop_for(cache_dir) as workshop:
        root = workshop.store.root
        if name is None:
            click.echo(root)
            return 0
        found = _named(root, name.lower())
    if not found:
        raise UsageError(
            f"nothing in the store has a name that starts with `{name}`",
            code="U020",
            hint="`renderer cache ls` lists what there is",
        )
    for item in found:
        click.echo(item)
    return 0


@command.command("verify", short_help="Read and check every byte.")
@options.cache_dir
@options.as_json
def verify(*, cache_dir: Path | None, as_json: bool) -> int:
    """Read every byte and compare it with its name. Changes nothing; exits with 4 when something is damaged.

    Exits with 3 when nothing is damaged and a clip is not there that was paid for and that the lock of a storyboard names.
    """
    from renderer.pipeline.keeping.lost import list_lost  # noqa: PLC0415 - for this command alone

    with options.workshop_for(cache_dir) as workshop:
        check = workshop.store.audit.verify()
        lost = list_lost(workshop.store)
    code = _report(check, as_json=as_json, verb="verify", lost=lost)
    return code or (LOST if lost else 0)


@command.command("repair", short_help="Set aside what is damaged, index anew.")
@options.cache_dir
@options.as_json
def repair(*, cache_dir: Path | None, as_json: bool) -> int:
    """Check all, set aside what is damaged, and make the index anew. Deletes nothing.

    Damaged lines of the journal stay where they are; buying goes on after that.
    """
    with options.workshop_for(cache_dir) as workshop:
        check = workshop.store.audit.repair(now=datetime.now(UTC))
    _report(check, as_json=as_json, verb="repair")
    return 0


def _report(check: StoreCheck, *, as_json: bool, verb: str, lost: Sequence[Lost] = ()) -> int:
    if as_json:
        counts = {"clips": check.blobs, "traces": check.traces, "jobs": check.jobs}
        missed = [{"lock": str(one.lock), "take": one.take, "sha256": one.clip.sha256} for one in lost]
        paid = {"lost_paid": missed} if verb == "verify" else {}
        write_json({"version": 1, **counts, **_faults(check), **paid})
    else:
        verdict = _verdict(check)
        jobs = f", {check.jobs:,} jobs in the journal" if check.jobs else ""
        click.echo(f"{check.blobs:,} clips and {check.traces:,} traces read{jobs}: {verdict}")
        for fault, names in _faults(check).items():
            for name in names:
                click.echo(f"{fault.replace('_', ' ')}: {name}")
        for one in lost:
            click.echo(f"lost, and was paid for: {one.clip.sha256}  {one.lock}: {one.take}")
        if not check.is_sound and verb == "verify":
            click.echo(f"\nhint: {_hint(check)}", err=True)
        elif lost:
            click.echo(f"\nhint: {BRING}", err=True)
    return 0 if check.is_sound else DAMAGED


def _verdict(check: StoreCheck) -> str:
    if not check.is_sound:
        return "damage found"
    return f"all sound; {len(check.lost):,} on record and not here" if check.lost else "all sound"


def _hint(check: StoreCheck) -> str:
    if check.damaged_lines:
        return (
            "look at the account's own log for what is not known any more, then run `renderer cache repair`"
        )
    return "`renderer cache repair` sets damaged files aside; builds make them again"


def _faults(check: StoreCheck) -> dict[str, list[str]]:
    return {
        "damaged_clips": list(check.damaged_blobs),
        "damaged_traces": list(check.damaged_traces),
        "damaged_journal_lines": list(check.damaged_lines),
        "lost": [digest.sha256 for _, digest in check.lost],
    }


def _trace_row(trace: Trace, pinned: Container[str]) -> dict[str, object]:
    return {
        "key": trace.key,
        "kind": trace.manifest["action"],
        "made_at": trace.made_at,
        "results": [result.to_json() for result in trace.results],
        "pinned": _is_pinned(trace, pinned),
        "askers": [f"{asker.spec}:{asker.shot}" for asker in trace.askers],
    }


def _trace_line(trace: Trace, pinned: Container[str]) -> str:
    result = trace.results[0]
    asked = trace.askers[0].shot if trace.askers else ""
    asked += "  pinned" if _is_pinned(trace, pinned) else ""
    size = size_words(result.digest.size_bytes)
    key = trace.key[:KEY_LENGTH_SHOWN]
    return f"{key}  {trace.manifest['action']:<8}  {result.digest.short}  {size:>9}  {trace.made_at[:19]}Z  {asked}".rstrip()


def _is_pinned(trace: Trace, pinned: Container[str]) -> bool:
    return any(result.digest.sha256 in pinned for result in trace.results)


def _named(root: Path, name: str) -> list[Path]:
    if len(name) < NAME_LENGTH_MIN or not all(letter in "0123456789abcdef" for letter in name):
        raise UsageError(
            f"`{name}` is not the start of a digest",
            code="U022",
            hint=f"give at least {NAME_LENGTH_MIN} of its letters and digits",
        )
    return sorted(path for room in ("cas", "ac") for path in (root / room / name[:2]).glob(f"{name}*"))


for further in (gc, pin, unpin, pins, projects, forget, export, import_):
    command.add_command(further)
