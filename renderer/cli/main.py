"""The `renderer` command: one way in and one way out.

The line that is typed most, `renderer build [SPEC] [SHOT]...` without an option, is read here. Any other is read by click,
which takes 20 ms to import: as long as all that a build with nothing to do does.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from typing import NoReturn

from renderer.errors import RendererError, UsageError, system_refusal

INTERRUPTED = 130
BUG = 70
UNHEARD = 1
"""Whoever read our output has gone."""
COLLECT_SELDOM = (200_000, 20, 100)
COMPLETION = "_RENDERER_COMPLETE"
"""Set by a shell that asks click what may come next."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code. No error but a bug shows a traceback.

    Leaves without taking the interpreter down, which takes 15 ms and does nothing for us: all files are closed.
    """
    gc.set_threshold(*COLLECT_SELDOM)
    _open_streams()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may be no text
    code = run(sys.argv[1:] if arguments is None else list(arguments))
    os._exit(_flush(code))


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        return UNHEARD
    except Exception as error:  # noqa: BLE001 - the one place where a bug is told from a failure
        return _tell(error, json_wanted="--json" in arguments)


def plain_targets(arguments: Sequence[str], *, environ: Mapping[str, str]) -> tuple[str, ...] | None:
    """The targets of a `build` that says nothing else; None for any other line, which is click's to read.

    >>> plain_targets(["build", "film.yaml", "cr*"], environ={}), plain_targets(["build", "-q"], environ={})
    (('film.yaml', 'cr*'), None)
    """
    name, *targets = arguments or [""]
    if name != "build" or COMPLETION in environ or any(target.startswith("-") for target in targets):
        return None
    return tuple(targets)


def _run(arguments: list[str]) -> int:
    targets = plain_targets(arguments, environ=os.environ)
    if targets is None:
        from renderer.cli.table import run_command  # noqa: PLC0415 - see above

        return run_command(arguments)
    from renderer.cli.building import build_storyboard  # noqa: PLC0415

    return build_storyboard(targets)


def _open_streams() -> None:
    """Open what the caller has closed of stdin, stdout and stderr, before any other file takes its number.

    Whoever closes stdout, as daemons do, wants no data: to write any is an error there, and a build writes none.
    """
    for number, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, mode), True)  # it takes the lowest number that is free
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115 - open for as long as the program runs
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8")  # noqa: SIM115


def _flush(code: int) -> int:
    """Write out what is left, and return the exit code: that of the command, or of a failure to write."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            code = code or UNHEARD
        except OSError as error:
            code = code or _tell(error, json_wanted=False)
    return code


def _tell(error: Exception, *, json_wanted: bool) -> int:
    """Show an error and return its exit code; what is neither ours nor the system's is a bug.

    Where an object cannot be written on stdout, stderr has it; where nobody can be told, the exit code tells.
    """
    from renderer.cli.terminal import show_bug, show_error  # noqa: PLC0415

    if isinstance(error, FileNotFoundError) and error.filename is None:
        error = UsageError(
            "the current folder is not there any more",
            code="U001",
            hint="go to another one, or make it again",
        )
    if isinstance(error, OSError):
        error = system_refusal(error, file="standard output")
    if not isinstance(error, RendererError):
        show_bug(error)
        return BUG
    with contextlib.suppress(OSError):
        try:
            show_error(error, json_wanted=json_wanted)
        except OSError:
            show_error(error, json_wanted=False)
    return error.exit_code
