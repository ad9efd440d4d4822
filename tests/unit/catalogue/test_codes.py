"""Every code of the catalogue: a bad request, and the exact words that its author reads."""

import re
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from renderer.catalogue.check import check
from renderer.catalogue.entry import Model
from renderer.catalogue.library import CatalogueError, load
from renderer.catalogue.locate import schemas_folder
from renderer.diagnostic import Finding
from renderer.errors import RendererError
from renderer.model import Size
from renderer.storyboard import Request, Source

GOLDEN = Path(__file__).parent / "golden"
CODES = Path(__file__).parents[3] / "renderer" / "codes" / "catalogue.md"
SHOT = Request("aimlapi", "gen3a_turbo", prompt="a launch", image=Source("path", "stills/rocket.jpg"))
ART = {
    "id": "art",
    "fields": {"prompt": {"wire": "prompt"}, "image": {"wire": "image_url"}},
    "params": {"style": {"type": "string", "enum": ["clay", "comic"]}},
}

BAD_REQUESTS = {
    "S302": SHOT._replace(image=None),
    "S303-duration": SHOT._replace(duration_s=Fraction(7)),
    "S303-ratio": SHOT._replace(ratio="4:3"),
    "S304": SHOT._replace(seed=2**32),
    "S304-takes": SHOT._replace(seed=2**32 - 2),
    "S305": SHOT._replace(prompt="🚀" * 600),
    "S306": SHOT._replace(params={"watermark": False}),
    "S306-neutral": SHOT._replace(params={"tail_image_url": "https://example.org/b.png"}),
    "S308": SHOT._replace(negative_prompt="people"),
    "S309": SHOT,
}


def _text(found: Finding) -> str:
    hint = [f"hint: {found.hint}"] if found.hint else []
    path = ".".join(map(str, found.field))
    lines = [f"{found.severity}[{found.code}]: {found.message}", f"  --> {path}"]
    return "\n".join([*lines, *(f"note: {note}" for note in found.notes), *hint, ""])


def _assert_golden(name: str, found: Finding) -> None:
    assert (GOLDEN / f"{name}.txt").read_text(encoding="utf-8") == _text(found)


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_a_bad_request_is_told_in_these_words(name: str) -> None:
    """One finding each, word for word."""
    request, takes = BAD_REQUESTS[name], 3 if name == "S304-takes" else 1
    seeds = range(request.seed, request.seed + takes)
    model = load("aimlapi", "gen3a_turbo")
    (found,) = check(request, model=model, stills={"image": _size(name)}, seeds=seeds)
    _assert_golden(name, found)


def _size(name: str) -> Size:
    return Size(3000, 1000) if name == "S309" else Size(1280, 720)


@pytest.mark.parametrize(
    ("name", "params"),
    [("S307", {"style": "comics"}), ("S307-type", {"style": 3}), ("S306-known", {"stile": "clay"})],
)
def test_bad_params_are_told_in_these_words(
    make_model: Callable[..., Model], name: str, params: dict[str, object]
) -> None:
    """The model's own schema speaks, in plain words."""
    found = check(SHOT._replace(params=params), model=make_model(**ART), stills={})
    _assert_golden(name, found[0])


@pytest.mark.parametrize(
    ("name", "provider", "model"),
    [
        ("S300", "animatick", "gen3a_turbo"),
        ("S301", "aimlapi", "gen3_turbo"),
        ("S301-none", "aimlapi", None),
    ],
)
def test_an_unknown_name_is_told_in_these_words(
    tmp_path: Path, name: str, provider: str, model: str | None
) -> None:
    """Providers and models that the catalogue does not have."""
    shutil.copy(schemas_folder() / "models" / "gen3a_turbo.json", tmp_path)
    with pytest.raises(CatalogueError) as caught:
        load(provider, model, folder=tmp_path)
    _assert_golden(name, caught.value.finding)


def test_a_bad_model_file_is_told_in_these_words(tmp_path: Path) -> None:
    """A contributor reads which file and why."""
    (tmp_path / "art.json").write_text('{"models": [{"id": "art"}]}', encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load("aimlapi", "art", folder=tmp_path)
    _assert_golden("S320", caught.value.finding)


def _raised(act: Callable[[], object]) -> RendererError:
    with pytest.raises(RendererError) as caught:
        act()
    return caught.value


def test_missing_schemas_are_told_in_these_words(tmp_path: Path) -> None:
    """An incomplete installation says so."""
    error = _raised(lambda: schemas_folder(tmp_path))
    _assert_golden("S390", Finding(error.code, error.message, hint=error.hint))


def test_every_code_is_explained_and_has_a_bad_case() -> None:
    """`renderer help CODE` and the golden texts know the same codes."""
    explained = re.findall(r"^## (S\d{3}) \S", CODES.read_text(encoding="utf-8"), re.MULTILINE)
    assert explained == sorted({file.stem[:4] for file in GOLDEN.glob("*.txt")})
    in_code = {
        code
        for file in CODES.parents[1].joinpath("catalogue").glob("*.py")
        for code in re.findall(r'"(S\d{3})"', file.read_text())
    }
    assert set(explained) == in_code
