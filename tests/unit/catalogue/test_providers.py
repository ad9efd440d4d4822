"""The table of providers."""

from jsonschema import Draft202012Validator

from renderer.catalogue.library import load, models
from renderer.catalogue.locate import read_schema
from renderer.catalogue.providers import jobs_max, providers

SCHEMA = read_schema("providers.schema.json")


def test_the_table_is_of_its_form() -> None:
    """And the form explains each of its fields."""
    Draft202012Validator.check_schema(SCHEMA)
    assert Draft202012Validator(SCHEMA).is_valid(read_schema("providers.json"))
    assert [] == [
        name for name, part in SCHEMA["$defs"]["provider"]["properties"].items() if "description" not in part
    ]


def test_no_name_stands_for_two_providers() -> None:
    """A storyboard's word has one meaning."""
    assert [entry["name"] for entry in read_schema("providers.json")["providers"]] == list(providers())


def test_every_model_is_sold_by_a_provider_of_the_table() -> None:
    """So that every model can be asked for."""
    assert {model.provider for model in models()} <= set(providers())
    assert [load(model.provider, model.id) for model in models()] == list(models())


def test_a_provider_that_is_asked_over_the_wire_has_a_key_and_a_limit() -> None:
    """AI/ML API's two names of the key in order; what is made on this machine needs neither."""
    aimlapi, animatic = providers()["aimlapi"], providers()["animatic"]
    assert ("AIMLAPI_API_KEY", "AIML_API_KEY") == aimlapi.key_variables
    assert ("https://api.aimlapi.com", "AIMLAPI_API_BASE") == (aimlapi.base, aimlapi.base_variable)
    assert (8, None) == (jobs_max("aimlapi"), jobs_max("animatic"))
    assert ((), None) == (animatic.key_variables, animatic.base)
