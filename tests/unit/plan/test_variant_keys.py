"""Keys of variants: what is asked for counts, and nothing that another output asks for changes the key of a shot."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from renderer.pipeline.project import Reach, open_project
from renderer.pipeline.reading.examine import examine

from .desk import Desk, desk_with
from .test_golden_keys import DOT

MODEL = "alibaba/wan-2-6-t2v"
OUTPUTS = {"wide": {"size": "64x36", "fps": 12}, "tall": {"size": "36x64", "fps": 24}}
PAID = {"id": "pad", "provider": "aimlapi", "model": MODEL, "prompt": "a launch"}
FREE = {"id": "pad", "prompt": "a launch", "image": "dot.png"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A store and one picture."""
    with desk_with(tmp_path_factory.mktemp("variants"), {"dot.png": DOT}) as desk:
        yield desk


def text(*shots: dict[str, Any], **top: Any) -> str:
    return json.dumps({"version": 1, "outputs": OUTPUTS, **top, "shots": shots})


@pytest.mark.parametrize("shot", [PAID, FREE], ids=["paid", "free"])
@pytest.mark.parametrize("override", [{"reframe": "left"}, {"ratio": "9:16"}, {"style": "dusk", "takes": 2}])
def test_what_an_output_has_otherwise_changes_no_key_of_the_shot(
    desk: Desk, shot: dict[str, Any], override: dict[str, Any]
) -> None:
    """Whatever it is, wherever it stands."""
    before = desk.keys(text(shot))["pad"]
    assert before == desk.keys(text({**shot, "for": {"tall": override}}))["pad"]
    assert before == desk.keys(text(shot, defaults={"for": {"tall": override}}))["pad"]


def test_a_variant_asks_for_what_a_shot_with_its_fields_would_ask_for(desk: Desk) -> None:
    """Its name is not in the key."""
    tall = desk.keys(text({**PAID, "for": {"tall": {"ratio": "9:16"}}}))["pad@tall"]
    assert desk.keys(text({**PAID, "ratio": "9:16"}))["pad"] == tall


def test_an_override_that_comes_to_the_same_shares_the_clip(desk: Desk) -> None:
    """One key for both, and nothing is told."""
    found = desk.examine(text({**PAID, "for": {"tall": {"ratio": "16:9"}}}))
    assert [] == found.diagnostics
    pad, tall = found.compiled.takes
    assert ("pad@tall", pad.key, "tall") == (tall.name, tall.key, tall.output)


def test_what_is_drawn_for_an_output_has_its_size_and_rate(desk: Desk) -> None:
    """A variant its own output's, any other shot the first one's."""
    found = desk.examine(text({**FREE, "for": {"tall": {"seed": 2}}}))
    pictures = [detail.manifest["picture"] for detail in found.details]
    assert [("64x36", "12"), ("36x64", "24")] == [(str(one["size"]), str(one["fps"])) for one in pictures]


def test_the_settings_of_an_output_are_pointed_at_where_they_stand(desk: Desk) -> None:
    """Each take at its own output's."""
    found = desk.examine(text({**FREE, "for": {"tall": {"seed": 2}}}))
    paths = [detail.shot.origins["output.size"][0].path for detail in found.details if detail.shot]
    assert ["$.outputs.wide.size", "$.outputs.tall.size"] == paths


def test_a_profile_wins_over_what_an_output_has_otherwise(desk: Desk) -> None:
    """And its own `for` over that."""
    profiles = {
        "red": {"style": "red"},
        "low": {"for": {"tall": {"style": "low", "seeds": [4, 5]}, "wide": {"fit": "pad"}}},
    }
    spec = desk.folder / "film.yaml"
    spec.write_text(text({**PAID, "for": {"tall": {"style": "tall", "seed": 9}}}, profiles=profiles))
    told = {}
    for profile in (None, *profiles):
        found = examine(desk.workshop, open_project(spec, profile=profile), reach=Reach(fetch=False))
        tall = found.storyboard.shots[1]
        assert tall.request
        told[profile] = (tall.request.prompt, [take.seed for take in tall.takes])
    assert {
        None: ("a launch. tall", [9]),
        "red": ("a launch. red", [9]),
        "low": ("a launch. low", [4, 5]),
    } == told


