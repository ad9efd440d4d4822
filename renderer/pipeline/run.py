"""One storyboard being planned or built: its rows, what the store has of them, and how each take ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.digest import Digest
from renderer.errors import GateError, RendererError
from renderer.model import Result, Trace
from renderer.pipeline.clips.locked import Locked, lost_error
from renderer.pipeline.clips.picked import NOTHING_PICKED, read_picks, resolve_picks
from renderer.pipeline.clips.shots import select
from renderer.pipeline.clips.verdict import NOTHING_CHAINED, Verdict
from renderer.pipeline.film.assess import Film, FilmState
from renderer.pipeline.film.lettered import find_fonts
from renderer.pipeline.project import Project
from renderer.pipeline.reading.compile import Compilation, diagnostic_of
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import Workshop
from renderer.plan.action import Input
from renderer.plan.film import OutputRow
from renderer.plan.rows import Detail

if TYPE_CHECKING:
    from renderer.decisions.picks import Decision
    from renderer.diagnostic import Diagnostic
    from renderer.execute.step import Ending
    from renderer.job import JobState
    from renderer.pipeline.clips.standing import Standing
    from renderer.report.sidecar import Film as TellingFilm


PUBLISHING = "build/"
"""Stands for an output's name where putting results into place failed."""


class Run:
    """The state of one storyboard.

    `bare` is what was compiled; in `compiled` chained takes have their keys, as far as what they start from is there.
    `results` stands beside `compiled.takes`; `endings` is keyed by the take's key, `films` and `film_errors` by
    the output's name; `known_details` by the take's number; `made` are the keys that this build made, `in_place` the files that
    it has seen to early, `assessed` the films that are not there yet, by output, `told` what is said of their
    shots. Filled in as a build goes.
    """

    def __init__(
        self,
        workshop: Workshop,
        project: Project,
        wishes: Wishes,
        *,
        compilation: Compilation,
        selected: frozenset[int],
    ) -> None:
        self.workshop, self.project, self.wishes = workshop, project, wishes
        # Without its details: those known are let go of as takes are made.
        self.compilation = compilation._replace(details={})
        self.bare = self.compiled = compilation.compiled
        self.known_details = dict(compilation.details)
        self.selected = selected
        self.locked = Locked(workshop, project)
        self.decisions: Mapping[str, Decision] = read_picks(workshop.store, project)
        self.results: list[Result | None] = []
        self.picked, self.chained = NOTHING_PICKED, NOTHING_CHAINED
        self.endings: dict[str, Ending] = {}
        self.made: set[str] = set()
        self.films: dict[str, FilmState] = {}
        self.assessed: dict[str, Film] = {}
        self.told: dict[str, tuple[TellingFilm, str]] = {}
        self.film_errors: dict[str, RendererError] = {}
        self.in_place: set[tuple[str, Digest]] = set()
        self.published = 0
        self.mended: list[RendererError] = []
        self.interrupted = False
        self.spent_usd = Decimal(0)
        self.collected = 0
        self.left_open: Counter[JobState] = Counter()
        self.troubles: list[RendererError] = []
        self.standings: dict[str, Standing] = {}

    @property
    def warnings(self) -> list[Diagnostic]:
        return [*map(diagnostic_of, self.compiled.warnings), *self.picked.warnings]

    def must_run(self, number: int) -> bool:
        """Whether a take is to be made: selected, and missing or (free and always made)."""
        row = self.compiled.takes[number]
        forced = self.wishes.always and not row.paid and row.key not in self.made
        if number not in self.selected or row.shot in self.picked.kept:
            return False
        return forced or self.results[number] is None

    def verdict(self, number: int) -> Verdict:
        """What a plan says of a take."""
        row = self.compiled.takes[number]
        if row.shot in self.picked.kept and self.results[number] is None:
            return Verdict.KEPT
        if not self.must_run(number):
            return Verdict.REUSED
        if number in self.chained.waits:
            from renderer.pipeline.clips.chains import waiting_verdict  # noqa: PLC0415 - only where shots start from one another

            return waiting_verdict(self, number)
        if not row.paid:
            return Verdict.RUN
        standing = self.standing(row.key)
        is_coming = (
            standing.verdict is Verdict.IN_FLIGHT and standing.job is not None and standing.job.is_open
        )
        return Verdict.LOST if row.key in self.locked.lost and not is_coming else standing.verdict

    def is_bought(self, number: int) -> bool:
        """Whether a build would buy a take: at once, or when what it starts from is there."""
        return self.compiled.takes[number].paid and self.verdict(number) in {Verdict.RUN, Verdict.DEPENDS}

    def standing(self, key: str) -> Standing:
        """Where a missing paid take stands, by its key; all that are missing are looked up together."""
        if key not in self.standings:
            takes, wishes = self.compiled.takes, self.wishes
            again = [
                {takes[number].key for number in select(takes, patterns)} if patterns else set()
                for patterns in (wishes.resubmit, wishes.retry_failed)
            ]
            keys = {takes[number].key for number in self.dirty() if takes[number].paid} | {key}
            from renderer.pipeline.clips.standing import standings  # noqa: PLC0415 - only where something paid is missing

            self.standings = standings(
                keys, store=self.workshop.store, resubmit=again[0], retry_failed=again[1]
            )
        return self.standings[key]

    def dirty(self) -> list[int]:
        """The takes to make, in order of the file."""
        if not self.wishes.always and all(self.results):
            return []
        return [number for number in range(len(self.results)) if self.must_run(number)]

    def look_up(self) -> None:
        """Ask the store what there is of every take, by its key, its lock and its picks."""
        self.results = self.workshop.store.lookup_many([row.key for row in self.bare.takes])
        self.compiled, self.chained = self.bare, NOTHING_CHAINED
        self.settle()
        self.picked = resolve_picks(self.decisions, self.compiled.takes, file=self.project.label_of_picks)
        if self.bare.chains:
            from renderer.pipeline.clips.chains import complete  # noqa: PLC0415 - only where shots start from one another

            complete(self)

    def settle(self) -> None:
        """Give each paid take the clip that the lock names for it."""
        takes = self.compiled.takes
        patterns = self.wishes.replace_lost
        replaced = {takes[number].key for number in select(takes, patterns)} if patterns else set()
        self.results = self.locked.settle(takes, self.results, replaced=replaced | self.made)

    def losses(self) -> dict[str, GateError]:
        """Why each take whose clip is lost is not made, by its key."""
        takes = self.compiled.takes
        keys = [takes[number].key for number in self.dirty() if self.verdict(number) is Verdict.LOST]
        return {key: lost_error(self.locked.lost[key]) for key in keys}

    def take_in(self) -> None:
        """Put the results of this build's endings where its takes stand; ask again only where some are missing still."""
        if self.bare.chains:
            from renderer.pipeline.clips.chains import take_in  # noqa: PLC0415 - only where shots start from one another

            take_in(self)
        for number, row in enumerate(self.compiled.takes):
            if (ending := self.endings.get(row.key)) and ending.result:
                self.results[number] = ending.result
        if not all(self.results):
            self.look_up()

    def forget(self) -> None:
        """Give up what was believed of the store, after it turned out to be wrong."""
        self.films, self.assessed, self.told, self.film_errors, self.standings = {}, {}, {}, {}, {}
        self.endings = {key: ending for key, ending in self.endings.items() if ending.result}
        self.look_up()

    def lookup(self, keys: Sequence[str]) -> list[Result | None]:
        """What may be reused: with `always`, only what this build made."""
        found = self.workshop.store.lookup_many(keys)
        if not self.wishes.always:
            return found
        return [result if key in self.made else None for key, result in zip(keys, found, strict=True)]

    def details(self, numbers: Sequence[int] | None = None) -> Mapping[int, Detail]:
        """What some takes, or all, need to be made, by number; those not compiled just now are compiled again."""
        wanted = range(len(self.compiled.takes)) if numbers is None else numbers
        missing = [number for number in wanted if number not in self.known_details]
        if missing:
            from renderer.pipeline.reading.recompile import find_details  # noqa: PLC0415 - parsing costs imports

            reach = self.wishes.reach
            self.known_details |= find_details(self.workshop, self.project, self.bare, missing, reach=reach)
        whole = self.chained.manifests
        found = {number: self.known_details[number] for number in wanted}
        return {
            number: detail._replace(manifest=whole[number]) if number in whole else detail
            for number, detail in found.items()
        }

    def let_go_of(self, number: int) -> None:
        """Keep the details of a take no longer: it is made. A film of thousands holds those alone that it still makes."""
        self.known_details.pop(number, None)

    def let_go_of_places(self) -> None:
        """Keep of the details only what takes are made of; a build that was agreed to explains nothing any more."""
        self.known_details = {
            number: detail._replace(shot=None) for number, detail in self.known_details.items()
        }

    def newest(self, numbers: Sequence[int]) -> list[Trace | None]:
        """The newest footage of the shots of some takes, whatever the request it was made under, in order."""
        if not numbers:
            return []  # the store would be asked for all its traces
        shots = [self.compiled.takes[number].shot for number in numbers]
        project = self.project
        return self.workshop.store.newest.of(project.identity, spec=project.asker_spec, shots=shots)

    def films_imprint(self) -> str:
        """The films there are, and ffmpeg's build, as one text."""
        films = sorted(
            (name, state.result.digest.sha256) for name, state in self.films.items() if state.result
        )
        return "\0".join([self.workshop.ffmpeg.build, *(part for film in films for part in film)])

    def input_path(self, text: str | None) -> Path | None:
        """Where an input lies that a detail names relative to the storyboard's folder; None: in the store."""
        return None if text is None else self.project.spec.parent / text

    def fonts(self, output: OutputRow) -> Mapping[str, Input]:
        """The files of all fonts that draw a film's texts, by their digests."""
        return find_fonts(output, self.project.spec.parent)

    def film_path(self, output: OutputRow) -> Path:
        """Where the film of an output is written: `--output` names the first one's place."""
        if self.wishes.output and output is self.compiled.outputs[0]:
            return self.workshop.here / self.wishes.output
        return self.project.film(output.file)

    def named(self, sha256: str) -> Result | None:
        """A stored clip by its digest alone, None where it is not there."""
        digest = self.workshop.store.find(sha256)
        return Result(digest, self.locked.facts(digest)) if digest else None
