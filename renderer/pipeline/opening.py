"""The opening of a run, which plan and build share: a plan tells what it found, a build acts on it."""

from __future__ import annotations

from datetime import UTC, datetime

from renderer.pipeline.clips.shots import select
from renderer.pipeline.enrolling import enrol
from renderer.pipeline.project import Project
from renderer.pipeline.reading.compile import compile_storyboard
from renderer.pipeline.run import Run
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import Workshop


def open_run(workshop: Workshop, project: Project, wishes: Wishes) -> Run:
    """Compile and look everything up: the state of the world before anything is done. Spends nothing.

    From here on what is looked up is not cleared away, until the store is closed.
    """
    workshop.store.enter()
    enrol(workshop.store, project, now=datetime.now(UTC))
    compilation = compile_storyboard(workshop, project, reach=wishes.reach)
    compiled = compilation.compiled
    selected = select(compiled.takes, wishes.shots, others=[row.shot for row in compiled.footage])
    if wishes.shots and compiled.chains:
        from renderer.pipeline.clips.chains import with_ancestors  # noqa: PLC0415 - only where shots start from one another

        selected = with_ancestors(compiled, selected)
    run = Run(workshop, project, wishes, compilation=compilation, selected=selected)
    run.look_up()
    if run.picked.passed:
        run.selected -= {number for number in run.picked.passed if run.results[number] is None}
    return run