def test_each_film_shows_its_own_variant(desk: Desk) -> None:
    """Slots name the clip that is shown, its part, and how it fits; what is as everywhere is not named."""
    shot = {**FREE, "duration": 2, "use": 1, "for": {"tall": {"seed": 2, "use": 2, "reframe": "top"}}}
    other = {**FREE, "id": "sea", "duration": 2, "for": {"tall": {"use": {"in": 0.5}, "fit": "pad"}}}
    wide, tall = desk.examine(text(shot, other)).compiled.outputs
    assert [("pad", 0, 0, 12), ("sea", 2, 0, 24)] == [
        (slot.shot, slot.take, slot.first, slot.frames) for slot in wide.slots
    ]
    assert [("pad@tall", 1, 0, 48), ("sea", 2, 12, 36)] == [
        (slot.shot, slot.take, slot.first, slot.frames) for slot in tall.slots
    ]
    assert ((), [(0, "crop", "1/2", "0"), (1, "pad", "1/2", "1/2")]) == (
        wide.fits,
        list(map(tuple, tall.fits)),
    )


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ({"reframe": "left"}, []),
        (
            {"reframe": "top"},
            ["the clip is wider than the film, so that it is cut on the left and right alone"],
        ),
        ({"reframe": "left", "fit": "pad"}, ["`fit: pad` cuts nothing off"]),
        ({"reframe": "left", "seed": 3}, ["the clip has the shape of the film"]),
        ({"reframe": "center", "fit": "pad"}, []),
    ],
)
def test_a_reframe_that_moves_nothing_is_a_warning(
    desk: Desk, override: dict[str, Any], told: list[str]
) -> None:
    """S253, at the reframe."""
    found = desk.examine(text({**FREE, "for": {"tall": override}})).diagnostics
    assert [("S253", "warning", f"`reframe` changes nothing in `tall`: {words}") for words in told] == [
        (one.code, one.severity, one.message) for one in found
    ]
    assert {"$.shots[0].for.tall.reframe"} >= {one.place.path for one in found if one.place}


def test_a_reframe_that_many_share_is_told_of_where_it_moves_none(desk: Desk) -> None:
    """What is of use to one shot may stand in the defaults."""
    shared = {"for": {"tall": {"reframe": "left"}}}
    own = {**FREE, "for": {"tall": {"seed": 3}}}
    assert ["S253"] == [one.code for one in desk.examine(text(own, defaults=shared)).diagnostics]
    both = text(own, {**FREE, "id": "sea"}, defaults=shared)
    assert [] == [one.code for one in desk.examine(both).diagnostics]


def test_what_stands_in_for_a_film_is_not_judged(desk: Desk) -> None:
    """A draft's clips have other shapes than those that are bought."""
    spec = desk.folder / "film.yaml"
    spec.write_text(
        text({**PAID, "model": "gen3a_turbo", "image": "dot.png", "for": {"wide": {"reframe": "top"}}})
    )
    for provider in (None, "animatic"):
        found = examine(desk.workshop, open_project(spec, provider=provider), reach=Reach(fetch=False))
        assert [] == found.diagnostics


def test_the_shape_of_a_bought_clip_is_believed_where_its_ratio_is_known(desk: Desk) -> None:
    """A clip whose shape the model chooses is not judged."""
    tall = {"tall": {"reframe": "top"}}
    assert ["S253"] == [
        one.code for one in desk.examine(text({**PAID, "ratio": "16:9", "for": tall})).diagnostics
    ]
    free_choice = {**PAID, "model": "bytedance/seedance-1-5-pro", "ratio": "adaptive", "for": tall}
    assert [] == [one.code for one in desk.examine(text(free_choice)).diagnostics]


def test_what_files_have_for_outputs_is_joined(desk: Desk) -> None:
    """Mappings merge, the including file wins, and `seeds` give way to a `seed`."""
    (desk.folder / "look.yaml").write_text(
        json.dumps({"version": 1, "defaults": {"for": {"tall": {"seeds": [1, 2], "style": "low"}}}})
    )
    own = {"for": {"tall": {"seed": 5, "fit": "pad"}}}
    found = desk.examine(text(PAID, include="look.yaml", defaults=own))
    assert [] == found.diagnostics
    tall = found.storyboard.shots[1]
    assert tall.request
    assert ("a launch. low", [5], "pad") == (
        tall.request.prompt,
        [take.seed for take in tall.takes],
        tall.framings["tall"].fit,
    )
