"""What an earlier attempt at a request means for the next: what is told of one that nobody knows of, and of one that failed."""

from __future__ import annotations

from renderer.errors import GateError, ProviderRefused
from renderer.job import Intent, Job, JobState
from renderer.model import dollars


def check_earlier(job: Job, *, has_log: bool) -> None:
    """Let a request be sent, or gone on with, unless an earlier attempt stands in the way.

    Raises `GateError` G920 where the outcome of that is unknown, `ProviderRefused` P712 where it was refused or failed.
    """
    if job.state is JobState.UNKNOWN:
        raise unknown(job, has_log=has_log)
    if job.state in {JobState.REFUSED, JobState.FAILED}:
        raise refused_before(job)


LATER = {
    True: "build again later: it is looked up in the account's log each time.",
    False: "look into the account on the vendor's own page; `renderer jobs collect REQUEST --as JOB` tells what you find.",
}


def unknown(job: Job | Intent, *, has_log: bool, reason: str = "") -> GateError:
    """Nobody knows whether a request was accepted: only a person may send it again."""
    name = job.intent if isinstance(job, Job) else job.name
    estimate = job.estimate_usd
    reason = reason or (job.reason if isinstance(job, Job) else "the answer was lost")
    price = "an unknown amount" if estimate is None else dollars(estimate)
    return GateError(
        "a request was sent and its answer is not known: it may have been charged",
        code="G920",
        facts=[("request", name), ("sent", job.at), ("what happened", reason), ("at stake", price)],
        hint=f"{LATER[has_log]} If the vendor never had it, `--resubmit SHOT` sends it again; `renderer jobs forget` drops it",
    )


def sent_meanwhile(job: Job | None) -> GateError:
    """When this build began an earlier attempt stood in the way, so it has nothing to do with the seller; another one went past that."""
    return GateError(
        "another build has seen to this very request since this one began: nothing was sent here",
        code="G931",
        facts=[("request", job.intent), ("job", job.job or "none yet")] if job else [],
        hint="run the same command again: what was bought is fetched",
    )


def refused_before(job: Job) -> ProviderRefused:
    """The vendor refused this very request, or could not make it; it would again."""
    facts = [("reason", job.reason), ("when", job.ended_at)]
    facts += [("job", job.job)] if job.job else []
    if job.ready_at:
        price = dollars(job.price.usd) if job.price else "yes, at a price that is not known"
        return ProviderRefused(
            "the clip of this request was made and could not be fetched",
            code="P712",
            facts=[*facts, ("charged", price)],
            hint="`--retry-failed SHOT` tries to fetch it once more, and buys the take again only if that fails",
        )
    was = "was refused" if job.state is JobState.REFUSED else "failed"
    return ProviderRefused(
        f"this very request {was} before",
        code="P712",
        facts=facts,
        hint="change the shot, or try the same once more with `--retry-failed SHOT`",
    )
