"""The request body in the vendor's own names and forms."""

from collections.abc import Callable
from fractions import Fraction

from renderer.catalogue.body import body
from renderer.catalogue.entry import Model
from renderer.catalogue.resolve import resolve
from renderer.storyboard import Request, Source

STILL = Source("path", "stills/rocket.jpg")
SHOT = Request("aimlapi", "gen3a_turbo", prompt="a launch", image=STILL, last_image=STILL, seed=7)
LINKS = {"image": "https://example.org/a.png", "last_image": "https://example.org/b.png"}


def test_the_universal_body_writes_every_field_out(gen3a: Model) -> None:
    """Nothing is left to the vendor's defaults, which may change."""
    assert body(resolve(SHOT, model=gen3a), model=gen3a, endpoint="universal", media=LINKS) == {
        "model": "gen3a_turbo",
        "prompt": "a launch",
        "image_url": "https://example.org/a.png",
        "tail_image_url": "https://example.org/b.png",
        "aspect_ratio": "16:9",
        "duration": 5,
        "seed": 7,
    }


def test_the_legacy_body_has_the_older_names(gen3a: Model) -> None:
    """The vendor's own address keeps `ratio` and `last_image_url`."""
    sent = body(resolve(SHOT, model=gen3a), model=gen3a, endpoint="legacy", media=LINKS)
    assert {"model", "prompt", "image_url", "last_image_url", "ratio", "duration", "seed"} == set(sent)


def test_frames_may_be_nested_keyframes(make_model: Callable[..., Model]) -> None:
    """A dotted place and a form say how a vendor wraps a picture."""
    form = {"type": "image", "url": "$"}
    model = make_model(
        fields={
            "image": {"wire": "keyframes.frame0", "form": form},
            "last_image": {"wire": "keyframes.frame1", "form": form},
        }
    )
    assert body(resolve(SHOT, model=model), model=model, endpoint="universal", media=LINKS)["keyframes"] == {
        "frame0": {"type": "image", "url": "https://example.org/a.png"},
        "frame1": {"type": "image", "url": "https://example.org/b.png"},
    }


def test_frames_may_be_entries_of_one_list(make_model: Callable[..., Model]) -> None:
    """A place that ends in `[]` appends, in the order of the neutral fields."""
    model = make_model(
        fields={
            "last_image": {"wire": "promptImage[]", "form": {"uri": "$", "position": "last"}},
            "image": {"wire": "promptImage[]", "form": {"uri": "$", "position": "first"}},
        }
    )
    assert body(resolve(SHOT, model=model), model=model, endpoint="universal", media=LINKS)[
        "promptImage"
    ] == [
        {"uri": "https://example.org/a.png", "position": "first"},
        {"uri": "https://example.org/b.png", "position": "last"},
    ]


def test_a_list_of_pictures_fills_a_list(make_model: Callable[..., Model]) -> None:
    """References are wrapped one by one."""
    model = make_model(fields={"references": {"wire": "references[]", "form": {"type": "image", "url": "$"}}})
    sent = body(
        resolve(SHOT, model=model), model=model, endpoint="universal", media={"references": ["a", "b"]}
    )
    assert [{"type": "image", "url": "a"}, {"type": "image", "url": "b"}] == sent["references"]


def test_values_are_translated(make_model: Callable[..., Model]) -> None:
    """The author writes a ratio, the vendor reads a frame size."""
    model = make_model(
        fields={"ratio": {"wire": "frame_size", "values": {"16:9": "1280:720"}, "default": "16:9"}}
    )
    assert (
        body(resolve(SHOT, model=model), model=model, endpoint="universal", media={})["frame_size"]
        == "1280:720"
    )


def test_a_duration_goes_out_as_a_number(make_model: Callable[..., Model]) -> None:
    """Whole seconds are an integer on the wire."""
    model = make_model(fields={"duration": {"wire": "duration"}, "seed": {"wire": "seed"}})
    request = Request("aimlapi", None, duration_s=Fraction(5, 2))
    assert body(resolve(request, model=model), model=model, endpoint="universal", media={})["duration"] == 2.5


def test_params_go_out_beside_the_fields(make_model: Callable[..., Model]) -> None:
    """The model's own fields have the vendor's names already."""
    model = make_model(params={"loop": {"type": "boolean", "default": False}, "style": {"type": "string"}})
    request = Request("aimlapi", None, params={"style": "clay"})
    sent = body(resolve(request, model=model), model=model, endpoint="universal", media={})
    assert {"model": "studio/dream-1", "loop": False, "style": "clay"} == sent
