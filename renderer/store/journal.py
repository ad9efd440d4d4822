"""The journal of everything that was bought or tried: what was meant, what was answered, what came of it.

Each fact is on disk before the next act. What the journal says of a job is folded from its records, newest last; jobs
of all projects, storyboards and processes that share the store are here.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime

from renderer.errors import StoreError
from renderer.job import FAILURES, RESUBMITTED, Frozen, Intent, Job, JobState, Price
from renderer.model import Json
from renderer.store.fold import folded, intent_record, price_json
from renderer.store.index import Index
from renderer.store.lines import Line, Lines, Position

MEMO = "journal/open"
MENDED = "mended"


class Journal:
    """The journal of one store. Threads may share it; every answer takes up first what others have written since.

    Methods that write return when their fact is on disk, and raise `StoreError` where it cannot be.
    """

    def __init__(self, lines: Lines, index: Index) -> None:
        self._lines = lines
        self._index = index
        self._guard = threading.Lock()
        self._begin()

    # What is true

    def jobs(self) -> list[Job]:
        """Every job, oldest first."""
        self._catch_up()
        return list(self._jobs.values())

    def of_key(self, key: str) -> list[Job]:
        """The jobs for one action key, oldest first."""
        self._catch_up()
        return [self._jobs[name] for name in self._by_key.get(key, ())]

    def of_intent(self, intent: str) -> Job | None:
        self._catch_up()
        return self._jobs.get(intent)

    def open_jobs(self) -> list[Job]:
        """Jobs with money at stake and no clip here, oldest first. Where nothing was written since, one stat."""
        end = self._lines.end()
        if end == Position():
            return []
        known = self._index.get(MEMO)
        if known == {"at": list(end), "open": 0}:
            return []
        with self._guard:
            self._read_on()
            found = [job for job in self._jobs.values() if job.is_open]
            place = self._position
        self._index.put(MEMO, {"at": list(place), "open": len(found)})
        return found

    def request_of(self, intent: str) -> tuple[Frozen, Mapping[str, Json]]:
        """The frozen request and the manifest of a known intent, read again from the disk; `StoreError` E619 if damaged."""
        self._catch_up()
        record = self._lines.value_at(self._places[intent])
        if record is None:
            raise _damage(1)
        return Frozen(record["address"], record["body"]), record["manifest"]

    def damaged(self) -> Sequence[Position]:
        """Where lines stand that once were whole and are not any more, and that nobody has looked at yet."""
        self._catch_up()
        return list(self._damaged)

    def damaged_names(self) -> tuple[str, ...]:
        """The same places for people: file and offset in bytes."""
        return tuple(self._lines.name(place) for place in self.damaged())

    def let_go(self) -> None:
        """Keep nothing of what was read: whoever asks next has it read again. A thousand jobs take up two megabytes."""
        with self._guard:
            self._begin()

    def size_bytes(self) -> int:
        """How much room the records take."""
        return self._lines.size_bytes()

    # What happens

    def intend(self, intent: Intent) -> None:
        """A request is about to be sent. Raises `StoreError` E619 where the journal is damaged: nothing is bought then."""
        if damaged := self.damaged():
            raise _damage(len(damaged))
        self._lines.append(intent_record(intent))

    def accept(self, intent: str, *, job: str, price: Price | None, how: str, at: datetime) -> None:
        """The vendor took the request; `how` says how we know: `answer`, `log`, or `by hand`."""
        self._note(intent, "accepted", at, job=job, price=price_json(price), how=how)

    def decline(self, intent: str, *, why: str, code: str, reason: str, at: datetime) -> None:
        """The request was certainly not accepted; `why` is the name of a `Why`."""
        self._note(intent, "not accepted", at, why=why, code=code, reason=reason)

    def lose(self, intent: str, *, reason: str, at: datetime) -> None:
        """Nobody knows whether the request was accepted."""
        self._note(intent, "unknown", at, reason=reason)

    def ready(
        self, intent: str, *, price: Price | None, generated_s: tuple[float, float] | None, at: datetime
    ) -> None:
        """The vendor has made the clip; the bounds are what polling could tell of how long that took."""
        self._note(intent, "ready", at, price=price_json(price), generated_s=generated_s)

    def fail(self, intent: str, *, code: str, reason: str, at: datetime) -> None:
        """The job gave no clip, or its clip can never be had."""
        self._note(intent, "failed", at, code=code, reason=reason)

    def store(self, intent: str, *, sha256: str, at: datetime) -> None:
        """The clip is in the store; its trace is written after this, and anew where that is missing."""
        self._note(intent, "stored", at, sha256=sha256)

    def price(self, intent: str, *, price: Price, at: datetime) -> None:
        """The vendor said later what a job cost."""
        self._note(intent, "priced", at, price=price_json(price))

    def forget(self, intent: str, *, reason: str, at: datetime) -> None:
        """A person decided that a job does not count any more."""
        self._note(intent, "forgotten", at, reason=reason)

    def resubmit(self, intent: str, *, at: datetime) -> None:
        """A request whose outcome is not known is sent again under another intent: it may have been charged."""
        reason = "set aside by hand, and sent again"
        self._note(intent, "forgotten", at, reason=reason, code=RESUBMITTED)

    def mend(self, *, at: datetime) -> int:
        """Take note of damaged lines, so that buying may go on; they stay where they are. Says how many there were."""
        damaged = self.damaged()
        if damaged:
            places = [list(place) for place in damaged]
            self._lines.append({"event": MENDED, "intent": "", "at": at.isoformat(), "places": places})
        return len(damaged)

    def _note(self, intent: str, event: str, at: datetime, **facts: Json) -> None:
        record = {"event": event, "intent": intent, "at": at.isoformat(timespec="milliseconds"), **facts}
        self._lines.append(record, last_resort=True)

    def _begin(self) -> None:
        self._position = Position()
        self._jobs: dict[str, Job] = {}
        self._by_key: dict[str, list[str]] = {}
        self._places: dict[str, Position] = {}
        self._damaged: dict[Position, None] = {}

    def _catch_up(self) -> None:
        with self._guard:
            self._read_on()

    def _read_on(self) -> None:
        """Take up what was written since; from the start where the last line that was read is gone."""
        if self._lines.end() == self._position:
            return
        if not self._lines.is_between(self._position):
            self._begin()
        for line in self._lines.read(self._position):
            self._take(line)
            self._position = line.end

    def _take(self, line: Line) -> None:
        """Take up one line. One that says something in another form than ours counts as damaged."""
        try:
            self._fold(line)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
            self._damaged[line.at] = None

    def _fold(self, line: Line) -> None:
        if line.value is None:
            raise ValueError("the line was whole once")
        record, name = line.value, line.value["intent"]
        if record["event"] == MENDED:
            for place in record["places"]:
                self._damaged.pop(Position(*place), None)
            return
        job = folded(self._jobs.get(name), record)
        if job is not None and name not in self._jobs:
            self._by_key.setdefault(job.key, []).append(name)
            self._places[name] = line.at
        if job is not None:
            self._jobs[name] = job


def _damage(lines: int) -> StoreError:
    many = "1 line of the journal is" if lines == 1 else f"{lines} lines of the journal are"
    return StoreError(
        f"{many} damaged, so what was bought is not all known",
        code="E619",
        hint="look at the account's own log, then run `renderer cache repair`; nothing is bought until then",
    )


def current(jobs: Sequence[Job]) -> Job | None:
    """Of the jobs for one key, oldest first, the one that decides what is to be done: an open one before all others.

    Then the newest that says something about the request: stored, refused or failed. None where nothing stands in the
    way of buying.
    """
    telling = FAILURES | {JobState.STORED}
    opened = next((job for job in reversed(jobs) if job.is_open), None)
    return opened or next((job for job in reversed(jobs) if job.state in telling), None)
