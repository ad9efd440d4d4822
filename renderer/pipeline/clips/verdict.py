"""The verdicts of a plan, apart from how they are found: every build meets them, few need the journal."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from renderer.errors import GateError
from renderer.model import Json
from renderer.row import Row


class Verdict(Enum):
    """What a plan says of a take; the values are those of `plan --json`."""

    REUSED = "reused"
    RUN = "run"
    IN_FLIGHT = "in_flight"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    DEPENDS = "depends"
    WAITING = "waiting"
    LOST = "lost"
    KEPT = "kept"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


class Wait(Row):
    """Why the key of a chained take is not known: the clip of `shot`, the first that it starts from, is not there.

    `parents` are the takes, by number among all, that make what it starts from. `error` is why that will not come about before a
    person decides, None where it may.
    """

    shot: str
    parents: tuple[int, ...] = ()
    error: GateError | None = None


class Chained(Row):
    """What is known of the chained takes, by number among all: the whole manifest of each, or what it waits for."""

    manifests: Mapping[int, Mapping[str, Json]] = {}
    waits: Mapping[int, Wait] = {}


NOTHING_CHAINED = Chained()
