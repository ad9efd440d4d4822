"""The ledger: what the journal says was spent, on what, and since when."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from renderer.errors import GateError, UsageError
from renderer.job import Job
from renderer.money import Sums, asker_of, counted_at, sums
from renderer.pipeline.keeping.sweeping import list_projects
from renderer.pipeline.project import Project
from renderer.pipeline.workshop import Workshop
from renderer.report.jobs import storyboard_text
from renderer.report.ledger import CostRow
from renderer.row import Row

SPAN = re.compile(r"(\d{1,6})(d|h)")
UNITS: Mapping[str, timedelta] = {"d": timedelta(days=1), "h": timedelta(hours=1)}
BY = ("model", "shot", "day", "provider", "storyboard")
NOBODY = "(nobody)"
IDENTITY_LENGTH = 8


class Ledger(Row):
    """What some jobs come to, in all and by group; groups are days in order, or the dearest first."""

    whole: Sums
    rows: tuple[CostRow, ...] = ()


def draw_up(
    workshop: Workshop, project: Project | None, *, since: datetime | None = None, by: str | None = None
) -> Ledger:
    """The ledger of one storyboard, or of all that share the store. Each job is in one group: that of its first asker."""
    jobs = [job for job in jobs_of(workshop, project) if since is None or _moment(job) >= since]
    if by is None:
        return Ledger(sums(jobs))
    name_of = _naming(project, labels_of(workshop, jobs))[by]
    groups: dict[str, list[Job]] = {}
    for job in jobs:
        groups.setdefault(name_of(job), []).append(job)
    rows = [CostRow(name, sums(group)) for name, group in groups.items()]
    rows.sort(key=lambda row: row.name if by == "day" else (-row.sums.total_usd, row.name))
    return Ledger(sums(jobs), tuple(rows))


def jobs_of(workshop: Workshop, project: Project | None) -> list[Job]:
    """The jobs that a storyboard asked for, or all of the store, oldest first. Raises `StoreError` where that cannot be told."""
    jobs = workshop.store.journal.jobs()
    if not jobs:
        workshop.store.check_readable()  # that nothing was bought is not said of a disk that is not mounted
    if project is None:
        return jobs
    return [job for job in jobs if asker_of(job, project=project.identity, spec=project.spec_name)]


def labels_of(workshop: Workshop, jobs: Iterable[Job]) -> Mapping[str, str]:
    """What people call the projects that asked for some jobs, by identity; empty where it is one project's.

    A project is called as its folder, with the whole path where two folders are called the same; one that is not on
    record by the beginning of its identity.
    """
    identities = {asker.project for job in jobs for asker in job.askers}
    if len(identities) < 2:
        return {}
    with contextlib.suppress(GateError):  # a record that cannot be read takes no more than a name
        roots = {
            one.identity: one.root for one in list_projects(workshop.store) if one.identity in identities
        }
        called = Counter(root.name for root in roots.values())
        known = {found: root.name if called[root.name] == 1 else str(root) for found, root in roots.items()}
        return {found: known.get(found, found[:IDENTITY_LENGTH]) for found in identities}
    return {found: found[:IDENTITY_LENGTH] for found in identities}


def moment_named(text: str, *, now: datetime) -> datetime:
    """The moment that `7d`, `24h`, a date or a time in ISO 8601 means, in UTC where it names no zone.

    Raises `UsageError` U053 for anything else.
    """
    span = SPAN.fullmatch(text)
    try:
        if span:
            return now - int(span[1]) * UNITS[span[2]]
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"`{text}` is not a time",
            code="U053",
            hint="give a date as in `2026-01-31`, or a span as in `7d` or `24h`",
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _moment(job: Job) -> datetime:
    return datetime.fromisoformat(counted_at(job))


def _naming(project: Project | None, labels: Mapping[str, str]) -> Mapping[str, Callable[[Job], str]]:
    def asker(job: Job, field: str) -> str:
        named = project and asker_of(job, project=project.identity, spec=project.spec_name)
        found = named or next(iter(job.askers), None)
        if found is None:
            return NOBODY
        return storyboard_text(found, labels=labels) if field == "spec" else str(getattr(found, field))

    return {
        "model": lambda job: job.model,
        "provider": lambda job: job.provider,
        "day": lambda job: _moment(job).astimezone(UTC).date().isoformat(),
        "storyboard": lambda job: asker(job, "spec"),
        "shot": lambda job: asker(job, "shot") if project else f"{asker(job, 'spec')}:{asker(job, 'shot')}",
    }
