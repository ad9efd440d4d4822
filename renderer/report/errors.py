"""A runtime error as text: one sentence, aligned facts, a hint; and as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from renderer.errors import RendererError
from renderer.model import Json

BOLD_RED, BOLD, CYAN, RESET = "\x1b[1;31m", "\x1b[1m", "\x1b[36m", "\x1b[0m"


def render_error(error: RendererError, *, colour: bool, subject: str | None = None) -> str:
    """The whole message, without a final newline. `subject` names the shot or step at fault."""
    about = f"`{subject}`: " if subject else ""
    head = f"error[{error.code}]: {about}{error.message}"
    if colour:
        head = f"{BOLD_RED}error[{error.code}]{RESET}{BOLD}: {about}{error.message}{RESET}"
    width = max((len(name) for name, _ in error.facts), default=0)
    facts = [
        f"  {name:<{width}}  {line}" if not number else f"  {'':<{width}}  {line}"
        for name, value in error.facts
        for number, line in enumerate(value.splitlines() or [""])
    ]
    mark = f"{CYAN}hint{RESET}" if colour else "hint"
    hint = ["", f"{mark}: {error.hint}"] if error.hint else []
    return "\n".join([head, *facts, *hint])


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
