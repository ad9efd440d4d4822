"""Golden keys for every model: what was paid for under a key is found under it for ever.

`keys.txt` has a line for each model: the key of the least request, that of the most, who sells it, and its id. A line is
added by

    RENDERER_GOLDEN=write pytest tests/unit/catalogue/test_golden_keys.py

and never changed: a model file whose keys change needs a new key version and a migration.
"""

import os
from pathlib import Path

import pytest

from renderer.catalogue.check import check
from renderer.catalogue.entry import Model
from renderer.catalogue.library import models
from renderer.catalogue.resolve import resolve
from renderer.digest import action_key
from renderer.storyboard import Request

from .examples import least, most
from .manifests import manifest_of

TABLE = Path(__file__).parent / "keys.txt"


Name = tuple[str, str]


def known() -> dict[Name, tuple[str, str]]:
    """The table by provider and id."""
    lines = TABLE.read_text("utf-8").splitlines() if TABLE.exists() else []
    return {(seller, model): (least, most) for least, most, seller, model in map(str.split, lines)}


def name_of(model: Model) -> Name:
    """Two providers may sell a model under one id."""
    return model.provider, model.id


def keys_of(model: Model) -> tuple[str, str]:
    """The keys of the two requests, made as a build makes them."""
    one, other = (_key(request(model), model) for request in (least, most))
    return one, other


def _key(request: Request, model: Model) -> str:
    return action_key(manifest_of(resolve(request, model=model), provider=model.provider))


@pytest.fixture(scope="module", autouse=True)
def _add_what_is_missing() -> None:
    """Where it is asked for; lines that are there stay as they are."""
    if os.environ.get("RENDERER_GOLDEN") != "write":
        return
    table = {name_of(model): keys_of(model) for model in models()} | known()
    lines = [f"{one} {other} {seller} {model}\n" for (seller, model), (one, other) in sorted(table.items())]
    TABLE.write_text("".join(lines), encoding="utf-8", newline="\n")


@pytest.mark.parametrize("model", models(), ids=lambda model: model.id)
def test_a_model_has_these_keys(model: Model) -> None:
    """The same request, the same key, in every release."""
    assert known()[name_of(model)] == keys_of(model)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.id)
def test_the_requests_behind_the_keys_can_be_made(model: Model) -> None:
    """So that the table is about what is really bought."""
    for request in (least(model), most(model)):
        assert [] == [found for found in check(request, model=model, stills={}) if found.severity == "error"]


def test_no_model_of_the_table_has_gone() -> None:
    """What was bought of a model that is sold no more is still explained."""
    assert {name_of(model) for model in models()} == set(known())
