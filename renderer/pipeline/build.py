"""Plan and build: one walk over the rows and the store, which a build then acts on.

`assess` says of each take what there is; `run_build` makes what is missing, the film last, and publishes.
A build with nothing to do never starts the engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.digest import Digest
from renderer.errors import Diagnostic, GateError, ProviderUnavailable, RendererError
from renderer.model import Asker, MediaFacts, Result
from renderer.pipeline.compile import compile_storyboard, diagnostic_of, load_details
from renderer.pipeline.film import ROUNDS_MAX, FilmState, assess_film
from renderer.pipeline.inputs import Reach
from renderer.pipeline.project import Project, relative
from renderer.pipeline.publish import claim, publish
from renderer.pipeline.shots import select
from renderer.pipeline.workshop import Workshop
from renderer.plan.action import Action, Input
from renderer.plan.explain import reason
from renderer.plan.rows import Compiled, OutputRow, TakeRow
from renderer.report.run import ClipLine, FilmLine, ShotLine

if TYPE_CHECKING:
    import asyncio

    from renderer.execute.engine import Ending
    from renderer.execute.events import Emit

LOCAL = "local"
GENERATE = "generate"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks of a build. `jobs` None means as many generations as there are cores."""

    shots: tuple[str, ...] = ()
    jobs: int | None = None
    fail_fast: bool = False
    always: bool = False
    frozen: bool = False
    reach: Reach = field(default_factory=Reach)
    output: Path | None = None


@dataclass
class Run:
    """One storyboard being planned or built: its rows, what the store has, and how each take ended.

    `results` stands beside `compiled.takes`; `endings` is keyed by the take's key. Filled in as the build goes.
    """

    workshop: Workshop
    project: Project
    wishes: Wishes
    compiled: Compiled
    detail_key: str
    selected: frozenset[int]
    results: list[Result | None]
    endings: dict[str, Ending] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    films: dict[str, FilmState] = field(default_factory=dict)
    film_errors: dict[str, RendererError] = field(default_factory=dict)
    interrupted: bool = False
    published: int = 0

    @property
    def warnings(self) -> list[Diagnostic]:
        return [diagnostic_of(row) for row in self.compiled.warnings]

    def must_run(self, number: int) -> bool:
        """Whether a take is to be made: selected, and missing or (free and always made)."""
        row = self.compiled.takes[number]
        forced = self.wishes.always and not row.paid and row.key not in self.made
        return number in self.selected and (forced or self.results[number] is None)

    def dirty(self) -> list[int]:
        """The takes to make, in order of the file."""
        if not self.wishes.always and all(self.results):
            return []
        return [number for number in range(len(self.results)) if self.must_run(number)]

    def lookup(self, keys: Sequence[str]) -> list[Result | None]:
        """What may be reused: with `always`, only what this build made."""
        found = self.workshop.store.lookup_many(keys)
        if not self.wishes.always:
            return found
        return [result if key in self.made else None for key, result in zip(keys, found, strict=True)]

    def film_path(self, output: OutputRow) -> Path:
        if self.wishes.output and output is self.compiled.outputs[0]:
            return self.workshop.here / self.wishes.output
        return self.project.film(output.file)


def open_run(workshop: Workshop, project: Project, wishes: Wishes) -> Run:
    """Compile and look everything up: the state of the world before anything is done. Spends nothing."""
    compiled, detail_key = compile_storyboard(workshop, project, reach=wishes.reach)
    selected = select(compiled.takes, wishes.shots, others=[row.shot for row in compiled.footage])
    results = workshop.store.lookup_many([row.key for row in compiled.takes])
    return Run(workshop, project, wishes, compiled, detail_key, selected, results)


def assess(run: Run, output: OutputRow) -> FilmState | None:
    """Where one film stands; None while a clip of it is missing."""
    clips = _clips(run, output)
    if clips is None:
        return None
    return assess_film(output, clips, build=run.workshop.ffmpeg.build, lookup=run.lookup)


def run_build(run: Run, *, emit: Emit, stop: Callable[[], asyncio.Event]) -> None:
    """Do all that is to be done, and publish it. How each take ended stands in `run` after.

    Raises `RendererError` only before the first action: what goes wrong later is an ending. May spend money.
    """
    store, project = run.workshop.store, run.project
    dirty = run.dirty()
    _refuse_purchases(run, dirty)
    own_films = [] if run.wishes.output else [project.film(output.file) for output in run.compiled.outputs]
    claim(store, project, own_films)
    if not dirty:
        _assess_films(run)
    if dirty or any(state and state.missing for state in run.films.values()):
        import asyncio  # noqa: PLC0415 - 15 ms that a build with nothing to do can spare

        asyncio.run(_make(run, dirty, emit=emit, stop=stop))
    _publish(run)


