"""The lock: what a build writes down of what was bought, and what it holds a later one to."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from renderer.decisions.lock import Lock
from renderer.decisions.read import parse_lock
from tests.disks import disk
from tests.simulator.simulator import Simulator

from .door import posts
from .stage import Stage, digest_of, unprivileged

SPEC = """\
version: 1
output: {size: 64x36, fps: 4}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", image: a.png, use: 0.25}
shots:
  - {id: pad, prompt: steam}
  - {id: sky, prompt: galaxies, takes: 2}
  - {id: card, provider: animatic, prompt: the end}
"""
PAID = ["pad 1", "sky 1", "sky 2"]


@pytest.fixture
def bought(customer: Stage) -> Stage:
    """Three paid takes and a free one, built."""
    customer.write("film.yaml", SPEC)
    customer.built("--yes")
    return customer


def text_of(stage: Stage) -> str:
    return (stage.root / "film.lock").read_text("utf-8")


def lock_of(stage: Stage) -> Lock:
    return parse_lock(text_of(stage), file="film.lock")


def names(lock: Lock) -> list[str]:
    return [f"{take.shot} {take.take}" for take in lock.takes]


def lose(stage: Stage, shot: str) -> Path:
    """Remove the clip of a shot from the store and from `build/`."""
    blob = stage.blob_of(shot)
    blob.unlink()
    stage.clip(shot).unlink()
    return blob


def test_the_lock_has_what_was_bought_and_nothing_else(bought: Stage) -> None:
    """Key, clip, inputs, seed and price of each paid take; the film last; no free take, no path, no address."""
    lock = lock_of(bought)
    plan = {(shot["id"], shot["take"]): shot for shot in bought.plan().json["shots"]}
    still = sha256((bought.root / "a.png").read_bytes()).hexdigest()
    assert PAID == names(lock)
    for take in lock.takes:
        assert plan[take.place]["key"] == take.key
        assert [still] == [digest.sha256 for digest in take.inputs["image"]]
        assert "0.2625" == f"{take.price_usd:f}"
    assert ["1", "1", "2"] == [take.seed for take in lock.takes]
    assert digest_of(bought.clip("pad")) == lock.by_place["pad", 1].clip.sha256
    assert [digest_of(bought.film())] == [output.film.sha256 for output in lock.outputs]
    assert str(bought.root) not in text_of(bought)
    assert "http" not in text_of(bought)


def test_a_build_that_does_nothing_leaves_the_lock_alone(bought: Stage) -> None:
    """Not a byte, not its time of change."""
    before = bought.files()["film.lock"]
    bought.built()
    assert before == bought.files()["film.lock"]


def test_a_lock_that_was_removed_is_written_again(bought: Stage) -> None:
    """With the same text, and without a purchase."""
    before = text_of(bought)
    (bought.root / "film.lock").unlink()
    bought.built()
    assert before == text_of(bought)


def test_a_storyboard_with_nothing_paid_has_no_lock(built: Stage) -> None:
    """Free clips are made again wherever they are missing."""
    assert not (built.root / "film.lock").exists()


def test_a_build_with_another_provider_neither_reads_nor_writes_it(bought: Stage) -> None:
    """Stand-ins are no facts, and a lock in pieces is not in their way."""
    bought.write("film.lock", "<<<<<<< ours\n")
    bought.built("--provider", "animatic")
    assert "<<<<<<< ours\n" == text_of(bought)


def test_a_build_of_some_shots_takes_up_those_alone(bought: Stage) -> None:
    """The facts of the others stay, though their requests have changed."""
    before = lock_of(bought).by_place
    bought.edit("steam", "smoke")
    bought.edit("galaxies", "nebulae")
    bought.built("pad", "--yes")
    after = lock_of(bought).by_place
    assert before.keys() == after.keys()
    assert before["pad", 1] != after["pad", 1]
    assert (before["sky", 1], before["sky", 2]) == (after["sky", 1], after["sky", 2])


def test_a_failed_build_takes_up_what_it_achieved(bought: Stage, vendor: Simulator) -> None:
    """One request is refused; the other one's clip is in the lock."""
    bought.edit("steam", "smoke")
    bought.edit("galaxies, takes: 2", "nebulae")
    before = lock_of(bought).by_place
    vendor.script(submit="400", about="smoke")
    assert 1 == bought.build("--yes").code
    after = lock_of(bought).by_place
    assert before["pad", 1] == after["pad", 1]
    assert before["sky", 1].key != after["sky", 1].key
    assert ("sky", 2) not in after


