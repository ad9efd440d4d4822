"""`renderer models`: which video models there are, what they take and what they cost."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from renderer.catalogue.described import KINDS
from renderer.catalogue.library import find
from renderer.cli import options
from renderer.cli.terminal import write_json
from renderer.pipeline.buying.models import entry, line_of, page_of, priced, row_of, search
from renderer.report.models import model_page, models_table, refreshed_lines

LISTED = "aimlapi"

provider_ = click.option(
    "--provider",
    metavar="NAME",
    callback=lambda _ctx, _param, value: options.known_provider(value),
    help="Only what this provider sells.",
)


@click.group(
    "models",
    short_help="List video models, their limits and prices.",
    epilog="""\b
Examples:
  renderer models list kling pro
  renderer models list --kind image-to-video
  renderer models show gen3a_turbo
  renderer models refresh --dry-run""",
)
def command() -> None:
    """List video models, their limits and prices.

    They are data that came with this release. A price is that of its date and source; where none is known, it is
    unknown. `refresh` reads the prices that a provider asks today.
    """


@command.command("list", short_help="Which models there are.")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@provider_
@click.option("--kind", type=click.Choice(KINDS), help="Only models that start from this.")
@options.cache_dir
@options.as_json
def list_(
    *, words: tuple[str, ...], provider: str | None, kind: str | None, cache_dir: Path | None, as_json: bool
) -> int:
    """List the models that have every WORD in id, name or maker.

    Columns: id, who sells it, what it starts from, lengths in seconds, ratios, whether the seed counts, and what five seconds
    cost where nothing else is asked for; a price that `refresh` has read is followed by its date.
    """
    with options.workshop_for(cache_dir) as workshop:
        found = [priced(workshop, model) for model in search(words, provider=provider, kind=kind)]
    if as_json:
        write_json({"version": 1, "models": [row_of(model, live=live) for model, live in found]})
    elif found:
        lines = models_table(line_of(model, live=live) for model, live in found)
        sys.stdout.writelines(f"{line}\n" for line in lines)
    else:
        click.echo("no model is like that; `renderer models list` has them all", err=True)
    return 0


def _ids(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    titles = {model.id: model.title for model in search()}
    return [CompletionItem(name, help=title) for name, title in titles.items() if name.startswith(begun)]


@command.command("show", short_help="All about one model.")
@click.argument("model_id", metavar="ID", shell_complete=_ids)
@provider_
@options.cache_dir
@options.as_json
def show(*, model_id: str, provider: str | None, cache_dir: Path | None, as_json: bool) -> int:
    """Explain every field of a model, with limits and defaults, and its prices with date and source."""
    with options.workshop_for(cache_dir) as workshop:
        found = [priced(workshop, model) for model in find(model_id, provider=provider)]
    if as_json:
        write_json({"version": 1, "models": [entry(model) for model, _ in found]})
    else:
        pages = ["\n".join(model_page(page_of(model, live=live))) for model, live in found]
        click.echo("\n\n".join(pages))
    return 0


@command.command("refresh", short_help="Read the prices that a provider asks today.")
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=_ids)
@click.option(
    "--provider",
    metavar="NAME",
    default=LISTED,
    show_default=True,
    callback=lambda _ctx, _param, value: options.known_provider(value),
    help="Whose list is read.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Tell what differs and keep nothing.")
@options.cache_dir
@options.as_json
def refresh_prices(
    *, ids: tuple[str, ...], provider: str, dry_run: bool, cache_dir: Path | None, as_json: bool
) -> int:
    """Read what a provider asks today: of the models named, or of all.

    Plans and builds price with it from then on. Prints what differs from the catalogue that came with this release: prices, models
    that are sold and not in it, and models in it that are not listed any more. Needs no key and buys nothing.
    """
    from renderer.pipeline.buying.refresh import change_of, refresh, refreshed_json  # noqa: PLC0415 - asyncio, here alone

    with options.workshop_for(cache_dir) as workshop:
        found = refresh(workshop, ids, provider=provider, keep=not dry_run)
    if as_json:
        write_json(refreshed_json(found))
    else:
        lines = refreshed_lines(map(change_of, found.changed), unknown=found.unknown, gone=found.gone)
        sys.stdout.writelines(f"{line}\n" for line in lines)
    if found.gone:
        click.echo(f"warning: {_counted(found.gone)} not listed any more, and may be gone", err=True)
    differ = f"{len(found.changed)} differ from the catalogue" if found.changed else "as in the catalogue"
    kept = "kept" if found.kept else "not kept"
    click.echo(f"prices of `{found.provider}` as of {found.date}, {kept}: {differ}", err=True)
    return 0


def _counted(gone: Sequence[str]) -> str:
    return f"{len(gone)} models are" if len(gone) > 1 else "1 model is"
