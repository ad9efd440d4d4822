"""A model's own further fields, which `animatic` takes of any model."""

from typing import Any

import pytest

from .board import FREE, Table, storyboard


@pytest.mark.parametrize(
    "params",
    [
        {"whole": 2**60},
        {"large": 1e20},
        {"small": 1e-20},
        {"deep": [{"a": [None, True, 0.5]}]},
        {"text": "naïve 月 🚀"},
    ],
    ids=str,
)
def test_any_params_of_an_animatic_have_a_key(table: Table, params: dict[str, Any]) -> None:
    """`animatic` takes any model's fields, whatever number they hold."""
    shot = {"id": "a", "prompt": "steam", "params": params}
    assert 64 == len(table.keys(storyboard([shot], defaults=FREE))[0])
