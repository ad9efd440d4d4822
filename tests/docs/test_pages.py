"""The pages among themselves: links, pictures, and what they quote of the program."""

import json
import tomllib
from pathlib import Path

import pytest

from renderer.cli.help import explanations
from renderer.digest import action_key
from renderer.execute.step import State
from renderer.pipeline.opening import open_run
from renderer.pipeline.project import open_project
from renderer.pipeline.wishes import Wishes
from renderer.pipeline.workshop import open_workshop

from .pages import PAGES, ROOT, anchors, blocks, code_words, links, prose, rows, sections
from .tour import found

PICTURE_BYTES_MAX = 300_000
ONE_LINERS = (
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/renderer build specs/liftoff.yaml",
    "python3 -m venv .venv && .venv/bin/pip install nox && .venv/bin/nox",
)


def leads_somewhere(target: str, page: Path) -> bool:
    """Whether a link from a page ends at a file of the project, and at a heading where it names one."""
    name, _, anchor = target.partition("#")
    linked = (page.parent / name).resolve() if name else page
    is_there = linked.is_relative_to(ROOT) and linked.exists()
    return is_there and (not anchor or anchor in anchors(linked.read_text("utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Files exist below the project, and headings in the pages that are linked to."""
    targets = [target for target in links(page.read_text("utf-8")) if not target.startswith("https://")]
    assert [] == [target for target in targets if not leads_somewhere(target, page)]


def test_every_page_can_be_reached_from_the_readme() -> None:
    """No page is an orphan."""
    told = {target.partition("#")[0] for target in links((ROOT / "README.md").read_text("utf-8"))}
    assert set() == {str(page.relative_to(ROOT)) for page in PAGES} - {"README.md"} - told


def test_pictures_are_small() -> None:
    """A clone is quick, and so is the page."""
    assert [] == [path.name for path in ROOT.glob("docs/images/*") if path.stat().st_size > PICTURE_BYTES_MAX]


def test_the_readme_has_the_two_commands_each_on_one_line() -> None:
    """One installs and builds the demo film, the other passes the tests; what they need is here."""
    told = [block.text for block in blocks((ROOT / "README.md").read_text("utf-8"), "sh")]
    assert [f"{line}\n" for line in ONE_LINERS] == told[:2]
    assert (ROOT / "specs" / "liftoff.yaml").is_file()
    assert (ROOT / "noxfile.py").is_file()


def test_the_readme_asks_for_the_python_that_the_package_asks_for() -> None:
    """One minimum version, said twice."""
    package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"Python {package['requires-python'].removeprefix('>=')} or newer" in (
        ROOT / "README.md"
    ).read_text("utf-8")


def test_codes_that_the_pages_name_are_explained() -> None:
    """`renderer help CODE` knows them."""
    told = {
        word.removeprefix("renderer help ")
        for page in PAGES
        for word in code_words(prose(page.read_text("utf-8")))
        if word.startswith("renderer help ") and word[-3:].isdecimal()
    }
    assert told <= set(explanations())


def test_the_manifest_on_the_page_is_the_one_that_is_keyed(tmp_path: Path) -> None:
    """The demo's paid shot has the manifest and the key that the page shows."""
    page = (ROOT / "docs" / "keys-and-store.md").read_text("utf-8")
    told = json.loads(blocks(page, "json")[0].text)
    place = found(tmp_path, small=False)
    with open_workshop(place.environ, here=place.project) as workshop:
        spec = place.project / "specs" / "liftoff-gen3a.yaml"
        run = open_run(workshop, open_project(spec), Wishes())
        assert run.details()[0].manifest == told
    assert run.compiled.takes[0].key == action_key(told)
    assert f"`{action_key(told)}`" in page


def test_the_states_on_the_page_are_the_engines() -> None:
    """Each with its own words."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    told = [code_words(row[0])[0] for row in rows(sections(page)["Which states does a step have?"])]
    assert [state.name for state in State] == told


def test_the_rooms_on_the_page_are_those_of_the_package() -> None:
    """Every folder and module at the top of the package is told of."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    told = {word for row in rows(sections(page)["Which rooms are there?"]) for word in code_words(row[0])}
    parts = [path for path in (ROOT / "renderer").iterdir() if not path.name.startswith("__")]
    rooms = {f"{path.name}/" for path in parts if (path / "__init__.py").is_file()}
    modules = {path.name for path in parts if path.suffix == ".py"}
    assert rooms | modules == told


def test_the_rooms_of_the_pipeline_on_the_page_are_those_that_it_has() -> None:
    """Every folder in it is told of."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    told = {code_words(row[0])[0] for row in rows(sections(page)["Which rooms has the pipeline?"])}
    parts = (ROOT / "renderer" / "pipeline").iterdir()
    assert {f"{path.name}/" for path in parts if (path / "__init__.py").is_file()} == told
