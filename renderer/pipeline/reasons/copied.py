"""Why the clips of a film are not all copied into it as they are: told on request, decided in `film`."""

from __future__ import annotations

from collections.abc import Iterator

from renderer.media.conform import Cut, needs_segment
from renderer.pipeline.film.assess import Film
from renderer.pipeline.run import Run
from renderer.pipeline.showing import clips_of, film_of
from renderer.plan.film import OutputRow

LINES_MAX = 100


def encoded_lines(run: Run) -> Iterator[str]:
    """A line for each slot of all films, in cut order, whose clip is encoded, with the reasons; nothing of a film that lacks a clip."""
    for output in run.compiled.outputs:
        clips = clips_of(run, output)
        if clips is None:
            continue
        film = film_of(run, output, clips)
        film.settle(run.lookup)
        lines = list(_lines(film, output))
        yield from lines[:LINES_MAX]
        if len(lines) > LINES_MAX:
            yield f"{output.name}: and {len(lines) - LINES_MAX} more slots"


def _lines(film: Film, output: OutputRow) -> Iterator[str]:
    entered = {row.slot: row.kind for row in output.enters}
    cards = film.lettered.grounds
    for number in range(len(output.slots)):
        reasons = ["it is a card"] if number in cards else list(_reasons(film, number))
        if number in entered:
            reasons.append("a transition leads into it")
        if reasons:
            yield f"{film.name(number)}: encoded, since {'; '.join(reasons)}"


def _reasons(film: Film, number: int) -> Iterator[str]:
    facts = film.clips[number].facts
    assert facts, "BUG: a clip without facts"
    if number in film.moved:
        yield "it is not shown as it runs"
    if number in film.lettered.slots:
        yield "text is drawn on it"
    # What moves takes other frames of its clip than those that a cut counts.
    cut = Cut(0, facts.frames) if number in film.moved else film.cut(number)
    yield from needs_segment(facts, cut, film.profile)
