"""Whatever stands in a field: it is understood or told at its place, and the rest is still looked at."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from renderer.spec import gather, interpret, parse

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "schemas" / "storyboard.schema.json").read_text(encoding="utf-8"))
SHOT_FIELDS = sorted(SCHEMA["$defs"]["shot"]["properties"])
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0.5,
    2**70,
    "",
    "x",
    "${",
    "1:2",
    [],
    [None],
    [True],
    [-1],
    [2**32],
    ["x"],
    ["7"],
    [[]],
    [{}],
    {},
    {"x": None},
    {"in": 1},
    {"beats": 4},
)


def told(*shots: dict[str, Any], **top: Any) -> list[str]:
    last = {"id": "last", "promt": "told, whatever stands before it"}
    document = parse(json.dumps({"version": 1, **top, "shots": [*shots, last]}).encode(), file="film.yaml")
    return [found.code for found in interpret(document, schema=SCHEMA)[1]]


def shots(fields: Callable[[Any], dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": f"s{number}", "prompt": "steam"} | fields(value) for number, value in enumerate(ODD)]


@pytest.mark.parametrize("name", SHOT_FIELDS)
def test_anything_in_a_field_of_a_shot_is_understood_or_told(name: str) -> None:
    """Nothing is a bug, in the shot itself or in what one output shows; and the fault of the last shot is told, too."""
    assert "S205" in told(*shots(lambda value: {name: value}))
    assert "S205" in told(*shots(lambda value: {"for": {"main": {name: value}}}))


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_anything_in_a_default_is_understood_or_told(value: Any) -> None:
    """Nothing is a bug there either, in all fields at once or in the lists alone."""
    assert "S205" in told({"id": "pad"}, defaults=dict.fromkeys(SHOT_FIELDS, value))
    assert "S205" in told({"id": "pad", "prompt": "steam"}, defaults={"seeds": value, "model": value})


def test_null_unsets_what_an_included_file_says() -> None:
    """Variables and characters as defaults; and a section of which every line is commented out is none."""
    shared = b"vars: {ship: a rocket, sea: calm}\ncharacters: {mara: {look: tall}, joe: {look: small}}\n"
    film = b"""version: 1
include: shared.yaml
vars: {ship: null}
characters: {mara: null}
shots:
  - {id: pad, prompt: "${ship:-a boat} on a ${sea} sea", cast: [joe]}
"""
    document = gather(parse(film, file="film.yaml"), schema=SCHEMA, read=lambda _: shared)
    storyboard, found = interpret(document, schema=SCHEMA)
    assert ([], "a boat on a calm sea. small") == (
        found,
        storyboard and storyboard.shots[0].request and storyboard.shots[0].request.prompt,
    )
    for gone in (b"vars: {ship: null}", b"characters: {mara: null}"):
        name = gone.split(b":")[0]
        empty = film.replace(gone, name + b":").replace(b"${sea}", b"calm").replace(b", cast: [joe]", b"")
        document = gather(parse(empty, file="film.yaml"), schema=SCHEMA, read=lambda _: shared)
        assert [] == interpret(document, schema=SCHEMA)[1]


def test_a_variable_that_is_unset_is_told_where_it_is_used() -> None:
    """By its own name, and not as one to be added."""
    film = b"{version: 1, vars: {ship: null}, shots: [{id: a, prompt: '${ship}'}]}"
    (found,) = interpret(parse(film, file="film.yaml"), schema=SCHEMA)[1]
    assert ("S213", "`ship` has no value in `vars`: give it one") == (found.code, found.hint)


def test_numbers_of_other_scripts_are_not_called_numbers() -> None:
    """YAML reads no Arabic digits, so taking their quotes away would not help."""
    document = parse(
        '{"version": 1, "shots": [{"id": "a", "prompt": "x", "use": "٣"}]}'.encode(), file="a.yaml"
    )
    assert [None] == [found.hint for found in interpret(document, schema=SCHEMA)[1]]
