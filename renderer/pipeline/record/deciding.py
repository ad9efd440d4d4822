"""Decisions about takes, written into the picks: which clip a shot shows, which footage is kept or approved, which takes are added. Buys nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from renderer.decisions.picks import Decision, edit_picks
from renderer.errors import UsageError
from renderer.pipeline.clips.picked import picks_text, read_picks
from renderer.pipeline.record.lockwrite import holding
from renderer.pipeline.record.setsoff import Foretell, sets_off, unheard
from renderer.pipeline.record.takes import SHORT_MIN, TakeLine, shots_that_fit, takes_of
from renderer.pipeline.run import Run
from renderer.store.authored import replace_authored

SEED_MAX = 2**32 - 1


def pick(run: Run, shot: str, wanted: str, *, foretell: Foretell = unheard) -> TakeLine:
    """Decide that a shot shows take `2`, or the clip whose sha256 begins as in `@3f9a`, whatever request it was made for.

    `foretell` hears first what that sets off.

    Raises `UsageError`: U072 there is no such take or clip, U073 several clips begin so, U006 no such shot.
    """
    shot = _one_shot(run, shot)
    chosen = _wanted(takes_of(run, shot, everything=True), shot, wanted)
    rows = enumerate(run.compiled.takes)
    number, today = next(
        found for found in rows if (found[1].shot, found[1].take) == (shot, chosen.take or 1)
    )
    request = "" if number in run.chained.waits else today.key

    def decide(decision: Decision) -> Decision:
        clip = chosen.clip.sha256 if chosen.clip else ""
        return decision._replace(pick=today.take, clip=clip, request=request, keep="", reason="")

    decide_for(run, [shot], lambda _, decision: decide(decision), foretell=foretell)
    return chosen


def keep(run: Run, shots: Sequence[str], *, reason: str, foretell: Foretell = unheard) -> list[TakeLine]:
    """Hold on to the clip that each shot shows, or showed before its request changed; what is kept, shot by shot.

    `foretell` hears first what that sets off.

    Raises `UsageError` U074 for a shot that never had a clip, U006 for one that is not there.
    """
    held = {shot: _footage(run, shot) for shot in shots_that_fit(run, shots)}

    def decide(shot: str, decision: Decision) -> Decision:
        clip = held[shot].clip
        assert clip, "BUG: footage without a clip"
        return decision._replace(keep=clip.sha256, reason=reason)

    decide_for(run, list(held), decide, foretell=foretell)
    return list(held.values())


def approve(run: Run, shots: Sequence[str]) -> list[TakeLine]:
    """Mark the clip that each shot shows as approved. Raises as `keep`."""
    shown = {shot: _footage(run, shot) for shot in shots_that_fit(run, shots)}

    def decide(shot: str, decision: Decision) -> Decision:
        clip = shown[shot].clip
        assert clip, "BUG: footage without a clip"
        return decision._replace(approved=clip.sha256)

    decide_for(run, list(shown), decide)
    return list(shown.values())


def retake(run: Run, shot: str, *, count: int, seed: int | None) -> tuple[int, ...]:
    """Add takes to a shot: with this seed, or with the next ones that no take has. Returns their seeds. The next build buys them.

    Raises `UsageError` U075 for a seed that a take has already, or that is none.
    """
    shot = _one_shot(run, shot)
    known = {row.seed for row in run.compiled.takes if row.shot == shot}
    first = max(known) + 1 if seed is None else seed
    seeds = tuple(range(first, first + count))
    taken = [number for number in seeds if number in known]
    if taken or seeds[-1] > SEED_MAX:
        raise UsageError(
            f"`{shot}` has a take with seed {taken[0]} already" if taken else f"seeds end at {SEED_MAX}",
            code="U075",
            hint="leave out `--seed` for the next seeds that no take has",
        )
    decide_for(run, [shot], lambda _, decision: decision._replace(retakes=(*decision.retakes, *seeds)))
    return seeds


def undo(run: Run, shots: Sequence[str], fields: Iterable[str], *, foretell: Foretell = unheard) -> list[str]:
    """Take back what was decided in some fields; the shots of which there was something to take back."""
    before = read_picks(run.workshop.store, run.project)
    nothing = Decision()
    cleared = {name: getattr(nothing, name) for name in fields}
    found = [
        shot
        for shot in shots_that_fit(run, shots)
        if any(getattr(before.get(shot, nothing), name) != value for name, value in cleared.items())
    ]
    decide_for(run, found, lambda _, decision: decision._replace(**cleared), foretell=foretell)
    return found


def decide_for(
    run: Run,
    shots: Sequence[str],
    decide: Callable[[str, Decision], Decision],
    *,
    foretell: Foretell = unheard,
) -> None:
    """Edit the lines of some shots in the picks, by rename, under a file lock. Raises `SpecError` as `parse_picks`, `StoreError` E617."""
    project = run.project
    if not shots:
        return
    with holding(project):
        known = read_picks(run.workshop.store, project)
        text = picks_text(project)
        decided = {shot: decide(shot, known.get(shot, Decision()))._replace(line=0) for shot in shots}
        foretell(sets_off(run, decided))
        edited = edit_picks(text, decided)
        if edited != text:
            content = edited.encode("utf-8", "replace")
            replace_authored(project.picks, content, name=project.label_of_picks)


def _footage(run: Run, shot: str) -> TakeLine:
    """The clip that a shot shows, or else the last one that it had."""
    lines = takes_of(run, shot, everything=True)
    locked = {take.clip.sha256 for take in run.locked.lock.takes if take.shot == shot}
    shown = [line for line in lines if line.marks]
    before = [line for line in lines if line.clip and line.clip.sha256 in locked]
    found = next((line for line in [*shown, *before, *lines] if line.clip), None)
    if found is None:
        raise UsageError(f"`{shot}` never had a clip", code="U074", hint="build it first")
    return found


def _wanted(lines: Sequence[TakeLine], shot: str, wanted: str) -> TakeLine:
    if not wanted.startswith("@"):
        found = next((line for line in lines if str(line.take) == wanted), None)
        if found is None:
            raise _no_such(shot, wanted)
        return found
    prefix = wanted[1:].lower()
    clips = {
        line.clip.sha256: line
        for line in reversed(lines)
        if line.clip and line.clip.sha256.startswith(prefix)
    }
    if not clips or len(prefix) < SHORT_MIN:
        raise _no_such(shot, wanted)
    if len(clips) > 1:
        raise UsageError(
            f"several clips of `{shot}` begin with `{prefix}`", code="U073", hint="give more of it"
        )
    return next(iter(clips.values()))


def _no_such(shot: str, wanted: str) -> UsageError:
    return UsageError(
        f"`{shot}` has no take or clip `{wanted}`",
        code="U072",
        hint=f"`renderer takes SPEC {shot} --all` lists them: a number, or `@` and {SHORT_MIN} or more signs of a digest",
    )


def _one_shot(run: Run, shot: str) -> str:
    found = shots_that_fit(run, [shot])
    if shot in found:
        return shot  # a decision for a shot is none for its variants
    if len(found) > 1:
        raise UsageError(f"`{shot}` fits several shots", code="U072", hint="name one of them")
    return found[0]
