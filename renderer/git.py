"""What git knows of a project: its revisions and the files in them. Reads only; the work tree and the index are left alone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from renderer.errors import RendererError, UsageError

GIT_TIMEOUT_S = 60.0
FILE = b"100"
"""How the mode of a regular file begins; links and other repositories are passed over."""


class GitMissing(RendererError):  # noqa: N818 - named for what it states
    """There is no git, or it does not answer."""

    code = "E630"
    exit_code = 4


class Tree(NamedTuple):
    """The files of one revision: `top` is the work tree's root, `blobs` the object of each path below it."""

    top: Path
    commit: str
    blobs: Mapping[str, str]

    def export(self, paths: Iterable[str], *, folder: Path) -> None:
        """Write some files of the revision below a folder; those that it does not have are left out."""
        for path in paths:
            if blob := self.blobs.get(path):
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(_git(self.top, "cat-file", "blob", blob))


def read_tree(folder: Path, revision: str) -> Tree:
    """The files of a revision of the repository that a folder belongs to.

    Raises `GitMissing` E630 where git cannot be run, `UsageError` U080 where there is no repository, U081 for a revision that it
    does not know.
    """
    top = Path(os.fsdecode(_top(folder)))
    commit = _commit(top, revision)
    listed = _git(top, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")
    entries = [line.partition(b"\t") for line in listed if line.startswith(FILE)]
    return Tree(top, commit, {os.fsdecode(path): head.split()[2].decode() for head, _, path in entries})


def _top(folder: Path) -> bytes:
    try:
        return _git(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")
    except subprocess.CalledProcessError as error:
        raise UsageError(
            f"`{folder}` is in no git repository",
            code="U080",
            hint="a revision is one of a repository: `git init`, and commit the storyboard",
        ) from error


def _commit(top: Path, revision: str) -> str:
    try:
        found = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except subprocess.CalledProcessError as error:
        raise UsageError(
            f"git knows no revision `{revision}` here",
            code="U081",
            hint="a branch, a tag or a commit; in a shallow clone fetch it first",
        ) from error
    return found.decode().strip()


def _git(folder: Path, *arguments: str) -> bytes:
    """What git prints; `CalledProcessError` where it fails."""
    argv: Sequence[str] = ["git", "-C", str(folder), *arguments]
    environ = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            argv,
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=environ,
            timeout=GIT_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitMissing(
            "git cannot be run",
            facts=[("reason", error)],
            hint="install git, and put it on PATH",
        ) from error
    return done.stdout
