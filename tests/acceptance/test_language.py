"""What an edit in each construct of the language buys, counted at the simulated vendor's door."""

import pytest

from tests.simulator.simulator import Simulator

from .stage import Stage

FILM = """\
version: 1
include: [shared/look.yaml, acts/one.yaml]
output: {fps: 4}
profiles:
  draft: {provider: animatic, takes: 1}
  tall: {ratio: "9:16"}
shots:
  - {id: pad, prompt: steam, seeds: [7, 42]}
"""
LOOK = """\
vars: {hour: dusk}
characters: {mara: {look: a woman of 40}, joe: {look: a man of 30}}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", use: 0.25, image: ../a.png}
"""
ACT = """\
shots:
  - {id: verse, matrix: {city: [rome, oslo]}, prompt: "${city} at ${hour}"}
  - {id: crew, prompt: a visor, cast: [mara]}
"""


@pytest.fixture
def bought(customer: Stage) -> Stage:
    """The film in its files, and all of its takes."""
    customer.write("film.yaml", FILM)
    customer.write("shared/look.yaml", LOOK)
    customer.write("acts/one.yaml", ACT)
    assert ["verse.rome", "verse.oslo", "crew", "pad", "pad.take2"] == customer.built("--yes").ran
    return customer


def test_each_edit_buys_what_it_asks_for_and_nothing_else(bought: Stage, vendor: Simulator) -> None:
    """A seed, a value, a look; order, the names of values, other characters and other films' fields buy nothing."""
    for name, old, new, expected in (
        ("film.yaml", "[7, 42]", "[7, 9, 42]", ["pad.take2"]),
        ("film.yaml", "[7, 9, 42]", "[42, 9, 7]", []),
        ("acts/one.yaml", "[rome, oslo]", "[paris, oslo, rome]", ["verse.paris"]),
        (
            "acts/one.yaml",
            "city: [paris, oslo, rome]",
            "city: {paris: Paris, oslo: oslo, r: rome}",
            ["verse.paris"],
        ),
        ("shared/look.yaml", "of 30", "of 31", []),
        ("shared/look.yaml", "of 40", "of 41", ["crew"]),
        ("acts/one.yaml", "cast: [mara]", "cast: [mara], takes: 1", []),
        ("film.yaml", "tall: {ratio", "high: {seed: 5, ratio", []),
    ):
        bought.edit(old, new, name=name)
        before = len(vendor.received("submit"))
        assert expected == bought.built("--yes").ran
        assert len(expected) == len(vendor.received("submit")) - before


def test_a_profile_buys_its_own_clips_and_a_draft_none(bought: Stage, vendor: Simulator) -> None:
    """Each film is complete; the lock knows the real one alone."""
    lock = (bought.root / "film.lock").read_text()
    before = len(vendor.received("submit"))
    assert 4 == len(bought.built("--profile", "draft").ran)
    assert before == len(vendor.received("submit"))
    assert 5 == len(bought.built("--profile", "tall", "--yes").ran)
    assert before + 5 == len(vendor.received("submit"))
    assert lock == (bought.root / "film.lock").read_text()
    assert bought.film("film.draft.mp4").is_file()
    assert bought.film("film.tall.mp4").is_file()
