"""What stands between a request and its model."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.catalogue.check import check
from renderer.catalogue.entry import Model
from renderer.catalogue.library import load
from renderer.diagnostic import Finding
from renderer.model import Json, Size
from renderer.storyboard import Request, Source

STILL = Source("path", "stills/rocket.jpg")
SHOT = Request("aimlapi", "gen3a_turbo", prompt="a launch", image=STILL)


def _codes(findings: list[Finding]) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(finding.code, finding.field) for finding in findings]


def test_a_request_that_the_model_can_make_has_no_findings(gen3a: Model) -> None:
    """All that gen3a_turbo takes, at once."""
    shot = SHOT._replace(last_image=STILL, ratio="9:16", duration_s=Fraction(10), seed=2**32 - 1)
    assert [] == check(shot, model=gen3a, stills={"image": Size(800, 600), "last_image": Size(10, 1000)})


def test_everything_that_is_wrong_is_told_at_once(gen3a: Model) -> None:
    """In the order of the neutral fields, then of `params`."""
    shot = Request(
        "aimlapi",
        "gen3a_turbo",
        prompt="x" * 1001,
        negative_prompt="people",
        ratio="4:3",
        duration_s=Fraction(7),
        seed=2**32,
        params={"watermark": True, "ratio": "16:9"},
    )
    assert _codes(check(shot, model=gen3a, stills={})) == [
        ("S305", ("prompt",)),
        ("S308", ("negative_prompt",)),
        ("S302", ("image",)),
        ("S303", ("ratio",)),
        ("S303", ("duration",)),
        ("S304", ("seed",)),
        ("S306", ("params", "watermark")),
        ("S306", ("params", "ratio")),
    ]


def test_only_what_is_not_sent_is_a_warning(gen3a: Model) -> None:
    """A field that the model lacks stops nothing."""
    found = check(SHOT._replace(negative_prompt="people"), model=gen3a, stills={})
    assert [("S308", "warning")] == [(finding.code, finding.severity) for finding in found]


@pytest.mark.parametrize(
    ("seconds", "hint"),
    [
        (Fraction(7), "the nearest is 5; or buy 10 with `use: 7` on screen"),
        (Fraction(9), "buy 10 with `use: 9` on screen"),
        (Fraction(5, 2), "buy 5 with `use: 2.5` on screen"),
        (Fraction(12), "the nearest is 10"),
    ],
)
def test_a_length_that_is_not_made_is_met_with_the_nearest(
    gen3a: Model, seconds: Fraction, hint: str
) -> None:
    """And with the longer clip that could be trimmed."""
    (found,) = check(SHOT._replace(duration_s=seconds), model=gen3a, stills={})
    assert ("S303", hint) == (found.code, found.hint)
    assert "gen3a_turbo` makes clips of 5 or 10 s, not" in found.message


@pytest.mark.parametrize(
    ("ratio", "nearest"), [("4:3", "16:9"), ("3:4", "9:16"), ("21:9", "16:9"), ("2:5", "9:16")]
)
def test_a_ratio_that_is_not_made_is_met_with_the_nearest(gen3a: Model, ratio: str, nearest: str) -> None:
    """Near is what crops least."""
    (found,) = check(SHOT._replace(ratio=ratio), model=gen3a, stills={})
    assert f"the nearest is `{nearest}`" == found.hint


@pytest.mark.parametrize(
    ("text", "fits"), [("x" * 1000, True), ("x" * 1001, False), ("🚀" * 500, True), ("🚀" * 501, False)]
)
def test_gen3a_turbo_counts_utf16_units(gen3a: Model, text: str, fits: bool) -> None:  # noqa: FBT001
    """An emoji has two."""
    assert fits == (not check(SHOT._replace(prompt=text), model=gen3a, stills={}))


@given(text=st.text(st.characters(codec="utf-8"), max_size=1100))
def test_a_prompt_is_as_long_as_its_utf16_code_units(text: str) -> None:
    """The vendor's count and ours agree on every text."""
    model = load("aimlapi", "gen3a_turbo")
    units = sum(2 if ord(character) > 0xFFFF else 1 for character in text)
    assert (units > 1000) == bool(check(SHOT._replace(prompt=text), model=model, stills={}))


@pytest.mark.parametrize("size", [Size(2001, 1000), Size(499, 1000)])
def test_a_picture_of_the_wrong_shape_is_an_error_unless_a_ratio_is_asked_for(
    gen3a: Model, size: Size
) -> None:
    """Width to height must be 0.5 to 2 where the ratio comes from the picture."""
    assert [("S309", ("image",))] == _codes(check(SHOT, model=gen3a, stills={"image": size}))
    assert [] == check(SHOT._replace(ratio="16:9"), model=gen3a, stills={"image": size})


@pytest.mark.parametrize("size", [Size(2000, 1000), Size(500, 1000), Size(1, 1)])
def test_the_bounds_of_a_shape_belong_to_it(gen3a: Model, size: Size) -> None:
    """0.5 and 2 are taken."""
    assert [] == check(SHOT, model=gen3a, stills={"image": size})


def test_a_small_picture_is_told_how_large_it_must_be(make_model: Callable[..., Model]) -> None:
    """Some vendors want a least number of pixels."""
    model = make_model(fields={"image": {"wire": "image_url", "shape": {"short_side_min_px": 300}}})
    assert [("S309", ("image",))] == [
        code
        for code in _codes(check(SHOT, model=model, stills={"image": Size(299, 4000)}))
        if code[0] != "S308"
    ]


