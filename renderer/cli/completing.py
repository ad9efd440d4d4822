"""What a shell may complete: shots and profiles of the storyboard at hand, providers, and what `help` explains."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from renderer.errors import RendererError

OTHER_TOPICS = ("codes", "completion")


def targets(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A file, then shots of it; without a file those of the only storyboard here."""
    spec, given = _split(ctx)
    found = (
        _beginning(incomplete, (name for name in _shots(spec) if name not in given))
        if incomplete or given
        else []
    )
    return found or ([] if given else [CompletionItem(incomplete, type="file")])


def shots(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Shots of the storyboard that the line names, or of the only one here."""
    return _beginning(incomplete, _shots(_split(ctx)[0]))


def profiles(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Profiles of that storyboard."""
    from renderer.pipeline.reading.names import read_names  # noqa: PLC0415 - only where somebody asks

    spec, _given = _split(ctx)
    return _beginning(incomplete, read_names(spec).profiles if spec else ())


def providers(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """All that the catalogue knows."""
    from renderer.catalogue.providers import providers as known  # noqa: PLC0415 - as above

    return _beginning(incomplete, known())


def topics(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Commands and error codes, in capitals or not."""
    from renderer.cli.help import explanations  # noqa: PLC0415 - as above
    from renderer.cli.table import COMMANDS  # noqa: PLC0415

    if ctx.params.get("topics"):
        return []
    words = _beginning(incomplete, (*COMMANDS, *OTHER_TOPICS))
    return words + (_beginning(incomplete.upper(), sorted(explanations())) if incomplete else [])


def _beginning(start: str, names: Iterable[str]) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(start)]


def _shots(spec: Path | None) -> tuple[str, ...]:
    from renderer.pipeline.reading.names import read_names  # noqa: PLC0415 - as above

    return read_names(spec).shots if spec else ()


def _split(ctx: click.Context) -> tuple[Path | None, tuple[str, ...]]:
    """The storyboard that is meant, and the words that the line has already."""
    from renderer.pipeline.project import split_targets  # noqa: PLC0415 - as above

    spec = ctx.params.get("spec")
    if isinstance(spec, str):
        return Path(spec), (spec,)
    # A line that ends with an option without its value is not parsed to its end: then all words are left over.
    given = tuple(ctx.params.get("targets") or ctx.args)
    try:
        return split_targets(given, here=Path.cwd())[0], given
    except RendererError:
        return None, given
