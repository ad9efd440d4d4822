"""The names that a storyboard gives: what a shell can complete, whatever else is wrong with it."""

from __future__ import annotations

from pathlib import Path

from renderer import spec
from renderer.catalogue.locate import read_schema
from renderer.errors import MediaError, RendererError
from renderer.row import Row
from renderer.spec.nodes import Fields


class Names(Row):
    """The ids of the shots and the names of the profiles, in order of the file."""

    shots: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()


def read_names(path: Path) -> Names:
    """The names in a storyboard and in what it includes, as far as they can be read; none where they cannot."""
    try:
        return _read(path)
    except (OSError, RendererError):
        return Names()


def _read(path: Path) -> Names:
    schema = read_schema("storyboard.schema.json")
    document = spec.parse(_bytes(path), file=path.name)
    document = spec.gather(document, schema=schema, read=lambda name: _bytes(path.parent / name))
    storyboard, _ = spec.interpret(document, schema=schema)
    profiles = document.node(("profiles",))
    return Names(
        tuple(shot.id for shot in storyboard.shots) if storyboard else (),
        tuple(profiles.entries) if isinstance(profiles, Fields) else (),
    )


def _bytes(path: Path) -> bytes:
    if not path.is_file() or path.stat().st_size > spec.SIZE_MAX_BYTES:
        raise MediaError(f"`{path}` is no storyboard", code="S402")
    return path.read_bytes()
