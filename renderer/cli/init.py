"""`renderer init`."""

from __future__ import annotations

import json
import os
import shlex
from importlib.resources import files
from pathlib import Path

import click

from renderer.catalogue.locate import read_schema
from renderer.errors import UsageError
from renderer.pipeline.project import find_root
from renderer.store.authored import unwritable

STARTER = ("film.yaml", "stills/rocket.jpg")
SCHEMA = "storyboard.schema.json"
IGNORED = "/build/"
MARK = "renderer.toml"


@click.command(
    "init",
    short_help="Start a storyboard: a small film with a still, ready to build.",
    epilog="""\b
Examples:
  renderer init                 here
  renderer init liftoff && cd liftoff && renderer build""",
)
@click.argument(
    "folder", required=False, default=".", type=click.Path(path_type=Path, file_okay=False), metavar="[DIR]"
)
def command(*, folder: Path) -> int:
    """Start a storyboard: film.yaml, a still, the schema for your editor, and a .gitignore for build/.

    Nothing that exists is overwritten.
    """
    wanted = {name: files("renderer").joinpath("starter", *name.split("/")).read_bytes() for name in STARTER}
    wanted[SCHEMA] = (json.dumps(read_schema(SCHEMA), ensure_ascii=False, indent=2) + "\n").encode()
    taken = [name for name in wanted if (folder / name).exists()]
    if taken:
        raise UsageError(
            f"`{folder / taken[0]}` exists already",
            code="U030",
            hint="choose another folder, as in `renderer init liftoff`",
        )
    if find_root(folder.absolute()) != folder.absolute():
        wanted[MARK] = b"# marks the root of this project: films are made in build/ beside this file\n"
    try:
        for name, content in wanted.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        _ignore_build(folder / ".gitignore")
    except OSError as error:
        raise unwritable(folder, error) from error
    _show(folder, [*wanted, ".gitignore"])
    return 0


def _ignore_build(path: Path) -> None:
    text = path.read_text("utf-8") if path.exists() else ""
    if IGNORED not in text.splitlines():
        path.write_text(text + ("" if text.endswith("\n") or not text else "\n") + f"{IGNORED}\n", "utf-8")


def _show(folder: Path, names: list[str]) -> None:
    for name in names:
        click.echo(f"wrote  {os.path.normpath(folder / name)}", err=True)
    here = "" if folder == Path() else f"cd {shlex.quote(_after_dashes(folder))} && "
    click.echo(f"\nnow    {here}renderer build", err=True)


def _after_dashes(folder: Path) -> str:
    """A folder's name that no command takes for an option."""
    return f"./{folder}" if str(folder).startswith("-") else str(folder)
