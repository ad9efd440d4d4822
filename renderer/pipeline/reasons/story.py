"""`why`, at length: for each take what changed since it was last built, where, and what its verdict asks of an author."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from renderer.model import Json, Trace
from renderer.pipeline.clips.verdict import Verdict
from renderer.pipeline.reasons.lines import outcome, shot_line_of
from renderer.pipeline.reasons.linkwhy import links_by_role, named
from renderer.pipeline.reasons.why import Why, explain_takes
from renderer.pipeline.run import Run
from renderer.plan.explain import Change
from renderer.plan.words import compare
from renderer.report.why import ChangeLine, Story

HINTS = {
    Verdict.IN_FLIGHT: "`renderer build` brings it home; nothing is bought twice",
    Verdict.WAITING: "`renderer plan` names what it waits for; a parent with several takes needs `renderer pick`",
    Verdict.UNKNOWN: "a build looks it up; `--resubmit {shot}` sends it again, and may pay again",
    Verdict.REFUSED: "`--retry-failed {shot}` sends the same request again; another prompt is another request",
    Verdict.KEPT: "`renderer keep {shot} --undo` lets go of it",
    Verdict.LOST: "bring back a store that has it, or replace it with `--replace-lost {shot}`",
}


def stories(run: Run) -> Iterator[Story]:
    """The story of each selected take, in order of the file."""
    whys = explain_takes(run)
    for number in sorted(run.selected):
        row, result = run.compiled.takes[number], run.results[number]
        verdict = run.verdict(number)
        why = whys.get(number) or Why(_reused(run, number))
        shot = shot_line_of(
            run, row, result, outcome=outcome(run, row, result), verdict=verdict.value, why=why
        )
        yield Story(
            shot=shot,
            changes=tuple(_change_lines(run, number, why)),
            places=tuple(cause.place for cause in why.causes if cause.place),
            hint=HINTS.get(verdict, "").format(shot=row.shot),
        )


def _change_lines(run: Run, number: int, why: Why) -> Iterator[ChangeLine]:
    if not why.changes:
        return
    detail, links = run.details([number])[number], links_by_role(run, number)
    paths = {sha256: path for inputs in detail.inputs.values() for sha256, _, path in inputs}
    for change in why.changes:
        before, after = (
            named(value, links, detail.manifest, change.field) for value in (change.before, change.after)
        )
        yield _change_line(change._replace(before=before, after=_named(after, paths)))


def _named(value: Json, paths: Mapping[str, str | None]) -> Json:
    """The digest of an input, or of a list of them, with the file that has it today."""
    if isinstance(value, list):
        return [_named(item, paths) for item in value]
    if isinstance(value, Mapping) and (path := paths.get(value.get("sha256", ""))):
        return {**value, "path": path}
    return value


def _change_line(change: Change) -> ChangeLine:
    before, after = change.before, change.after
    texts = isinstance(before, str) and isinstance(after, str) and " " in before + after
    return ChangeLine(change.field, before, after, compare(before, after) if texts else ())


def _reused(run: Run, number: int) -> str:
    row = run.compiled.takes[number]
    if run.verdict(number) is Verdict.KEPT:
        reason = run.picked.kept.get(row.shot, "")
        return f"its footage is kept whatever is asked for{f': {reason}' if reason else ''}"
    trace = run.workshop.store.trace(run.compiled.takes[number].key)
    if trace is None:
        return "its clip is in the store"
    return f"this very request was made{_when(trace)}{_for(run, number, trace)}: its clip is in the store"


def _when(trace: Trace) -> str:
    return f" on {trace.made_at[:10]}" if trace.made_at else ""


def _for(run: Run, number: int, trace: Trace) -> str:
    """For which other shot of this storyboard a clip was made, where this one has not asked for it."""
    project, row = run.project, run.compiled.takes[number]
    here = [a for a in trace.askers if (a.project, a.spec) == (project.identity, project.asker_spec)]
    if not here or any(asker.shot == row.shot for asker in here):
        return ""
    return f" for `{here[0].shot}`"
