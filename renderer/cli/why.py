"""`renderer why`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from renderer.cli import options
from renderer.cli.terminal import read_sources, wants_colour, write_json
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import Reach
from renderer.pipeline.run import Run
from renderer.pipeline.wishes import Wishes


@click.command(
    "why",
    short_help="Say why takes are to be made, and which lines did it.",
    epilog="""\b
Examples:
  renderer why specs/liftoff.yaml crew    what changed, before and after, and where
  renderer why                            everything that is to be made""",
)
@options.targets
@options.common
def command(
    *,
    targets: tuple[str, ...],
    provider: str | None,
    profile: str | None,
    offline: bool,
    allow_outside: bool,
    cache_dir: Path | None,
    as_json: bool,
) -> int:
    """Say why takes are to be made: each field that changed, before and after, and the line that changed it.

    Of shots that are named it also says why they are reused. Without names, all that is to be made is explained, and the films.
    Spends nothing and needs no key.
    """
    project, shots = options.project_for(targets, provider=provider, profile=profile)
    reach = Reach(fetch=not offline, outside=allow_outside)
    with options.workshop_for(cache_dir) as workshop:
        run = open_run(workshop, project, Wishes(shots=shots, reach=reach))
        _show(run, as_json=as_json)
    return 0


def _show(run: Run, *, as_json: bool) -> None:
    from renderer.pipeline.reasons.lines import film_lines  # noqa: PLC0415 - parsing comes first, and may fail
    from renderer.pipeline.reasons.story import stories  # noqa: PLC0415
    from renderer.report.why import film_story, story_lines, why_json  # noqa: PLC0415

    told = [story for story in stories(run) if run.wishes.shots or story.shot.verdict != "reused"]
    films = list(film_lines(run))
    if as_json:
        write_json(why_json(spec=run.project.label, stories=told, films=films))
        return
    colour = wants_colour(sys.stdout)
    sources = read_sources(place.file for story in told for place in story.places)
    blocks = ["\n".join(story_lines(story, sources=sources, colour=colour)) for story in told]
    blocks += ["\n".join(film_story(film, colour=colour) for film in films)]
    click.echo("\n\n".join(blocks))