async def _make(run: Run, dirty: Sequence[int], *, emit: Emit, stop: Callable[[], asyncio.Event]) -> None:
    stopped = stop()
    actions = _take_actions(run, dirty)
    run.endings = await _run_actions(run, actions, pool=GENERATE, emit=emit, stop=stopped)
    run.results = run.workshop.store.lookup_many([row.key for row in run.compiled.takes])
    for output in run.compiled.outputs:
        await _make_film(run, output, emit=emit, stop=stopped)
    run.interrupted = stopped.is_set()


async def _make_film(run: Run, output: OutputRow, *, emit: Emit, stop: asyncio.Event) -> None:
    for _ in range(ROUNDS_MAX):
        state = None if stop.is_set() else assess(run, output)
        if state is None:
            return
        run.films[output.name] = state
        if not state.missing:
            return
        endings = await _run_actions(run, state.missing, pool=LOCAL, emit=emit, stop=stop)
        failed = next((ending.error for ending in endings.values() if ending.error), None)
        if failed:
            run.film_errors[output.name] = failed
            return
    raise AssertionError("BUG: a film that is never done")


async def _run_actions(
    run: Run, actions: Sequence[Action], *, pool: str, emit: Emit, stop: asyncio.Event
) -> dict[str, Ending]:
    """Run independent actions and say, by key, how each ended."""
    from renderer.execute.engine import Step, run_steps  # noqa: PLC0415 - asyncio is imported late
    from renderer.execute.perform import Performer, StoreShelf  # noqa: PLC0415

    def constantly(action: Action) -> Callable[[object], Action]:
        return lambda _: action

    workshop, wishes = run.workshop, run.wishes
    steps = [Step(action.name, constantly(action), pool=pool, always=wishes.always) for action in actions]
    endings = await run_steps(
        steps,
        shelf=StoreShelf(workshop.store, lambda: datetime.now(UTC)),
        performer=Performer(workshop.store, workshop.ffmpeg, workshop.provider),
        pools={LOCAL: workshop.cores, GENERATE: wishes.jobs or workshop.cores},
        emit=emit,
        stop=stop,
        fail_fast=wishes.fail_fast,
    )
    by_key = {action.key: endings[action.name] for action in actions}
    run.made |= {key for key, ending in by_key.items() if ending.result}
    return by_key


def _take_actions(run: Run, dirty: Sequence[int]) -> list[Action]:
    """One action for each distinct request; all who ask for it are named."""
    if not dirty:
        return []
    details = load_details(run.workshop, run.project, key=run.detail_key, reach=run.wishes.reach)
    askers: dict[str, list[Asker]] = {}
    for row in run.compiled.takes:
        asker = Asker(run.project.identity, run.project.spec_name, row.shot, row.take)
        askers.setdefault(row.key, []).append(asker)
    first = {run.compiled.takes[number].key: number for number in reversed(dirty)}
    return [
        Action.of(
            details[number].manifest,
            name=row.name,
            inputs={
                role: (Input(Digest(sha256, size), Path(path) if path else None),)
                for role, (sha256, size, path) in details[number].inputs.items()
            },
            askers=tuple(askers[row.key]),
        )
        for number in sorted(first.values())
        for row in [run.compiled.takes[number]]
    ]


def _assess_films(run: Run) -> None:
    for output in run.compiled.outputs:
        state = assess(run, output)
        if state:
            run.films[output.name] = state


def _clips(run: Run, output: OutputRow) -> list[Input] | None:
    """The clip of each slot, or None while one is missing; own footage comes from its file."""
    footage = [
        Input(
            Digest(row.sha256, row.size_bytes),
            run.project.spec.parent / row.path,
            MediaFacts.from_json(row.facts),
        )
        for row in run.compiled.footage
    ]
    known: dict[int, Input] = {}
    clips = []
    for slot in output.slots:
        if slot.take < 0:
            clips.append(footage[slot.footage])
            continue
        if slot.take not in known:
            result = run.results[slot.take]
            if result is None:
                return None
            known[slot.take] = Input(result.digest, facts=result.facts)
        clips.append(known[slot.take])
    return clips


def _publish(run: Run) -> None:
    project = run.project
    prefix = f"{project.clips}/"
    wanted = [
        (f"{prefix}{row.name}.mp4", result.digest)
        for row, result in zip(run.compiled.takes, run.results, strict=True)
        if result
    ]
    wanted += [
        (str(run.film_path(output)), state.result.digest)
        for output in run.compiled.outputs
        if (state := run.films.get(output.name)) and state.result
    ]
    run.published = publish(run.workshop.store, wanted)


