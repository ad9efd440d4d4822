"""Why each take is to be made: its manifest when it was last built against today's, and the lines that made the difference.

What is explained is what was keyed: both manifests come out of one walk, and so do the places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from renderer.job import JobState
from renderer.model import Json
from renderer.pipeline.clips.picked import read_picks
from renderer.pipeline.clips.verdict import Verdict
from renderer.pipeline.reading.compile import last_keys
from renderer.pipeline.run import Run
from renderer.plan.cause import NUMBERED, Cause, causes_of
from renderer.plan.explain import Change, changes, reason
from renderer.plan.rows import Detail, TakeRow
from renderer.row import Row
from renderer.storyboard import Shot

LEADING = ("provider", "model")
"""Fields whose change brings others with it: another model has other fields and other defaults."""


class Why(Row):
    """Why a take stands as it does: `reason` in one line; what changed since it was last made, and what did that.

    Without `changes` the reason lies elsewhere: it was never made, or a job says where it stands.
    """

    reason: str
    changes: tuple[Change, ...] = ()
    causes: tuple[Cause, ...] = ()


def explain_takes(run: Run) -> dict[int, Why]:
    """Why each take that is to be made is missing, by its number."""
    dirty = run.dirty()
    if not dirty:
        return {}
    details = run.details(dirty)
    found = {
        number: _why(run, number, before, details[number].manifest, details[number].shot)
        for number, before in _before(run, dirty).items()
    }
    first = {run.compiled.takes[number].key: number for number in reversed(dirty)}
    for number in dirty:
        maker = first[run.compiled.takes[number].key]
        if maker != number:
            name = run.compiled.takes[maker].name
            found[number] = found[number]._replace(reason=f"the same request as `{name}`: one clip for both")
    return found


class Before(Row):
    """What a take was made of, None where it was never made; perhaps another take of the shot was."""

    manifest: Mapping[str, Json] | None
    is_own: bool


def _before(run: Run, numbers: Sequence[int]) -> dict[int, Before]:
    """What some takes were made of when they were last built; else the newest footage of their shots."""
    last = last_keys(run.workshop, run.project)
    found = {}
    for number in numbers:
        own = _manifest_of(run, last.get(run.compiled.takes[number].name))
        found[number] = Before(own, own is not None)
    strangers = [number for number in numbers if not found[number].is_own]
    for number, trace in zip(strangers, run.newest(strangers), strict=True):
        if trace:
            found[number] = Before(trace.manifest, is_own=False)
    return found


def _manifest_of(run: Run, key: str | None) -> Mapping[str, Json] | None:
    trace = run.workshop.store.trace(key) if key else None
    return trace.manifest if trace else None


def _why(run: Run, number: int, before: Before, after: Mapping[str, Json], shot: Shot | None) -> Why:
    row = run.compiled.takes[number]
    if run.results[number]:
        return Why("always made")
    if wait := run.chained.waits.get(number):
        return Why(wait.error.message if wait.error else f"its parent `{wait.shot}` comes first")
    if told := _told(run, number):
        return Why(told)
    if run.workshop.store.trace(row.key):
        return Why("its result is gone from the store")
    if before.manifest is None:
        return Why(reason(None, after))
    own = before.is_own
    why = _compared(before.manifest, after, shot) if own else _unlike(run, row, before.manifest, after, shot)
    return _by_links(run, number, why, shot) if shot and run.bare.chains else why


def _unlike(
    run: Run, row: TakeRow, before: Mapping[str, Json], after: Mapping[str, Json], shot: Shot | None
) -> Why:
    """Why a take is to be made that was not made before, or is not known to have been: against the newest footage of its shot."""
    if where := _added_in(run, row):
        return Why(f"a further take, added in {where}")
    apart = _apart(run, row, before, shot)
    why = _compared(before, after, shot, is_new=row.take > 1, apart=apart)
    if apart and not why.changes:
        return Why(f"not made yet, unlike another take of `{row.shot}`")
    return why


def _added_in(run: Run, row: TakeRow) -> str:
    """The line of the picks that adds a take, as `film.picks.yaml:2`; empty for a take that the storyboard asks for."""
    decision = read_picks(run.workshop.store, run.project).get(row.shot)
    if decision is None or row.seed not in decision.retakes:
        return ""
    return f"{run.project.label_of_picks}:{decision.line}"


def _apart(run: Run, row: TakeRow, before: Mapping[str, Json], shot: Shot | None) -> frozenset[str]:
    """The fields in which a take differs from another one of its shot by being another one: no line of the storyboard changed them.

    None where the newest footage is of no other take of today, or where `takes` or `seeds` may be what has added this one.
    """
    others = {str(one.seed) for one in run.compiled.takes if one.shot == row.shot and one.take != row.take}
    is_listed = shot is not None and bool(shot.origins.get("takes") or shot.origins.get("seeds"))
    if before.get("seed") not in others or (is_listed and row.take > 1):
        return frozenset()
    return NUMBERED


def _by_links(run: Run, number: int, why: Why, shot: Shot) -> Why:
    """The same of a chained take: what its parents did to it is told of them."""
    from renderer.pipeline.reasons.linkwhy import causes_of_link, links_by_role  # noqa: PLC0415 - only where shots are chained

    links = links_by_role(run, number)
    causes: list[Cause] = []
    moved = ""
    for change in _leading(why.changes) if links else ():
        link = links.get(change.field)
        found = causes_of_link(run, link, change, shot) if link else None
        causes += causes_of(change, shot) if found is None else found
        moved = _from_another(run, link.shot) if link and found == () else moved
    if not links or not why.changes:
        return why
    return why._replace(causes=tuple(dict.fromkeys(causes)), reason=why.reason if causes else moved)


def _from_another(run: Run, parent: str) -> str:
    """That another clip stands for a parent, and the line of the picks that says so, if one does."""
    decision = read_picks(run.workshop.store, run.project).get(parent)
    is_decided = decision is not None and (decision.pick or decision.clip or decision.keep)
    where = f", decided in {run.project.label_of_picks}:{decision.line}" if decision and is_decided else ""
    return f"it starts from another clip: that of `{parent}`{where}"


def why_of(before: Mapping[str, Json], after: Detail) -> Why:
    """In what a take differs from a manifest that it had, and which lines made it so."""
    return _compared(before, after.manifest, after.shot)


def _compared(
    before: Mapping[str, Json],
    after: Mapping[str, Json],
    shot: Shot | None,
    *,
    is_new: bool = False,
    apart: frozenset[str] = frozenset(),
) -> Why:
    found = tuple(change for change in changes(before, after) if change.field not in apart)
    leading = _leading(found) if shot else ()
    causes = [cause for change in leading if shot for cause in causes_of(change, shot, is_new_take=is_new)]
    return Why(reason(before, after), found, tuple(dict.fromkeys(causes)))


def _leading(found: Sequence[Change]) -> Sequence[Change]:
    """The changes that are not brought about by another provider or model."""
    by_field = {change.field: change for change in found}
    first = next((by_field[name] for name in LEADING if name in by_field), None)
    if first is None:
        return found
    if first.field == "provider":
        return [first]
    return [first] + [
        change for change in found if change != first and None not in (change.before, change.after)
    ]


def _told(run: Run, number: int) -> str:
    """What lock and journal say of a missing take, empty where it says nothing that matters."""
    row = run.compiled.takes[number]
    verdict = run.verdict(number)
    if verdict is Verdict.LOST:
        return f"the lock names clip {run.locked.lost[row.key].short}, and the store does not have it"
    job = run.standing(row.key).job if row.paid else None
    if job is None:
        return ""
    if verdict is Verdict.IN_FLIGHT:
        return f"bought already, as job {job.job}"
    if verdict is Verdict.UNKNOWN:
        return "sent, and the answer was lost: it may have been charged"
    if verdict is Verdict.REFUSED:
        return f"{'refused' if job.state is JobState.REFUSED else 'failed'} before: {job.reason}"
    return "its clip is gone from the store"
