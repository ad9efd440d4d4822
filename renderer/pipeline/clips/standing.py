"""Where each missing take that costs money stands: what the journal says of it, and what a build may do about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from renderer.job import FAILURES, Job, JobState
from renderer.pipeline.clips.verdict import Verdict
from renderer.row import Row
from renderer.store.journal import current
from renderer.store.store import Store


class Standing(Row):
    """A take's verdict, the job that decides it, and the intents that the command line sets aside."""

    verdict: Verdict
    job: Job | None = None
    aside: tuple[str, ...] = ()


VERDICTS: Mapping[JobState, Verdict] = {
    JobState.UNKNOWN: Verdict.UNKNOWN,
    JobState.RUNNING: Verdict.IN_FLIGHT,
    JobState.READY: Verdict.IN_FLIGHT,
    JobState.REFUSED: Verdict.REFUSED,
    JobState.FAILED: Verdict.REFUSED,
}


def standings(
    keys: Iterable[str], *, store: Store, resubmit: Collection[str] = (), retry_failed: Collection[str] = ()
) -> dict[str, Standing]:
    """For each key of some missing paid takes, where it stands.

    `resubmit` and `retry_failed` are keys whose unknown, or refused and failed, requests are set aside.
    """
    again = {
        JobState.UNKNOWN: resubmit,
        JobState.REFUSED: retry_failed,
        JobState.FAILED: retry_failed,
    }
    return {key: _standing(store, key, again) for key in keys}


def _standing(store: Store, key: str, again: Mapping[JobState, Collection[str]]) -> Standing:
    jobs = store.journal.of_key(key)
    aside = [job for job in jobs if key in again.get(job.state, ())]
    if aside:
        # Whoever sent the newest of them had set aside every failure before it.
        before = jobs[: jobs.index(aside[-1])]
        aside += [job for job in before if job.state in FAILURES and job not in aside]
    job = current([job for job in jobs if job not in aside])
    names = tuple(job.intent for job in aside)
    if job is None:
        return Standing(Verdict.RUN, aside=names)
    if job.state is JobState.STORED:
        is_there = store.find(job.sha256) is not None
        return Standing(Verdict.IN_FLIGHT if is_there else Verdict.RUN, job, names)
    return Standing(VERDICTS[job.state], job, names)
