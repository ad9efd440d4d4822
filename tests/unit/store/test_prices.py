"""Price files: whole or not there, told apart by one stat, refused where they are no JSON."""

import json

import pytest

from renderer.errors import StoreError
from renderer.store import Store


def test_a_value_that_is_kept_is_read_back(store: Store) -> None:
    """And stands in a file that people can read and change."""
    store.prices.put("aimlapi", {"version": 1})
    path = store.root / "prices" / "aimlapi.json"
    assert ({"version": 1}, path) == (store.prices.get("aimlapi"), store.prices.path("aimlapi"))
    assert {"version": 1} == json.loads(path.read_text("utf-8"))
    assert path.stat().st_mode & 0o200


def test_another_file_has_another_state(store: Store) -> None:
    """One of the same size, too; without a file the state is empty, and nothing is created."""
    assert ("", None) == (store.prices.state("aimlapi"), store.prices.get("aimlapi"))
    assert not (store.root / "prices").exists()
    states = []
    for number in range(3):
        store.prices.put("aimlapi", {"version": number})
        states.append(store.prices.state("aimlapi"))
        assert states[-1] == store.prices.state("aimlapi")
    assert 3 == len(set(states))


def test_a_file_that_is_no_json_is_refused(store: Store) -> None:
    """With its name; it is left where it is."""
    store.prices.put("aimlapi", {})
    store.prices.path("aimlapi").write_text("{", "utf-8")
    with pytest.raises(StoreError) as caught:
        store.prices.get("aimlapi")
    assert ("E623", str(store.prices.path("aimlapi"))) == (caught.value.code, caught.value.facts[0][1])
    assert store.prices.path("aimlapi").exists()
