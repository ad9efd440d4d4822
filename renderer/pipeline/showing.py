"""What films show: the clip of each slot, own footage, tracks; and where each film stands."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from renderer.digest import Digest
from renderer.errors import GateError
from renderer.model import MediaFacts, Result
from renderer.pipeline.clips.declared import sources_of
from renderer.pipeline.clips.locked import lost_error
from renderer.pipeline.film.assess import NO_OVERLAYS, Film, FilmState, assess_film
from renderer.pipeline.film.lettered import clip_slots, with_cards
from renderer.pipeline.film.notes import notes_of
from renderer.pipeline.film.pieces import inputs_of
from renderer.pipeline.run import Run
from renderer.plan.action import Input
from renderer.plan.film import OutputRow

if TYPE_CHECKING:
    from renderer.pipeline.film.soundtrack import Track

JOINS = "joins"


def clips_of(run: Run, output: OutputRow) -> list[Input] | None:
    """The clip of each slot in cut order, cards left out, None while one is missing; own footage comes from its file."""
    footage = footage_of(run)
    takes = inputs_of(shown_takes(run))
    slots = clip_slots(output)
    clips = [takes[slot.take] if slot.take >= 0 else footage[slot.footage] for slot in slots]
    return cast("list[Input]", clips) if all(clips) else None


def shown_takes(run: Run) -> Sequence[Result | None]:
    """What stands for each take in the film: its result, or at the first take of a shot the clip that was picked or kept."""
    if not run.picked.choices:
        return run.results
    shown = list(run.results)
    for first, choice in run.picked.choices.items():
        result = run.results[choice.number]
        if choice.clip and (result is None or result.digest.sha256 != choice.clip):
            result = run.named(choice.clip)
        shown[first] = result
    return shown


def missing_choices(run: Run) -> dict[str, GateError]:
    """The shots for which a clip was picked or kept that the store does not have. Raises `StoreError` where that cannot be told."""
    shown = shown_takes(run)
    named = {
        run.compiled.takes[first].shot: choice.clip
        for first, choice in run.picked.choices.items()
        if choice.clip and shown[first] is None
    }
    if named:
        run.workshop.store.check_readable()
    return {shot: lost_error(Digest(sha256, 0), named_by="picks") for shot, sha256 in named.items()}


def footage_of(run: Run) -> list[Input]:
    """Own footage, beside `compiled.footage`."""
    folder = run.project.spec.parent
    return [
        Input(Digest(row.sha256, row.size_bytes), folder / row.path, MediaFacts.from_json(row.facts))
        for row in run.compiled.footage
    ]


def tracks_of(run: Run) -> list[Track]:
    """The files of tracks, beside `compiled.tracks`."""
    if not run.compiled.tracks:
        return []
    from renderer.pipeline.film.soundtrack import Track  # noqa: PLC0415 - only where there are any

    return [
        Track(row, Input(Digest(row.sha256, row.size_bytes), run.input_path(row.path or None)))
        for row in run.compiled.tracks
    ]


def film_of(
    run: Run, output: OutputRow, clips: Sequence[Input], overlays: Mapping[int, Input] = NO_OVERLAYS
) -> Film:
    """A film of clips with facts, one for each slot that shows one, in cut order; `overlays` as `Film` has them."""
    return Film(
        output,
        with_cards(output, clips),
        build=run.workshop.ffmpeg.build,
        fonts=run.fonts(output),
        overlays=overlays,
        tracks=tracks_of(run),
        notes=notes_of(run.compiled, output, sources_of(run)),
    )


def state_from(
    run: Run, output: OutputRow, clips: Sequence[Input], overlays: Mapping[int, Input] = NO_OVERLAYS
) -> FilmState:
    """Where a film of these clips stands, worked out from its first slot to its last, and once for as long as it shows the same."""
    film = run.assessed.get(output.name)
    if film is None or not film.is_of(output, clips, overlays):
        film = run.assessed[output.name] = film_of(run, output, clips, overlays)
    state = assess_film(film, lookup=run.lookup)
    if state.result:
        del run.assessed[output.name]
    return state


def assess_output(run: Run, output: OutputRow) -> FilmState | None:
    """Where one film stands; None while a clip of it is missing.

    Under which key it was joined is remembered with all that decides that: of ten thousand clips it is long to work out.
    """
    store, place = run.workshop.store, f"{run.project.identity}/{run.project.asker_spec}/{output.name}"
    basis = _basis(run)
    known = store.memos.get(JOINS, place) if basis else None
    if known and known["basis"] == basis and (result := run.lookup([known["key"]])[0]):
        return FilmState(result, held=tuple(known["held"]), key=known["key"])
    clips = clips_of(run, output)
    state = None if clips is None else state_from(run, output, clips)
    if basis and state and state.result:
        store.memos.put(JOINS, place, {"basis": basis, "key": state.key, "held": state.held})
    return state


def refuse_unmakeable(run: Run, dirty: Sequence[int]) -> None:
    """Raises `MediaToolError` where the ffmpeg in use cannot make what is to be made; where all is there it is asked nothing.

    `dirty` are the takes to make; without any the films are looked at, and stand in `run` after.
    """
    if not dirty:
        run.films = {
            output.name: state for output in run.compiled.outputs if (state := assess_output(run, output))
        }
    if dirty or any(action.kind == "segment" for state in run.films.values() for action in state.missing):
        from renderer.pipeline.film.able import refuse_unable  # noqa: PLC0415 - only where something is to be made

        refuse_unable(run.workshop, run.compiled)


def _basis(run: Run) -> str:
    """A digest of all that decides of what this storyboard's films are joined; empty where a clip is missing, or chosen by hand."""
    if run.picked.choices or not all(run.results):
        return ""
    clips = [result.digest.sha256 for result in run.results if result]
    told = "\0".join([run.compilation.imprint(), run.workshop.ffmpeg.build, *clips])
    return hashlib.sha256(told.encode()).hexdigest()
