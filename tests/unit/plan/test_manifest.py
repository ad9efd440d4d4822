"""The manifest of a take, and the key that it has."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.digest import Digest, action_key, canonical_json, exact, inexact
from renderer.plan.manifest import KEY_VERSION, generate_manifest

STILL = Digest("ab" * 32, 100)
WHOLE: dict[str, Any] = {
    "identity": {"provider": "aimlapi"},
    "model": "gen3a_turbo",
    "fields": {"prompt": "steam", "ratio": "9:16"},
    "inputs": {"image": STILL},
    "params": {"motion": 3},
    "seed": 7,
    "take": 1,
}
NUMBERS = st.integers(-1000, 1000) | st.floats(-1000, 1000).map(lambda number: round(number, 3))
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def test_a_whole_manifest_is_this() -> None:
    """What the author asked for, the key version, and nothing else; the seed as a string."""
    assert {
        "action": "generate",
        "version": KEY_VERSION,
        "provider": "aimlapi",
        "model": "gen3a_turbo",
        "fields": {"prompt": "steam", "ratio": "9:16"},
        "inputs": {"image": {"sha256": "ab" * 32, "size_bytes": 100}},
        "params": {"motion": 3},
        "seed": "7",
    } == generate_manifest(**WHOLE)


def test_the_take_counts_only_where_there_is_no_seed() -> None:
    """A model without seeds tells takes apart by their number."""
    assert generate_manifest(**WHOLE) == generate_manifest(**WHOLE | {"take": 2})
    assert (2, None) == (
        (found := generate_manifest(**WHOLE | {"take": 2, "seed": None}))["take"],
        found.get("seed"),
    )


def test_an_empty_part_is_as_if_never_written() -> None:
    """A model without params, a shot without stills, no slate: no entry."""
    bare = generate_manifest(**WHOLE | {"inputs": {}, "params": {}, "slate": None})
    assert {"action", "version", "provider", "model", "fields", "seed"} == set(bare)


def test_every_part_decides_the_key() -> None:
    """No two of these are alike."""
    variants: list[dict[str, Any]] = [
        {},
        {"identity": {"provider": "another"}},
        {"model": "gen4_turbo"},
        {"fields": {"prompt": "steam"}},
        {"fields": {"prompt": "Steam", "ratio": "9:16"}},
        {"fields": {"negative_prompt": "steam", "ratio": "9:16"}},
        {"inputs": {"last_image": STILL}},
        {"inputs": {"image": STILL, "last_image": STILL}},
        {"inputs": {"image": Digest("cd" * 32, 100)}},
        {"params": {"motion": 4}},
        {"params": {"motion": "3"}},
        {"params": {"motion": True}},
        {"params": {"motion": 3, "loop": False}},
        {"seed": 8},
        {"seed": None},
        {"seed": None, "take": 7},
        {"slate": {"shot": "pad"}},
    ]
    keys = {action_key(generate_manifest(**WHOLE | variant)) for variant in variants}
    assert len(variants) == len(keys)


@given(value=VALUES)
def test_any_json_value_becomes_one_with_a_key(value: Any) -> None:
    """Without floats, so that its JSON is read back as it was."""
    manifest = generate_manifest(**WHOLE | {"params": {"value": value}})
    assert 64 == len(action_key(manifest))
    assert manifest == json.loads(json.dumps(manifest))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0.5, {"decimal": "0.5"}),
        ({"decimal": "0.5"}, {"literal": {"decimal": "0.5"}}),
        (2**60, {"decimal": str(2**60)}),
        (2**60, str(2**60)),
        (1, True),
        (0, False),
        (None, "null"),
        ([], {}),
    ],
)
def test_no_two_values_have_one_form(one: Any, other: Any) -> None:
    """Not even a mapping that an author writes to look like one of ours."""
    assert canonical_json(exact(one)) != canonical_json(exact(other))


@given(one=NUMBERS, other=NUMBERS)
def test_numbers_are_told_apart_by_value_alone(one: float, other: float) -> None:
    """`30` and `30.0` are one request; `0.5` and `0.25` are two."""
    keys = [action_key(generate_manifest(**WHOLE | {"params": {"n": number}})) for number in (one, other)]
    assert (one == other) == (keys[0] == keys[1])


def test_a_mapping_of_the_authors_is_no_number() -> None:
    """What looks like our mark for a number is marked itself."""
    assert {"decimal": "0.5"} == exact(0.5)
    assert {"literal": {"decimal": "0.5"}} == exact({"decimal": "0.5"})
    assert {"literal": {"literal": 1}} == exact({"literal": 1})


@given(value=VALUES)
def test_an_exact_value_gives_back_what_it_was_made_of(value: Any) -> None:
    """So that what was keyed can be sent."""
    assert value == inexact(exact(value))


@pytest.mark.parametrize("value", [2**60, 1e-20, -0.5, {"decimal": "1"}, {"literal": {"decimal": 1}}])
def test_marked_values_come_back(value: Any) -> None:
    """Large numbers, fractions and an author's own marks."""
    assert value == inexact(exact(value))
