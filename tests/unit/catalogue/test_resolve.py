"""What is sent, what is keyed, and what it costs."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.catalogue.entry import Model
from renderer.catalogue.library import load
from renderer.catalogue.resolve import clip_duration, clip_size, estimate_usd, resolve
from renderer.digest import action_key
from renderer.model import Size
from renderer.storyboard import Request, Source

STILL = Source("path", "stills/rocket.jpg")
SHOT = Request("aimlapi", "gen3a_turbo", prompt="a launch", image=STILL, seed=7)
DECIMALS = st.decimals(min_value=0, max_value=100, places=3)


def test_defaults_are_sent_and_not_keyed(gen3a: Model) -> None:
    """On the wire every field is written out; the key holds what was asked for."""
    resolved = resolve(SHOT, model=gen3a)
    assert {"prompt": "a launch", "ratio": "16:9", "duration": 5, "seed": 7} == resolved.sent
    assert {"prompt": "a launch"} == resolved.keyed
    assert {"image": STILL} == resolved.media
    assert (7, 1) == (resolved.seed, resolved.take)


def test_a_default_written_out_gives_the_same_key(gen3a: Model) -> None:
    """Writing down what would have been sent anyway buys nothing."""
    written = SHOT._replace(ratio="16:9", duration_s=Fraction(5))
    assert resolve(SHOT, model=gen3a) == resolve(written, model=gen3a)


def test_the_defaults_of_gen3a_turbo_are_frozen(gen3a: Model) -> None:
    """Another default would give yesterday's keys another meaning: it takes a new key version."""
    frozen = {"ratio": "16:9", "duration": 5}
    assert frozen == {
        name: field.default for name, field in gen3a.fields.items() if field.default is not None
    }


def test_what_is_keyed_is_exact(gen3a: Model) -> None:
    """Numbers are strings, so that no two programs write one number in two ways."""
    resolved = resolve(SHOT._replace(ratio="9:16", duration_s=Fraction(10)), model=gen3a)
    assert {"prompt": "a launch", "ratio": "9:16", "duration": "10"} == resolved.keyed
    assert action_key(resolved.keyed)


def test_take_n_uses_seed_plus_n_less_one(gen3a: Model) -> None:
    """Takes of one shot are told apart by their seeds."""
    assert [7, 8, 9] == [resolve(SHOT, model=gen3a, take=take).seed for take in (1, 2, 3)]


@pytest.mark.parametrize("fields", [{}, {"seed": {"wire": "seed", "honoured": False}}])
def test_without_a_seed_the_takes_number_is_keyed(
    make_model: Callable[..., Model], fields: dict[str, object]
) -> None:
    """A model that ignores the seed is like one that has none."""
    resolved = resolve(SHOT, model=make_model(fields=fields), take=3)
    assert (None, 3) == (resolved.seed, resolved.take)
    assert "seed" not in resolved.sent


def test_a_field_that_the_model_lacks_is_neither_sent_nor_keyed(gen3a: Model) -> None:
    """Changing it never buys a clip again."""
    asked = SHOT._replace(negative_prompt="people")
    assert resolve(SHOT, model=gen3a) == resolve(asked, model=gen3a)


def test_params_equal_to_their_defaults_are_sent_and_not_keyed(make_model: Callable[..., Model]) -> None:
    """The model's own fields follow the same law."""
    model = make_model(
        params={"loop": {"type": "boolean", "default": False}, "steps": {"type": "integer", "default": 1}}
    )
    resolved = resolve(SHOT._replace(params={"loop": False, "steps": 2}), model=model)
    assert {"loop": False, "steps": 2} == resolved.params_sent
    assert {"steps": 2} == resolved.params_keyed


def test_true_is_not_one(make_model: Callable[..., Model]) -> None:
    """JSON tells them apart, and so does the key."""
    model = make_model(params={"steps": {"type": "integer", "default": 1}})
    assert {"steps": True} == resolve(SHOT._replace(params={"steps": True}), model=model).params_keyed


@pytest.mark.parametrize(("seconds", "usd"), [(None, "0.2625"), (5, "0.2625"), (10, "0.525")])
def test_gen3a_turbo_is_priced_by_the_second(gen3a: Model, seconds: int | None, usd: str) -> None:
    """To the cent and beyond: decimals, never floats."""
    duration_s = None if seconds is None else Fraction(seconds)
    assert Decimal(usd) == estimate_usd(SHOT._replace(duration_s=duration_s), model=gen3a)


