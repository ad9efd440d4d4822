"""`docs/outputs.md` built: each of its storyboards makes the films that it names."""

import re
from pathlib import Path

import pytest
import yaml

from .pages import ROOT, Block, blocks
from .test_language import INCLUDED, add_logo, whole
from .tour import Place, found

EXAMPLES = blocks((ROOT / "docs" / "outputs.md").read_text("utf-8"), "yaml")
SIZE = re.compile(r"([0-9]+)0x([0-9]+)0\b")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """The demo's stills, a logo, and all that the examples include."""
    place = found(tmp_path, small=True)
    specs = place.project / "specs"
    for path in specs.glob("*.yaml"):
        path.unlink()
    add_logo(place)
    for block in EXAMPLES:
        if named := INCLUDED.match(block.text):
            (specs / named[1]).parent.mkdir(exist_ok=True)
            (specs / named[1]).write_text(block.text)
    return place


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: f"line {block.line}")
def test_an_example_makes_its_films(place: Place, block: Block) -> None:
    """Small, and drawn; a second build has nothing to do."""
    if INCLUDED.match(block.text):
        return
    text = SIZE.sub(r"\1x\2", whole(block.text))
    (place.project / "specs" / "film.yaml").write_text(text)
    said = place.run("renderer build specs/film.yaml --provider animatic")
    outputs = yaml.safe_load(text)["outputs"].items()
    written = {Path(output.get("file", f"film-{name}.mp4")) for name, output in outputs}
    films = {f"{file.stem}.animatic{file.suffix}" for file in written}
    assert films == {path.name for path in place.project.glob("build/*.m[po]*")}, said
    assert "nothing to do" in place.run("renderer build specs/film.yaml --provider animatic")