def test_a_renamed_shot_takes_its_block_along(bought: Stage, vendor: Simulator) -> None:
    """Nothing is bought; only the name is another."""
    before, sent = lock_of(bought).by_place, posts(vendor)
    bought.edit("id: pad", "id: tower")
    bought.built()
    after = lock_of(bought).by_place
    assert before["pad", 1]._replace(shot="tower") == after["tower", 1]
    assert (sent, False) == (posts(vendor), ("pad", 1) in after)


def test_a_lost_clip_is_told_from_one_never_bought_and_stops_its_shot_alone(
    bought: Stage, vendor: Simulator
) -> None:
    """Exit 3 and nothing sent, `--yes` or not; a clip never bought is `run` all the same."""
    sent = posts(vendor)
    lose(bought, "pad")
    bought.edit("galaxies, takes: 2", "nebulae")
    plan = bought.plan()
    assert {"pad": "lost", "sky": "run", "card": "reused"} == plan.verdicts
    assert "the lock names clip" in plan.reasons["pad"]
    done = bought.build("--yes")
    assert (3, ["G926"]) == (done.code, done.codes)
    assert {"pad": "blocked", "sky": "ran", "card": "reused"} == done.outcomes
    assert sent + 1 == posts(vendor)
    assert "lost" == bought.plan().verdicts["pad"]


def test_a_store_that_cannot_be_written_is_told_before_what_it_lacks(
    bought: Stage, vendor: Simulator, tmp_path: Path
) -> None:
    """As where its disk is not mounted: exit 4 with the store's own error, and not as if every clip were lost."""
    with read_only(tmp_path / "disk") as disk:
        clone = bought.copy(tmp_path / "clone", store=disk / "store")
        done = clone.build("--yes")
    assert (4, True) == (done.code, "E613" in done.codes)
    assert "G926" not in done.codes
    assert 3 == posts(vendor)


@pytest.mark.parametrize(
    "command",
    [["plan"], ["why"], ["build"], ["build", "-n"], ["cost"], ["jobs", "list"], ["lock", "repair"]],
    ids=" ".join,
)
def test_nothing_is_missed_in_a_store_that_is_not_there(
    bought: Stage, tmp_path: Path, command: list[str]
) -> None:
    """As where its disk is not mounted: one error, the store's own, and exit 4."""
    lock = text_of(bought)
    with read_only(tmp_path / "disk") as disk:
        clone = bought.copy(tmp_path / "clone", store=disk / "store")
        told = clone.run(*command)
    assert (4, "", 1) == (told.code, told.stdout, told.stderr.count("error["))
    assert "error[E613]" in told.stderr
    assert "lost" not in told.stderr
    assert lock == text_of(clone)


@pytest.mark.parametrize("command", [["plan"], ["why"], ["build", "--yes"], ["lock", "repair"]], ids=" ".join)
def test_nothing_is_missed_in_a_store_that_cannot_be_looked_into(
    bought: Stage, vendor: Simulator, command: list[str]
) -> None:
    """Where something else stands in the place of the clips, they may well be somewhere."""
    clips = bought.store / "cas"
    clips.rename(bought.root.parent / "elsewhere")
    clips.write_text("a note")
    told = bought.run(*command)
    assert (4, "") == (told.code, told.stdout)
    assert "error[E610]" in told.stderr
    assert "lost" not in told.stderr
    assert 3 == posts(vendor)
    clips.unlink()
    (bought.root.parent / "elsewhere").rename(clips)
    assert {"reused"} == set(bought.plan().verdicts.values())


def test_nothing_is_missed_in_a_store_without_permission(bought: Stage) -> None:
    """A clip that was picked, too, is one that may not be looked at."""
    command = unprivileged()
    assert 0 == bought.run("pick", "film.yaml", "sky", "2").code
    (bought.store / "cas").chmod(0)
    try:
        said = [bought.run(*asked, command=command) for asked in (["plan"], ["why"], ["build", "--yes"])]
    finally:
        (bought.store / "cas").chmod(0o755)
    assert [(4, "")] * 3 == [(told.code, told.stdout) for told in said]
    assert all("error[E613]" in told.stderr and "lost" not in told.stderr for told in said)


