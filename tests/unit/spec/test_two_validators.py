"""Two validators, one answer: the quick one says whether there is a fault, the other says which. And when neither need be asked."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from renderer import spec
from renderer.errors import SpecError
from renderer.spec.nodes import Fields
from renderer.spec.shape import WORDS, explainer, form_of, is_in_shape

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "schemas" / "storyboard.schema.json").read_bytes())
EXPLAINING = explainer(SCHEMA)


def documents() -> Iterator[spec.Document]:
    for path in sorted([*ROOT.glob("tests/bad/*.yaml"), *ROOT.glob("specs/*.yaml")]):
        try:
            yield spec.parse(path.read_bytes(), file=path.name)
        except SpecError:
            continue


DOCUMENTS = list(documents())
NAMES = [
    "id",
    "prompt",
    "image",
    "references",
    "video",
    "resolution",
    "enhance_prompt",
    "use",
    "duration",
    "seed",
    "takes",
    "ratio",
    "params",
    "clip",
    "model",
    "x-y",
    "size",
]
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-2, 2**33),
        st.decimals(-5, 99, places=2),
        st.sampled_from(
            ["a", "a\n", "16:9", "16:9\n", "12f", "00:00:02:12", "1280x720", "a.b", "A", "", "x.png"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=8,
)


def answers(value: Any) -> tuple[bool, bool]:
    document = spec.Document(DOCUMENTS[0].text, Fields(value, 0, 0, {}), ())
    return not any(EXPLAINING.iter_errors(value)), is_in_shape(document, schema=SCHEMA)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.file)
def test_both_agree_on_every_storyboard_here(document: spec.Document) -> None:
    """Good and bad ones alike."""
    explained, quick = answers(document.root.value)
    assert explained == quick


@settings(max_examples=300, deadline=None)
@example(shot={"seed": Decimal("2.00")}, more={})
@example(shot={"takes": Decimal("2.50")}, more={})
@given(
    shot=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5),
    more=st.dictionaries(
        st.sampled_from(["title", "output", "vars", "defaults", "sequence"]), VALUES, max_size=2
    ),
)
def test_both_agree_on_any_shot(shot: dict[str, Any], more: dict[str, Any]) -> None:
    """Whatever an author may write in place of a value."""
    explained, quick = answers({"version": 1, "shots": [{"id": "a", "prompt": "b"} | shot], **more})
    assert explained == quick


@settings(max_examples=300, deadline=None)
@given(
    shot=st.dictionaries(st.sampled_from([*NAMES, *sorted(WORDS)]), VALUES, max_size=5),
    words=st.dictionaries(st.sampled_from(sorted(WORDS)), st.none() | st.text(max_size=9), min_size=4),
)
def test_other_words_do_not_change_whether_a_shot_is_in_shape(
    shot: dict[str, Any], words: dict[str, Any]
) -> None:
    """So a shot that was in shape before only its words were edited is in shape."""
    one = {"id": "a"} | shot
    other = {
        name: words[name] if name in words and isinstance(told, str | None) else told
        for name, told in one.items()
    }
    assert form_of(one) == form_of(other)
    assert answers({"version": 1, "shots": [one]}) == answers({"version": 1, "shots": [other]})


@pytest.mark.parametrize("told", [True, 5, [], ["steam"], {}, {"text": "steam"}])
def test_what_is_no_text_is_of_another_form(told: Any) -> None:
    """What stands in place of words is not taken for words."""
    assert form_of({"id": "a", "prompt": "steam"}) != form_of({"id": "a", "prompt": told})


def test_a_field_more_or_another_value_is_another_form() -> None:
    """Only words may change."""
    forms = [
        form_of({"id": "a", "seed": 1} | more) for more in ({}, {"prompt": "b"}, {"seed": 2}, {"seed": "1"})
    ]
    assert len(set(forms)) == 4
