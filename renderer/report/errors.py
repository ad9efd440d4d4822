"""A runtime error as text: one sentence, aligned facts, a hint; and as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from renderer.errors import RendererError
from renderer.model import Json
from renderer.report.visible import visible

FACT_CHARACTERS_MAX = 200
BOLD_RED, BOLD, CYAN, RESET = "\x1b[1;31m", "\x1b[1m", "\x1b[36m", "\x1b[0m"


def render_error(
    error: RendererError, *, colour: bool, subject: str | None = None, brief: bool = False
) -> str:
    """The whole message, without a final newline. `subject` names the shot or step at fault.

    With `brief` a long fact, such as a command line, is cut.
    """
    about = f"`{visible(subject)}`: " if subject else ""
    message = visible(error.message)
    head = f"error[{error.code}]: {about}{message}"
    if colour:
        head = f"{BOLD_RED}error[{error.code}]{RESET}{BOLD}: {about}{message}{RESET}"
    width = max((len(name) for name, _ in error.facts), default=0)
    facts = [
        f"  {'' if number else name:<{width}}  {_shown(line, brief=brief)}"
        for name, value in error.facts
        for number, line in enumerate(value.splitlines() or [""])
    ]
    mark = f"{CYAN}hint{RESET}" if colour else "hint"
    hint = ["", f"{mark}: {error.hint}"] if error.hint else []
    return "\n".join([head, *facts, *hint])


def _shown(line: str, *, brief: bool) -> str:
    cut = brief and len(line) > FACT_CHARACTERS_MAX
    return visible(f"{line[:FACT_CHARACTERS_MAX]}… (`-v` shows all)" if cut else line)


def error_json(error: RendererError) -> dict[str, Json]:
    """The error as one JSON object, with the same keys as a diagnostic's; facts as an object beside them."""
    facts: Mapping[str, Json] = dict(error.facts)
    return {
        "code": error.code,
        "severity": "error",
        "message": error.message,
        "file": None,
        "line": None,
        "column": None,
        "hint": error.hint,
        "facts": facts,
    }
