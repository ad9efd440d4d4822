"""A folder and a store in which texts are compiled, for tests that compare keys."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from renderer.pipeline.project import Reach, open_project
from renderer.pipeline.reading.examine import Examined, examine
from renderer.pipeline.workshop import Workshop, open_workshop
from renderer.plan.rows import TakeRow


@dataclass(frozen=True)
class Desk:
    """Where storyboards are compiled; nothing is remembered between two of them."""

    folder: Path
    workshop: Workshop

    def examine(self, text: str, *, name: str = "film.yaml") -> Examined:
        """All that a text compiles to, faults too."""
        spec = self.folder / name
        spec.write_text(text, encoding="utf-8")
        return examine(self.workshop, open_project(spec), reach=Reach(fetch=False))

    def takes(self, text: str) -> tuple[TakeRow, ...]:
        """The takes of a sound text, in order."""
        found = self.examine(text)
        assert found.is_sound, [diagnostic.message for diagnostic in found.diagnostics]
        return found.compiled.takes

    def keys(self, text: str) -> dict[str, str]:
        """The key of each take, by its name."""
        return {row.name: row.key for row in self.takes(text)}


@contextmanager
def desk_with(folder: Path, files: Mapping[str, bytes]) -> Iterator[Desk]:
    """A desk in a folder with these files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with open_workshop(os.environ, here=folder, cache_dir=folder / "store") as workshop:
        yield Desk(folder, workshop)
