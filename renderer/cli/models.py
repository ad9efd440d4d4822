"""`renderer models`: which video models there are, what they take and what they cost."""

from __future__ import annotations

import sys

import click
from click.shell_completion import CompletionItem

from renderer.catalogue.described import KINDS
from renderer.catalogue.library import find
from renderer.cli import options
from renderer.cli.terminal import write_json
from renderer.pipeline.models import entry, line_of, page_of, row_of, search
from renderer.report.models import model_page, models_table

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
  renderer models show gen3a_turbo""",
)
def command() -> None:
    """List video models, their limits and prices.

    They are data that came with this release; nothing is asked of a provider. A price is that of its date and
    source; where none is known, it is unknown.
    """


@command.command("list", short_help="Which models there are.")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@provider_
@click.option("--kind", type=click.Choice(KINDS), help="Only models that start from this.")
@options.as_json
def list_(*, words: tuple[str, ...], provider: str | None, kind: str | None, as_json: bool) -> int:
    """List the models that have every WORD in id, name or maker.

    Columns: id, who sells it, what it starts from, lengths in seconds, ratios, whether the seed counts, and what five seconds
    cost where nothing else is asked for.
    """
    found = search(words, provider=provider, kind=kind)
    if as_json:
        write_json({"version": 1, "models": [row_of(model) for model in found]})
    elif found:
        sys.stdout.writelines(f"{line}\n" for line in models_table(map(line_of, found)))
    else:
        click.echo("no model is like that; `renderer models list` has them all", err=True)
    return 0


def _ids(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    titles = {model.id: model.title for model in search()}
    return [CompletionItem(name, help=title) for name, title in titles.items() if name.startswith(begun)]


@command.command("show", short_help="All about one model.")
@click.argument("model_id", metavar="ID", shell_complete=_ids)
@provider_
@options.as_json
def show(*, model_id: str, provider: str | None, as_json: bool) -> int:
    """Explain every field of a model, with limits and defaults, and its prices with date and source."""
    found = find(model_id, provider=provider)
    if as_json:
        write_json({"version": 1, "models": [entry(model) for model in found]})
    else:
        pages = ["\n".join(model_page(page_of(model))) for model in found]
        click.echo("\n\n".join(pages))
    return 0
