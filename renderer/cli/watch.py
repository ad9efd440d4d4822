"""`renderer watch`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from renderer.cli import options
from renderer.cli.building import interrupts
from renderer.cli.terminal import errors_json, show_error, wants_colour
from renderer.cli.voice import Voice
from renderer.errors import RendererError, UsageError
from renderer.model import Json, dollars
from renderer.pipeline.project import Reach, no_storyboard, relative
from renderer.pipeline.reasons.lines import film_lines, shot_lines
from renderer.pipeline.run import Run
from renderer.pipeline.watching import Replaced, Watch
from renderer.pipeline.wishes import Wishes
from renderer.report.run import ShotLine, build_json, price_of
from renderer.report.text import plan_lines

if TYPE_CHECKING:
    from renderer.pipeline.workshop import Workshop

INTERRUPTED = 130


@click.command(
    "watch",
    short_help="Build on every save; buy within one limit, or nothing.",
    epilog="""\b
Examples:
  renderer watch specs/liftoff.yaml
  renderer watch --provider animatic                 a moving storyboard beside the editor
  renderer watch specs/liftoff.yaml --yes --max-cost 5""",
)
@options.targets
@options.jobs
@click.option("-y", "--yes", is_flag=True, help="Buy without asking; only together with `--max-cost`.")
@click.option(
    "--max-cost",
    type=options.Dollars(),
    metavar="USD",
    help="What may be spent in all until the watch ends; only together with `--yes`.",
)
@click.option(
    "--allow-unpriced", is_flag=True, help="Let an unknown price pass the limit: it counts as nothing."
)
@options.common
@options.quiet
def command(
    *,
    targets: tuple[str, ...],
    jobs: int | None,
    yes: bool,
    max_cost: Decimal | None,
    allow_unpriced: bool,
    provider: str | None,
    profile: str | None,
    offline: bool,
    allow_outside: bool,
    cache_dir: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Validate, plan and make all that is free whenever the storyboard, its picks or a file that it names is saved.

    Shows what the rest would cost and buys nothing, unless both `--yes` and `--max-cost` are given: then it buys until that limit is reached,
    counted from the start of the watch. Ctrl-C ends it, with exit code 130.
    """
    if yes != (max_cost is not None):
        raise UsageError(
            "a watch buys only with both `--yes` and `--max-cost USD`",
            code="U094",
            hint="give both, or neither to buy nothing",
        )
    project, shots = options.project_for(targets, provider=provider, profile=profile)
    if not project.spec.is_file():
        raise no_storyboard(project)
    wishes = Wishes(
        shots=shots,
        jobs=jobs,
        reach=Reach(fetch=not offline, outside=allow_outside),
        unpriced=allow_unpriced,
    )
    watch = Watch(project, wishes, limit_usd=max_cost)
    try:
        return _Rounds(watch, cache_dir, as_json=as_json, quiet=quiet).play()
    except KeyboardInterrupt:
        return INTERRUPTED


class _Rounds:
    """The rounds of a watch, each told when it is over."""

    def __init__(self, watch: Watch, cache_dir: Path | None, *, as_json: bool, quiet: bool) -> None:
        self.watch, self.cache_dir, self.as_json, self.quiet = watch, cache_dir, as_json, quiet
        self.number = 0
        self.changed: Sequence[str] = ()

    def play(self) -> int:
        """Rounds until somebody ends it; returns the exit code."""
        from renderer.pipeline.changes import wait_for_change  # noqa: PLC0415 - for this command alone

        while True:
            self.number += 1
            # A round opens the store anew, so that nothing is held while nobody types.
            with options.workshop_for(self.cache_dir) as workshop:
                if self._round(workshop):
                    return INTERRUPTED
            self._say(f"watching {len(self.watch.files)} files; Ctrl-C ends it\n")
            changed = wait_for_change(self.watch.files)
            self.changed = sorted(relative(path, here=workshop.here) for path in changed)
            self._say(f"changed: {', '.join(self.changed)}")

    def _round(self, workshop: Workshop) -> bool:
        """One round; whether it was interrupted."""
        watch, started_s = self.watch, time.monotonic()
        try:
            with watch.round(workshop):
                run = watch.open(workshop)
                voice = Voice(run, quiet=self.quiet or self.as_json)
                voice.warn()
                with voice:
                    left_out, refusal = watch.build(run, emit=voice.hear, stop=interrupts)
                voice.close(time.monotonic() - started_s)
        except Replaced:
            raise
        except RendererError as error:
            self._complain(error)
            return False
        self._tell(run, left_out, refusal, elapsed_s=time.monotonic() - started_s)
        return run.interrupted

    def _complain(self, error: RendererError) -> None:
        if self.as_json:
            self._print({"errors": errors_json(error)})
        else:
            show_error(error, json_wanted=False)
            self._say("")

    def _tell(
        self, run: Run, left_out: Sequence[ShotLine], refusal: RendererError | None, *, elapsed_s: float
    ) -> None:
        if self.as_json:
            self._print(self._json(run, left_out, refusal, elapsed_s=elapsed_s))
        elif left_out and not self.quiet:
            for line in plan_lines(left_out, [], colour=wants_colour(sys.stderr), grouped=True):
                click.echo(line, err=True)
            click.echo(f"not bought: {self._why_not(refusal)}", err=True)

    def _why_not(self, refusal: RendererError | None) -> str:
        if refusal is None:
            return "`--yes --max-cost USD` lets a watch buy; `renderer build` asks"
        return f"{refusal.message} (spent {dollars(self.watch.spent_usd)} of {dollars(self.watch.limit_usd or Decimal(0))})"

    def _json(
        self, run: Run, left_out: Sequence[ShotLine], refusal: RendererError | None, *, elapsed_s: float
    ) -> dict[str, Json]:
        errors = list(run.film_errors.values()) + ([refusal] if refusal else [])
        built = build_json(
            spec=run.project.label,
            shots=shot_lines(run),
            films=list(film_lines(run)),
            elapsed_s=elapsed_s,
            spent_usd=run.spent_usd,
            errors=errors,
        )
        total, unpriced = price_of(left_out)
        to_buy = [
            {
                "id": line.id,
                "take": line.take,
                "verdict": line.verdict,
                "reason": line.why,
                "estimate_usd": None if line.estimate_usd is None else float(line.estimate_usd),
            }
            for line in left_out
        ]
        return {**built, "to_buy": to_buy, "estimate_usd": float(total), "unpriced": unpriced}

    def _print(self, told: dict[str, Json]) -> None:
        """One object on one line, at once: whoever reads acts on it."""
        left = self.watch.left_usd
        value = {
            "version": 1,
            "round": self.number,
            "spec": self.watch.project.label,
            "changed": list(self.changed),
            **told,
            "spent_in_all_usd": float(self.watch.spent_usd),
            "left_usd": None if left is None else float(left),
        }
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()

    def _say(self, text: str) -> None:
        if not (self.quiet or self.as_json):
            click.echo(text, err=True)
