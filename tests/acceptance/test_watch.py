"""`renderer watch` as a process beside an editor: a round for each save, and money only within one limit."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.simulator import Simulator

from .director import Director
from .door import posts
from .stage import THREE_SHOTS, Stage, finish, playing

ROOT = Path(__file__).parents[2]
ROUND_TIMEOUT_S = 30.0
QUIET_S = 3.0
PAID = """\
version: 1
output: {fps: 4}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", use: 0.25}
shots:
  - {id: pad, prompt: steam 0, image: a.png}
  - {id: card, provider: animatic, duration: 0.25, prompt: The end}
"""
EACH_USD = 0.2625


@dataclass
class Audience:
    """Reads the rounds that a watch tells, one JSON object a line."""

    process: subprocess.Popen[bytes]
    rest: bytes = b""
    heard: list[Any] = field(default_factory=list)

    def round(self, *, timeout_s: float = ROUND_TIMEOUT_S) -> Any:
        """The next round; fails where none comes in time."""
        while b"\n" not in self.rest:
            assert self.process.stdout
            assert select.select([self.process.stdout], [], [], timeout_s)[0], "no round came"
            more = os.read(self.process.stdout.fileno(), 1 << 16)
            assert more, finish(self.process).stderr
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        self.heard.append(json.loads(line))
        return self.heard[-1]

    def is_quiet(self) -> bool:
        """Whether nothing is told for a while."""
        assert self.process.stdout
        return not self.rest and not select.select([self.process.stdout], [], [], QUIET_S)[0]

    def interrupt(self) -> int:
        """Ctrl-C, and the exit code."""
        self.process.send_signal(signal.SIGINT)
        return finish(self.process).code


@contextmanager
def watching(stage: Stage, *arguments: str) -> Iterator[Audience]:
    with playing(stage.start("watch", "film.yaml", *arguments, "--json")) as process:
        yield Audience(process)


def outcomes(told: Any) -> dict[str, str]:
    return {shot["id"]: shot["outcome"] for shot in told["shots"]}


@pytest.fixture
def film(stage: Stage) -> Stage:
    stage.write("film.yaml", THREE_SHOTS)
    return stage


@pytest.fixture
def buyer(customer: Stage) -> Stage:
    customer.write("film.yaml", PAID)
    return customer


def write_into(path: Path, text: str) -> None:
    path.write_text(text)


def rename_over(path: Path, text: str) -> None:
    """As vim and many others save."""
    aside = path.with_name("4913")
    aside.write_text(text)
    path.rename(path.with_name("film.yaml~"))
    aside.rename(path)


def save_often(path: Path, text: str) -> None:
    """Several saves in quick succession, the first ones half a file."""
    for length in (20, 60, len(text)):
        path.write_text(text[:length])


@pytest.mark.parametrize("save", [write_into, rename_over, save_often])
def test_a_save_is_a_round(film: Stage, save: Callable[[Path, str], None]) -> None:
    """However the editor saves: what changed is made and the film joined; Ctrl-C ends it with 130."""
    with watching(film) as audience:
        first = audience.round()
        assert (1, {"pad": "ran", "crew": "ran", "sky": "ran"}) == (first["round"], outcomes(first))
        save(film.root / "film.yaml", THREE_SHOTS.replace("galaxies", "nebulae"))
        second = audience.round()
        assert (2, ["film.yaml"]) == (second["round"], second["changed"])
        assert {"pad": "reused", "crew": "reused", "sky": "ran"} == outcomes(second)
        assert second["sequence"]["sha256"] != first["sequence"]["sha256"]
        assert audience.is_quiet()
        assert 130 == audience.interrupt()


def test_a_half_edited_file_is_told_as_validate_tells_it(film: Stage) -> None:
    """And the watch goes on."""
    with watching(film) as audience:
        audience.round()
        film.edit("prompt: galaxies", "promt: galaxies")
        told = audience.round()
        expected = film.run("validate", "film.yaml", "--json").json["errors"]
        assert expected == told["errors"]
        film.edit("promt: galaxies", "prompt: galaxies")
        assert {"pad": "reused", "crew": "reused", "sky": "reused"} == outcomes(audience.round())
        (film.root / "film.yaml").unlink()
        assert ["U004"] == [error["code"] for error in audience.round()["errors"]]
        film.write("film.yaml", THREE_SHOTS)
        assert "shots" in audience.round()


def test_what_the_storyboard_names_is_watched_too(film: Stage) -> None:
    """A still that is missing and comes, a still that is painted over, an included file, the picks."""
    film.edit("prompt: a visor}", "prompt: a visor, image: stills/a.png}")
    film.edit("version: 1\n", "version: 1\ninclude: [more.yaml]\n")
    film.write("more.yaml", "shots:\n  - {id: extra, prompt: waves}\n")
    with watching(film) as audience:
        assert ["S401"] == [error["code"] for error in audience.round()["errors"]]
        film.still("stills/a.png", size=(640, 360))
        assert {"ran"} == set(outcomes(audience.round()).values())
        film.still("stills/a.png", size=(640, 360), colour="red")
        told = audience.round()
        assert (["stills/a.png"], "ran", "reused") == (
            told["changed"],
            outcomes(told)["crew"],
            outcomes(told)["sky"],
        )
        film.write("more.yaml", "shots:\n  - {id: extra, prompt: dunes}\n")
        told = audience.round()
        assert (["more.yaml"], "ran") == (told["changed"], outcomes(told)["extra"])
        film.write("film.picks.yaml", "sky: {retakes: [44]}\n")
        assert ["film.picks.yaml"] == audience.round()["changed"]


def test_nothing_is_bought_without_both_words(buyer: Stage, vendor: Simulator) -> None:
    """What is free is made, what is paid for is told with its price; one word alone is refused."""
    with watching(buyer) as audience:
        told = audience.round()
        assert {"card": "ran"} == outcomes(told)
        assert [("pad", EACH_USD)] == [(one["id"], one["estimate_usd"]) for one in told["to_buy"]]
        assert (EACH_USD, None) == (told["estimate_usd"], told["left_usd"])
    for words in (("--yes",), ("--max-cost", "1")):
        done = buyer.run("watch", *words)
        assert (2, True) == (done.code, "error[U094]" in done.stderr)
    assert 0 == posts(vendor)


def test_one_limit_holds_for_the_whole_watch(buyer: Stage, vendor: Simulator) -> None:
    """Two takes fit, the third does not, however often the prompt is saved; what is free goes on."""
    with watching(buyer, "--yes", "--max-cost", "0.6") as audience:
        told = audience.round()
        assert ("ran", EACH_USD, 0.3375) == (outcomes(told)["pad"], told["spent_usd"], told["left_usd"])
        for number in range(1, 5):
            buyer.edit(f"steam {number - 1}", f"steam {number}")
            told = audience.round()
        assert ["G923"] == [error["code"] for error in told["errors"]]
        assert ["pad"] == [one["id"] for one in told["to_buy"]]
        assert (0.525, 0.075) == (told["spent_in_all_usd"], told["left_usd"])
        buyer.edit("The end", "Fin")
        assert "ran" == outcomes(audience.round())["card"]
        assert audience.is_quiet(), "the lock that it wrote is no change"
    assert 2 == posts(vendor)
    assert vendor.credits_charged() <= 0.6 * 2_000_000


def test_what_other_builds_of_the_storyboard_buy_counts_against_the_limit(
    buyer: Stage, vendor: Simulator
) -> None:
    """So that the limit is never passed, whoever buys."""
    buyer.edit("shots:", "profiles: {other: {seed: 99}}\nshots:")
    with watching(buyer, "--yes", "--max-cost", "0.6") as audience:
        audience.round()
        assert "ran" == buyer.build("film.yaml", "--profile", "other", "--yes").outcomes["pad"]
        buyer.edit("steam 0", "steam 9")
        told = audience.round()
        assert (0.525, ["G923"]) == (told["spent_in_all_usd"], [error["code"] for error in told["errors"]])
    assert 2 == posts(vendor)


def test_ctrl_c_while_it_builds_ends_it_cleanly(film: Stage, director: Director) -> None:
    """With 130; what is done stays done and nothing runs on."""
    directed = director.direct(film)
    director.cue("wait", "-frames:v")
    door = director.listen()
    with playing(directed.start("watch", "--json")) as process:
        director.heard(door)
        process.send_signal(signal.SIGINT)
        assert 130 == finish(process).code
    assert [] == director.alive()
    director.forget()
    assert 0 == film.built().code


def test_a_build_beside_it_breaks_nothing(film: Stage) -> None:
    """Both want the same clips; each is made once, and the watch tells its own round."""
    with watching(film) as audience:
        audience.round()
        film.edit("galaxies", "nebulae")
        built = film.built()
        told = audience.round()
        assert {"pad", "crew", "sky"} == set(outcomes(told))
        assert {"sky"} >= {*built.ran}
        assert 0 == film.run("cache", "gc", "--delete").code, "between rounds nothing is held"
        shutil.rmtree(film.root / "build")
        film.edit("nebulae", "dunes")
        assert audience.round()["sequence"]


def test_another_version_of_the_program_ends_it(film: Stage, tmp_path: Path) -> None:
    """Half of each would be at work; what was made is stored."""
    for part in ("renderer", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / "site" / part)
    installed = film.using(PYTHONPATH=str(tmp_path / "site"))
    command = (sys.executable, "-m", "renderer")
    with playing(installed.start("watch", "film.yaml", "--json", command=command)) as process:
        audience = Audience(process)
        audience.round()
        (tmp_path / "site" / "renderer" / "__init__.py").touch()
        film.edit("galaxies", "nebulae")
        assert ["E635"] == [error["code"] for error in audience.round()["errors"]]
        assert 4 == finish(process).code


def test_for_people_rounds_are_told_on_stderr(buyer: Stage) -> None:
    """What it would cost, how to let it buy, and how to end it."""
    with playing(buyer.start("watch")) as process:
        assert process.stderr
        text = b""
        while b"Ctrl-C ends it" not in text:
            assert select.select([process.stderr], [], [], ROUND_TIMEOUT_S)[0]
            text += os.read(process.stderr.fileno(), 1 << 16)
        process.send_signal(signal.SIGINT)
        ended = finish(process)
    assert (130, "") == (ended.code, ended.stdout)
    told = text.decode()
    assert "$0.2625" in told
    assert "not bought: `--yes --max-cost USD` lets a watch buy" in told
    assert "watching 4 files; Ctrl-C ends it" in told


def test_a_clip_that_comes_home_in_a_watch_is_in_the_lock(buyer: Stage, vendor: Simulator) -> None:
    """A killed build bought it; a watch that buys nothing fetches it, makes the film, and writes both down."""
    vendor.script(download="stall", about="steam 0")
    with playing(buyer.start("build", "--yes")) as build:
        until_fetched(vendor)
        build.send_signal(signal.SIGKILL)
    with watching(buyer) as audience:
        assert audience.round()["sequence"]
        assert 130 == audience.interrupt()
    assert 1 == posts(vendor)
    assert "take pad 1" in (buyer.root / "film.lock").read_text().splitlines()


def test_a_take_in_flight_is_not_among_what_is_to_be_bought(buyer: Stage, vendor: Simulator) -> None:
    """It is bought already: a watch that buys nothing does not offer it once more."""
    vendor.change(generation_s=(20, 20))
    with playing(buyer.start("build", "film.yaml", "pad", "--yes")) as build:
        until_known(buyer)
        build.send_signal(signal.SIGKILL)
    with watching(buyer) as audience:
        told = audience.round()
        assert ([], 0, {"card": "ran"}) == (
            told["to_buy"],
            told["estimate_usd"],
            outcomes(told),
        )
    assert 1 == posts(vendor)


def until_known(buyer: Stage) -> None:
    """Return when a job is on record."""
    for _ in range(round(ROUND_TIMEOUT_S / 0.05)):
        if any(job["job"] for job in buyer.run("jobs", "list", "--json").json["jobs"]):
            return
        time.sleep(0.05)
    raise AssertionError("nothing was accepted")


def until_fetched(vendor: Simulator) -> None:
    """Return when somebody has asked for a clip."""
    for _ in range(round(ROUND_TIMEOUT_S / 0.05)):
        if vendor.received("download"):
            return
        time.sleep(0.05)
    raise AssertionError("nobody came for a clip")
