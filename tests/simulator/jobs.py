"""Jobs: each is decided when it is accepted, so that all that follows is a function of the job and the time."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from random import Random
from typing import Any

from .draw import dice, pick
from .settings import Settings, Span

ANIMALS = ("wolf", "otter", "lynx", "heron")
LONG_CHARS = 1000
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that will be accepted: `body` by the names of the universal address, `price` in credits."""

    vendor: str
    model: str
    body: Mapping[str, Any]
    price: int
    duration_s: float
    size: str
    client_request_id: str | None

    @property
    def digest(self) -> str:
        """Of the request alone, whichever address it came to."""
        text = json.dumps(_shortened(self.body), sort_keys=True)
        return hashlib.sha256(f"{self.vendor}\n{text}".encode()).hexdigest()

    @property
    def prompt(self) -> str:
        return str(self.body.get("prompt") or self.body.get("promptText") or "")


@dataclass(frozen=True, slots=True)
class Job:
    """An accepted job. Times are seconds of the simulator's clock; `price` is in credits.

    `digest` names the request, `nth` counts the jobs of this very request, from 1. `fate` is how it goes, as words
    such as `error:detail` or `dead-link+late-row:60`; empty when all goes well.
    """

    id: str
    vendor: str
    model: str
    digest: str
    nth: int
    prompt: str
    client_request_id: str | None
    price: int
    duration_s: float
    size: str
    accepted_s: float
    starts_s: float
    ends_s: float
    unseen_s: float
    fate: str
    picture: str
    cancelled_s: float | None = None
    deleted: bool = False

    @property
    def fates(self) -> dict[str, str]:
        """The words of its fate, each with what stands behind the colon."""
        return _fates(self.fate) if self.fate else {}

    @property
    def fails(self) -> bool:
        return "error" in self.fates

    @property
    def earns(self) -> bool:
        """Whether it is charged, now or later: every accepted job but those that fail or are cancelled."""
        return not self.fails and self.cancelled_s is None

    @property
    def over_s(self) -> float:
        """When it ended or will: a throttled job that is cancelled never began."""
        if self.cancelled_s is None:
            return self.ends_s
        return max(self.cancelled_s, self.starts_s)

    def is_over(self, now_s: float) -> bool:
        return self.cancelled_s is not None or now_s >= self.ends_s


class Jobs:
    """All jobs ever accepted, by id. Not for threads."""

    def __init__(self, *, seed: int) -> None:
        self.seed = seed
        self.by_id: dict[str, Job] = {}
        self.committed: Counter[str] = Counter()
        self._active: dict[str, None] = {}
        self._nths: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Job]:
        return iter(self.by_id.values())

    def in_flight(self, vendor: str, *, now_s: float) -> list[Job]:
        """The jobs of a vendor that have not ended, in order of acceptance."""
        for id_ in [id_ for id_ in self._active if self.by_id[id_].is_over(now_s)]:
            del self._active[id_]
        return [self.by_id[id_] for id_ in self._active if self.by_id[id_].vendor == vendor]

    def accept(
        self, asked: Asked, *, settings: Settings, fate: str, now_s: float, at_once_max: int | None
    ) -> Job:
        """A new job, decided to its end. Beyond `at_once_max` it starts when another one ends."""
        nth = self._nths[asked.digest] + 1
        chance = dice(self.seed, "job", asked.digest, nth)
        ends_s = sorted(job.ends_s for job in self.in_flight(asked.vendor, now_s=now_s))
        waits = at_once_max is not None and len(ends_s) >= at_once_max
        starts_s = ends_s[-(at_once_max or 0)] if waits else now_s
        fates = _fates(fate)
        lasts_s = float(
            fates.get("takes")
            or _span(settings.generation_s_of.get(asked.model, settings.generation_s), chance)
        )
        job = Job(
            id=self._new_id(asked, settings, chance),
            vendor=asked.vendor,
            model=asked.model,
            digest=asked.digest,
            nth=nth,
            prompt=asked.prompt[:200],
            client_request_id=asked.client_request_id,
            price=asked.price,
            duration_s=asked.duration_s,
            size=asked.size,
            accepted_s=now_s,
            starts_s=starts_s,
            ends_s=float("inf") if "never" in fates else starts_s + lasts_s,
            unseen_s=float(fates.get("unseen") or _span(settings.unseen_s, chance)),
            fate=fate,
            picture=f"{asked.digest}{nth if settings.similar else ''}",
        )
        self.restore(job)
        return job

    def restore(self, job: Job) -> None:
        """Put a job on the book: a new one, a changed one, or one from a state file."""
        before = self.by_id.get(job.id)
        if before is None:
            self._nths[job.digest] += 1
        self.committed[job.vendor] += _due(job) - (_due(before) if before else 0)
        self.by_id[job.id] = job
        self._active[job.id] = None

    def peak(self, vendor: str) -> int:
        """The most jobs of a vendor that were ever made at once; throttled ones do not count while they wait."""
        ours = [job for job in self if job.vendor == vendor]
        steps = sorted([(job.starts_s, 1) for job in ours] + [(job.over_s, -1) for job in ours])
        return max(accumulate(step for _, step in steps), default=0)

    def cancel(self, job: Job, *, now_s: float) -> Job:
        """End a job now. Jobs that wait for its place keep their start: the real rule is not documented."""
        cancelled = replace(job, cancelled_s=now_s)
        self.restore(cancelled)
        return cancelled

    def delete(self, job: Job) -> Job:
        deleted = replace(job, deleted=True)
        self.restore(deleted)
        return deleted

    def _new_id(self, asked: Asked, settings: Settings, chance: Random) -> str:
        forms = settings.ids if asked.vendor == "aimlapi" else ("uuid",)
        return new_id(pick(forms, chance), model=asked.model, chance=chance)


def new_id(form: str, *, model: str, chance: Random) -> str:
    """An id in one of the forms that samples show."""
    one = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    digits = "".join(chance.choices("0123456789", k=15))
    forms = {
        "uuid": one,
        "uuid-model": f"{one}:vendor/{model}/image-to-video",
        "digits-model": f"{digits}:{model}",
        "digits": digits,
        "cgt": f"cgt-20260821101112-{''.join(chance.choices(ALPHABET[26:62].lower(), k=5))}",
        "nanoid": "-" + "".join(chance.choices(ALPHABET, k=20)),
    }
    return forms[form]


def job_value(job: Job) -> dict[str, Any]:
    """A job as JSON. A job without an end has null for it."""
    return {**asdict(job), "ends_s": None if job.ends_s == float("inf") else job.ends_s}


def read_job(value: Mapping[str, Any]) -> Job:
    return Job(**{**value, "ends_s": float("inf") if value["ends_s"] is None else value["ends_s"]})


def _shortened(value: Any) -> Any:
    """A body with its long texts, which are images, by their digests: writing them out again is slow."""
    if isinstance(value, str) and len(value) > LONG_CHARS:
        return {"sha256": hashlib.sha256(value.encode()).hexdigest()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    return {name: _shortened(item) for name, item in value.items()} if isinstance(value, dict) else value


def _due(job: Job) -> int:
    return job.price if job.earns else 0


def _fates(fate: str) -> dict[str, str]:
    return dict((*word.partition(":")[::2],) for word in fate.split("+") if word)


def _span(span: Span, chance: Random) -> float:
    return chance.uniform(*span)
