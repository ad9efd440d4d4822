"""`renderer models refresh`: prices as a provider asks them today, over real HTTP, and what plans and builds make of them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ..simulator.simulator import Simulator  # noqa: TID252 - the other half of the tests
from .stage import Finished, Stage

SPEC = """\
version: 1
output: {size: 64x36, fps: 4}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", image: a.png, use: 0.25}
shots:
  - {id: pad, prompt: steam}
  - {id: sky, prompt: galaxies}
"""
VARIANTS = {
    "kind": "variants",
    "dimensions": ["aspect_ratio"],
    "variants": [
        {"when": {"aspect_ratio": "16:9"}, "price": 80, "unit": "second", "per": 1000},
        {"when": {"aspect_ratio": "9:16", "duration": "10"}, "price": 0.9, "unit": "generation", "per": 1},
    ],
}
VARIABLE = {"kind": "variable", "currency": "USD"}
RISEN: dict[str, Any] = {"clip_s": 0.5, "clip_size": "64x36", "price_usd_per_s": "0.07"}
A_DAY_S = 86_400.0


@pytest.fixture(scope="module")
def stand() -> Iterator[Simulator]:
    """A process that serves one test after the other, and whose clock runs fast."""
    with Simulator.start(clock_scale=60, **RISEN) as running:
        yield running


@pytest.fixture
def simulator(stand: Simulator) -> Simulator:
    """A vendor whose prices have risen, and whose clips are small."""
    stand.reset(**RISEN)
    return stand


@pytest.fixture
def shop(stage: Stage, simulator: Simulator) -> Stage:
    """Two paid shots, and the simulated vendor's address; no key."""
    stage.still("a.png")
    stage.write("film.yaml", SPEC)
    return stage.using(AIMLAPI_API_BASE=simulator.url)


def refreshed(shop: Stage, *arguments: str) -> Any:
    done = shop.run("models", "refresh", *arguments, "--json")
    assert 0 == done.code, done.stderr
    return done.json


def estimates(planned: Finished) -> list[float | None]:
    assert 0 == planned.code, planned.stderr
    return [shot["estimate_usd"] for shot in planned.json["shots"]]


def price_file(shop: Stage) -> Path:
    (found,) = (shop.store / "prices").iterdir()
    return found


def test_it_prints_what_the_list_and_the_catalogue_say_otherwise(shop: Stage, simulator: Simulator) -> None:
    """Prices, what is sold and unknown here, what is gone; a chat model is neither, and an alias is the model."""
    simulator.change(
        models=["luma/ray-9", "studio/dream-9", "studio/chat", "ray-2-by-another-name", "klingai/avatar-pro"],
        types_of={"studio/chat": "openai/chat-completions"},
        aliases_of={"ray-2-by-another-name": ["LUMA/ray-2"], "luma/ray-9": []},
        pricing_of={"ray-2-by-another-name": VARIABLE},
    )
    done = shop.run("models", "refresh")
    assert 0 == done.code
    lines = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert ["price", "gen3a_turbo", "$0.0525 a second → $0.07 a second"] in lines
    assert ["new", "studio/dream-9", "sold, and not in the catalogue"] in lines
    assert ["gone", "openai/sora-2-t2v", "not listed any more"] in lines
    (ray,) = (line[2] for line in lines if line[1] == "luma/ray-2")
    assert ray.endswith("→ unknown: it varies with the request")
    assert {"studio/chat", "ray-2-by-another-name"}.isdisjoint(line[1] for line in lines)
    assert "not listed any more, and may be gone" in done.stderr
    assert f"as of {datetime.now(UTC):%Y-%m-%d}, kept" in done.stderr


def test_no_key_is_needed_and_none_is_sent(shop: Stage, simulator: Simulator) -> None:
    """The list is public; one request is enough."""
    refreshed(shop.using(AIMLAPI_API_KEY="secret"))
    (asked,) = simulator.received()
    assert ("models", False) == (asked.kind, asked.authorised)


def test_an_estimate_follows_the_refreshed_price_and_the_key_does_not(shop: Stage) -> None:
    """Also where the storyboard was compiled before, and remembered."""
    stage = shop.using(AIMLAPI_API_KEY="a-key")
    stage.store.mkdir()
    before = stage.plan()
    again = stage.plan()
    assert estimates(before) == estimates(again) == [0.2625, 0.2625]
    refreshed(stage)
    after = stage.plan()
    assert [0.35, 0.35] == estimates(after)
    assert [shot["key"] for shot in before.json["shots"]] == [shot["key"] for shot in after.json["shots"]]
    price_file(stage).unlink()
    assert [0.2625, 0.2625] == estimates(stage.plan())


