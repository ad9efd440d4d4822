"""Models in words."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from renderer.catalogue.described import compared_usd, durations_text, field_text, param_text, ratios
from renderer.catalogue.entry import Model, parse_field
from renderer.catalogue.library import models
from renderer.model import Json

PRICE = {"date": "2026-01-01", "source": "made up"}


@pytest.mark.parametrize(
    ("name", "entry", "expected"),
    [
        ("prompt", {"maxLength": 1000, "length_unit": "utf-16"}, "text, at most 1,000 UTF-16 code units"),
        ("image", {"shape": {"ratio_min": "2:5", "ratio_max": "5:2"}}, "an image; width/height 0.4 to 2.5"),
        ("image", {"shape": {"short_side_min_px": 300}}, "an image; shorter side at least 300 px"),
        ("references", {"minItems": 1, "maxItems": 9}, "up to 9 images"),
        ("video", {}, "a clip"),
        ("ratio", {"enum": ["16:9", "9:16"], "default": "16:9"}, "16:9 or 9:16; 16:9 by default"),
        ("resolution", {"values": {"720p": "720P"}}, "720p"),
        ("duration", {"minimum": 4, "maximum": 15, "default": 6}, "4 to 15 s; 6 by default"),
        ("duration", {"enum": [5, 10]}, "5 or 10 s"),
        ("enhance_prompt", {"default": True}, "true or false; true by default"),
        ("seed", {"minimum": 0, "honoured": False}, "a whole number, 0 or more; taken and ignored"),
    ],
)
def test_a_field_is_told_with_limits_and_default(name: str, entry: dict[str, Json], expected: str) -> None:
    """In the words of findings."""
    assert expected == field_text(parse_field(name, {"wire": "x", **entry}))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "enum": ["std", "pro"], "default": "std"}, "std or pro; std by default"),
        ({"type": "integer", "enum": [25, 50]}, "25 or 50"),
        ({"type": "array", "maxItems": 3, "items": {"type": "string"}, "media": "video"}, "up to 3 clips"),
        ({"type": "array", "minItems": 2, "items": {"type": "string"}}, "2 or more of text"),
        (
            {"type": "object", "properties": {"x": {}, "y": {}}, "required": ["x"]},
            "a mapping of `x` (required), `y`",
        ),
        ({"type": "string", "media": "audio"}, "a sound"),
    ],
)
def test_a_param_is_told_by_its_schema(schema: dict[str, Json], expected: str) -> None:
    """Also lists and mappings."""
    assert expected == param_text(schema)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.id)
def test_every_model_can_be_told(model: Model) -> None:
    """No field of any model is without words."""
    assert all(field_text(field) for field in model.fields.values())
    assert all(param_text(schema) for schema in model.params.values())
    assert durations_text(model)
    assert isinstance(ratios(model), tuple)


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ([], None),
        ([{"usd": "0.05", "per": "second", **PRICE}], "0.25"),
        ([{"usd": "1.5", "per": "generation", "when": {"duration": 10}, **PRICE}], "0.75"),
        ([{"usd": "1.5", "per": "generation", "when": {"mode": "pro", "duration": 10}, **PRICE}], None),
        ([{"usd": "1.2", "per": "generation", "when": {"mode": "std", "duration": 6}, **PRICE}], "1"),
    ],
)
def test_prices_are_compared_for_five_seconds(
    make_model: Callable[..., Model], prices: list[Json], expected: str | None
) -> None:
    """Of what is sent where nothing else is asked for; what is not known is not guessed."""
    model = make_model(
        fields={"duration": {"wire": "duration", "minimum": 1, "maximum": 10, "default": 10}},
        params={"mode": {"type": "string", "default": "std"}},
        prices=prices,
    )
    assert (None if expected is None else Decimal(expected)) == compared_usd(model)
