"""Preview: the film as it would stand today, from whatever footage there is. Never buys, never lacks a clip.

Each shot shows its footage; where its request has changed since, the newest footage under an older request,
with a slate that says STALE; where there is none, a stand-in drawn by animatic.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from renderer.model import Result, Size
from renderer.pipeline.actions import take_action
from renderer.pipeline.build import film_copies, make_films
from renderer.pipeline.enrolling import note_use
from renderer.pipeline.film.assess import FilmState
from renderer.pipeline.film.lettered import clip_slots
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import Project
from renderer.pipeline.publish import claim, publish
from renderer.pipeline.run import Run
from renderer.pipeline.showing import footage_of, shown_takes, state_from
from renderer.pipeline.steps import GENERATE, run_actions
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import ANIMATIC, Workshop
from renderer.plan.action import Action, Input
from renderer.plan.film import OutputRow
from renderer.plan.manifest import without_frames
from renderer.plan.rows import TakeRow

if TYPE_CHECKING:
    import asyncio

    from renderer.execute.events import Emit

VARIANT = "preview"
STALE = "stale"


@dataclass
class Preview:
    """What stands for each take that the cut shows, by the take's number in `run.compiled.takes`.

    `run` names the files; `fresh`, `stale` and `drawn` share out the numbers between them.
    """

    run: Run
    fresh: dict[int, Result] = field(default_factory=dict)
    stale: dict[int, Result] = field(default_factory=dict)
    drawn: dict[int, Action] = field(default_factory=dict)

    def clip(self, number: int) -> Input | None:
        """The clip that stands for a take, None while its stand-in is not drawn."""
        result = self.fresh.get(number) or self.stale.get(number)
        if result is None:
            result = self.run.workshop.store.lookup(self.drawn[number].key)
        return Input(result.digest, facts=result.facts) if result else None


def open_preview(workshop: Workshop, project: Project, wishes: Wishes) -> Preview:
    """Look for footage of every shot in the cut and decide what stands for it. Spends nothing, makes nothing."""
    run = open_run(workshop, project, wishes)
    shown = sorted({slot.take for output in run.compiled.outputs for slot in output.slots if slot.take >= 0})
    preview = Preview(copy(run))
    preview.run.project = project._replace(variant=VARIANT)
    there = shown_takes(run)
    preview.fresh = {number: result for number in shown if (result := there[number])}
    missing = [number for number in shown if number not in preview.fresh]
    preview.stale = _newest(run, missing)
    preview.drawn = _stand_ins(run, [number for number in missing if number not in preview.stale])
    return preview


def run_preview(preview: Preview, *, emit: Emit, stop: Callable[[], asyncio.Event]) -> None:
    """Draw the stand-ins, join the films and publish them as `build/<stem>.preview.mp4`. Buys nothing."""
    import asyncio  # noqa: PLC0415 - late, as in a build

    run = preview.run
    films = [run.project.film(output.file) for output in run.compiled.outputs]
    claim(run.workshop.store, run.project, films)
    asyncio.run(_make(preview, emit=emit, stop=stop))
    run.published = publish(run.workshop.store, film_copies(run))
    note_use(run, now=datetime.now(UTC))


async def _make(preview: Preview, *, emit: Emit, stop: Callable[[], asyncio.Event]) -> None:
    run, stopped = preview.run, stop()
    actions = list({action.key: action for action in preview.drawn.values()}.values())
    run.endings = await run_actions(run, actions, pool=GENERATE, emit=emit, stop=stopped)
    assess = functools.partial(_assess, preview)
    await make_films(run, run.compiled.outputs, assess, emit=emit, stop=stopped)
    run.interrupted = stopped.is_set()


def _assess(preview: Preview, output: OutputRow) -> FilmState | None:
    run, footage = preview.run, footage_of(preview.run)
    slots = clip_slots(output)
    clips = [preview.clip(slot.take) if slot.take >= 0 else footage[slot.footage] for slot in slots]
    known = [clip for clip in clips if clip]
    if len(known) < len(clips):
        return None
    size = Size.parse(output.size) if output.size else _size_of(known[0])
    overlays = {
        number: _slate(run, run.compiled.takes[slot.take], size=size)
        for number, slot in enumerate(output.slots)
        if slot.take in preview.stale
    }
    return state_from(run, output, known, overlays)


def _newest(run: Run, numbers: Sequence[int]) -> dict[int, Result]:
    """The newest footage of the shots of some takes, made under another request."""
    there = run.workshop.store.has
    return {
        number: result
        for number, trace in zip(numbers, run.newest(numbers), strict=True)
        if trace and (result := next((found for found in trace.results if there(found.digest)), None))
    }


def _stand_ins(run: Run, numbers: Sequence[int]) -> dict[int, Action]:
    """What animatic draws for takes without footage; slated where it stands for a paid clip.

    Stand-ins name nobody who asked for them, so that they never count as a shot's footage.
    """
    if not numbers:
        return {}
    drawn = run
    if any(run.compiled.takes[number].paid for number in numbers):
        drawn = open_run(run.workshop, run.project._replace(variant=ANIMATIC, provider=ANIMATIC), run.wishes)
    # Takes that were decided for beside the storyboard are none of animatic's, so numbers differ; a film shows first takes.
    first = {row.shot: place for place, row in reversed(list(enumerate(drawn.compiled.takes)))}
    places = {number: first[run.compiled.takes[number].shot] for number in numbers}
    details = drawn.details(list(places.values()))
    found = {}
    for number, place in places.items():
        row, detail = run.compiled.takes[number], details[place]
        # What a chained shot starts from may not be there: its stand-in is drawn without it.
        detail = detail._replace(manifest=without_frames(detail.manifest))
        if row.paid:
            slate = {"shot": row.shot, "take": row.take, "model": row.model}
            detail = detail._replace(manifest={**detail.manifest, "slate": slate})
        found[number] = take_action(run, row, detail, askers=())
    return found


def _slate(run: Run, row: TakeRow, *, size: Size) -> Input:
    """The strip that says STALE, as a picture in the store."""
    from renderer.providers.animatic.scene import Slate  # noqa: PLC0415 - drawing is imported late
    from renderer.providers.animatic.slate import draw_slate  # noqa: PLC0415

    strip = BytesIO()
    draw_slate(Slate(row.shot, row.take, row.seed, row.model, STALE), size).save(strip, "PNG")
    return Input(run.workshop.store.put_bytes(strip.getvalue()))


def _size_of(clip: Input) -> Size:
    assert clip.facts
    return clip.facts.size