def test_the_gate_follows_the_refreshed_price(shop: Stage, simulator: Simulator) -> None:
    """A limit that would have done is passed now: exit 3, nothing sent; with a higher one the film is bought for that."""
    stage = shop.using(**simulator.environ)
    refreshed(stage)
    done = stage.build("--max-cost", "0.60")
    assert (3, ["G923"]) == (done.code, done.codes)
    assert [] == simulator.received("submit")
    built = stage.built("--max-cost", "0.70")
    assert (["pad", "sky"], 0.7) == (built.ran, built.json["spent_usd"])


def test_a_film_that_is_made_stays_made(shop: Stage, simulator: Simulator) -> None:
    """A price is in no key, so a refresh buys nothing."""
    stage = shop.using(**simulator.environ)
    stage.built("--max-cost", "1")
    simulator.change(price_usd_per_s="0.09")
    refreshed(stage)
    assert [] == stage.built("--frozen").ran
    assert 2 == len(simulator.received("submit"))


def test_a_price_of_another_address_prices_nothing(shop: Stage) -> None:
    """What a server on this machine asks is kept apart: the vendor's own price is still the catalogue's."""
    refreshed(shop)
    assert [0.35, 0.35] == estimates(shop.plan())
    at_home = Stage(shop.root, shop.store)
    assert [0.2625, 0.2625] == estimates(at_home.plan())
    other = shop.using(AIMLAPI_API_BASE="http://127.0.0.1:9")
    assert [0.2625, 0.2625] == estimates(other.plan())


def test_a_price_by_conditions_counts_where_they_hold(shop: Stage, simulator: Simulator) -> None:
    """By the vendor's names and words in the list, by the catalogue's in the plan; none that holds is unknown."""
    simulator.change(pricing_of={"gen3a_turbo": VARIANTS})
    (change,) = refreshed(shop)["prices"]
    assert [
        {"per": "second", "usd": "0.08", "when": {"ratio": "16:9"}},
        {"per": "generation", "usd": "0.9", "when": {"ratio": "9:16", "duration": 10}},
    ] == [{name: price[name] for name in ("per", "usd", "when")} for price in change["now"]]
    assert [0.4, 0.4] == estimates(shop.plan())
    shop.edit('"16:9"', '"9:16"')
    assert [None, None] == estimates(shop.plan())
    shop.edit("duration: 5", "duration: 10")
    assert [0.9, 0.9] == estimates(shop.plan())


@pytest.mark.parametrize(
    ("pricing", "why"),
    [
        (VARIABLE, "it varies with the request"),
        ({"kind": "auction", "currency": "USD"}, "its kind is `auction`"),
        ({"kind": "fixed", "currency": "EUR", "units": []}, "it is in `EUR`"),
        (
            {"kind": "fixed", "units": [{"name": "megapixel", "measure": "output", "price": 1, "per": 1}]},
            "it is by the `megapixel`",
        ),
        ({"kind": "fixed", "units": [{"name": "second", "price": 0, "per": 1}]}, "it names no amount"),
        (
            {
                "kind": "variants",
                "variants": [{"when": {"tier": "gold"}, "price": 1, "unit": "second", "per": 1}],
            },
            "it depends on `tier`: gold",
        ),
    ],
    ids=["variable", "kind", "currency", "unit", "nothing", "condition"],
)
def test_a_price_that_cannot_be_read_is_unknown(
    shop: Stage, simulator: Simulator, pricing: Any, why: str
) -> None:
    """The command says why, and a limit stops the build: an unknown price is better than a wrong one."""
    simulator.change(pricing_of={"gen3a_turbo": pricing})
    (change,) = refreshed(shop)["prices"]
    assert ("gen3a_turbo", why, []) == (change["id"], change["unread"], change["now"])
    assert [None, None] == estimates(shop.plan())
    done = shop.using(**simulator.environ).build("--max-cost", "5")
    assert (3, ["G924"]) == (done.code, done.codes)
    assert f"unknown: {why}" in shop.run("models", "show", "gen3a_turbo", "--provider", "aimlapi").stdout


def test_a_dry_run_keeps_nothing(shop: Stage) -> None:
    """It tells the same."""
    assert ("gen3a_turbo", False) == (
        refreshed(shop, "--dry-run")["prices"][0]["id"],
        refreshed(shop, "-n")["kept"],
    )
    assert not shop.store.exists()
    assert [0.2625, 0.2625] == estimates(shop.plan())


