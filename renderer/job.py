"""The nouns of buying: a job from the intent to its end, and what it costs. Frozen values, no behaviour beyond reading.

A job is named by its *intent*: the id that we make for one request before it is sent, and send with it. The vendor's
own name for it (`job`) is known once the request was accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum

from renderer.model import Asker, Json
from renderer.row import Row


class JobState(Enum):
    """What is on record of a job; the words are those of `jobs list --json`."""

    UNKNOWN = "unknown"
    """It may have been sent, and no answer is on record: it may have been charged."""
    NOT_ACCEPTED = "not accepted"
    """It was certainly not accepted, for a reason that lies outside the request: nothing is charged."""
    REFUSED = "refused"
    """The vendor refused this very request: nothing is charged, and the same request will be refused again."""
    RUNNING = "running"
    """It was accepted; the vendor has its own name for it. It is paid for if it succeeds."""
    READY = "ready"
    """The vendor has completed it; its clip is not in the store yet."""
    STORED = "stored"
    """Its clip is in the store and on record."""
    FAILED = "failed"
    """It was accepted and gave no clip, or its clip can never be fetched."""
    FORGOTTEN = "forgotten"
    """A person decided that it does not count any more."""


RESUBMITTED = "resubmitted"
"""The code of a forgotten job whose request was sent again: the first one may have been charged."""

MAY_BE_CHARGED = frozenset({RESUBMITTED, "P716", "P719"})
"""The codes of jobs that gave no clip and may have been charged all the same: cancelled, refused by moderation."""

REPLAYED = "replay"
"""The address of what a recording answered: no money was at stake."""

OPEN = frozenset({JobState.UNKNOWN, JobState.RUNNING, JobState.READY})
"""States in which money may be at stake and no clip is here."""

AT_WORK = frozenset({JobState.RUNNING, JobState.READY})
"""States in which the vendor has a job and its clip is still to be brought home."""

FAILURES = frozenset({JobState.REFUSED, JobState.FAILED})
"""States in which the same request would most likely fare the same again."""


class Price(Row):
    """What a job costs, in exact US dollars, and who said so: `submit`, `poll`, `log` (the vendor) or `estimate` (we)."""

    usd: Decimal
    source: str

    @property
    def is_charged(self) -> bool:
        """Whether the vendor said so."""
        return self.source != "estimate"


class Frozen(Row):
    """A request as it goes on record and then on the wire, never changed in between.

    `address` is the path below the vendor's base address. In `body` every medium is `{"blob": sha256}`, for bytes
    that the store has; the wire form is made when it is sent.
    """

    address: str
    body: Mapping[str, Json]


class Intent(Row):
    """What is written down before a request is sent. `at` is UTC in ISO 8601 by our clock, which may be wrong.

    `account` is a fingerprint of the account's key, `base` the vendor's address where it is not the usual one, `replay`
    where a recording answers.
    """

    name: str
    at: str
    key: str
    provider: str
    model: str
    account: str
    base: str
    frozen: Frozen
    manifest: Mapping[str, Json]
    askers: tuple[Asker, ...]
    estimate_usd: Decimal | None


class Job(Row):
    """One request and all that became of it, folded from the journal.

    `accepted_at`, `ready_at`, `ended_at` and `stored_at` are UTC in ISO 8601 by our clock, empty until then; `generated_s`
    are the bounds between which polling found the time that the generation took, `sha256` the stored clip, `reason` why
    it is as it is.
    """

    intent: str
    at: str
    key: str
    provider: str
    model: str
    account: str
    base: str
    address: str
    askers: tuple[Asker, ...]
    estimate_usd: Decimal | None
    state: JobState = JobState.UNKNOWN
    job: str | None = None
    price: Price | None = None
    code: str = ""
    reason: str = ""
    accepted_at: str = ""
    ready_at: str = ""
    ended_at: str = ""
    stored_at: str = ""
    generated_s: tuple[float, float] | None = None
    sha256: str = ""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN
