"""Where things lie: the project's root, the storyboard, its outputs. Paths only; nothing is created here."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from renderer.errors import UsageError
from renderer.row import Row

MARKS = (".git", "renderer.toml")
ENDINGS = (".yaml", ".yml")
DECISIONS = (".picks.yaml", ".picks.yml")
BUILD = "build"
FAR = os.path.join(*[os.pardir] * 3)  # noqa: PTH118 - text, not a path


class Project(Row):
    """One storyboard in its project. `spec` is absolute; `label` is how messages name it.

    `provider` and `profile` are those given on the command line; `variant` is what films made with them are called, and keeps
    them apart from the real ones.
    """

    root: Path
    spec: Path
    label: str
    variant: str | None = None
    provider: str | None = None
    profile: str | None = None

    @property
    def identity(self) -> str:
        """What tells this project from others in one store: a digest of where its root is."""
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]

    @property
    def spec_name(self) -> str:
        """The storyboard's path below the root, with forward slashes; bytes that are no text are written out."""
        path = self.spec.relative_to(self.root).as_posix()
        return os.fsencode(path).decode("utf-8", "backslashreplace")

    @property
    def asker_spec(self) -> str:
        """How traces name the storyboard: what another provider or a profile made is not its footage."""
        return f"{self.spec_name}@{self.variant}" if self.variant else self.spec_name

    @property
    def clips(self) -> Path:
        """The folder of the shots' own clips."""
        return self.root / BUILD / self._varied(self.spec.stem)

    @property
    def lock(self) -> Path:
        """The file of facts about what was bought."""
        return self.spec.with_suffix(".lock")

    @property
    def label_of_lock(self) -> str:
        """How messages name the lock."""
        return str(Path(self.label).with_suffix(".lock"))

    @property
    def picks(self) -> Path:
        """The file of decisions about takes."""
        return self.spec.with_suffix(DECISIONS[0])

    @property
    def label_of_picks(self) -> str:
        """How messages name the picks."""
        return str(Path(self.label).with_suffix(DECISIONS[0]))

    def film(self, file: str) -> Path:
        """Where the film `file` of an output is written."""
        stem, dot, ending = file.rpartition(".")
        return self.root / BUILD / f"{self._varied(stem)}{dot}{ending}"

    def _varied(self, stem: str) -> str:
        return f"{stem}.{self.variant}" if self.variant else stem


class Reach(Row):
    """How far looking for inputs may go: over the network, and outside the project's root.

    With `whole` every input must be at hand; without it, one that is not may be passed over (`validate`). Without `blobs` it
    is enough to know the digest of what was fetched, and the store is not written to.
    """

    fetch: bool = True
    outside: bool = False
    whole: bool = True
    blobs: bool = True


def open_project(spec: Path, *, provider: str | None = None, profile: str | None = None) -> Project:
    """The project of a storyboard: its root is the nearest folder upward with `.git` or `renderer.toml`.

    Without either it is the storyboard's own folder. Does not require the storyboard to exist.
    """
    absolute = Path(os.path.abspath(spec))  # noqa: PTH100 - links are kept: a linked spec belongs where it is linked
    variant = ".".join(filter(None, (profile, provider))) or None
    root = find_root(absolute.parent)
    return Project(root, absolute, str(spec), variant=variant, provider=provider, profile=profile)


def find_root(folder: Path) -> Path:
    """The nearest folder upward from `folder` that carries a mark, else `folder`."""
    for candidate in (folder, *folder.parents):
        if any((candidate / mark).exists() for mark in MARKS):
            return candidate
    return folder


def no_storyboard(project: Project) -> UsageError:
    """There is no such file, or it is none that can be read as one."""
    if project.spec.exists():
        return UsageError(
            f"`{project.label}` is not a file", code="U005", hint="name storyboards, as in `specs/*.yaml`"
        )
    return UsageError(
        f"there is no storyboard at `{project.label}`",
        code="U004",
        hint="check the path, or run `renderer init`",
    )


def split_targets(targets: Sequence[str], *, here: Path) -> tuple[Path, tuple[str, ...]]:
    """The storyboard and the shot patterns named by `SPEC [SHOT…]`; SPEC may be left out where one is obvious.

    Raises `UsageError` where none or several could be meant.
    """
    if targets and (targets[0].endswith(ENDINGS) or (here / targets[0]).is_file()):
        return Path(targets[0]), tuple(targets[1:])
    return _only_storyboard(here), tuple(targets)


def relative(path: Path, *, here: Path) -> str:
    """A path for people and for JSON: relative to the current directory, unless it is far away."""
    found = os.path.relpath(path, here)
    return str(path) if found.startswith(FAR) else found


def _only_storyboard(here: Path) -> Path:
    for folder in (here, here / "specs"):
        found = sorted(
            path
            for ending in ENDINGS
            for path in folder.glob(f"*{ending}")
            if not path.name.endswith(DECISIONS) and path.is_file()
        )
        if len(found) == 1:
            return found[0].relative_to(here)
        if found:
            names = ", ".join(f"`{path.relative_to(here)}`" for path in found[:5])
            raise UsageError("several storyboards could be meant", hint=f"name one: {names}", code="U002")
    raise UsageError(
        "there is no storyboard here",
        hint="name one, as in `renderer build specs/film.yaml`, or start with `renderer init`",
        code="U003",
    )
