"""The `renderer` command: a table of commands, each imported only when it runs, and one way out."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import NoReturn

import click

from renderer import __version__
from renderer.errors import RendererError

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
INTERRUPTED = 130
BUG = 70
UNHEARD = 1
"""Whoever read our output has gone."""
COLLECT_SELDOM = (200_000, 20, 100)


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


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code. No error but a bug shows a traceback.

    Leaves without taking the interpreter down, which takes 15 ms and does nothing for us: all files are closed.
    """
    gc.set_threshold(*COLLECT_SELDOM)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may be no text
    code = run(sys.argv[1:] if arguments is None else list(arguments))
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or UNHEARD
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    try:
        outcome = commands.main(arguments, prog_name="renderer", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        return UNHEARD
    except Exception as error:  # noqa: BLE001 - the one place where a bug is told from a failure
        return _tell(error, json_wanted="--json" in arguments)
    return outcome if isinstance(outcome, int) else 0


def _tell(error: Exception, *, json_wanted: bool) -> int:
    """Show an error and return its exit code; what is neither ours nor the system's is a bug."""
    from renderer.cli.terminal import show_bug, show_error, system_error, usage_error  # noqa: PLC0415

    if isinstance(error, click.ClickException):
        error = usage_error(error, known=COMMANDS)
    elif isinstance(error, OSError):
        error = system_error(error)
    if not isinstance(error, RendererError):
        show_bug(error)
        return BUG
    show_error(error, json_wanted=json_wanted)
    return error.exit_code
