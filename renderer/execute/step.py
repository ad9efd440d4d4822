"""A step of a run: what it is, what is true of it in each state, how it ends, and the words for one that did not end of its own.

What decides when a step starts is the engine's; nothing here runs anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from renderer.errors import GateError, RendererError, system_refusal
from renderer.execute.events import Outcome
from renderer.model import Result
from renderer.plan.action import Action
from renderer.row import Row

NEED_MISSING = "G901"


class State(Enum):
    """What is true of a step."""

    WANT = "at least one need has no result yet"
    READY = "every need has a result; it stands in its pool's queue"
    RUNNING = "it has a place in its pool, and its task has not returned"
    DONE = "its result is in the store and on record"
    FAILED = "its action was tried and raised"
    BLOCKED = "it will not be tried: a need failed or was blocked, or the run was stopped"


ENDED = (State.DONE, State.FAILED, State.BLOCKED)


class Step(Row):
    """A node of the graph. `decide` is pure: from the needs' results it says what to do, or gives the result."""

    name: str
    decide: Callable[[Mapping[str, Result]], Action | Result]
    needs: tuple[str, ...] = ()
    pool: str = "local"
    always: bool = False


class Ending(Row):
    """How a step ended."""

    outcome: Outcome
    result: Result | None = None
    error: RendererError | None = None


def foreign(error: Exception) -> RendererError:
    """An exception that no room translated: the operating system's, or a bug."""
    if isinstance(error, OSError):
        found: RendererError = system_refusal(error, file="unknown")
    else:
        found = RendererError(f"BUG: {type(error).__name__}: {error}", code="E699", hint="please report this")
    found.__cause__ = error
    return found


def needs_missing(name: str, error: RendererError | None) -> RendererError:
    """What blocks a step whose need `name` ended so: the first step of the chain that has no result."""
    if error and error.code == NEED_MISSING:
        return error
    return GateError(f"`{name}` has no clip", code=NEED_MISSING)


def interrupted() -> RendererError:
    """What blocks a step that an interrupt met, at work or before."""
    return GateError("interrupted", code="G902", hint="run the same command again: what is done stays done")


def stopped_early() -> RendererError:
    """What blocks a step that was not begun since another one had failed."""
    return GateError(
        "not started after an earlier failure", code="G903", hint="leave out `--fail-fast` to keep going"
    )
