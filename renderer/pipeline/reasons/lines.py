"""What there is to say of a run: a line for each take and film, with the reasons, for text and JSON alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.errors import RendererError
from renderer.model import Result
from renderer.pipeline.clips.verdict import Verdict
from renderer.pipeline.film.assess import FilmState
from renderer.pipeline.project import relative
from renderer.pipeline.run import PUBLISHING, Run
from renderer.pipeline.showing import assess_output
from renderer.plan.enter import length_frames
from renderer.plan.film import OutputRow
from renderer.plan.rows import TakeRow
from renderer.report.run import CauseLine, ClipLine, FilmLine, ShotLine

if TYPE_CHECKING:
    from renderer.pipeline.reasons.why import Why


def counts(run: Run) -> Counter[str]:
    """How many of the selected takes were reused, ran, failed, were blocked."""
    if not run.endings:
        missing = [number for number in run.selected if run.results[number] is None]
        blocked = sum(run.compiled.takes[number].shot not in run.picked.kept for number in missing)
        return Counter({"reused": len(run.selected) - blocked, "blocked": blocked})
    return Counter(outcome(run, run.compiled.takes[number], run.results[number]) for number in run.selected)


def outcome(run: Run, row: TakeRow, result: Result | None) -> str:
    """How a take ended; one that was not tried is reused where its clip is there."""
    ending = run.endings.get(row.key)
    if ending:
        return ending.outcome.value
    return "reused" if result or row.shot in run.picked.kept else "blocked"


def shot_lines(run: Run, *, why: bool = False) -> Iterator[ShotLine]:
    """What there is to say of each selected take, in order. With `why`, missing ones are explained."""
    whys = _explained(run) if why else {}
    for number in sorted(run.selected):
        row, result = run.compiled.takes[number], run.results[number]
        ending = run.endings.get(row.key)
        yield shot_line_of(
            run,
            row,
            result,
            outcome=outcome(run, row, result),
            verdict=run.verdict(number).value,
            why=whys.get(number),
            error=ending.error if ending else None,
        )


def shot_line_of(
    run: Run,
    row: TakeRow,
    result: Result | None,
    *,
    outcome: str,
    verdict: str = "",
    why: Why | None = None,
    error: RendererError | None = None,
) -> ShotLine:
    """What there is to say of one take."""
    return ShotLine(
        id=row.shot,
        take=row.take,
        verdict=verdict,
        reason=why.reason if why else run.picked.kept.get(row.shot, "") if verdict == "kept" else "",
        causes=cause_lines(why) if why else (),
        outcome=outcome,
        key=row.key,
        provider=row.provider,
        model=row.model,
        seed=row.seed,
        estimate_usd=_estimate(row, result, verdict),
        cost_usd=_cost(row, result, outcome),
        job=None if outcome == "reused" else _job(run, row),
        clip=_clip_line(run, run.project.clips / f"{row.name}.mp4", result),
        error=error,
    )


def _explained(run: Run) -> Mapping[int, Why]:
    if not run.dirty():
        return {}
    from renderer.pipeline.reasons.why import explain_takes  # noqa: PLC0415 - only where there is something to explain

    return explain_takes(run)


def cause_lines(why: Why) -> tuple[CauseLine, ...]:
    """What made a take's request another one, for people."""
    return tuple(
        CauseLine(
            cause.field,
            cause.place and cause.place.file,
            cause.place and cause.place.line,
            cause.place and cause.place.column,
        )
        for cause in why.causes
    )


def film_lines(run: Run) -> Iterator[FilmLine]:
    """What there is to say of each film."""
    for output in run.compiled.outputs:
        state = run.films.get(output.name) or assess_output(run, output)
        result = state.result if state else None
        clip = None if PUBLISHING in run.film_errors else _clip_line(run, run.film_path(output), result)
        yield FilmLine(
            output=output.name,
            file=relative(run.film_path(output), here=run.workshop.here),
            verdict="reused" if result else "run" if state else "depends",
            reason="" if result else _film_reason(run, output, state),
            clip=clip,
            frames=length_frames(output.slots),
            fps=Fraction(output.fps),
            error=run.film_errors.get(output.name),
        )


def _film_reason(run: Run, output: OutputRow, state: FilmState | None) -> str:
    what = _film_work(state)
    if state is None:
        return what
    from renderer.pipeline.reasons.joined import what_changed  # noqa: PLC0415 - only where a film is to be joined

    why = what_changed(run, output)
    return f"{what}: {why}" if why else what


def _film_work(state: FilmState | None) -> str:
    if state is None:
        return "its clips come first"
    cut = sum(action.kind == "segment" and bool(action.inputs) for action in state.missing)
    if cut:
        return f"{cut} {'slot' if cut == 1 else 'slots'} to be cut, then joined"
    return "to be joined"


def _estimate(row: TakeRow, result: Result | None, verdict: str) -> Decimal | None:
    if result or not row.paid or verdict not in {"", Verdict.RUN.value, Verdict.DEPENDS.value}:
        return Decimal(0)
    return None if row.estimate_usd is None else Decimal(row.estimate_usd)


def _cost(row: TakeRow, result: Result | None, outcome: str) -> Decimal | None:
    """What a take cost in this build: a reused one nothing, whatever was paid for it once."""
    if result is None:
        return None
    return result.price_usd if row.paid and outcome == "ran" else Decimal(0)


def _job(run: Run, row: TakeRow) -> str | None:
    """The vendor's name for the newest job of a paid take: the one that made its clip, is at work on it, or failed."""
    if not row.paid:
        return None
    jobs = run.workshop.store.journal.of_key(row.key)
    return next((job.job for job in reversed(jobs) if job.job), None)


def _clip_line(run: Run, path: Path, result: Result | None) -> ClipLine | None:
    if result is None or result.facts is None:
        return None
    shown = relative(path, here=run.workshop.here)
    return ClipLine(shown, result.digest.sha256, result.digest.size_bytes, result.facts)
