"""All commands as click knows them: a table, each imported only when it runs."""

from __future__ import annotations

from importlib import import_module

import click

from renderer import __version__
from renderer.cli.main import INTERRUPTED

COMMANDS = {
    "init": "Start a storyboard: a small film with a still, ready to build.",
    "validate": "Check storyboards and point at everything that is wrong.",
    "schema": "Print the JSON Schema of storyboards, for editors.",
    "plan": "Show what a build would do, why, and what it would cost.",
    "why": "Say why takes are to be made, and which lines did it.",
    "diff": "Compare with another git revision: what differs, at what cost.",
    "build": "Make what is missing and join the film.",
    "watch": "Build on every save; buy within one limit, or nothing.",
    "preview": "Join what footage there is, with stand-ins for the rest.",
    "takes": "List the takes of a shot, and every clip it ever had.",
    "pick": "Decide which take of a shot the film shows.",
    "retake": "Add takes to a shot; the next build makes them.",
    "keep": "Hold on to footage although its request changed.",
    "approve": "Mark the clips that shots show as approved.",
    "jobs": "Look after jobs: what was bought and is not settled.",
    "cost": "Say what was spent, from the journal.",
    "models": "List video models, their limits and prices.",
    "lock": "Check the lock, or make it anew.",
    "cache": "Look into the store of clips, verify, clear and share it.",
    "export": "Write edit lists, graphs or dependencies for other programs.",
    "handover": "Fill a folder for an editor: clips, edit lists, contact sheet.",
    "doctor": "Check this machine: ffmpeg, store, disk, fonts.",
    "help": "Explain an error code, or a command.",
}


class CommandTable(click.Group):
    """A group that knows its commands' names and one-line helps, and imports a command to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        found = import_module(f"renderer.cli.{cmd_name}").command
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=CommandTable,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `renderer init`, then `renderer build`. `renderer help CODE` explains an error code.",
)
@click.version_option(__version__, prog_name="renderer", message="%(prog)s %(version)s")
def commands() -> None:
    """Make for AI-generated film.

    A storyboard is a YAML file in git. Each shot becomes a request to a video model; results are kept in a
    store under the digest of the request, so an unchanged shot is never generated again; the clips are
    joined into one film.
    """


def run_command(arguments: list[str]) -> int:
    """Read a command line, run what it says and return its exit code; raises `UsageError` for one that makes no sense."""
    try:
        outcome = commands.main(arguments, prog_name="renderer", standalone_mode=False)
    except click.Abort:
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        from renderer.cli.terminal import usage_error  # noqa: PLC0415 - only where something is wrong

        raise usage_error(error, known=COMMANDS) from error
    return outcome if isinstance(outcome, int) else 0
