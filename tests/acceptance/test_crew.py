"""Working like a film crew: one storyboard with chains, a matrix, takes, two films and a cut; what each edit buys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.simulator import Simulator

from .door import posts
from .stage import Stage, digest_of, real_ffmpeg

FILM = """\
version: 1
vars: {hour: dusk}
characters: {mara: {look: a woman of 40}}
outputs:
  wide: {file: film.mp4, size: 64x36, fps: 8}
  tall: {file: tall.mp4, size: 36x64, fps: 8}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", style: "${hour}", use: 0.5}
shots:
  - {id: pad, prompt: steam, image: a.png}
  - {id: rise, prompt: it climbs, image: {last_frame_of: pad}}
  - {id: sky, prompt: galaxies, image: {last_frame_of: rise}, last_image: b.png}
  - {id: crew, prompt: a visor, image: a.png, cast: [mara], seeds: [7, 42], for: {tall: {ratio: "9:16"}}}
  - {id: turn, prompt: she turns, image: {frame_of: crew, at: 0.25}}
  - {id: city, matrix: {place: [rome, oslo]}, prompt: "${place} from above", image: b.png, for: {tall: {reframe: left}}}
  - {id: street, prompt: a street, image: {last_frame_of: city.oslo}}
sequence: [pad, rise, {shot: pad, use: {in: 0.25, out: 0.5}}, crew, turn, city.rome, city.oslo, street, sky]
"""
PICKS = """\
crew: {pick: 2}
crew@tall: {pick: 1}
"""
TAKES = 11
"""Seven shots come to eight with the matrix; `crew` has two takes, and as many in the tall film, and so has what starts from it one more."""


@pytest.fixture
def vendor() -> Iterator[Simulator]:
    """Clips come at once and are small."""
    with Simulator.start(generation_s=(0.05, 0.1), clip_s=1, clip_size="64x36") as running:
        yield running


@pytest.fixture
def bought(customer: Stage) -> Stage:
    """Every take of both films."""
    customer.write("film.yaml", FILM)
    first = customer.build("--yes")
    assert 3 == first.code, "what starts from `crew` waits for a pick"
    assert 0 == customer.run("pick", "film.yaml", "crew", "2").code
    assert 0 == customer.run("pick", "film.yaml", "crew@tall", "1").code
    customer.built("--yes")
    return customer


def test_it_is_drawn_for_nothing(stage: Stage) -> None:
    """The same storyboard with the free provider, which needs no pick: both films, and a second build does nothing."""
    stage.still("a.png")
    stage.still("b.png", colour="teal")
    stage.write("film.yaml", FILM)
    drawn = stage.built("--provider", "animatic")
    assert [34, 34] == [film["frames"] for film in drawn.json["sequences"]]
    assert {"reused"} == set(stage.built("--provider", "animatic").outcomes.values())


def test_a_clone_with_an_imported_store_has_the_same_films(
    bought: Stage, vendor: Simulator, tmp_path: Path
) -> None:
    """`--frozen`, without a key and without a request: both films, byte for byte."""
    shared = str(tmp_path / "shared.tar")
    assert 0 == bought.run("cache", "export", "film.yaml", shared).code
    before = len(vendor.received())
    clone = bought.copy(tmp_path / "clone", store=tmp_path / "empty").using(AIMLAPI_API_KEY="")
    assert 0 == clone.run("cache", "import", shared).code
    clone.built("--frozen")
    for film in ("film.mp4", "tall.mp4"):
        assert digest_of(bought.film(film)) == digest_of(clone.film(film))
    assert before == len(vendor.received())
    assert (bought.root / "film.lock").read_bytes() == (clone.root / "film.lock").read_bytes()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "# what we shot on Tuesday\nversion: 1"),
        ("{id: pad, prompt: steam, image: a.png}", "{image: a.png, prompt: steam, id: pad}"),
        (
            "  - {id: street, prompt: a street, image: {last_frame_of: city.oslo}}\n",
            "  - {id: alley, prompt: a street, image: {last_frame_of: city.oslo}}\n",
        ),
        ("prompt: galaxies, image: {last", "prompt: galaxies, use: 0.25, image: {last"),
        ("for: {tall: {reframe: left}}", "for: {tall: {reframe: right}}"),
        ("[rome, oslo]", "[oslo, rome]"),
        ("{place: [rome, oslo]}", "{place: [oslo, rome]}"),
        ("wide: {file: film.mp4, size: 64x36", "wide: {file: film.mp4, size: 48x36"),
        ("city.oslo, street, sky]", "street, city.oslo, sky]"),
    ],
)
def test_what_changes_no_request_buys_nothing(bought: Stage, vendor: Simulator, old: str, new: str) -> None:
    """A comment, the order of keys or shots, a name, the cut, the size, what is on screen of a shot that nothing starts from."""
    text = (bought.root / "film.yaml").read_text()
    text = text.replace("city.oslo, street,", "city.oslo, alley,") if "alley" in new else text
    bought.write("film.yaml", text)
    bought.edit(old, new)
    before = posts(vendor)
    bought.built("--yes")
    assert before == posts(vendor)


@pytest.mark.parametrize(
    ("old", "new", "ran"),
    [
        ("seeds: [7, 42]", "seeds: [7, 42, 43]", ["crew.take3", "crew@tall.take3"]),
        ("prompt: a street", "prompt: an alley", ["street"]),
        ("[rome, oslo]", "[rome, oslo, turin]", ["city.turin"]),
        ("prompt: it climbs", "prompt: it soars", ["rise", "sky"]),
        ("{id: pad, prompt: steam,", "{id: pad, prompt: steam, use: 0.25,", ["rise", "sky"]),
        ("at: 0.25", "at: 0.26", []),
        ("at: 0.25", "at: 0.75", ["turn", "turn@tall"]),
    ],
)
def test_an_edit_buys_what_it_asks_for_and_what_starts_from_it(
    bought: Stage, vendor: Simulator, old: str, new: str, ran: list[str]
) -> None:
    """A chain is bought again from the shot that changed on, and another frame of the same clip is another request."""
    text = (bought.root / "film.yaml").read_text()
    bought.write(
        "film.yaml",
        text.replace("city.oslo, street,", "city.oslo, city.turin, street,") if "turin" in new else text,
    )
    bought.edit(old, new)
    before = posts(vendor)
    assert ran == bought.built("--yes").ran
    assert len(ran) == posts(vendor) - before
    assert "reused" in set(bought.built("--yes").outcomes.values())
    assert before + len(ran) == posts(vendor)


def test_another_pick_buys_its_chain_and_says_so(bought: Stage, vendor: Simulator) -> None:
    """Coming back to the first pick buys nothing."""
    assert "re-buys 1 chained shot, $0.2625" in bought.run("pick", "film.yaml", "crew", "1").stderr
    before = posts(vendor)
    reason = "it starts from another clip: that of `crew`, decided in film.picks.yaml:2"
    assert {"turn": reason} == bought.plan().reasons
    assert ["turn"] == bought.built("--yes").ran
    assert 0 == bought.run("pick", "film.yaml", "crew", "2").code
    assert [] == bought.built("--yes").ran
    assert before + 1 == posts(vendor)


def test_an_upgraded_ffmpeg_buys_nothing(bought: Stage, vendor: Simulator, tmp_path: Path) -> None:
    """Frames are taken by another build of it, and films joined anew; what was bought stays."""
    other = tmp_path / "ffmpeg"
    other.write_text(
        f'#!/bin/sh\n[ "$1" = -version ] && {{ echo "ffmpeg version 99.1 other"; exit; }}\nexec {real_ffmpeg()} "$@"\n'
    )
    other.chmod(0o755)
    before = posts(vendor)
    bought.using(RENDERER_FFMPEG=str(other)).built("--yes")
    assert before == posts(vendor)


def test_a_total_budget_holds_over_ten_builds(customer: Stage, vendor: Simulator) -> None:
    """Each buys one take for $0.2625; the eleventh sends nothing, and says what was spent and what is left."""
    head = "version: 1\nbudget: {total: 2.7}\ndefaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: '16:9', image: a.png}\n"
    for number in range(10):
        customer.write("film.yaml", head + f"shots: [{{id: pad, prompt: steam {number}}}]\n")
        assert ["pad"] == customer.built("--yes").ran
    customer.edit("steam 9", "smoke")
    eleventh = customer.run("build", "--yes")
    assert (3, 10) == (eleventh.code, posts(vendor))
    for told in (
        "error[G923]",
        "`budget.total` leaves $0.075",
        "spent before  $2.625",
        "budget.total  $2.70",
    ):
        assert told in eleventh.stderr
