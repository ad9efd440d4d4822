"""Whether films can be written where they are to go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

from renderer.errors import UsageError
from renderer.pipeline.project import relative
from renderer.pipeline.run import Run


def check_places(run: Run, films: Sequence[Path]) -> None:
    """Refuse to write a film over what it is made of, over one of the clips, or over another film, or as another kind of file.

    Raises `UsageError` U007 and U009.
    """
    _refuse_other_kind(run, films[0])
    folder = run.project.spec.parent
    rows = [path for path, *_ in run.compiled.inputs] + [row.path for row in run.compiled.footage]
    inputs = [run.project.spec, *(folder / path for path in rows)]
    for film in films:
        made_of = film.exists() and any(path.exists() and film.samefile(path) for path in inputs)
        if made_of or film.is_relative_to(run.project.clips) or films.count(film) > 1:
            raise UsageError(
                f"`{relative(film, here=run.workshop.here)}` is not a place for the film",
                code="U009",
                hint="a film replaces neither what it is made of nor clips nor another film: choose another name",
            )


def _refuse_other_kind(run: Run, film: Path) -> None:
    """Refuse a place whose ending, given on the command line, says another kind of file than the storyboard."""
    ending = PurePath(run.compiled.outputs[0].file).suffix
    if film.suffix.lower() != ending:
        raise UsageError(
            f"the film is a `{ending}` file, and `{relative(film, here=run.workshop.here)}` does not end so",
            code="U007",
            hint=f"end it in `{ending}`, or let `output.file` in the storyboard end in `{film.suffix}`",
        )
