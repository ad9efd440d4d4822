"""Live prices in the catalogue's terms, and the file that keeps them."""

from decimal import Decimal
from typing import Any

import pytest

from renderer.catalogue.entry import Price
from renderer.catalogue.library import load
from renderer.catalogue.live import Book, Live, condition, same_prices

GEN3A = load("aimlapi", "gen3a_turbo")
LTXV = load("aimlapi", "ltxv/ltxv-2")
SECOND = Price(Decimal("0.07"), "second", "2026-11-23", "https://example.org/v1/models")
CLIP = SECOND._replace(usd=Decimal("0.0000009"), per="generation", when={"ratio": "16:9", "duration": 10})


def test_a_live_price_wins_over_the_model_file() -> None:
    """Of the models that the list tells of; the others keep theirs."""
    book = Book(SECOND.source, {"gen3a_turbo": Live(SECOND.date, (SECOND,))})
    assert (SECOND,) == book.priced(GEN3A).prices
    assert LTXV == book.priced(LTXV)


def test_a_price_that_cannot_be_read_is_no_price() -> None:
    """Not the one of the model file, which the vendor has contradicted."""
    assert () == Book("", {"gen3a_turbo": Live("2026-11-23", unread="it varies")}).priced(GEN3A).prices


def test_a_book_that_is_kept_is_read_back() -> None:
    """Prices exact, conditions and reasons too."""
    book = Book(
        SECOND.source,
        {"a": Live(SECOND.date, (CLIP, SECOND)), "b": Live(SECOND.date, unread="it varies")},
    )
    kept = book.to_json(provider="aimlapi")
    assert "0.0000009" == kept["models"]["a"]["prices"][0]["usd"]
    assert book == Book.from_json(kept)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"resolution": "1080P"}, {"resolution": "1080p"}),
        ({"duration": "6"}, {"duration": 6}),
        ({"duration": Decimal("6.0")}, {"duration": 6}),
        ({"generate_audio": "true"}, {"generate_audio": True}),
        ({"generate_audio": False, "resolution": "4k"}, {"generate_audio": False, "resolution": "4k"}),
        ({}, {}),
        ({"tier": "gold"}, None),
        ({"duration": "six"}, None),
        ({"generate_audio": 1}, None),
    ],
)
def test_a_condition_is_read_in_the_catalogues_words(when: Any, expected: Any) -> None:
    """Names, words and types are those of what is sent; None where it is about nothing that is sent."""
    assert expected == condition(when, model=LTXV)


def test_dates_and_sources_do_not_make_another_price() -> None:
    """Amount, unit and conditions do."""
    assert same_prices((SECOND,), (SECOND._replace(date="2026-01-01", source="a page"),))
    assert not same_prices((SECOND,), (SECOND._replace(usd=Decimal("0.08")),))
    assert not same_prices((SECOND,), (SECOND, CLIP))
