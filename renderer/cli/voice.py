"""What a build says while it works: a line for each take, a live bar on a terminal, and a closing line."""

from __future__ import annotations

import sys
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Self

from renderer.cli.terminal import say, wants_colour
from renderer.pipeline.reasons.lines import counts, film_lines, shot_line_of, shot_lines
from renderer.pipeline.run import Run
from renderer.report.text import closing_line, film_line, name_width, shot_line

if TYPE_CHECKING:
    from renderer.cli.display import Display
    from renderer.execute.events import Event, Finished
    from renderer.pipeline.preview import Preview

HOLDS = "S223"
UNKNOWN = "G920"
LISTED_MAX = 100
FOLLOWING = frozenset({"G901", "G902", "G903"})
"""Errors that follow from others, or from an interrupt."""


class Voice:
    """Listens to a run and writes to stderr. Quiet, it says only what went wrong.

    `clips` says that takes are published as files of their own, so that their paths are told.
    """

    def __init__(self, run: Run, *, quiet: bool, verbose: bool = False, clips: bool = True) -> None:
        self.run, self.quiet, self.verbose, self.clips = run, quiet, verbose, clips
        self.colour = wants_colour(sys.stderr)
        self.told: set[tuple[str, int]] = set()
        self.display: Display | None = None

    @cached_property
    def width(self) -> int:
        return name_width((row.shot, row.take) for row in self.run.compiled.takes)

    @cached_property
    def keys(self) -> dict[str, str]:
        """The key of each take, by the name under which the engine runs it."""
        return {row.name: row.key for row in self.run.compiled.takes}

    @cached_property
    def askers(self) -> dict[str, list[int]]:
        """The takes that ask for a key, in order of the file."""
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self.run.compiled.takes):
            found.setdefault(row.key, []).append(number)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.display:
            self.display.stop()

    def warn(self) -> None:
        """Print the storyboard's warnings."""
        if self.run.warnings and not self.quiet:
            from renderer.cli.terminal import show_diagnostics  # noqa: PLC0415 - only where there are any

            show_diagnostics(self.run.warnings)

    def hear(self, event: Event) -> None:
        """Take one event of the engine."""
        from renderer.execute.events import Finished, Noted, Planned, Started, Told, Waiting  # noqa: PLC0415 - there already

        if isinstance(event, Planned):
            self._count(event.steps)
        elif isinstance(event, Started):
            self._show(event.step, f"{event.kind} {event.step}")
        elif isinstance(event, Waiting):
            self._show(event.step, f"waiting for another build: {event.step}")
        elif isinstance(event, Noted):
            self._show(event.step, f"{event.text} {event.step}")
        elif isinstance(event, Told) and self.verbose:
            self._say(f"{event.step}: {event.text}")
        elif isinstance(event, Finished):
            self._finish(event)

    def close(self, elapsed_s: float) -> None:
        """Say what it all came to: reused takes where asked for, errors in full, the films, the closing line."""
        run = self.run
        counted = counts(run)
        busy = bool(run.endings or run.made) and len(run.selected) <= LISTED_MAX
        if (self.verbose or busy) and not self.quiet:
            for line in shot_lines(run):
                if line.outcome == "reused" and (line.id, line.take) not in self.told:
                    self._say(shot_line(line, width=self.width, elapsed_s=None, colour=self.colour))
        self._complain()
        if not self.quiet:
            if run.collected:
                clips = "clip" if run.collected == 1 else "clips"
                self._say(f"collected {run.collected} {clips} that earlier builds had bought")
            for state, count in run.left_open.items():
                what = "job" if count == 1 else "jobs"
                self._say(f"{count} {what} of other shots: {state.value}; see `renderer jobs list`")
            self._tell_films(counted)
            self._say(_closing(run, counted, elapsed_s))

    def sum_up_preview(self, preview: Preview, *, elapsed_s: float) -> None:
        """Say what stands for the shots of a preview, and where it is."""
        self._complain()
        if self.quiet:
            return
        takes = preview.run.compiled.takes
        for number in sorted(preview.stale):
            self._say(f"stale    {takes[number].name}: its request has changed since")
        self._tell_films(counts(preview.run))
        parts = [
            (len(preview.fresh), "as built"),
            (len(preview.stale), "stale"),
            (len(preview.drawn), "stand-in" if len(preview.drawn) == 1 else "stand-ins"),
        ]
        told = ", ".join(f"{count} {word}" for count, word in parts if count)
        self._say(f"{told or 'own footage only'} in {elapsed_s:.1f} s")

    def _tell_films(self, counted: Counter[str]) -> None:
        run = self.run
        held = dict.fromkeys(shot for state in run.films.values() for shot in state.held)
        told = any(warning.code == HOLDS for warning in run.warnings)
        for name in () if told else held:
            self._say(f"warning: `{name}` is shorter than its slot: its last frame is held")
        films = list(film_lines(run))
        for film in films:
            if film.clip:
                self._say(film_line(film, colour=self.colour))
            elif film.reason and not film.error and counted["reused"] + counted["ran"]:
                which = f" {film.file}" if len(films) > 1 else ""
                self._say(f"no film{which}: {film.reason}")

    def _finish(self, event: Finished) -> None:
        """Tell of a step that has ended: its line in the display goes before, the bar moves after."""
        if self.display:
            self.display.hide(event.step)
        self._tell(event)
        if self.display:
            self.display.advance()

    def _tell(self, event: Finished) -> None:
        """The one line of a take that has ended; takes that share its request are told with it."""
        if self.quiet:
            return
        key = self.keys.get(event.step)
        if key is None or event.kind not in {"generate", ""}:
            return
        result = event.result if self.clips else None
        for number in self.askers[key]:
            row = self.run.compiled.takes[number]
            self.told.add((row.shot, row.take))
            if number in self.run.selected:
                line = shot_line_of(self.run, row, result, outcome=event.outcome.value, error=event.error)
                self._say(shot_line(line, width=self.width, elapsed_s=event.elapsed_s, colour=self.colour))

    def _complain(self) -> None:
        """Tell every error once, with the names of all that it struck."""
        names = {row.key: row.name for row in self.run.compiled.takes} if self.run.endings else {}
        told = [(names.get(key, key), ending.error) for key, ending in self.run.endings.items()]
        told += self.run.film_errors.items()
        errors = [(name, error) for name, error in told if error and error.code not in FOLLOWING]
        for error in self.run.mended:
            self._say(f"warning: {error.message}: it was set aside and is made again")
        for trouble in self.run.troubles:
            self._say(f"warning: {trouble.message}")
        if not errors:
            return
        from renderer.report.complaints import complaints  # noqa: PLC0415 - only where there are any
        from renderer.report.errors import render_error  # noqa: PLC0415

        for complaint in complaints(errors):
            text = render_error(
                complaint.error, colour=self.colour, subject=complaint.subject, brief=not self.verbose
            )
            self._say(f"\n{text}")
        self._say("")

    def _say(self, text: str) -> None:
        """Write a line; a build goes on when nobody reads any more."""
        try:
            self._write(text)
        except OSError:
            self.quiet = True

    def _write(self, text: str) -> None:
        if self.display:
            self.display.write(text)
        else:
            say(text)

    def _count(self, steps: int) -> None:
        """Start the live display, or let its total grow by the steps of a further round."""
        if self.quiet or not steps or not sys.stderr.isatty():
            return
        if self.display is None:
            from renderer.cli.display import Display  # noqa: PLC0415 - 50 ms, for a terminal at work only

            self.display = Display(self.run.project.label)
        self.display.grow(steps)

    def _show(self, step: str, text: str) -> None:
        if self.display:
            self.display.show(step, text)


def _is_uncertain(run: Run) -> bool:
    """Whether a request of this build may have been charged and may not."""
    return any(ending.error and ending.error.code == UNKNOWN for ending in run.endings.values())


def _closing(run: Run, counted: Counter[str], elapsed_s: float) -> str:
    text = closing_line(
        counted, elapsed_s=elapsed_s, spent_usd=run.spent_usd, at_most=run.interrupted or _is_uncertain(run)
    )
    if run.interrupted:
        return f"interrupted: {text}; what is done stays done"
    if not (run.endings or run.made or run.published or run.film_errors or counted["blocked"]):
        return f"nothing to do: {counted['reused']} reused in {elapsed_s:.1f} s"
    return text
