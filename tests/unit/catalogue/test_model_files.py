"""The model files that come with the project."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from renderer.catalogue.entry import Model, parse_model
from renderer.catalogue.library import models
from renderer.catalogue.locate import read_schema, schemas_folder
from renderer.catalogue.neutral import NEUTRAL
from renderer.catalogue.written import entry_of
from renderer.model import Json

SCHEMA = read_schema("models/model.schema.json")
FORM = Draft202012Validator(SCHEMA)
FILES = sorted(
    set((schemas_folder() / "models").glob("*.json")) - {schemas_folder() / "models/model.schema.json"}
)
PAGE = Path(__file__).parents[3] / "docs" / "models.md"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_model_file_is_of_the_form(file: Path) -> None:
    """The schema that editors use is the one that holds."""
    assert [] == [error.message for error in FORM.iter_errors(json.loads(file.read_bytes()))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_model_is_in_the_file_of_its_first_part(file: Path) -> None:
    """So that loading one model reads one file."""
    ids = [model["id"] for model in json.loads(file.read_bytes())["models"]]
    assert {file.stem} == {model_id.partition("/")[0] for model_id in ids}


def test_no_name_is_used_twice_by_one_provider() -> None:
    """Ids and aliases together are unambiguous."""
    names = [(model.provider, name) for model in models() for name in model.names]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.id)
def test_defaults_are_values_that_the_model_makes(model: Model) -> None:
    """What is sent unasked must not be refused."""
    for field in model.fields.values():
        if field.default is not None:
            assert Draft202012Validator(field.schema).is_valid(field.default), field.name
    for name, schema in model.params.items():
        Draft202012Validator.check_schema(schema)
        assert "default" not in schema or Draft202012Validator(schema).is_valid(schema["default"]), name


@pytest.mark.parametrize("model", models(), ids=lambda model: model.id)
def test_a_model_is_written_as_it_was_read(model: Model) -> None:
    """Nothing of an entry is lost on the way, and what is written is of the form."""
    entry = entry_of(model)
    assert model == parse_model(entry)
    assert [] == [error.message for error in FORM.iter_errors({"models": [entry]})]


@pytest.mark.parametrize("model", models(), ids=lambda model: model.id)
def test_prices_and_shapes_name_what_the_model_has(model: Model) -> None:
    """A condition on a field that is never sent would never hold."""
    sent = {*model.fields, *model.params}
    assert {name for price in model.prices for name in price.when} <= sent
    shapes = [field.shape for field in model.fields.values() if field.shape]
    assert {shape.unless for shape in shapes if shape.unless} <= set(NEUTRAL)


def test_the_form_is_a_json_schema_with_every_field_explained() -> None:
    """An editor's hover teaches the format."""
    Draft202012Validator.check_schema(SCHEMA)
    explained = SCHEMA["$defs"]["model"]["properties"]
    assert [] == [
        name for name, part in explained.items() if "description" not in part and "$ref" not in part
    ]


@pytest.mark.parametrize(
    "part",
    [
        {"id": "../x"},
        {"surprise": 1},
        {"fields": {"colour": {"wire": "colour"}}},
        {"fields": {"seed": {}}},
        {"fields": {"seed": {"wire": "a b"}}},
        {"sizes": {"16:9": "large"}},
        {"prices": [{"usd": 0.05, "per": "second", "date": "2026-08-21", "source": "x"}]},
        {"prices": [{"usd": "0.05", "per": "second", "date": "today", "source": "x"}]},
        {"params": {"loop": {}}},
        {"latency_s": [1]},
    ],
    ids=str,
)
def test_the_form_refuses_slips(part: Json) -> None:
    """A misspelt field of a model file never passes for an absent one."""
    entry = {
        "id": "a",
        "provider": "aimlapi",
        "title": "A",
        "vendor": "v",
        "kind": "text-to-video",
        "source": "s",
        "fields": {},
    }
    assert FORM.is_valid({"models": [entry]})
    assert not FORM.is_valid({"models": [entry | part]})


def _example() -> Json:
    (block,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return json.loads(block)


def test_the_example_of_the_page_is_a_model_file() -> None:
    """Contributors may copy it."""
    assert [] == [error.message for error in FORM.iter_errors(_example())]


def test_the_page_explains_every_field_of_the_form() -> None:
    """Nothing in the format is left to be guessed."""
    parts = SCHEMA["$defs"]
    named = {name for part in ("model", "field", "price") for name in parts[part]["properties"]}
    named |= set(parts["field"]["properties"]["shape"]["properties"]) | {"media"}
    page = PAGE.read_text(encoding="utf-8")
    assert [] == sorted(name for name in named if f"`{name}`" not in page)
    assert [] == sorted(name for name in NEUTRAL if f"`{name}`" not in page)
