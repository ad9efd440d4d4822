"""The tour of the README, taken: its commands are run and its edits made, in order, in a project of its own.

`python tests/docs/tour.py` takes it at full size and writes what was really said into the README.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
FENCE = re.compile(r"^```(?P<language>console|diff)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (?P<command>.+)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
STEP_TIMEOUT_S = 300.0
SMALL = {"size: 1280x720": "size: 320x180", "liftoff-gen3a.mp4}": "liftoff-gen3a.mp4, size: 320x192}"}
"""Edits that make the films of the tour small, so that a test has time for them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the page, what the page says it prints, and where in the page that stands."""

    command: str
    told: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to the demo storyboard, as a diff block shows it."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Place:
    """A project with the demo storyboards under git, and a store of its own."""

    project: Path
    environ: Mapping[str, str]

    def run(self, command: str) -> str:
        """All that a command of the page writes, on stdout and stderr, in order."""
        said = subprocess.run(
            ["sh", "-c", command],
            cwd=self.project,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=STEP_TIMEOUT_S,
            check=False,
        )
        return said.stdout

    def edit(self, edit: Edit) -> None:
        """Make a change that fits one place of the demo storyboard."""
        path = self.project / "specs" / "liftoff.yaml"
        text = path.read_text("utf-8")
        assert 1 == text.count(edit.old), f"this stands {text.count(edit.old)} times:\n{edit.old}"
        path.write_text(text.replace(edit.old, edit.new), "utf-8")


def found(folder: Path, *, small: bool) -> Place:
    """A fresh place below `folder`; `small` makes its films small."""
    project = folder / "project"
    shutil.copytree(ROOT / "specs", project / "specs", ignore=shutil.ignore_patterns("build"))
    if small:
        for path in project.glob("specs/*.yaml"):
            text = path.read_text("utf-8")
            for old, new in SMALL.items():
                text = text.replace(old, new)
            path.write_text(text, "utf-8")
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    settings = {"PATH": programs, "RENDERER_CACHE_DIR": str(folder / "store"), "COLUMNS": "80"}
    place = Place(project, {**kept, **settings})
    git = "git -c user.name=mara -c user.email=mara@example.com -c commit.gpgsign=false"
    place.run(f"printf '/build/\\n' > .gitignore && git init -q && git add . && {git} commit -qm demo")
    return place


def read_tour(page: str) -> Iterator[Step | Edit]:
    """The steps and edits of a page, in order."""
    for block in FENCE.finditer(page):
        if block["language"] == "diff":
            yield read_edit(block["text"])
            continue
        for step in COMMAND.finditer(block["text"]):
            start = block.start("text") + step.start("output")
            yield Step(step["command"], step["output"], (start, start + len(step["output"])))


def read_edit(diff: str) -> Edit:
    r"""The change that a diff block shows.

    >>> read_edit(" a\n-b\n+c\n")
    Edit(old='a\nb\n', new='a\nc\n')
    """
    lines = [line for line in diff.splitlines(keepends=True) if not line.startswith("@@")]
    return Edit(
        "".join(line[1:] for line in lines if line[0] in " -"),
        "".join(line[1:] for line in lines if line[0] in " +"),
    )


def settled(said: str) -> list[str]:
    """What a command said, in a form that two runs share.

    Times, digests and large numbers are signs, spaces are single, and what ran at once stands in order of name.
    """
    said = re.sub(r"\b\d+\.\d s\b", "<time>", said)
    said = re.sub(r"\b[0-9a-f]{8,64}\b", "<digest>", said)
    said = re.sub(r"\b\d{1,3}(,\d{3})+\b|\b\d+\.\d MB\b", "<number>", said)
    lines = [re.sub(r" +", " ", line).strip() for line in said.strip().splitlines()]
    ran = iter(sorted(line for line in lines if line.startswith("ran ")))
    return [next(ran) if line.startswith("ran ") else line for line in lines]


def retell(page: str, *, place: Place) -> str:
    """The page with what the commands really said."""
    said = []
    for stop in read_tour(page):
        if isinstance(stop, Edit):
            place.edit(stop)
        else:
            said.append((stop.span, place.run(stop.command)))
    for (start, end), text in reversed(said):
        page = page[:start] + text + page[end:]
    return page


def main() -> None:
    """Take the tour at full size and write down what was said."""
    with tempfile.TemporaryDirectory(prefix="tour-") as folder:
        place = found(Path(folder), small=False)
        README.write_text(retell(README.read_text("utf-8"), place=place), "utf-8")


if __name__ == "__main__":
    main()
