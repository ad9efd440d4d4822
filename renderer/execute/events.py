"""What the engine says while it works; whoever listens prints, records or ignores it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from renderer.errors import RendererError
from renderer.model import Result
from renderer.row import Row


class Outcome(Enum):
    """The four ways in which a step ends."""

    REUSED = "reused"
    RAN = "ran"
    FAILED = "failed"
    BLOCKED = "blocked"


class Planned(Row):
    """Before the first step: how many there are."""

    steps: int


class Started(Row):
    """A step's action runs now."""

    step: str
    kind: str


class Waiting(Row):
    """Another build is making the very same thing; this one waits for it."""

    step: str


class Noted(Row):
    """How a step that runs is doing, in a few words: `queued`, `generating`, `fetching`."""

    step: str
    text: str


class Told(Row):
    """How a step came to its result, for whoever wants to know all."""

    step: str
    text: str


class Finished(Row):
    """A step has ended. `result` is set for reused and ran; `error` says why for failed and blocked."""

    step: str
    kind: str
    outcome: Outcome
    elapsed_s: float
    result: Result | None = None
    error: RendererError | None = None


Event = Planned | Started | Waiting | Noted | Told | Finished
Emit = Callable[[Event], None]
