"""`renderer preview`."""

from __future__ import annotations

import time
from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.building import exit_code, interrupts
from renderer.cli.voice import Voice
from renderer.pipeline.preview import Preview, open_preview, run_preview
from renderer.pipeline.project import Reach
from renderer.pipeline.reasons.lines import film_lines
from renderer.pipeline.wishes import Wishes
from renderer.report.errors import error_json
from renderer.report.run import film_json, id_json


@click.command(
    "preview",
    short_help="Join what footage there is, with stand-ins for the rest.",
    epilog="""\b
Examples:
  renderer preview                       the one storyboard here or in specs/
  renderer preview specs/liftoff.yaml    to build/liftoff.preview.mp4""",
)
@options.targets
@options.jobs
@options.output
@options.common
@options.quiet
def command(
    *,
    targets: tuple[str, ...],
    jobs: int | None,
    output: Path | None,
    provider: str | None,
    profile: str | None,
    offline: bool,
    allow_outside: bool,
    cache_dir: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Join the film as it would stand today. Never buys, and never fails for want of footage.

    A shot whose request has changed shows its newest footage, slated STALE; a shot without footage shows a
    moving stand-in. The film is `build/<name>.preview.mp4`.
    """
    started = time.monotonic()
    project, shots = options.project_for(targets, provider=provider, profile=profile)
    wishes = Wishes(
        shots=shots, jobs=jobs, output=output, reach=Reach(fetch=not offline, outside=allow_outside)
    )
    with options.workshop_for(cache_dir) as workshop:
        preview = open_preview(workshop, project, wishes)
        voice = Voice(preview.run, quiet=quiet or as_json, clips=False)
        voice.warn()
        with voice:
            run_preview(preview, emit=voice.hear, stop=interrupts)
        voice.sum_up_preview(preview, elapsed_s=time.monotonic() - started)
        if as_json:
            _print_json(preview)
        return exit_code(preview.run)


def _print_json(preview: Preview) -> None:
    from renderer.cli.terminal import write_json  # noqa: PLC0415

    takes = preview.run.compiled.takes
    shows = {
        **dict.fromkeys(preview.fresh, "footage"),
        **dict.fromkeys(preview.stale, "stale"),
        **dict.fromkeys(preview.drawn, "stand-in"),
    }
    films = list(film_lines(preview.run))
    write_json(
        {
            "version": 1,
            "spec": preview.run.project.label,
            "shots": [
                {**id_json(takes[number].shot, takes[number].take), "shows": shows[number]}
                for number in sorted(shows)
            ],
            "sequences": [film_json(film) for film in films],
            **(
                {"errors": errors}
                if (errors := [error_json(film.error) for film in films if film.error])
                else {}
            ),
        }
    )