@contextmanager
def read_only(mount: Path) -> Iterator[Path]:
    """A folder that nobody may write to, not even root; where none can be had the test is skipped."""
    if os.geteuid():
        mount.mkdir(mode=0o555)
        yield mount
        return
    with disk(mount, "ro") as there:
        yield there


def test_a_lost_clip_that_comes_back_is_reused(bought: Stage, vendor: Simulator) -> None:
    """By its digest: where it comes from does not matter."""
    kept = bought.root.parent / "kept.mp4"
    shutil.copy(bought.clip("pad"), kept)
    blob = lose(bought, "pad")
    assert 3 == bought.build("--yes").code
    shutil.copy(kept, blob)
    assert {"pad", "sky", "sky.take2", "card"} == bought.built().outcomes.keys()
    assert 3 == posts(vendor)


def test_only_replace_lost_buys_in_place_of_a_lost_clip(bought: Stage, vendor: Simulator) -> None:
    """With consent as ever; the lock then names the new clip."""
    before = lock_of(bought).by_place
    lose(bought, "pad")
    shutil.rmtree(bought.store / "journal")
    refused = bought.build("--replace-lost", "p*")
    assert (3, ["G921"]) == (refused.code, refused.codes)
    done = bought.built("--replace-lost", "p*", "--yes")
    assert "ran" == done.outcomes["pad"]
    assert 4 == posts(vendor)
    after = lock_of(bought).by_place
    assert (before["pad", 1].key, digest_of(bought.clip("pad"))) == (
        after["pad", 1].key,
        after["pad", 1].clip.sha256,
    )
    assert 0 == bought.build().code


def test_a_clone_with_an_empty_store_has_lost_everything_that_was_bought(
    bought: Stage, vendor: Simulator, tmp_path: Path
) -> None:
    """Frozen or not it buys nothing, and what is free is made."""
    clone = bought.copy(tmp_path / "clone", store=tmp_path / "empty")
    assert {"lost"} == {verdict for shot, verdict in clone.plan().verdicts.items() if shot != "card"}
    frozen = clone.build("--frozen", "--yes")
    assert (3, ["G910"]) == (frozen.code, frozen.codes)
    told = clone.run("build", "--frozen").stderr
    assert "3: the lock names their clips" in told
    assert "hint: `renderer cache import` brings what is lost from a store that has it\n" in told
    clone.edit("shots:", "shots:\n  - {id: new, prompt: dawn}")
    assert "; build without `--offline` to buy the rest\n" in clone.run("build", "--offline").stderr
    clone.edit("\n  - {id: new, prompt: dawn}", "")
    done = clone.build("--yes")
    assert (3, "ran") == (done.code, done.outcomes["card"])
    assert 3 == posts(vendor)


def test_the_clip_of_the_lock_wins_over_what_the_store_had_first(
    bought: Stage, vendor: Simulator, tmp_path: Path
) -> None:
    """Two people bought the same request: the film shows the clip that the lock names, wherever it is built."""
    other = bought.copy(tmp_path / "other", store=tmp_path / "theirs")
    (other.root / "film.lock").unlink()
    vendor.change(clip_s=0.75)
    other.built("--yes")
    theirs = digest_of(other.clip("pad"))
    assert theirs != digest_of(bought.clip("pad"))
    shutil.copy(other.root / "film.lock", bought.root / "film.lock")
    assert "lost" == bought.plan().verdicts["pad"]
    target = bought.store / "cas" / theirs[:2] / theirs
    target.parent.mkdir(exist_ok=True)
    shutil.copy(other.clip("pad"), target)
    assert "reused" == bought.plan().verdicts["pad"]
    bought.build("pad")
    assert theirs == digest_of(bought.clip("pad"))


def test_a_merge_conflict_is_told_with_the_way_out(bought: Stage) -> None:
    """Nothing is planned or built with a lock in pieces."""
    bought.write(
        "film.lock",
        text_of(bought).replace("  seed 1", "<<<<<<< ours\n  seed 1\n=======\n  seed 4\n>>>>>>> b", 1),
    )
    for command in ("plan", "build"):
        said = bought.run(command)
        assert 2 == said.code
        assert "error[L101]" in said.stderr
        assert "renderer lock repair" in said.stderr


