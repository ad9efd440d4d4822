"""`renderer cache pin`, `unpin` and `pins`: clips that nothing clears away."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from renderer.cli import options
from renderer.cli.takes import opened
from renderer.cli.terminal import write_json

if TYPE_CHECKING:
    from renderer.digest import Digest
    from renderer.pipeline.workshop import Workshop

MARK = "@"


@click.command(
    "pin",
    short_help="Keep clips whatever names them: by digest, or those that shots show.",
    epilog="""\b
Examples:
  renderer cache pin @3f9a --reason "the producer likes it"
  renderer cache pin specs/liftoff.yaml crew 'sky*'
  renderer cache pin specs/liftoff.yaml          every clip that the film shows""",
)
@click.argument("wanted", nargs=-1, required=True, metavar="@DIGEST...|SPEC [SHOT]...")
@click.option("--reason", default="", metavar="TEXT", help="Why, for `renderer cache pins`.")
@options.cache_dir
def pin(*, wanted: tuple[str, ...], reason: str, cache_dir: Path | None) -> int:
    """Keep clips: `@3f9a`, the clip whose digest begins so, or those that the shots of SPEC show. Then `cache gc` never takes them."""
    from renderer.pipeline.keeping.pinning import pin, stored  # noqa: PLC0415 - for this command alone

    with options.workshop_for(cache_dir) as workshop:
        workshop.store.enter()
        clips = stored(workshop.store, wanted) if wanted[0].startswith(MARK) else _shown(workshop, wanted)
        pin(workshop.store, clips, reason=reason, now=datetime.now(UTC))
    _tell(clips, "pinned")
    return 0


@click.command("unpin", short_help="Let go of pinned clips.")
@click.argument("wanted", nargs=-1, required=True, metavar="@DIGEST...|SPEC [SHOT]...")
@options.cache_dir
def unpin(*, wanted: tuple[str, ...], cache_dir: Path | None) -> int:
    """Let go of pinned clips, named as in `renderer cache pin`. Deletes nothing."""
    from renderer.pipeline.keeping.pinning import pinned, unpin  # noqa: PLC0415 - for this command alone

    with options.workshop_for(cache_dir) as workshop:
        clips = pinned(workshop.store, wanted) if wanted[0].startswith(MARK) else _shown(workshop, wanted)
        gone = unpin(workshop.store, clips)
    _tell(gone, "not pinned any more")
    return 0


@click.command("pins", short_help="List the pinned clips, the oldest pin first.")
@options.cache_dir
@options.as_json
def pins(*, cache_dir: Path | None, as_json: bool) -> int:
    """List the pinned clips: start of the digest, size, when, and why."""
    from renderer.report.sweep import size_words  # noqa: PLC0415 - for this command alone

    with options.workshop_for(cache_dir) as workshop:
        found = workshop.store.care.pinned.all()
        there = [workshop.store.has(one.digest) for one in found]
    if as_json:
        rows = [
            {
                "sha256": one.digest.sha256,
                "bytes": one.digest.size_bytes,
                "at": one.at,
                "reason": one.reason,
                "there": is_there,
            }
            for one, is_there in zip(found, there, strict=True)
        ]
        write_json({"version": 1, "pins": rows})
        return 0
    for one, is_there in zip(found, there, strict=True):
        lost = "" if is_there else "not there  "
        size = size_words(one.digest.size_bytes)
        click.echo(f"@{one.digest.short}  {size:>9}  {one.at[:10]}  {lost}{one.reason}".rstrip())
    return 0


def _shown(workshop: Workshop, wanted: tuple[str, ...]) -> list[Digest]:
    from renderer.pipeline.keeping.pinning import shown  # noqa: PLC0415 - for these commands alone

    return shown(opened(workshop, wanted[0]), wanted[1:])


def _tell(clips: list[Digest], verb: str) -> None:
    names = ", ".join(f"@{digest.short}" for digest in clips)
    click.echo(f"{len(clips)} {verb}{': ' if clips else ''}{names}", err=True)