def test_the_first_price_whose_conditions_hold_counts(make_model: Callable[..., Model]) -> None:
    """Conditions are over what is sent, defaults included."""
    price = {"date": "2026-01-01", "source": "made up"}
    model = make_model(
        fields={"duration": {"wire": "duration", "enum": [5, 10], "default": 5}},
        params={"mode": {"type": "string", "default": "std"}},
        prices=[
            {"usd": "1", "per": "generation", "when": {"mode": "pro"}, **price},
            {"usd": "0.3", "per": "generation", "when": {"duration": 10}, **price},
            {"usd": "0.1", "per": "second", **price},
        ],
    )
    asked = [SHOT._replace(params={"mode": "pro"}), SHOT._replace(duration_s=Fraction(10)), SHOT]
    assert [Decimal(1), Decimal("0.3"), Decimal("0.5")] == [estimate_usd(shot, model=model) for shot in asked]


def test_an_unknown_price_is_none(make_model: Callable[..., Model]) -> None:
    """Nobody is told that something unknown is free."""
    assert estimate_usd(SHOT, model=make_model()) is None


@given(usd=DECIMALS, seconds=st.integers(1, 60))
def test_a_price_by_the_second_is_exact(usd: Decimal, seconds: int) -> None:
    """The estimate is the product, whatever the decimals."""
    known = load("aimlapi", "gen3a_turbo")
    model = known._replace(prices=(known.prices[0]._replace(usd=usd),))
    assert usd * seconds == estimate_usd(SHOT._replace(duration_s=Fraction(seconds)), model=model)


@pytest.mark.parametrize(("ratio", "size"), [(None, "1280x768"), ("16:9", "1280x768"), ("9:16", "768x1280")])
def test_gen3a_turbo_has_its_own_sizes(gen3a: Model, ratio: str | None, size: str) -> None:
    """Its 16:9 is 5:3."""
    assert Size.parse(size) == clip_size(SHOT._replace(ratio=ratio), model=gen3a)


@pytest.mark.parametrize(
    ("ratio", "size"),
    [
        ("16:9", "1280x720"),
        ("9:16", "720x1280"),
        ("1:1", "720x720"),
        ("21:9", "1680x720"),
        ("auto", "1280x720"),
    ],
)
def test_any_ratio_has_a_size(ratio: str, size: str) -> None:
    """Where no model says otherwise the shorter side is 720 px."""
    assert Size.parse(size) == clip_size(SHOT._replace(ratio=ratio), model=load("animatic", None))


@given(width=st.integers(1, 50), height=st.integers(1, 50))
def test_a_size_is_even_and_near_its_ratio(width: int, height: int) -> None:
    """An encoder takes it, and the eye sees the ratio asked for."""
    size = clip_size(SHOT._replace(ratio=f"{width}:{height}"), model=load("animatic", None))
    assert size.width_px % 2 == size.height_px % 2 == 0
    assert abs(Fraction(size.width_px, size.height_px) / Fraction(width, height) - 1) < Fraction(1, 300)


def test_resolution_sets_the_shorter_side(make_model: Callable[..., Model]) -> None:
    """Also in capitals, and where the vendor has a word for it."""
    words = {"720p": "720P", "1080p": "1080P", "4k": "UHD"}
    model = make_model(fields={"resolution": {"wire": "resolution", "values": words, "default": "1080p"}})
    assert Size(1920, 1080) == clip_size(SHOT, model=model)


def test_a_model_without_duration_says_how_long_its_clips_are(make_model: Callable[..., Model]) -> None:
    """A slot is known before rendering."""
    assert Fraction(6) == clip_duration(SHOT._replace(duration_s=Fraction(9)), model=make_model(clip_s=6))
    assert clip_duration(SHOT, model=make_model(id="studio-2/dream")) is None


def test_animatic_makes_any_length_for_nothing() -> None:
    """The preview of a shot costs 0 and lasts as asked."""
    model, shot = (
        load("animatic", "gen3a_turbo"),
        SHOT._replace(duration_s=Fraction(7, 2), negative_prompt="people"),
    )
    assert Fraction(7, 2) == clip_duration(shot, model=model)
    assert Decimal(0) == estimate_usd(shot, model=model)
    assert resolve(shot, model=model).keyed == {
        "prompt": "a launch",
        "negative_prompt": "people",
        "duration": "7/2",
    }
