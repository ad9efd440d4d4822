"""Takes of a shot: which seeds on which models, in which order, and what an edit of them changes."""

from collections.abc import Iterator

import pytest

from .desk import Desk, desk_with

A, B = "alibaba/wan-2-6-t2v", "alibaba/wan-2-7-t2v"
SEEDLESS = "blackforestlabs/flux-3-video-t2v"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A store and a folder without files."""
    with desk_with(tmp_path_factory.mktemp("takes"), {}) as desk:
        yield desk


def film(fields: str, *, defaults: str = f"model: {A}") -> str:
    """A storyboard of one paid shot."""
    shot = f"{{id: pad, prompt: a launch, {fields}}}"
    return f"version: 1\ndefaults: {{provider: aimlapi, {defaults}}}\nshots: [{shot}]\n"


def seeds(desk: Desk, fields: str, *, defaults: str = f"model: {A}") -> list[int]:
    """The seeds of a shot's takes, in order."""
    return [row.seed for row in desk.takes(film(fields, defaults=defaults))]


@pytest.mark.parametrize(
    ("fields", "defaults", "expected"),
    [
        ("seeds: [7, 42]", "", [7, 42]),
        ("seed: 7, takes: 3", "", [7, 8, 9]),
        ("takes: 2", "seeds: [7, 42]", [1, 2]),
        ("seed: 3", "seeds: [7, 42]", [3]),
        ("seeds: [7, 42]", "seed: 5, takes: 9", [7, 42]),
        ("seeds: null", "seeds: [7, 42]", [1]),
        ("seeds: null, takes: 2", "seeds: [7, 42], seed: null", [1, 2]),
        ("seeds: null", "seed: 5, takes: 2", [5, 6]),
        ("camera: static", "seeds: [7, 42]", [7, 42]),
    ],
)
def test_the_nearer_says_which_seeds_there_are(
    desk: Desk, fields: str, defaults: str, expected: list[int]
) -> None:
    """`seeds` on one hand, `seed` and `takes` on the other: a shot's own way wins over that of the defaults."""
    assert expected == seeds(desk, fields, defaults=f"model: {A}, {defaults}")


def test_a_seed_or_a_model_that_is_added_changes_no_other_key(desk: Desk) -> None:
    """Wherever it stands; just the takes that ask for it are new."""
    before = set(desk.keys(film(f"seeds: [7, 42], model: [{A}]")).values())
    for fields, new in (
        (f"seeds: [7, 42, 9], model: [{A}]", 1),
        (f"seeds: [9, 7, 42], model: [{A}]", 1),
        (f"seeds: [7, 42], model: [{A}, {B}]", 2),
        (f"seeds: [7, 42], model: [{SEEDLESS}, {A}]", 2),
        (f"seeds: [7, 42], model: {A}", 0),
    ):
        after = set(desk.keys(film(fields)).values())
        assert (before, new) == (before & after, len(after - before))


def test_a_model_without_seeds_tells_its_takes_apart_by_their_round(desk: Desk) -> None:
    """So another model beside it, and another seed at the end, change none of its keys."""
    alone = desk.keys(film(f"seeds: [7, 42], model: {SEEDLESS}"))
    beside = desk.keys(film(f"seeds: [7, 42, 1], model: [{A}, {SEEDLESS}]"))
    assert [alone["pad"], alone["pad.take2"]] == [beside["pad.take2"], beside["pad.take4"]]
    assert alone == desk.keys(film(f"takes: 2, model: {SEEDLESS}"))


def test_takes_come_round_by_round(desk: Desk) -> None:
    """The first seed on each model in order, then the next; a further seed renumbers nothing."""
    rows = desk.takes(film(f"seeds: [7, 42], model: [{A}, {B}]"))
    assert [(1, A, 7), (2, B, 7), (3, A, 42), (4, B, 42)] == [(row.take, row.model, row.seed) for row in rows]
    more = desk.keys(film(f"seeds: [7, 42, 9], model: [{A}, {B}]"))
    assert {row.name: row.key for row in rows}.items() <= more.items()


def test_an_unknown_model_of_a_list_is_told_at_its_entry(desk: Desk) -> None:
    """Not at the whole list."""
    found = desk.examine(film(f"model: [{A}, wan-2-7]")).diagnostics
    assert [("S301", "$.shots[0].model[1]")] == [
        (one.code, one.place and one.place.path) for one in found if one.severity == "error"
    ]


def test_the_origin_of_a_take_is_its_own_entry_of_a_list(desk: Desk) -> None:
    """So that what is said of one take points at its seed and at its model."""
    found = desk.examine(film(f"seeds: [7, 42], model: [{A}, {B}]")).details
    assert [
        ("seeds[0]", "model[0]"),
        ("seeds[0]", "model[1]"),
        ("seeds[1]", "model[0]"),
        ("seeds[1]", "model[1]"),
    ] == [
        tuple(detail.shot.origin(name).path.removeprefix("$.shots[0].") for name in ("seed", "model"))
        for detail in found
        if detail.shot
    ]


def test_a_value_that_is_added_to_a_matrix_changes_no_other_key(desk: Desk) -> None:
    """Wherever it stands; and a shot of a matrix has the key of a shot that says the same without one."""
    head = f"version: 1\ndefaults: {{provider: aimlapi, model: {A}}}\nshots: "
    prompt = 'prompt: "${city} by ${hour}"'
    before = desk.keys(f"{head}[{{id: v, matrix: {{city: [rome], hour: [day, night]}}, {prompt}}}]")
    more = desk.keys(f"{head}[{{id: v, matrix: {{city: [oslo, rome], hour: [dusk, day, night]}}, {prompt}}}]")
    assert (2, 6) == (len(before), len(more))
    assert before.items() <= more.items()
    alone = desk.keys(f"{head}[{{id: pad, prompt: rome by day}}]")
    assert alone["pad"] == before["v.rome.day"]
