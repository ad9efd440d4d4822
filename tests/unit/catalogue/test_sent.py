"""What was keyed is what is sent."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.catalogue.body import body
from renderer.catalogue.check import check
from renderer.catalogue.entry import Model
from renderer.catalogue.library import models
from renderer.catalogue.resolve import resolve, sent_of
from renderer.storyboard import Request, Source

from .manifests import digests, manifest_of
from .requests import requests

NESTED = {
    "mask_url": {"type": "string", "media": "image"},
    "video_urls": {"type": "array", "items": {"type": "string"}, "media": "video"},
    "cfg_scale": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5},
    "elements": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"face": {"type": "string", "media": "image"}, "name": {"type": "string"}},
        },
    },
}


@pytest.mark.parametrize("model", models(), ids=lambda model: model.id)
@settings(max_examples=10, deadline=None)
@given(draw=st.data(), take=st.integers(1, 3))
def test_what_was_keyed_is_what_is_sent(model: Model, draw: st.DataObject, take: int) -> None:
    """For every model: its manifest says what its request says, defaults and all."""
    request = draw.draw(requests(model))
    resolved = resolve(request, model=model, take=take)
    again = sent_of(manifest_of(resolved, provider=model.provider), model=model)
    expected = resolved._replace(media={role: digests(media) for role, media in resolved.media.items()})
    assert (expected if resolved.seed is None else expected._replace(take=1)) == again
    assert [] == check(request, model=model, stills={})


def test_media_among_params_are_keyed_by_their_digests(make_model: Callable[..., Model]) -> None:
    """At any depth, and in lists; what stands around them is keyed as it is."""
    model = make_model(params=NESTED)
    request = Request(
        "aimlapi",
        model.id,
        params={
            "mask_url": "mask.png",
            "video_urls": ["a.mp4", "https://example.org/b.mp4"],
            "elements": [{"name": "mara"}, {"name": "io", "face": "io.png"}],
        },
    )
    resolved = resolve(request, model=model)
    assert {"elements": [{"name": "mara"}, {"name": "io"}]} == resolved.params_keyed
    assert {
        "params.mask_url": Source("path", "mask.png"),
        "params.video_urls": (Source("path", "a.mp4"), Source("url", "https://example.org/b.mp4")),
        "params.elements.1.face": Source("path", "io.png"),
    } == resolved.media


def test_media_among_params_are_sent_where_they_stood(make_model: Callable[..., Model]) -> None:
    """A path is written, an address is sent."""
    model = make_model(params=NESTED)
    params = {"mask_url": "m.png", "elements": [{"name": "mara"}, {"name": "io", "face": "io.png"}]}
    resolved = resolve(Request("aimlapi", model.id, params=params), model=model)
    media = {"params.mask_url": "https://example.org/m", "params.elements.1.face": "https://example.org/f"}
    assert {
        "model": model.id,
        "mask_url": "https://example.org/m",
        "cfg_scale": 0.5,
        "elements": [{"name": "mara"}, {"name": "io", "face": "https://example.org/f"}],
    } == body(resolved, model=model, endpoint="universal", media=media)


@pytest.mark.parametrize("steps", [2, 2.0])
def test_a_whole_number_is_sent_as_one_however_it_is_written(
    make_model: Callable[..., Model], steps: float
) -> None:
    """`2.0` is an integer in JSON Schema: what is keyed is `2`, and so is what the vendor gets."""
    model = make_model(params={"steps": {"type": "integer", "minimum": 1, "maximum": 8}})
    request = Request("aimlapi", model.id, params={"steps": steps})
    manifest = manifest_of(resolve(request, model=model), provider="aimlapi")
    sent = body(sent_of(manifest, model=model), model=model, endpoint="universal", media={})
    assert [] == [found.code for found in check(request, model=model, stills={}) if found.code == "S307"]
    assert ('{"steps": 2}', "2") == (json.dumps(manifest["params"]), json.dumps(sent["steps"]))


def test_an_address_that_nobody_fetches_is_no_medium(make_model: Callable[..., Model]) -> None:
    """It is told, and never sent as text."""
    model = make_model(params=NESTED)
    request = Request("aimlapi", model.id, params={"video_urls": ["a.mp4", "ftp://example.org/b.mp4"]})
    assert [
        (
            "S307",
            "`params.video_urls` must be a path, an https URL or a data URI, not `ftp://example.org/b.mp4`",
        )
    ] == [(found.code, found.message) for found in check(request, model=model, stills={})]


def test_more_pictures_turn_one_into_a_list(make_model: Callable[..., Model]) -> None:
    """Where a vendor takes one address or several in one place."""
    model = make_model(fields={"image": {"wire": "image_url"}, "references": {"wire": "image_url[]"}})
    still = Source("path", "a.png")
    one = resolve(Request("aimlapi", model.id, image=still), model=model)
    two = resolve(Request("aimlapi", model.id, image=still, references=(still,)), model=model)
    sent = [
        body(one, model=model, endpoint="universal", media={"image": "a"}),
        body(two, model=model, endpoint="universal", media={"references": ["b"], "image": "a"}),
    ]
    assert ["a", ["a", "b"]] == [content["image_url"] for content in sent]
