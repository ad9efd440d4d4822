"""AI/ML API's list of models: every form that is documented, and what is made of the others."""

from decimal import Decimal
from typing import Any

import pytest

from renderer.providers.aimlapi.listing import VIDEO, listings_of
from renderer.providers.lister import Listing, Rate

UNIT = {"name": "second", "measure": "output", "price": Decimal("0.39"), "per": 1}


def listing(**entry: Any) -> Listing:
    (found,) = listings_of({"object": "list", "data": [{"id": "a/b", "type": VIDEO, **entry}]})
    return found


def test_an_entry_has_names_and_a_type() -> None:
    """The id first; an alias that says the same again is left out, and so is what is no name."""
    found = listing(aliases=["b", "a/b", None, ["c"]])
    assert (("a/b", "b"), True) == (found.names, found.makes_clips)
    assert not listing(type="openai/chat-completions").makes_clips
    assert ("a/b",) == listing(aliases="b").names


def test_a_fixed_price_is_for_so_many_units() -> None:
    """`price` is always for `per` units."""
    (rate,) = listing(pricing={"kind": "fixed", "currency": "USD", "units": [UNIT]}).rates
    assert Rate(Decimal("0.39"), "second", {}) == rate
    (rate,) = listing(
        pricing={"kind": "fixed", "units": [{**UNIT, "name": "video", "price": 390, "per": 1000}]}
    ).rates
    assert Rate(Decimal("0.39"), "generation", {}) == rate


def test_variants_have_conditions() -> None:
    """As the vendor names them, in its order; dollars where no currency is named."""
    rates = [
        {"when": {"resolution": word}, "price": price, "unit": "second", "per": 1}
        for word, price in (("720p", Decimal("0.39")), ("1080p", Decimal("0.65")))
    ]
    found = listing(pricing={"kind": "variants", "dimensions": ["resolution"], "variants": rates})
    assert (
        Rate(Decimal("0.39"), "second", {"resolution": "720p"}),
        Rate(Decimal("0.65"), "second", {"resolution": "1080p"}),
    ) == found.rates
    assert "" == found.unread


def test_without_a_section_nothing_is_said_of_a_price() -> None:
    """So the price of the model file stays."""
    assert ((), "") == (listing().rates, listing().unread)


@pytest.mark.parametrize(
    "pricing",
    [
        {},
        [],
        7,
        "free",
        {"kind": "variable"},
        {"kind": "fixed", "currency": "EUR", "units": [UNIT]},
        {"kind": "fixed"},
        {"kind": "fixed", "units": []},
        {"kind": "fixed", "units": [UNIT, {**UNIT, "name": "video"}]},
        {"kind": "fixed", "units": [{**UNIT, "measure": "input"}]},
        {"kind": "fixed", "units": [{**UNIT, "name": "token"}]},
        {"kind": "fixed", "units": [{**UNIT, "name": None}]},
        {"kind": "fixed", "units": [{**UNIT, "price": "much"}]},
        {"kind": "fixed", "units": [{**UNIT, "price": 0}]},
        {"kind": "fixed", "units": [{**UNIT, "per": 0}]},
        {"kind": "fixed", "units": [{**UNIT, "price": -1}]},
        {"kind": "fixed", "units": ["second"]},
        {"kind": "variants", "variants": [{"price": 1, "unit": "second", "per": 1}]},
        {"kind": "variants", "variants": [{"when": {"a": [1]}, "price": 1, "unit": "second", "per": 1}]},
        {"kind": "variants", "variants": {}},
        {"kind": ["fixed"]},
    ],
)
def test_a_price_of_another_form_is_none_and_says_why(pricing: Any) -> None:
    """In one line that may be shown; no form of it is an error."""
    found = listing(pricing=pricing)
    assert () == found.rates
    assert found.unread


@pytest.mark.parametrize("content", [None, [], {}, {"data": None}, {"data": [None, 7, {}, {"id": ""}]}])
def test_what_is_no_list_has_no_models(content: Any) -> None:
    """An entry without an id says nothing."""
    assert [] == list(listings_of(content))
