"""`renderer help`: what an error code means, or how a command is used."""

from __future__ import annotations

import re
from importlib.resources import files

import click

from renderer.cli import completing
from renderer.cli.table import COMMANDS
from renderer.errors import UsageError, did_you_mean

HEADING = re.compile(r"^## (?P<code>[A-Z]\d{3}) (?P<title>.+)$", re.MULTILINE)
SHELLS = {
    "bash": 'eval "$(_RENDERER_COMPLETE=bash_source renderer)"   # in ~/.bashrc',
    "zsh": 'eval "$(_RENDERER_COMPLETE=zsh_source renderer)"    # in ~/.zshrc',
    "fish": "_RENDERER_COMPLETE=fish_source renderer | source   # in ~/.config/fish/config.fish",
}


@click.command(
    "help",
    short_help="Explain an error code, or a command.",
    epilog="""\b
Examples:
  renderer help S204         what an error means and how to mend it
  renderer help codes        all codes, a line each
  renderer help build        as `renderer build --help`
  renderer help completion   completion for your shell""",
)
@click.argument("topics", nargs=-1, metavar="[TOPIC]...", shell_complete=completing.topics)
@click.pass_context
def command(ctx: click.Context, *, topics: tuple[str, ...]) -> int:
    """Explain an error code or a command; without TOPIC, show the commands."""
    parent = ctx.parent or ctx
    topic = topics[0] if topics else None
    if topic is None:
        click.echo(parent.get_help())
    elif topic == "completion":
        click.echo("\n".join(SHELLS.values()))
    elif topic == "codes":
        click.echo("\n".join(f"{code}  {title}" for code, (title, _) in sorted(explanations().items())))
    elif topic in COMMANDS:
        click.echo(_help_of(parent, topics))
    else:
        click.echo(_explain(topic))
    return 0


def _help_of(ctx: click.Context, names: tuple[str, ...]) -> str:
    """The help of a command, or of a command of a command."""
    name, *rest = names
    group = ctx.command
    found = group.get_command(ctx, name) if isinstance(group, click.Group) else None
    if found is None:
        raise UsageError(
            f"there is no command `{name}`", code="U021", hint="`renderer help` lists the commands"
        )
    with click.Context(found, info_name=name, parent=ctx) as sub:
        return _help_of(sub, tuple(rest)) if rest else found.get_help(sub)


def explanations() -> dict[str, tuple[str, str]]:
    """Every error code with its title and explanation, as the packaged pages have them."""
    found = {}
    for page in sorted(files("renderer").joinpath("codes").iterdir(), key=lambda page: page.name):
        if page.name.endswith(".md"):
            found.update(read_page(page.read_text("utf-8")))
    return found


def read_page(text: str) -> dict[str, tuple[str, str]]:
    r"""The codes that one page explains.

    >>> read_page("## S101 not text\n\nBecause.\n")
    {'S101': ('not text', 'Because.')}
    """
    headings = list(HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return {
        heading["code"]: (heading["title"].strip(), text[heading.end() : end].strip())
        for heading, end in zip(headings, ends, strict=True)
    }


def _explain(topic: str) -> str:
    known = explanations()
    code = topic.upper().removeprefix("ERROR").strip("[] :")
    if code not in known:
        close = did_you_mean(topic, [*COMMANDS, *known])
        raise UsageError(
            f"there is no code or command `{topic}`",
            code="U021",
            hint=f"did you mean `{close}`?" if close else "`renderer help codes` lists all codes",
        )
    title, explanation = known[code]
    return f"{code}: {title}\n\n{explanation}"
