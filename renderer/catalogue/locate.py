"""Where the schemas are, from a wheel, an editable install and a source tree, and their digest.

A wheel carries them inside the package; a source tree and an editable install beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import cast

from renderer.errors import RendererError
from renderer.model import Json

PACKAGE = Path(__file__).resolve().parent.parent
MODELS = "models"


@cache
def schemas_folder(package: Path = PACKAGE) -> Path:
    """The folder of all schemas: the package's own before the one beside it.

    Raises `RendererError` S390 where neither exists. Plain folders are looked at first, for importing
    `importlib.resources` takes 5 ms (measured) and only a zipped package has need of it.
    """
    for folder in (package / "schemas", package.parent / "schemas"):
        if (folder / MODELS).is_dir():
            return folder
    zipped = _zipped_folder() if package == PACKAGE else None
    if zipped is None:
        raise RendererError(
            "the schemas that come with `renderer` are missing",
            code="S390",
            hint="install `renderer` again",
            facts=[("looked in", package / "schemas"), ("and in", package.parent / "schemas")],
        )
    return zipped


def read_schema(name: str) -> Mapping[str, Json]:
    """One schema as JSON: `storyboard.schema.json` or `models/model.schema.json`.

    Raises `RendererError` S390 where the installation has no such schema.
    """
    try:
        schema: Mapping[str, Json] = json.loads(schemas_folder().joinpath(*name.split("/")).read_bytes())
    except (OSError, KeyError) as error:
        raise RendererError(
            f"the schema `{name}` that comes with `renderer` is missing",
            code="S390",
            hint="install `renderer` again",
        ) from error
    return schema


def schemas_digest(folder: Path | None = None) -> str:
    """The digest of all schemas and model files together: sha256 over names and bytes, in lower-case hex.

    It changes with any byte of any of them and with nothing else, so results that follow from the
    catalogue may be cached under it. Cost: one read per file.
    """
    state = hashlib.sha256()
    for name, content in _contents(folder or schemas_folder()):
        state.update(f"{name}\0{len(content)}\0".encode())
        state.update(content)
    return state.hexdigest()


def json_files(folder: Path) -> list[Path]:
    """The JSON files of one folder by name, in order; other files are not looked at."""
    return sorted(
        (item for item in folder.iterdir() if item.name.endswith(".json")), key=lambda item: item.name
    )


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in json_files(folder):
        yield file.name, file.read_bytes()
    for file in json_files(folder.joinpath(MODELS)):
        yield f"{MODELS}/{file.name}", file.read_bytes()


def _zipped_folder() -> Path | None:
    from importlib.resources import files  # noqa: PLC0415 - see schemas_folder

    folder = files("renderer").joinpath("schemas")
    # What is read of a path (`/`, iterdir, is_dir, name, read_bytes) a place in an archive has, too.
    return cast("Path", folder) if folder.is_dir() else None