def test_another_ffmpeg_neither_checks_nor_rewrites_a_film(bought: Stage) -> None:
    """The block of a film made of the same is left as the other build wrote it."""
    mine = lock_of(bought).outputs[0]
    text = text_of(bought).replace(mine.ffmpeg, "n1.0-other").replace(mine.film.sha256, "f" * 64)
    bought.write("film.lock", text)
    bought.built()
    assert text == text_of(bought)
    bought.edit("use: 0.25", "use: 0.5")
    bought.built()
    assert mine.ffmpeg == lock_of(bought).outputs[0].ffmpeg


def test_the_check_compares_keys_alone(bought: Stage, vendor: Simulator, tmp_path: Path) -> None:
    """In a clone with an empty store, without a key and without a request; exit 5 where the lock is behind."""
    before = len(vendor.received())
    clone = bought.copy(tmp_path / "clone", store=tmp_path / "empty").using(AIMLAPI_API_KEY="")
    assert (0, []) == ((done := clone.run("lock", "check", "--json")).code, done.json["stale"])
    clone.edit("galaxies, takes: 2", "nebulae")
    clone.edit("id: pad", "id: tower")
    for command in (("plan", "--check-lock"), ("lock", "check")):
        behind = clone.run(*command, "--json")
        assert 5 == behind.code
        assert [
            ("tower", 1, "in the lock as `pad`"),
            ("sky", 1, "its request has changed"),
            ("pad", 1, "in the lock, and not in the storyboard"),
            ("sky", 2, "in the lock, and not in the storyboard"),
        ] == [(one["id"], one["take"], one["reason"]) for one in behind.json["stale"]]
    assert "film.lock: 4 behind" in clone.run("lock", "check").stderr
    assert (5, 0) == (clone.run("lock", "check", "sky").code, clone.run("lock", "check", "card").code)
    assert before == len(vendor.received())


def test_a_conflict_is_repaired_without_a_purchase(bought: Stage, vendor: Simulator) -> None:
    """Of two sides the one that belongs to today's request; the film is as it was."""
    good, film = text_of(bought), digest_of(bought.film())
    key, clip = lock_of(bought).by_place["pad", 1][2:4]
    ours = f"  key {key}\n  clip {clip.sha256} {clip.size_bytes}\n"
    other = f"  key {'b' * 64}\n  clip {'c' * 64} 77\n"
    for sides in ([ours, other], [other, ours]):
        marks = ["<<<<<<< HEAD\n", "=======\n", ">>>>>>> theirs\n"]
        bought.write("film.lock", good.replace(ours, marks[0] + sides[0] + marks[1] + sides[1] + marks[2]))
        assert 2 == bought.build().code
        assert 0 == bought.run("lock", "repair", "--offline").code
        assert good == text_of(bought)
    bought.built()
    assert (3, film) == (posts(vendor), digest_of(bought.film()))


def test_a_repair_makes_a_lock_that_is_gone_from_the_store(bought: Stage) -> None:
    """All but the film, which the next build adds."""
    good = text_of(bought)
    (bought.root / "film.lock").unlink()
    done = bought.run("lock", "repair", "--json").json
    assert (True, 3, [], []) == (done["written"], done["takes"], done["lost"], done["missing"])
    assert good.startswith(text_of(bought).rstrip("\n"))
    bought.built()
    assert good == text_of(bought)


def test_a_repair_forgets_no_clip(bought: Stage, tmp_path: Path) -> None:
    """What no store has stays in the lock, and is told."""
    good = text_of(bought)
    clone = bought.copy(tmp_path / "clone", store=tmp_path / "empty")
    done = clone.run("lock", "repair", "--json").json
    assert (["pad", "sky", "sky.take2"], []) == (done["lost"], done["missing"])
    assert (False, good) == (done["written"], text_of(clone))


def test_a_url_means_what_the_lock_says(bought: Stage, vendor: Simulator, tmp_path: Path) -> None:
    """In a clone a URL that was never fetched there is known by the lock: the keys are the same."""
    link = f"{vendor.url}/anything.png"
    name = sha256(link.encode()).hexdigest()
    bought.edit("image: a.png", f"image: {link}")
    still = sha256((bought.root / "a.png").read_bytes()).hexdigest()
    size = (bought.root / "a.png").stat().st_size
    text = text_of(bought).replace("output main", f"fetched {name}\n  holds {still} {size}\n\noutput main")
    bought.write("film.lock", text)
    clone = bought.copy(tmp_path / "clone", store=tmp_path / "empty")
    assert 0 == clone.run("lock", "check").code
