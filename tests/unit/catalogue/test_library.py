"""Models by provider and id."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from renderer.catalogue.library import CatalogueError, load, models
from renderer.model import Size


def _family(folder: Path, name: str, *entries: dict[str, object]) -> None:
    filled = [
        {
            "provider": "aimlapi",
            "title": "T",
            "vendor": "v",
            "kind": "text-to-video",
            "source": "s",
            "fields": {},
        }
        | entry
        for entry in entries
    ]
    (folder / f"{name}.json").write_text(json.dumps({"models": filled}), encoding="utf-8")


def test_gen3a_turbo_is_what_its_vendor_says() -> None:
    """The facts of the one model that every release knows."""
    model = load("aimlapi", "gen3a_turbo")
    assert (model.id, model.provider, model.vendor, model.kind) == (
        "gen3a_turbo",
        "aimlapi",
        "runway",
        "image-to-video",
    )
    assert ["prompt", "image", "last_image", "ratio", "duration", "seed"] == list(model.fields)
    assert ["image"] == [name for name, field in model.fields.items() if field.required]
    assert {"16:9": Size(1280, 768), "9:16": Size(768, 1280)} == model.sizes
    assert Fraction(24) == model.fps
    assert model.seed_honoured
    assert model.last_frame_honoured
    assert [Decimal("0.0525")] == [price.usd for price in model.prices]
    assert (25, 80) == model.latency_s
    assert {} == model.params


def test_wire_names_differ_by_endpoint() -> None:
    """The universal address and the vendor's own name the last frame and the ratio differently."""
    fields = load("aimlapi", "gen3a_turbo").fields
    wired = {name: (field.wire["universal"], field.wire["legacy"]) for name, field in fields.items()}
    assert wired == {
        "prompt": ("prompt", "prompt"),
        "image": ("image_url", "image_url"),
        "last_image": ("tail_image_url", "last_image_url"),
        "ratio": ("aspect_ratio", "ratio"),
        "duration": ("duration", "duration"),
        "seed": ("seed", "seed"),
    }


def test_every_field_has_a_json_schema() -> None:
    """An editor and `models show` can be told what a field may be."""
    fields = load("aimlapi", "gen3a_turbo").fields
    assert {"type": "integer", "enum": [5, 10], "default": 5} == fields["duration"].schema
    assert {"type": "string"} == fields["image"].schema
    assert {"type": "integer", "minimum": 0, "maximum": 2**32 - 1} == fields["seed"].schema


def test_an_alias_gives_the_model_with_its_own_id(tmp_path: Path) -> None:
    """The key holds the id, whichever name the storyboard uses."""
    _family(tmp_path, "studio", {"id": "studio/one", "aliases": ["one-pro", "atelier/one"]})
    assert ["studio/one"] * 3 == [
        load("aimlapi", name, folder=tmp_path).id for name in ("studio/one", "one-pro", "atelier/one")
    ]


def test_an_id_comes_before_an_alias(tmp_path: Path) -> None:
    """A model cannot be hidden by another's alias."""
    _family(tmp_path, "a", {"id": "a/x", "aliases": ["b/y"]})
    _family(tmp_path, "b", {"id": "b/y"})
    assert load("aimlapi", "b/y", folder=tmp_path).id == "b/y"


def test_one_id_may_be_sold_by_two_providers(tmp_path: Path) -> None:
    """Provider and id together name a model."""
    _family(tmp_path, "one", {"id": "one", "provider": "other"}, {"id": "one", "title": "ours"})
    assert load("aimlapi", "one", folder=tmp_path).title == "ours"


def test_models_are_listed_by_provider_and_id(tmp_path: Path) -> None:
    """The order does not depend on the files."""
    _family(tmp_path, "b", {"id": "b/2"}, {"id": "b/1"})
    _family(tmp_path, "a", {"id": "a"})
    (tmp_path / "model.schema.json").write_text("{}", encoding="utf-8")
    assert ["a", "b/1", "b/2"] == [model.id for model in models(folder=tmp_path)]


def test_an_unknown_provider_is_told_with_the_nearest() -> None:
    """A slip of the pen is met with a hint."""
    with pytest.raises(CatalogueError) as caught:
        load("aimlapo", "gen3a_turbo")
    assert ("S300", ("provider",)) == (caught.value.finding.code, caught.value.finding.field)
    assert caught.value.hint == "did you mean `aimlapi`?"


@pytest.mark.parametrize("name", ["gen3_turbo", "GEN3A_TURBO", "gen3a turbo"])
def test_an_unknown_model_is_told_with_the_nearest(name: str) -> None:
    """Ids are exact, also on a disk that ignores case."""
    with pytest.raises(CatalogueError) as caught:
        load("aimlapi", name)
    assert ("S301", ("model",)) == (caught.value.finding.code, caught.value.finding.field)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "name", ["../gen3a_turbo", "..", "/etc/passwd", "model.schema", "a\0b", "x" * 5000, ""]
)
def test_an_id_never_leads_out_of_the_folder(name: str) -> None:
    """A storyboard names a model and nothing else on this machine."""
    with pytest.raises(CatalogueError) as caught:
        load("aimlapi", name)
    assert caught.value.code == "S301"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"models": 1}',
        '{"models": [{"id": "bad"}]}',
        '{"models": [{"id": "bad", "fields": {"seed": 1}}]}',
    ],
)
def test_a_model_file_of_another_form_is_told_by_name(tmp_path: Path, text: str) -> None:
    """Whoever adds a model reads which file is at fault."""
    (tmp_path / "bad.json").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"`bad.json`") as caught:
        load("aimlapi", "bad", folder=tmp_path)
    assert caught.value.code == "S320"


def test_animatic_takes_any_model_under_its_own_defaults() -> None:
    """A preview is as long and as wide as the footage will be."""
    model = load("animatic", "gen3a_turbo")
    assert (model.provider, model.id, model.lenient) == ("animatic", "gen3a_turbo", True)
    assert (5, "16:9") == (model.fields["duration"].default, model.fields["ratio"].default)
    assert Size(1280, 768) == model.sizes["16:9"]


@pytest.mark.parametrize("name", [None, "nobody/heard-of-it"])
def test_animatic_takes_a_model_that_nobody_has_heard_of(name: str | None) -> None:
    """Every storyboard can be previewed."""
    assert load("animatic", name).lenient
