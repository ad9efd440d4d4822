"""The takes of a shot: those that it has today, and every clip that was made for it under an older request. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from renderer.digest import Digest
from renderer.model import Result, Trace
from renderer.pipeline.clips.shots import select
from renderer.pipeline.project import relative
from renderer.pipeline.run import Run
from renderer.pipeline.showing import shown_takes
from renderer.plan.rows import TakeRow
from renderer.row import Row

SHORT_MIN = 4
SHOWN = frozenset({"shown", "picked", "kept"})


class TakeLine(Row):
    """One take, or one clip bought under an older request (`take` None).

    `clip` is None where there is none yet; `file` is where it stands below `build/`, empty for one that is not put there. `marks` are
    of `shown`, `picked`, `kept` and `approved`.
    """

    shot: str
    take: int | None
    verdict: str
    clip: Digest | None
    seed: int | None
    model: str | None
    price_usd: Decimal | None
    made_at: str
    file: str
    key: str
    marks: tuple[str, ...] = ()


def list_takes(run: Run, pattern: str, *, everything: bool = False) -> list[TakeLine]:
    """The takes of the shots that fit a pattern, in order; after each shot's takes the clip that it shows, if it is another one's; with
    `everything`, every clip that was made for it under any request and is stored, the newest first. Raises `UsageError` U006.
    """
    shots = shots_that_fit(run, [pattern])
    return [line for shot in shots for line in takes_of(run, shot, everything=everything)]


def takes_of(run: Run, shot: str, *, everything: bool = False) -> list[TakeLine]:
    """`list_takes` for one shot alone, without its variants."""
    numbers = [number for number, row in enumerate(run.compiled.takes) if row.shot == shot]
    lines = [_today(run, number) for number in numbers]
    lines += [line for line in _older(run, shot) if line.clip not in {known.clip for known in lines}]
    marked = [_marked(run, line, numbers[0]) for line in lines]
    return [line for line in marked if everything or line.take or SHOWN & set(line.marks)]


def _today(run: Run, number: int) -> TakeLine:
    row, result = run.compiled.takes[number], run.results[number]
    trace = run.workshop.store.trace(row.key) if result else None
    path = run.project.clips / f"{row.name}.mp4"
    return TakeLine(
        shot=row.shot,
        take=row.take,
        verdict=run.verdict(number).value,
        clip=result.digest if result else None,
        seed=row.seed,
        model=row.model or row.provider,
        price_usd=result.price_usd if result else _amount(row),
        made_at=trace.made_at if trace else "",
        file=relative(path, here=run.workshop.here) if result and path.exists() else "",
        key="" if number in run.chained.waits else row.key,
    )


def _older(run: Run, shot: str) -> Iterator[TakeLine]:
    """Every stored clip that was made for a shot, the newest first."""
    project, store = run.project, run.workshop.store
    for trace in store.newest.all_of(project.identity, spec=project.asker_spec, shot=shot):
        for result in reversed(trace.results):
            if store.has(result.digest):
                yield _line_of(shot, trace, result)


def _line_of(shot: str, trace: Trace, result: Result) -> TakeLine:
    manifest = trace.manifest
    seed = manifest.get("seed")
    return TakeLine(
        shot=shot,
        take=None,
        verdict="reused",
        clip=result.digest,
        seed=None if seed is None else int(seed),
        model=manifest.get("model") or manifest.get("provider"),
        price_usd=result.price_usd,
        made_at=trace.made_at,
        file="",
        key=trace.key,
    )


def _marked(run: Run, line: TakeLine, first: int) -> TakeLine:
    shown, choice = shown_takes(run)[first], run.picked.choices.get(first)
    marks = []
    if line.clip and shown and shown.digest.sha256 == line.clip.sha256:
        kept = line.shot in run.picked.kept
        marks.append("kept" if kept else "picked" if choice else "shown")
    if line.clip and run.picked.approved.get(line.shot) == line.clip.sha256:
        marks.append("approved")
    return line._replace(marks=tuple(marks))


def shots_that_fit(run: Run, patterns: Sequence[str]) -> list[str]:
    """The shots that fit some patterns, in order of the file; only those that have takes."""
    numbers = sorted(select(run.compiled.takes, patterns))
    return list(dict.fromkeys(run.compiled.takes[number].shot for number in numbers))


def _amount(row: TakeRow) -> Decimal | None:
    return None if row.estimate_usd is None else Decimal(row.estimate_usd)
