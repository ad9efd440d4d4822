"""Watch: a round for each save, in which all that is free is made, and bought what one limit for the whole watch leaves room for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import renderer
from renderer.errors import GateError, ProviderUnavailable, RendererError, SpecError
from renderer.pipeline.build import run_build
from renderer.pipeline.changes import Signature, signatures
from renderer.pipeline.clips.verdict import Verdict
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import Project, Reach
from renderer.pipeline.reasons.lines import shot_lines
from renderer.pipeline.run import Run
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import Workshop
from renderer.report.run import ShotLine

if TYPE_CHECKING:
    import asyncio

    from renderer.execute.events import Emit

ITSELF = Path(renderer.__file__)


class Replaced(RendererError):  # noqa: N818 - named for what it states
    """The program was replaced by another version while it watched."""

    code = "E635"
    exit_code = 4


@dataclass
class Watch:
    """One storyboard being watched. `limit_usd` is what it may buy for in all its rounds, None where it buys nothing.

    `files` are those that a round depends on, as they were when it began; `spent_usd` is the most that was spent since.
    """

    project: Project
    wishes: Wishes
    limit_usd: Decimal | None
    files: dict[Path, Signature] = field(default_factory=dict)
    spent_usd: Decimal = Decimal(0)
    _spent_before_usd: Decimal | None = None
    _itself: Signature = field(default_factory=lambda: signatures([ITSELF])[ITSELF])

    @property
    def left_usd(self) -> Decimal | None:
        """What may still be spent."""
        return None if self.limit_usd is None else max(Decimal(0), self.limit_usd - self.spent_usd)

    @contextlib.contextmanager
    def round(self, workshop: Workshop) -> Iterator[None]:
        """Whatever happens inside is one round: the files that it depends on are known after it, and what it spent.

        Raises `Replaced` E635 where the program itself is another one by now.
        """
        if signatures([ITSELF])[ITSELF] != self._itself:
            raise Replaced(
                "the program was replaced by another version while it watched",
                hint="start `renderer watch` again; what was bought is stored, and its limit begins anew",
            )
        own = [self.project.spec, self.project.picks]
        self.files = signatures([*own, *self.files])
        self._count(workshop, Decimal(0))
        try:
            yield
        finally:
            # Builds write the lock, our own, too: as it is after the round it is what was built from.
            self.files |= signatures([self.project.lock])

    def open(self, workshop: Workshop) -> Run:
        """Validate and look everything up. Raises as `open_run`; the files that are named are known after it all the same."""
        try:
            run = open_run(
                workshop,
                self.project,
                self.wishes._replace(yes=self.limit_usd is not None, max_cost_usd=self.left_usd),
            )
        except SpecError:
            self._know(_named(workshop, self.project, self.wishes.reach))
            raise
        names = [path for path, *_ in run.compiled.inputs] + [row.path for row in run.compiled.footage]
        self.files = {path: known for path, known in self.files.items() if path in self._own}
        self._know([self.project.spec.parent / name for name in names])
        return run

    def build(
        self, run: Run, *, emit: Emit, stop: Callable[[], asyncio.Event]
    ) -> tuple[list[ShotLine], RendererError | None]:
        """Make what is free, and buy the rest where the limit allows all of it; otherwise what was left out, and what stands against it.

        Raises as `run_build` where nothing can be built. May spend money, never more than is left of the limit.
        """
        paid = [number for number in run.dirty() if run.compiled.takes[number].paid]
        refusal: RendererError | None = None
        if paid and self.limit_usd is not None:
            try:
                run_build(run, emit=emit, stop=stop, ask=lambda _: None)
            except (GateError, ProviderUnavailable) as error:
                refusal = error
            else:
                return [], None
            finally:
                self._count(run.workshop, run.spent_usd)
        names = {(run.compiled.takes[number].shot, run.compiled.takes[number].take) for number in paid}
        left_out = (
            [line for line in shot_lines(run, why=True) if (line.id, line.take) in names] if paid else []
        )
        left_out = [line for line in left_out if line.verdict != Verdict.IN_FLIGHT.value]
        run.selected -= set(paid)
        run_build(run, emit=emit, stop=stop, ask=lambda _: None)
        return left_out, refusal

    @property
    def _own(self) -> tuple[Path, ...]:
        return self.project.spec, self.project.picks, self.project.lock

    def _know(self, files: Sequence[Path]) -> None:
        """Depend on further files; one that is known stays as it was when the round began."""
        self.files = signatures(files) | self.files

    def _count(self, workshop: Workshop, spent_usd: Decimal) -> None:
        """Take up what was spent: by our own count, or by the journal where that says more, as of prices that came later.

        What other builds of the storyboard buy meanwhile counts, too, so that the limit is never passed.
        """
        if self.limit_usd is None:
            return
        from renderer.money import spent_usd as spent_in  # noqa: PLC0415 - only where something is bought

        jobs = workshop.store.journal.jobs()
        told_usd = spent_in(jobs, project=self.project.identity, spec=self.project.spec_name)
        if self._spent_before_usd is None:
            self._spent_before_usd = told_usd
        self.spent_usd = max(self.spent_usd + spent_usd, told_usd - self._spent_before_usd)


def _named(workshop: Workshop, project: Project, reach: Reach) -> list[Path]:
    """The files that a faulty storyboard names, as far as it can be read, whether or not they are there."""
    from renderer.pipeline.reading.examine import examine  # noqa: PLC0415 - parsing costs imports
    from renderer.pipeline.reasons.revision import named_sources  # noqa: PLC0415

    try:
        found = examine(workshop, project, reach=reach._replace(fetch=False, whole=False, blobs=False))
    except RendererError:
        return []
    sources = [source.text for source in named_sources(found.storyboard)]
    return [project.spec.parent / name for name in [*sources, *(name for name, *_ in found.included)]]
