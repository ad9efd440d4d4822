"""The verdicts of a plan, apart from how they are found: every build meets them, few need the journal."""

from __future__ import annotations

from enum import Enum


class Verdict(Enum):
    """What a plan says of a take; the values are those of `plan --json`."""

    REUSED = "reused"
    RUN = "run"
    IN_FLIGHT = "in_flight"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    LOST = "lost"
    KEPT = "kept"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")
