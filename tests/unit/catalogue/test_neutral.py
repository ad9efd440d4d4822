"""The one table of neutral fields."""

from renderer.catalogue.locate import read_schema
from renderer.catalogue.neutral import NEUTRAL, asked
from renderer.storyboard import Request


def test_the_table_and_the_schema_of_model_files_agree() -> None:
    """A field is neutral in both or in neither."""
    known = read_schema("models/model.schema.json")["$defs"]["model"]["properties"]["fields"]["properties"]
    assert list(NEUTRAL) == list(known)


def test_every_field_is_named_and_explained() -> None:
    """Hints show the meaning to authors."""
    assert all(name == entry.name and entry.meaning for name, entry in NEUTRAL.items())


def test_what_is_empty_is_not_asked_for() -> None:
    """A field unset and a field never written are one."""
    assert {} == asked(Request("aimlapi", "gen3a_turbo", prompt="", seed=7))