@pytest.mark.parametrize(
    ("seed", "takes", "fits"), [(2**32 - 1, 1, True), (2**32 - 1, 2, False), (-1, 1, False), (0, 9, True)]
)
def test_every_take_needs_a_seed_in_range(gen3a: Model, seed: int, takes: int, fits: bool) -> None:  # noqa: FBT001
    """Take n uses seed + n - 1."""
    found = check(SHOT, model=gen3a, stills={}, seeds=range(seed, seed + takes))
    assert ([] if fits else [("S304", ("seed",))]) == _codes(found)


def test_a_listed_seed_out_of_range_is_told_at_its_entry(gen3a: Model) -> None:
    """Seeds that do not count on are named one by one."""
    assert [("S304", ("seeds", 1))] == _codes(check(SHOT, model=gen3a, stills={}, seeds=[7, 2**32, 3]))


def test_a_seed_for_a_model_without_one_is_a_warning(make_model: Callable[..., Model]) -> None:
    """Seed 1 is what every request has; only another was asked for."""
    model = make_model(fields={"prompt": {"wire": "prompt"}, "image": {"wire": "image_url"}})
    assert [] == check(SHOT._replace(seed=1), model=model, stills={})
    assert [("S308", ("seed",))] == _codes(check(SHOT._replace(seed=7), model=model, stills={}))


def test_a_field_that_the_vendor_ignores_counts_as_lacking(make_model: Callable[..., Model]) -> None:
    """What has no effect is neither sent nor keyed."""
    model = make_model(
        fields={"prompt": {"wire": "prompt"}, "image": {"wire": "image_url", "honoured": False}}
    )
    (found,) = check(SHOT, model=model, stills={})
    assert found.message == "`studio/dream-1` ignores `image`: it is not sent and not part of the key"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"style": "stone"}, ("params", "style")),
        ({"steps": 0}, ("params", "steps")),
        ({"steps": 9}, ("params", "steps")),
        ({"steps": "many"}, ("params", "steps")),
        ({"points": [{"x": 1}, {"x": "far"}]}, ("params", "points", 1, "x")),
        ({"points": []}, ("params", "points")),
        ({"points": [{}]}, ("params", "points", 0)),
    ],
)
def test_params_are_checked_against_the_models_schemas(
    make_model: Callable[..., Model], params: dict[str, Json], field: tuple[str | int, ...]
) -> None:
    """The finding points into the value."""
    point = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
    model = make_model(
        fields={"prompt": {"wire": "prompt"}, "image": {"wire": "image_url"}},
        params={
            "style": {"type": "string", "enum": ["clay", "comic"]},
            "steps": {"type": "integer", "minimum": 1, "maximum": 8},
            "points": {"type": "array", "minItems": 1, "items": point},
        },
    )
    assert [("S307", field)] == _codes(check(SHOT._replace(params=params), model=model, stills={}))


def test_params_that_must_be_given_are_missed(make_model: Callable[..., Model]) -> None:
    """A model's own field may be required, too."""
    model = make_model(
        fields={"prompt": {"wire": "prompt"}, "image": {"wire": "image_url"}},
        params={"scene": {"type": "string", "required": True}},
    )
    assert [("S302", ("params",))] == _codes(check(SHOT, model=model, stills={}))
    assert [] == check(SHOT._replace(params={"scene": "hug"}), model=model, stills={})


@pytest.mark.parametrize("name", ["tail_image_url", "last_image_url", "last_image"])
def test_a_neutral_field_below_params_is_sent_home(gen3a: Model, name: str) -> None:
    """Whoever knows the vendor's name learns the neutral one."""
    (found,) = check(SHOT._replace(params={name: "x"}), model=gen3a, stills={})
    assert ("S306", "that is `last_image` of the shot itself") == (found.code, found.hint)


@pytest.mark.parametrize("model", ["gen3a_turbo", "nobody/heard-of-it", None])
def test_animatic_has_no_limits(model: str | None) -> None:
    """Every storyboard can be previewed, whatever its model would say."""
    shot = Request(
        "animatic",
        model,
        prompt="x" * 5000,
        negative_prompt="people",
        ratio="7:1",
        duration_s=Fraction(1, 3),
        seed=-5,
        params={"anything": [1.5]},
    )
    assert [] == check(
        shot, model=load("animatic", model), stills={"image": Size(1, 9000)}, seeds=range(1, 100)
    )


@pytest.mark.parametrize(
    ("slate", "hint"),
    [
        ("no", "`no` is text in YAML 1.2: write `false`"),
        ("Yes", "`Yes` is text in YAML 1.2: write `true`"),
        (1, None),
    ],
)
def test_a_slate_is_true_or_false(slate: object, hint: str | None) -> None:
    """YAML 1.2 reads `no` as a word, for which a slate was drawn."""
    shot = Request("animatic", None, prompt="a rocket", params={"slate": slate})
    (found,) = check(shot, model=load("animatic", None), stills={})
    assert ("S307", hint) == (found.code, found.hint)
    for fine in ({"slate": False}, {"slate": True}, {"slate": None}, {}):
        assert [] == check(shot._replace(params=fine), model=load("animatic", None), stills={})