def test_the_file_says_what_was_read_where_and_when(shop: Stage, simulator: Simulator) -> None:
    """By the vendor's clock, in the words of the model files; people can read it."""
    simulator.change(date_skew_s=-40 * A_DAY_S)
    said = refreshed(shop)
    kept = json.loads(price_file(shop).read_text("utf-8"))
    assert ("aimlapi", f"{simulator.url}/v1/models") == (kept["provider"], kept["source"])
    live = kept["models"]["gen3a_turbo"]
    assert {"date": said["date"], "prices": [{"usd": "0.07", "per": "second"}]} == live
    assert datetime.now(UTC).date() > datetime.fromisoformat(said["date"]).date()


def test_some_models_can_be_read_alone(shop: Stage, simulator: Simulator) -> None:
    """By id or alias; what was read of others before is kept."""
    pixverse = "pixverse/v5.5/text-to-video"
    simulator.change(models=[pixverse], unlisted=["gen3a_turbo"])
    gone = refreshed(shop, "gen3a_turbo")
    assert ([], ["gen3a_turbo"]) == (gone["prices"], gone["gone"])
    simulator.change(unlisted=[])
    assert ["gen3a_turbo"] == [change["id"] for change in refreshed(shop, "gen3a_turbo")["prices"]]
    said = refreshed(shop, "pixverse/v5-5-text-to-video")
    assert [pixverse] == [change["id"] for change in said["prices"]]
    assert ([], []) == (said["unknown"], said["gone"])
    assert {"gen3a_turbo", pixverse} == set(json.loads(price_file(shop).read_text("utf-8"))["models"])
    assert "pixverse%2Fv5.5%2Ftext-to-video" in simulator.received("models")[-1].target


def test_a_live_price_is_shown_with_its_date(shop: Stage) -> None:
    """In the list and on the page of the model."""
    date = refreshed(shop)["date"]
    sold = ("gen3a_turbo", "--provider", "aimlapi")
    assert shop.run("models", "list", *sold).stdout.splitlines()[1].endswith(f"yes   $0.35 {date}")
    (row,) = shop.run("models", "list", *sold, "--json").json["models"]
    assert (0.35, date, True) == (row["price_usd_5s"], row["price_date"], row["price_live"])
    page = " ".join(shop.run("models", "show", *sold).stdout.split())
    assert f"price $0.07 a second as of {date}: http://127.0.0.1" in page
    (entry,) = shop.run("models", "show", *sold, "--json").json["models"]
    assert [("0.07", date)] == [(price["usd"], price["date"]) for price in entry["prices"]]


@pytest.mark.parametrize("said", ["500", "html", "odd", "reset"])
def test_without_an_answer_nothing_changes(shop: Stage, simulator: Simulator, said: str) -> None:
    """Tried a few times; then exit 4, in the usual form, and the prices that were kept stay."""
    refreshed(shop)
    kept = price_file(shop).read_bytes()
    simulator.script(models=[said] * 10)
    done = shop.run("models", "refresh", "--json")
    assert (4, ["P701"]) == (done.code, done.codes)
    assert kept == price_file(shop).read_bytes()


def test_a_fault_that_passes_is_waited_out(shop: Stage, simulator: Simulator) -> None:
    """A busy vendor is asked again."""
    simulator.script(models=["429:0", "503"])
    assert ["gen3a_turbo"] == [change["id"] for change in refreshed(shop)["prices"]]


def test_an_empty_list_is_none(shop: Stage, simulator: Simulator) -> None:
    """It would say that every model is gone."""
    simulator.change(unlisted=["gen3a_turbo"])
    assert (4, ["P701"]) == ((done := shop.run("models", "refresh", "--json")).code, done.codes)


def test_a_provider_without_a_list_is_told(shop: Stage) -> None:
    """Exit 2, and no model that nobody sells is asked for."""
    done = shop.run("models", "refresh", "--provider", "runway", "--json")
    assert (2, ["U064"]) == (done.code, done.codes)
    done = shop.run("models", "refresh", "gen3_turbo")
    assert 2 == done.code
    assert "did you mean `gen3a_turbo`?" in done.stderr


def test_an_address_that_is_not_of_this_machine_must_be_https(shop: Stage) -> None:
    """As everywhere."""
    done = shop.using(AIMLAPI_API_BASE="http://example.org").run("models", "refresh", "--json")
    assert (2, ["U041"]) == (done.code, done.codes)


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"version": 2}', '{"version": 1, "source": "", "models": 7}']
)
def test_nothing_is_priced_by_a_file_of_another_form(shop: Stage, content: str) -> None:
    """Exit 4 with the file's name; a refresh writes it anew."""
    refreshed(shop)
    file = price_file(shop)
    file.write_text(content, "utf-8")
    done = shop.run("plan", "--json")
    assert (4, ["E623"]) == (done.code, done.codes)
    refreshed(shop, "gen3a_turbo")
    assert [0.35, 0.35] == estimates(shop.plan())
