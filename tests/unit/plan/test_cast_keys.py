"""Characters and cast: what they bring into a request, and whose keys follow a change of them."""

from collections.abc import Iterator

import pytest

from renderer.digest import digest_bytes

from .desk import Desk, desk_with
from .test_golden_keys import DOT

REFERENCES, WITHOUT = "bytedance/seedance-2-0", "alibaba/wan-2-6-t2v"
CHARACTERS = "{mara: {look: a woman of 40, images: [mara.png]}, ship: {look: ' a ${colour} rocket '}}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Two pictures, unlike each other."""
    with desk_with(tmp_path_factory.mktemp("cast"), {"mara.png": DOT, "own.png": DOT + b"\n"}) as desk:
        yield desk


def film(*shots: str, characters: str = CHARACTERS, model: str = REFERENCES, colour: str = "white") -> str:
    """A storyboard of shots `s0`, `s1`, …"""
    listed = "".join(
        f"  - {{id: s{number}, prompt: a launch, {shot}}}\n" for number, shot in enumerate(shots)
    )
    head = f"version: 1\nvars: {{colour: {colour}}}\ncharacters: {characters}\n"
    return f"{head}defaults: {{provider: aimlapi, model: {model}}}\nshots:\n{listed}"


def prompt(desk: Desk, shot: str) -> str:
    """The prompt of a shot."""
    (detail,) = desk.examine(film(shot)).details
    return str(detail.manifest["fields"]["prompt"])


def test_looks_go_into_the_prompt_in_the_order_of_the_names(desk: Desk) -> None:
    """Where the template has `${cast}`; stripped, with `; ` between them."""
    assert "a launch. a woman of 40; a white rocket. pan" == prompt(desk, "cast: [mara, ship], camera: pan")
    assert "a white rocket: a launch" == prompt(desk, 'cast: [ship], prompt_template: "${cast}: ${prompt}"')
    assert "a launch" == prompt(desk, "cast: null")


def test_images_come_after_the_own_references_and_each_once(desk: Desk) -> None:
    """So that a shot's own keep their number."""
    found = desk.examine(film("cast: [mara], references: [own.png]", "cast: [mara], references: [mara.png]"))
    given = [[one["sha256"] for one in detail.manifest["inputs"]["references"]] for detail in found.details]
    mara, own = digest_bytes(DOT).sha256, digest_bytes(DOT + b"\n").sha256
    assert ([[own, mara], [mara]], []) == (given, found.diagnostics)


def test_a_model_without_references_gets_the_looks_alone(desk: Desk) -> None:
    """A warning at the character's images; the key has none of them."""
    with_images = film("cast: [mara]", model=WITHOUT)
    found = desk.examine(with_images)
    assert [("S308", "warning", "$.characters.mara.images[0]")] == [
        (one.code, one.severity, one.place and one.place.path) for one in found.diagnostics
    ]
    assert desk.keys(with_images) == desk.keys(with_images.replace(", images: [mara.png]", ""))


def test_a_change_of_a_character_changes_the_shots_that_cast_it(desk: Desk) -> None:
    """Its look, its images or a variable in its look; no other shot, and not its name."""
    shots = ("cast: [mara]", "cast: [ship]", "camera: pan")
    before = desk.keys(film(*shots))
    for changed, expected in (
        (film(*shots, characters=CHARACTERS.replace("40", "41")), {"s0"}),
        (film(*shots, characters=CHARACTERS.replace("mara.png", "own.png")), {"s0"}),
        (film(*shots, colour="red"), {"s1"}),
        (film(*shots).replace("mara:", "anna:").replace("[mara]", "[anna]"), set()),
    ):
        after = desk.keys(changed)
        assert expected == {name for name in before if before[name] != after[name]}


def test_what_a_character_brings_is_among_the_origins(desk: Desk) -> None:
    """The name in the shot first, then what is written of the character."""
    (shot,) = desk.examine(film("cast: [mara]")).storyboard.shots
    assert ["$.shots[0].prompt", "$.shots[0].cast[0]", "$.characters.mara.look"] == [
        place.path for place in shot.origins["prompt"]
    ]
    assert "$.characters.mara.images[0]" == shot.origin("references.0").path


def test_a_name_may_come_from_a_matrix(desk: Desk) -> None:
    """One shot for each character."""
    text = film('matrix: {who: [mara, ship]}, cast: ["${who}"]')
    assert ["a launch. a woman of 40", "a launch. a white rocket"] == [
        detail.manifest["fields"]["prompt"] for detail in desk.examine(text).details
    ]
