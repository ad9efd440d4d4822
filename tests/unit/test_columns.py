import json
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.columns import has_column, pack_column, pack_rows, rows_of, unpack_column, unpack_rows
from renderer.model import Json

SCALARS = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers())


class Shot(NamedTuple):
    id: str
    frames: int
    size: str | None


PAD, CREW = Shot("pad", 24, None), Shot("crew", 12, None)


@given(
    st.lists(SCALARS)
    | st.lists(st.integers())
    | st.lists(st.text("ab ", max_size=3))
    | st.lists(st.sampled_from([0, False, 1, True, ""]))
)
def test_a_column_comes_back_as_it_was(values: list[Json]) -> None:
    """Every value and its type, whatever they are and however many, after being written as JSON."""
    found = list(unpack_column(json.loads(json.dumps(pack_column(values)))))
    assert values == found
    assert [type(value) for value in values] == [type(value) for value in found]


@given(*[st.lists(st.text("a ", max_size=2), max_size=3) | st.lists(st.integers(0, 1), max_size=3)] * 2)
def test_a_column_has_the_values_that_it_was_made_of(values: list[Json], others: list[Json]) -> None:
    """Those alone, however words and gaps are shared out among them."""
    assert has_column(pack_column(values), values)
    assert (values == others) == has_column(pack_column(values), others)


@pytest.mark.parametrize("rows", [(), (PAD,), (PAD, CREW), (CREW, CREW)])
def test_rows_come_back_as_they_were(rows: tuple[Shot, ...]) -> None:
    """As named tuples, in order."""
    assert rows == unpack_rows(Shot, json.loads(json.dumps(pack_rows(rows))))
    assert all(type(row) is Shot for row in unpack_rows(Shot, pack_rows(rows)))


@pytest.mark.parametrize(
    "columns",
    [
        pack_rows([("pad", 24)]),
        [*pack_rows([PAD])[:2], pack_column([None, None])],
        [["zip", "pad"], ["same", 1, 24], ["same", 1, None]],
        ["words"],
    ],
)
def test_columns_of_another_form_are_no_rows(columns: list[Json]) -> None:
    """A column too few, one that is longer than the others, or one that nobody knows how to read."""
    with pytest.raises((ValueError, TypeError)):
        unpack_rows(Shot, columns)


def test_rows_are_made_of_columns_of_any_kind() -> None:
    """Whatever can be gone through once is a column."""
    assert [PAD, CREW] == list(rows_of(Shot, iter(["pad", "crew"]), [24, 12], (None, None)))