def _refuse_purchases(run: Run, dirty: Sequence[int]) -> None:
    """Admission is all or nothing: what is to be bought is refused before the first action."""
    paid = [run.compiled.takes[number] for number in dirty if run.compiled.takes[number].paid]
    if not paid:
        return
    names = ", ".join(f"`{row.name}`" for row in paid[:8]) + (", …" if len(paid) > 8 else "")
    if run.wishes.frozen:
        raise GateError(
            f"{len(paid)} paid {'take is' if len(paid) == 1 else 'takes are'} missing and the build is frozen",
            code="G910",
            facts=[("missing", names)],
            hint="build without `--frozen` to buy them",
        )
    raise ProviderUnavailable(
        f"this release cannot buy from `{paid[0].provider}` yet: nothing was sent and nothing was charged",
        code="P710",
        facts=[("to buy", names)],
        hint="`--provider animatic` builds the same storyboard for nothing; `renderer plan` prices it",
    )


# What is said of it


def counts(run: Run) -> Counter[str]:
    """How many of the selected takes were reused, ran, failed, were blocked."""
    if not run.endings:
        return Counter(
            {
                "reused": sum(run.results[number] is not None for number in run.selected),
                "blocked": sum(run.results[number] is None for number in run.selected),
            }
        )
    return Counter(outcome(run, run.compiled.takes[number], run.results[number]) for number in run.selected)


def outcome(run: Run, row: TakeRow, result: Result | None) -> str:
    """How a take ended; one that was not tried is reused where its clip is there."""
    ending = run.endings.get(row.key)
    return ending.outcome.value if ending else "reused" if result else "blocked"


def shot_lines(run: Run, *, why: bool = False) -> Iterator[ShotLine]:
    """What there is to say of each selected take, in order. With `why`, missing ones are explained."""
    reasons = _reasons(run) if why else {}
    for number in sorted(run.selected):
        row, result = run.compiled.takes[number], run.results[number]
        ending = run.endings.get(row.key)
        yield shot_line_of(
            run,
            row,
            result,
            outcome=outcome(run, row, result),
            verdict="run" if run.must_run(number) else "reused",
            reason=reasons.get(number, ""),
            error=ending.error if ending else None,
        )


def shot_line_of(
    run: Run,
    row: TakeRow,
    result: Result | None,
    *,
    outcome: str,
    verdict: str = "",
    reason: str = "",
    error: RendererError | None = None,
) -> ShotLine:
    """What there is to say of one take."""
    return ShotLine(
        id=row.shot,
        take=row.take,
        verdict=verdict,
        reason=reason,
        outcome=outcome,
        key=row.key,
        provider=row.provider,
        model=row.model,
        seed=row.seed,
        estimate_usd=_estimate(row, result),
        cost_usd=Decimal(0) if result else None,
        clip=_clip_line(run, run.project.clips / f"{row.name}.mp4", result),
        error=error,
    )


def film_lines(run: Run) -> Iterator[FilmLine]:
    """What there is to say of each film."""
    for output in run.compiled.outputs:
        state = run.films.get(output.name) or assess(run, output)
        result = state.result if state else None
        yield FilmLine(
            output=output.name,
            verdict="reused" if result else "run" if state else "depends",
            reason="" if result else _film_reason(state),
            clip=_clip_line(run, run.film_path(output), result),
            frames=sum(slot.frames for slot in output.slots),
            fps=Fraction(output.fps),
            error=run.film_errors.get(output.name),
        )


def _film_reason(state: FilmState | None) -> str:
    if state is None:
        return "its clips come first"
    kinds = Counter(action.kind for action in state.missing)
    return "to be joined" if kinds["join"] else f"{kinds['segment']} slots to be cut, then joined"


def _estimate(row: TakeRow, result: Result | None) -> Decimal | None:
    if result or not row.paid:
        return Decimal(0)
    return None if row.estimate_usd is None else Decimal(row.estimate_usd)


def _clip_line(run: Run, path: Path, result: Result | None) -> ClipLine | None:
    if result is None or result.facts is None:
        return None
    shown = relative(path, here=run.workshop.here)
    return ClipLine(shown, result.digest.sha256, result.digest.size_bytes, result.facts)


def _reasons(run: Run) -> dict[int, str]:
    """Why each missing take is missing: its newest footage's manifest against today's."""
    dirty = run.dirty()
    if not dirty:
        return {}
    details = load_details(run.workshop, run.project, key=run.detail_key, reach=run.wishes.reach)
    shots = [run.compiled.takes[number].shot for number in dirty]
    newest = run.workshop.store.newest_for(run.project.identity, spec=run.project.spec_name, shots=shots)
    return {
        number: "always made"
        if run.results[number]
        else reason(trace.manifest if trace else None, details[number].manifest)
        for number, trace in zip(dirty, newest, strict=True)
    }
