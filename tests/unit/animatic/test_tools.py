"""What draws, told by its files without loading it."""

from fractions import Fraction
from pathlib import Path

import pytest

from renderer.ffmpeg.binary import Ffmpeg
from renderer.model import Size
from renderer.providers.animatic import Animatic
from renderer.providers.animatic.tools import drawing_state, drawing_tools, state_of

MODULE = "_imagingft.cpython-311-x86_64-linux-gnu.so"


@pytest.fixture(params=["../pillow.libs", ".dylibs"])
def pillow(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The folder of a Pillow that came as a wheel, for Linux or macOS."""
    folder = tmp_path / "PIL"
    folder.mkdir()
    (folder / MODULE).write_bytes(b"one")
    (folder / request.param).mkdir()
    return folder


def test_the_state_stays_while_nothing_is_replaced(pillow: Path) -> None:
    """Other files beside may come and go."""
    before = state_of(str(pillow))
    (pillow / "Image.py").touch()
    assert before
    assert before == state_of(str(pillow))


def test_another_module_is_another_state(pillow: Path) -> None:
    """Of the same size too."""
    before = state_of(str(pillow))
    aside = pillow / "aside"
    aside.write_bytes(b"two")
    aside.replace(pillow / MODULE)
    assert state_of(str(pillow)) not in {before, None}


def test_another_library_is_another_state(pillow: Path, request: pytest.FixtureRequest) -> None:
    """What is put beside the module counts."""
    before = state_of(str(pillow))
    libraries = pillow / request.node.callspec.params["pillow"]
    (libraries / "libfreetype.so").touch()
    assert state_of(str(pillow)) not in {before, None}


def test_a_library_of_the_system_cannot_be_told(tmp_path: Path) -> None:
    """It may be replaced while Pillow stays as it is."""
    (tmp_path / MODULE).write_bytes(b"one")
    assert state_of(str(tmp_path)) is None


def test_a_pillow_that_does_not_letter_cannot_be_told(pillow: Path) -> None:
    """There is no module to look at."""
    (pillow / MODULE).unlink()
    assert state_of(str(pillow)) is None


def test_what_is_known_stands_for_what_would_be_asked() -> None:
    """The identity is the same, asked or remembered."""
    asked, told = (
        Animatic(Ffmpeg(Path("x"), "b"), filter_threads=1, tools=tools).identity(
            size=Size(2, 2), fps=Fraction(1)
        )
        for tools in (None, drawing_tools())
    )
    assert asked == told
    assert drawing_state() == drawing_state()
