"""Whatever is written in a storyboard, it is told or it is compiled: never a bug, and never at a place that is not there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from renderer.diagnostic import Diagnostic, Place
from renderer.errors import SpecError
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import Project, Reach, open_project
from renderer.pipeline.reading.compile import diagnose
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import Workshop
from renderer.report.diagnostics import render_text

from .board import Table
from .test_recompile import BOARDS

BAD = Path(__file__).parents[1] / "bad"
REACH = Reach(fetch=False)
SNIPPETS = (
    *("-1", "0", "1e309", "2.0", "0x10", ".inf", ".nan", "1" + "0" * 400, "99999999f", "99:59:59:99", "1/0"),
    *("null", "~", "true", "[]", "{}", "''", "[[[]]]", "{a: {b: 1}}", "*none", "&mark 1", "<<: 1", "!!str 1"),
    *(
        "${ship}",
        "${none}",
        "${a",
        "$$",
        "${a:-${b}}",
        "../../up",
        "/etc/passwd",
        "https://example.org/a.png",
    ),
    *("{beats: 1e39}", "{beats: -1}", "{last_frame_of: s0}", "{frame_of: s1, at: 99}", "{crossfade: 1e30}"),
    *("{xfade: none, for: 1}", "{in: 5, out: 1}", "{shot: s0}", "id: s0", "clip: https://example.org/a.mp4"),
    *("clip: a.png", "matrix: {a: []}", "takes: 0", "- a", "? a", "@", "%", "\t", "\r", "\0", "\\", '"', "'"),
    *("\N{RIGHT-TO-LEFT OVERRIDE}x", "e\N{COMBINING ACUTE ACCENT}" * 30, "\N{ROCKET}", '"\\ud800"', "\u2028"),
)


@dataclass(frozen=True)
class Harm:
    """One act of nonsense at a token of a text: it is taken out, written twice, quoted, or a snippet takes its place."""

    what: str
    where: int
    snippet: str

    def done_to(self, text: str) -> str:
        tokens = text.replace(" ", "\0 \0").replace("\n", "\0\n\0").split("\0")
        token = self.where % len(tokens)
        match self.what:
            case "delete":
                del tokens[token]
            case "double":
                tokens.insert(token, tokens[token])
            case "quote":
                tokens[token] = f'"{tokens[token]}"'
            case "cut":
                del tokens[token + 1 :]
            case "replace":
                tokens[token] = self.snippet
            case "insert":
                tokens.insert(token, f" {self.snippet} ")
        return "".join(tokens)


HARMS = st.builds(
    Harm,
    what=st.sampled_from(["delete", "double", "quote", "cut", "replace", "replace", "insert"]),
    where=st.integers(0, 300),
    snippet=st.sampled_from(SNIPPETS),
)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A table whose store forgets nothing between examples."""
    with Table.at(tmp_path_factory.mktemp("asylum")).workshop as found:
        yield found


def errors_of(workshop: Workshop, project: Project) -> list[Diagnostic]:
    """What a plan is stopped by; none where it is not."""
    try:
        open_run(workshop, project, Wishes(reach=REACH))
    except SpecError as error:
        return [found for found in error.diagnostics if found.severity == "error"]
    return []


def is_within(place: Place, lines: list[str]) -> bool:
    """Whether a place lies in a text, or right behind one of its lines."""
    return place.line <= len(lines) and (
        1 <= place.column <= place.end_column <= len(lines[place.line - 1]) + 1
    )


def check(workshop: Workshop, project: Project) -> None:
    """Whatever there is to tell lies in the file and can be drawn, and a plan is stopped by all errors and by nothing else."""
    text = project.spec.read_bytes().decode("utf-8", "replace").removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    told = diagnose(workshop, project, reach=REACH)
    for found in told:
        assert found.place
        assert found.place.file != project.label or is_within(found.place, lines), found
        assert render_text(found, source=text if found.place.file == project.label else None, colour=False)
    assert [found for found in told if found.severity == "error"] == errors_of(workshop, project)


@settings(max_examples=200, deadline=None)
@given(text=BOARDS.map(lambda board: board.content.decode()), harms=st.lists(HARMS, min_size=1, max_size=4))
@example(text="version: 1\nshots:\n  - {id: a, clip: https://example.org/a.mp4}\n", harms=[])
@example(text="version: 1\nshots: [{id: a, prompt:", harms=[])
def test_nonsense_is_told_at_its_place_and_stops_a_plan(
    workshop: Workshop, text: str, harms: list[Harm]
) -> None:
    """Every error, and nothing else: what `validate` tells is what a plan is stopped by."""
    project = open_project(workshop.here / "film.yaml")
    for harm in harms:
        text = harm.done_to(text)
    project.spec.write_bytes(text.encode("utf-8", "surrogatepass"))
    check(workshop, project)


@pytest.mark.parametrize("spec", sorted(BAD.glob("*.yaml")), ids=lambda spec: spec.stem)
def test_every_bad_storyboard_is_told_by_all_of_the_program(workshop: Workshop, spec: Path) -> None:
    """Not by its text alone: with all files, models and keys looked at."""
    project = open_project(workshop.here / "bad.yaml")
    project.spec.write_bytes(spec.read_bytes())
    check(workshop, project)
