"""What git knows of a project: its revisions and the files in them. Reads only; the work tree and the index are left alone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from renderer.errors import RendererError, UsageError
from renderer.row import Row

GIT_TIMEOUT_S = 60.0
TIPS_MAX = 20_000
FOLDERS_UP_MAX = 256
LOCAL = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_WORK_TREE",
    }
)
"""What ties git to one repository (git-rev-parse(1), `--local-env-vars`)."""
FILE = b"100"
"""How the mode of a regular file begins; links and other repositories are passed over."""


class GitMissing(RendererError):  # noqa: N818 - named for what it states
    """There is no git, or it does not answer."""

    code = "E630"
    exit_code = 4


class Tree(Row):
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


class Tip(Row):
    """One tree that something in a repository points at: a branch, a tag, a stash, a work tree's HEAD. `name` is for people."""

    name: str
    tree: str


class Unreadable(RendererError):  # noqa: N818 - named for what it states
    """A repository is there, and git does not read it."""

    code = "E633"
    exit_code = 3


def repository_of(folder: Path) -> Path | None:
    """The folder at or above `folder` that holds `.git`, a folder or a file; None where there is none. Asks no git."""
    candidates = [folder, *folder.parents][:FOLDERS_UP_MAX]
    return next((candidate for candidate in candidates if (candidate / ".git").exists()), None)


def common_folder(folder: Path) -> Path:
    """What all work trees of a repository share: two folders with the same one have the same branches. Raises `Unreadable` E633."""
    found = _read(folder, "rev-parse", "--git-common-dir").removesuffix(b"\n")
    return (folder / os.fsdecode(found)).resolve()


def tips(folder: Path) -> list[Tip]:
    """Every tree that a branch, remote branch, tag, stash, or HEAD of a work tree points at, each once.

    Also in a shallow clone, where tips are all there is. Raises `Unreadable` E633, `GitMissing` E630.
    """
    form = "%(refname)%00%(objectname)%00%(objecttype)%00%(*objecttype)"
    refs = [line.split("\0") for line in _lines(_read(folder, "for-each-ref", f"--format={form}"))]
    commits = {name: one for name, one, *kinds in refs if "blob" not in kinds}
    if any(name == "refs/stash" for name, *_ in refs):
        stashes = _lines(_read(folder, "log", "-g", "--format=%H %P", "refs/stash"))
        commits |= {f"stash {commit[:8]}": commit for line in stashes for commit in line.split()}
    commits |= {f"HEAD of {path}": commit for path, commit in _work_trees(folder) if commit}
    if len(commits) > TIPS_MAX:
        raise _unreadable(folder, f"more than {TIPS_MAX} branches and tags")
    trees = _trees(folder, commits)
    return [Tip(name, tree) for tree, name in {tree: name for name, tree in trees}.items()]


def work_trees(folder: Path) -> list[Path]:
    """The work trees of a repository that are there; a bare one has none of its own."""
    return [path for path, _ in _work_trees(folder) if path.is_dir()]


def texts_in(folder: Path, trees: Iterable[Tip], *, endings: tuple[str, ...]) -> Iterator[str]:
    """The text of every file with such an ending in some trees, and of what is staged, each content once. Raises `Unreadable` E633."""
    blobs: dict[str, None] = {}
    listings = [_read(folder, "ls-tree", "-r", "-z", "--full-tree", tip.tree) for tip in trees]
    for listing in [*listings, *_staged(folder)]:
        for line in listing.split(b"\0"):
            head, _, path = line.partition(b"\t")
            if line.startswith(FILE) and os.fsdecode(path).endswith(endings):
                words = head.decode().split()
                blobs[words[2] if words[1] == "blob" else words[1]] = None
    for blob in blobs:
        yield _read(folder, "cat-file", "blob", blob).decode("utf-8", "replace")


def _staged(folder: Path) -> list[bytes]:
    """What is staged in each work tree, as `ls-files` lists it."""
    return [_read(path, "ls-files", "--stage", "-z", "--full-name", ":/") for path in work_trees(folder)]


def _work_trees(folder: Path) -> list[tuple[Path, str]]:
    """Each work tree with the commit of its HEAD, empty where it has none."""
    found = []
    for record in _read(folder, "worktree", "list", "--porcelain", "-z").split(b"\0\0"):
        fields = dict(line.partition(b" ")[::2] for line in record.split(b"\0") if line)
        if b"worktree" in fields and b"bare" not in fields:
            commit = fields.get(b"HEAD", b"").decode()
            found.append((Path(os.fsdecode(fields[b"worktree"])), "" if set(commit) <= {"0"} else commit))
    return found


def _trees(folder: Path, commits: Mapping[str, str]) -> list[tuple[str, str]]:
    """The tree of each commit, by the name of what points at it."""
    if not commits:
        return []
    asked = "".join(f"{commit}^{{tree}}\n" for commit in commits.values()).encode()
    answers = _lines(_read(folder, "cat-file", "--batch-check", given=asked))
    missing = [name for name, answer in zip(commits, answers, strict=True) if " tree " not in answer]
    if missing:
        raise _unreadable(folder, f"`{missing[0]}` points at nothing that is here")
    return [(name, answer.split()[0]) for name, answer in zip(commits, answers, strict=True)]


def _lines(content: bytes) -> list[str]:
    return os.fsdecode(content).splitlines()


def _read(folder: Path, *arguments: str, given: bytes | None = None) -> bytes:
    """What git prints; `Unreadable` E633 in git's own words where it fails."""
    try:
        return _git(folder, *arguments, given=given)
    except subprocess.CalledProcessError as error:
        words = error.stderr.decode("utf-8", "replace").strip().splitlines()
        raise _unreadable(folder, words[0] if words else f"`git {arguments[0]}` failed") from error


def _unreadable(folder: Path, reason: str) -> Unreadable:
    return Unreadable(
        f"git cannot read the repository of `{folder}`",
        facts=[("reason", reason)],
        hint="mend the repository; or, if the project is not needed, `renderer cache forget` strikes it off",
    )


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


def _git(folder: Path, *arguments: str, given: bytes | None = None) -> bytes:
    """What git prints; `CalledProcessError` where it fails. `given` is what it reads."""
    argv: Sequence[str] = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(
            argv, check=True, capture_output=True, input=given or b"", env=_environ(), timeout=GIT_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitMissing(
            "git cannot be run",
            facts=[("reason", error)],
            hint="install git, and put it on PATH",
        ) from error
    return done.stdout


def _environ() -> dict[str, str]:
    """The environment for a git that reads: no locks, no questions, no network, and the repository of the folder.

    A hook of another repository names that one in variables, which would win over the folder.
    """
    kept = {name: value for name, value in os.environ.items() if name not in LOCAL}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
