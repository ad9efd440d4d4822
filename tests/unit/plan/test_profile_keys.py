"""Profiles: which fields win, whose keys follow, and what is told of a name that is not there."""

from collections.abc import Iterator
from fractions import Fraction

import pytest

from renderer.errors import UsageError
from renderer.pipeline.project import Reach, open_project
from renderer.pipeline.reading.examine import Examined, examine
from renderer.storyboard import Use

from .desk import Desk, desk_with
from .test_golden_keys import DOT

MODEL = "alibaba/wan-2-6-t2v"
FILM = f"""
version: 1
vars: {{hour: dusk, tower: a tower}}
profiles:
  draft: {{provider: animatic, takes: 1}}
  wide: {{ratio: "1:1", style: null, params: {{shot_type: multi}}, use: {{out: 2}}, seeds: [3]}}
  light: {{style: "${{hour}} by ${{tower}}"}}
defaults: {{provider: aimlapi, model: {MODEL}, style: film, use: {{in: 1}}}}
shots:
  - {{id: pad, prompt: a launch, takes: 3, style: "at ${{hour}}", use: {{out: 4}}, ratio: "16:9"}}
  - {{id: sky, prompt: stars, duration: 5}}
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A store and one picture."""
    with desk_with(tmp_path_factory.mktemp("profiles"), {"dot.png": DOT}) as desk:
        yield desk


def with_profile(desk: Desk, profile: str | None, *, provider: str | None = None) -> Examined:
    """What the film compiles to."""
    spec = desk.folder / "film.yaml"
    spec.write_text(FILM, encoding="utf-8")
    project = open_project(spec, profile=profile, provider=provider)
    return examine(desk.workshop, project, reach=Reach(fetch=False))


def test_a_profile_wins_over_shots_and_defaults(desk: Desk) -> None:
    """Mappings merge, `null` unsets, and `seeds` replace `takes`."""
    found = with_profile(desk, "wide")
    assert [] == found.diagnostics
    pad, sky = found.storyboard.shots
    assert pad.request
    assert sky.request
    assert ("a launch", "stars") == (pad.request.prompt, sky.request.prompt)
    assert ("1:1", {"shot_type": "multi"}) == (pad.request.ratio, dict(pad.request.params))
    assert ([3], [3]) == ([take.seed for take in pad.takes], [take.seed for take in sky.takes])
    assert Use(Fraction(1), Fraction(2)) == pad.use


def test_a_profile_that_is_not_named_means_nothing(desk: Desk) -> None:
    """The keys are those of the same text without profiles; its variables count as used."""
    plain = with_profile(desk, None)
    assert [] == plain.diagnostics
    without = FILM[: FILM.index("profiles:")] + FILM[FILM.index("defaults:") :]
    assert [row.key for row in plain.compiled.takes] == list(desk.keys(without).values())


def test_a_profile_is_the_nearest_origin(desk: Desk) -> None:
    """Before the shot's own text and the defaults."""
    (pad, _) = with_profile(desk, "light").storyboard.shots
    paths = [place.path for place in pad.origins["prompt"]]
    assert ["$.profiles.light.style", "$.shots[0].prompt", "$.vars.hour", "$.vars.tower"] == paths


def test_a_provider_wins_over_a_profile_and_both_name_the_film(desk: Desk) -> None:
    """So that a profile can be watched before it is bought."""
    found = with_profile(desk, "wide", provider="animatic")
    assert {"animatic"} == {row.provider for row in found.compiled.takes}
    project = open_project(desk.folder / "film.yaml", profile="wide", provider="animatic")
    assert ("film.wide.animatic.mp4", "film.wide.animatic") == (
        project.film("film.mp4").name,
        project.clips.name,
    )


def test_an_unknown_profile_is_told_with_those_that_are_there(desk: Desk) -> None:
    """And the one that was meant."""
    with pytest.raises(UsageError, match="no profile is called `drat`") as told:
        with_profile(desk, "drat")
    assert ("U010", "did you mean `draft`?") == (told.value.code, told.value.hint)
