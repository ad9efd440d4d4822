"""From the journal's records to jobs: each record says one thing that happened, the fold says what is true now. Pure.

Records are JSON objects with an `event` and the `intent` that it is about:

| event | and | the job is then |
|---|---|---|
| `intent` | all of `Intent` | unknown |
| `accepted` | `job`, `price` or null, `how` | running; as before where its name was known already |
| `not accepted` | `why`, `code`, `reason` | not accepted, or refused; as before where the vendor's name for it is known |
| `unknown` | `reason` | unknown; as before where the vendor's name for it is known |
| `ready` | `price`, `generated_s` | ready; as before where its clip is stored |
| `failed` | `code`, `reason` | failed; as before where its clip is stored |
| `stored` | `sha256` | stored |
| `priced` | `price` | as before |
| `forgotten` | `reason`, perhaps `code` | forgotten |

What is known is not forgotten: two builds may find the same job in the log, and one may find a job while the other still
waits for its answer.

`at` is when it was written. A record of another event, or about an intent that nobody knows, changes nothing, so that
an older program can read a newer journal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from sys import intern

from renderer.job import Intent, Job, JobState, Price
from renderer.model import Asker, Json

REFUSED = "REFUSED"
AMOUNTS_MAX = 1_000
"""How many amounts are kept to be shared: the takes of a film cost much the same."""


def intent_record(intent: Intent) -> dict[str, Json]:
    """The record that is written before a request is sent."""
    return {
        "event": "intent",
        "intent": intent.name,
        "at": intent.at,
        "key": intent.key,
        "provider": intent.provider,
        "model": intent.model,
        "account": intent.account,
        "base": intent.base,
        "address": intent.frozen.address,
        "body": intent.frozen.body,
        "manifest": intent.manifest,
        "askers": [list(asker) for asker in intent.askers],
        "estimate_usd": None if intent.estimate_usd is None else str(intent.estimate_usd),
    }


def folded(job: Job | None, record: Mapping[str, Json]) -> Job | None:
    """What is true of a job after one more record about it; None where nothing is known of it.

    >>> folded(None, {"event": "accepted", "intent": "a", "job": "7", "price": None, "at": "", "how": "answer"})
    """
    if record["event"] == "intent":
        return _begun(record)
    change = CHANGES.get(record["event"])
    return job if job is None or change is None else change(job, record)


def price_json(price: Price | None) -> Json:
    return None if price is None else {"usd": str(price.usd), "source": price.source}


def _begun(record: Mapping[str, Json]) -> Job:
    # What thousands of jobs have in common is kept once.
    estimate = record["estimate_usd"]
    return Job(
        intent=record["intent"],
        at=record["at"],
        key=record["key"],
        provider=intern(record["provider"]),
        model=intern(record["model"]),
        account=intern(record["account"]),
        base=intern(record["base"]),
        address=intern(record["address"]),
        askers=tuple(
            Asker(intern(project), intern(spec), shot, take) for project, spec, shot, take in record["askers"]
        ),
        estimate_usd=None if estimate is None else _usd(estimate),
        reason="the program ended before an answer was on record",
    )


def _accepted(job: Job, record: Mapping[str, Json]) -> Job:
    price = _price(record) or job.price
    if job.job is not None:
        return job._replace(price=price)
    return job._replace(
        state=JobState.RUNNING,
        job=record["job"],
        price=price,
        reason=record["how"],
        accepted_at=record["at"],
    )


def _not_accepted(job: Job, record: Mapping[str, Json]) -> Job:
    if job.job is not None:
        return job
    state = JobState.REFUSED if record["why"] == REFUSED else JobState.NOT_ACCEPTED
    return job._replace(state=state, code=record["code"], reason=record["reason"], ended_at=record["at"])


def _unknown(job: Job, record: Mapping[str, Json]) -> Job:
    if job.job is not None:
        return job
    return job._replace(state=JobState.UNKNOWN, reason=record["reason"])


def _ready(job: Job, record: Mapping[str, Json]) -> Job:
    if job.state is JobState.STORED:
        return job._replace(price=_price(record) or job.price)
    bounds = record["generated_s"]
    return job._replace(
        state=JobState.READY,
        price=_price(record) or job.price,
        generated_s=bounds and (bounds[0], bounds[1]),
        reason="",
        ready_at=record["at"],
        ended_at=record["at"],
    )


def _failed(job: Job, record: Mapping[str, Json]) -> Job:
    if job.state is JobState.STORED:
        return job
    return job._replace(
        state=JobState.FAILED, code=record["code"], reason=record["reason"], ended_at=record["at"]
    )


def _stored(job: Job, record: Mapping[str, Json]) -> Job:
    return job._replace(
        state=JobState.STORED, sha256=record["sha256"], code="", reason="", stored_at=record["at"]
    )


def _priced(job: Job, record: Mapping[str, Json]) -> Job:
    return job._replace(price=_price(record) or job.price)


def _forgotten(job: Job, record: Mapping[str, Json]) -> Job:
    code = record.get("code", job.code)
    return job._replace(state=JobState.FORGOTTEN, code=code, reason=record["reason"], ended_at=record["at"])


def _price(record: Mapping[str, Json]) -> Price | None:
    price = record.get("price")
    return None if price is None else Price(_usd(price["usd"]), intern(price["source"]))


@lru_cache(maxsize=AMOUNTS_MAX)
def _usd(text: str) -> Decimal:
    return Decimal(text)


CHANGES: Mapping[str, Callable[[Job, Mapping[str, Json]], Job]] = {
    "accepted": _accepted,
    "not accepted": _not_accepted,
    "unknown": _unknown,
    "ready": _ready,
    "failed": _failed,
    "stored": _stored,
    "priced": _priced,
    "forgotten": _forgotten,
}
