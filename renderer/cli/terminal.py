"""Writing to the terminal: whether to use colour, errors and diagnostics on their way out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from renderer import __version__
from renderer.errors import RendererError, SpecError, UsageError, did_you_mean
from renderer.model import Json

if TYPE_CHECKING:
    import click

    from renderer.diagnostic import Diagnostic

SOURCE_BYTES_MAX = 16 << 20
DEBUG_VARIABLE = "RENDERER_DEBUG"
BUG_CODE = "E699"


def wants_colour(stream: TextIO) -> bool:
    """Colour goes to a terminal only, and never where `NO_COLOR` is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(text: str) -> None:
    """Write a line on stderr; whether it has colours was decided by whoever made it."""
    if os.name == "nt":
        import click  # noqa: PLC0415 - it knows how Windows shows colours

        click.echo(text, err=True)
        return
    sys.stderr.write(f"{text}\n")


def show_error(error: RendererError, *, json_wanted: bool) -> None:
    """Print an error on stderr, or as `{"version": 1, "errors": […]}` on stdout."""
    from renderer.report.errors import render_error  # noqa: PLC0415 - only where something is wrong

    if json_wanted:
        write_json({"version": 1, "errors": errors_json(error)})
    elif isinstance(error, SpecError):
        show_diagnostics(error.diagnostics)
    else:
        say(render_error(error, colour=wants_colour(sys.stderr)))


def errors_json(error: RendererError) -> list[dict[str, Json]]:
    """One object for each diagnostic of a `SpecError`, else one for the error itself."""
    from renderer.report.diagnostics import to_json  # noqa: PLC0415 - as above
    from renderer.report.errors import error_json  # noqa: PLC0415

    if isinstance(error, SpecError):
        return [to_json(diagnostic) for diagnostic in error.diagnostics]
    return [error_json(error)]


def show_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """Print diagnostics on stderr with their source lines, a blank line between two."""
    from renderer.report.diagnostics import render_text  # noqa: PLC0415 - as above

    sources: dict[str, str | None] = {}
    texts = []
    for diagnostic in diagnostics:
        name = diagnostic.place.file if diagnostic.place else ""
        if name not in sources:
            sources[name] = _read_text(name)
        texts.append(render_text(diagnostic, source=sources[name], colour=wants_colour(sys.stderr)))
    if texts:
        say("\n\n".join(texts))


def read_sources(names: Iterable[str]) -> dict[str, str | None]:
    """The texts of some files by name, None for one that cannot be shown."""
    return {name: _read_text(name) for name in dict.fromkeys(names)}


def usage_error(error: click.ClickException, *, known: Iterable[str]) -> UsageError:
    """Click's complaint in our words: one sentence, and the nearest word or the help that tells more.

    `known` are the names of commands.
    """
    message = _plain(error.format_message())
    possible = list(getattr(error, "possibilities", None) or [])
    if message.startswith("no such command"):
        close = did_you_mean(message.split("`")[1], known)
        possible = [close] if close else []
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "renderer"
    return UsageError(message, code="U008", hint=_usage_hint(path, message, possible=possible))


def _usage_hint(path: str, message: str, *, possible: Sequence[str]) -> str:
    if possible:
        return f"did you mean `{possible[0]}`?"
    if path == "renderer" and message.startswith("no such option"):
        return "options stand after a command; `renderer COMMAND --help` shows what it takes"
    return f"`{path} --help` shows what it takes"


def _plain(message: str) -> str:
    """A sentence of click's in the form of ours: lower case, no full stop, names in backticks."""
    message, _, choices = message.partition(". Choose from:")
    if choices:
        words = (word.strip(" \t,") for word in choices.strip().splitlines())
        message += f": one of {', '.join(f'`{word}`' for word in words)}"
    text = message.strip().split("\n")[0].split(" (Did you mean")[0].split(" Did you mean")[0]
    text = text.rstrip(".").replace("'", "`").replace("1<=x<=256", "1 to 256")
    return text[:1].lower() + text[1:]


def show_bug(error: Exception) -> None:
    """Say that the program is at fault, in one sentence; with `RENDERER_DEBUG` set, raise instead."""
    if os.environ.get(DEBUG_VARIABLE):
        raise error
    message = f"BUG: {type(error).__name__}: {error}"
    say(
        f"error[{BUG_CODE}]: {message}\n  version  {__version__}\n\n"
        f"hint: nothing paid for is lost; run again with {DEBUG_VARIABLE}=1 and report what it prints"
    )


def write_json(value: Mapping[str, Json]) -> None:
    """Print one JSON object on stdout."""
    import json  # noqa: PLC0415 - only where it is asked for

    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(value, ensure_ascii=not is_utf8, indent=2 if sys.stdout.isatty() else None)
    sys.stdout.write(text)
    sys.stdout.write("\n")


def _read_text(name: str) -> str | None:
    path = Path(name)
    try:
        if not (name and path.is_file() and path.stat().st_size <= SOURCE_BYTES_MAX):
            return None
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return None
