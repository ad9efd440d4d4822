"""Build: make what is missing, the films last, and publish. With nothing to do the engine is never started."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from renderer.digest import Digest
from renderer.errors import RendererError, StoreError
from renderer.model import Json
from renderer.pipeline.buying.till import admit_purchases
from renderer.pipeline.desk.beside import put_beside, tell_shots
from renderer.pipeline.enrolling import note_use
from renderer.pipeline.film.assess import ROUNDS_MAX, FilmState
from renderer.pipeline.places import check_places
from renderer.pipeline.publish import claim, publish
from renderer.pipeline.reading.compile import remember_build
from renderer.pipeline.run import PUBLISHING, Run
from renderer.pipeline.showing import assess_output, missing_choices, refuse_unmakeable
from renderer.pipeline.workshop import MANY_SLOTS
from renderer.plan.action import Action
from renderer.plan.film import OutputRow
from renderer.store.blobs import DAMAGED

if TYPE_CHECKING:
    import asyncio

    from renderer.execute.consent import Consent
    from renderer.execute.engine import Chore
    from renderer.execute.events import Emit
    from renderer.pipeline.buying.gate import Ask


def run_build(run: Run, *, emit: Emit, stop: Callable[[], asyncio.Event], ask: Ask) -> None:
    """Do all that is to be done, and publish it. How each take ended stands in `run` after.

    A stored file that turns out damaged or gone when it is read is made again, once. Raises `RendererError` before the
    first action, where a gate is shut: all else that goes wrong is an ending. `stop` makes, inside the loop, the event
    that interrupts; `ask` asks a person whether to buy. May spend money.
    """
    dirty = run.dirty()
    if dirty:
        refuse_unmakeable(run, dirty)
    consent = admit_purchases(run, dirty, ask=ask)
    run.let_go_of_places()
    films = [run.film_path(output) for output in run.compiled.outputs]
    check_places(run, films)
    claim(run.workshop.store, run.project, films)
    try:
        _build(run, dirty, consent, emit=emit, stop=stop, ask=ask)
    finally:
        _keep_lock(run)
        note_use(run, now=datetime.now(UTC))
    run.film_errors |= missing_choices(run)


def _build(
    run: Run,
    dirty: Sequence[int],
    consent: Consent | None,
    *,
    emit: Emit,
    stop: Callable[[], asyncio.Event],
    ask: Ask,
) -> None:
    """Build, and once more what turned out damaged or gone."""
    for last in (False, True):
        try:
            _build_once(run, dirty, consent, emit=emit, stop=stop)
        except StoreError as failure:
            if last or run.interrupted or failure.code not in DAMAGED:
                run.film_errors[PUBLISHING] = failure
                return
            error: RendererError | None = failure
        else:
            error = _damage(run)
            if last or run.interrupted or error is None:
                return
        assert error
        run.mended.append(error)
        run.forget()
        # A word such as `--resubmit` is good for one request, and the first round has sent it.
        run.wishes = run.wishes._replace(resubmit=(), retry_failed=())
        dirty = run.dirty()
        consent = admit_purchases(run, dirty, ask=ask)


def _keep_lock(run: Run) -> None:
    """Put into the lock what the build achieved; one with nothing to do only looks whether that was done."""
    if run.locked.is_due(run.compiled, run.results, films=run.films_imprint()):
        from renderer.pipeline.record.lockwrite import keep_lock  # noqa: PLC0415 - only where it is written

        keep_lock(run)


def _damage(run: Run) -> RendererError | None:
    """A stored file that turned out damaged or gone while the build ran."""
    errors = [*(ending.error for ending in run.endings.values()), *run.film_errors.values()]
    return next((error for error in errors if error and error.code in DAMAGED), None)


def _build_once(
    run: Run,
    dirty: Sequence[int],
    consent: Consent | None,
    *,
    emit: Emit,
    stop: Callable[[], asyncio.Event],
) -> None:
    if not dirty:
        refuse_unmakeable(run, dirty)
    strays = _strays(run)
    if dirty or strays or any(state.missing for state in run.films.values()):
        if consent or strays:
            # What is bought takes minutes, through which nobody need stand by.
            run.workshop.mates.let_go()
        import asyncio  # noqa: PLC0415 - 15 ms that a build with nothing to do can spare

        asyncio.run(_make(run, dirty, consent, strays, emit=emit, stop=stop))
    _publish(run, [*_clip_copies(run), *film_copies(run)])
    run.published += put_beside(run)
    run.workshop.store.copies.release()
    if not dirty or any(ending.result for ending in run.endings.values()):
        remember_build(
            run.workshop,
            run.project,
            run.compiled,
            films=[state.result.digest.sha256 for state in run.films.values() if state.result],
            recipes=lambda: _recipes(run),
        )


def _recipes(run: Run) -> Mapping[str, Json]:
    from renderer.pipeline.reasons.joined import recipes  # noqa: PLC0415 - only where a film became another one

    return recipes(run)


async def _make(
    run: Run,
    dirty: Sequence[int],
    consent: Consent | None,
    strays: Sequence[str],
    *,
    emit: Emit,
    stop: Callable[[], asyncio.Event],
) -> None:
    from renderer.pipeline.ahead import mention_parts  # noqa: PLC0415
    from renderer.pipeline.graph import run_graph, take_graph  # noqa: PLC0415 - the engine, only where something is made

    stopped = stop()
    graph = take_graph(run, dirty)
    if consent is None and not strays:
        chores = deque([lambda: mention_parts(run)])
        run.endings |= await run_graph(graph, emit=emit, stop=stopped, chores=chores)
    else:
        from renderer.pipeline.buying.deals import make_and_buy  # noqa: PLC0415 - only where something is bought

        await make_and_buy(run, graph, consent, strays, emit=emit, stop=stopped)
    del graph  # its takes are made, and the film needs room of its own
    run.take_in()
    chores = deque([lambda: _publish_early(run), lambda: tell_shots(run), run.workshop.store.save])
    await make_films(
        run,
        run.compiled.outputs,
        lambda output: assess_output(run, output),
        emit=emit,
        stop=stopped,
        chores=chores,
    )
    run.workshop.mates.let_go()
    run.interrupted = run.interrupted or stopped.is_set()


def _strays(run: Run) -> list[str]:
    """The providers, their keys set, that have open jobs on record: finished ones are brought home by every build."""
    if run.wishes.frozen or not run.wishes.reach.fetch:
        return []
    names = dict.fromkeys(job.provider for job in run.workshop.store.open_jobs())
    if not names:
        return []
    from renderer.pipeline.buying.shop import sellers_with_keys  # noqa: PLC0415 - httpx, only where jobs are open

    return sellers_with_keys(run.workshop, names)


async def make_films(
    run: Run,
    outputs: Sequence[OutputRow],
    assess: Callable[[OutputRow], FilmState | None],
    *,
    emit: Emit,
    stop: asyncio.Event,
    chores: deque[Chore] | None = None,
) -> None:
    """Make what films lack, of all at once, and ask again, until each is there or something of it fails; `chores` as in `run_steps`."""
    from renderer.pipeline.film.crossing import gather  # noqa: PLC0415 - the engine, only where something is made
    from renderer.pipeline.steps import LOCAL, run_actions  # noqa: PLC0415 - the engine, only where something is made

    rest = list(outputs)
    for _ in range(ROUNDS_MAX):
        states = {} if stop.is_set() else {output.name: state for output in rest if (state := assess(output))}
        run.films |= states
        missing = {action.key: action for state in states.values() for action in state.missing}
        if not missing:
            return
        if sum(len(output.slots) for output in rest) >= MANY_SLOTS and _are_joins(missing.values()):
            run.workshop.mates.prepare()
        actions = gather(list(missing.values()))
        endings = await run_actions(run, actions, pool=LOCAL, emit=emit, stop=stop, chores=chores)
        for name, state in states.items():
            errors = (endings[action.key].error for action in state.missing)
            if failed := next((error for error in errors if error), None):
                run.film_errors[name] = failed
        rest = [output for output in rest if output.name in states and output.name not in run.film_errors]
    raise AssertionError("BUG: a film that is never done")


def _are_joins(actions: Iterable[Action]) -> bool:
    return any(action.kind == "join" for action in actions)


def _publish_early(run: Run) -> None:
    """Put the clips into place while something else is waited for, and remember that it was done."""
    copies = _clip_copies(run)
    _publish(run, copies)
    run.in_place.update(copies)


def _publish(run: Run, wanted: Sequence[tuple[str, Digest]]) -> None:
    """Put files into place that were not seen to before."""
    rest = [copy for copy in wanted if copy not in run.in_place] if run.in_place else wanted
    run.published += publish(run.workshop.store, rest)


def _clip_copies(run: Run) -> list[tuple[str, Digest]]:
    prefix = f"{run.project.clips}/"
    return [
        (f"{prefix}{row.shot if row.take == 1 else row.name}.mp4", result.digest)
        for row, result in zip(run.compiled.takes, run.results, strict=True)
        if result
    ]


def film_copies(run: Run) -> list[tuple[str, Digest]]:
    """Where each film that there is must be, and its digest."""
    return [
        (str(run.film_path(output)), state.result.digest)
        for output in run.compiled.outputs
        if (state := run.films.get(output.name)) and state.result
    ]
