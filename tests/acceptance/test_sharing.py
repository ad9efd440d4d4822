"""Clips that go from one store to another, and a film that is the same in a clone."""

import shutil
from pathlib import Path

import pytest

from tests.simulator.simulator import Simulator

from .stage import Stage, digest_of, spoil

SPEC = """\
version: 1
output: {size: 64x36, fps: 4}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", image: a.png, use: 0.25}
shots:
  - {id: pad, prompt: steam}
  - {id: sky, prompt: galaxies, takes: 2}
  - {id: card, provider: animatic, prompt: the end}
"""


@pytest.fixture
def bought(customer: Stage) -> Stage:
    """Three paid takes and a free one, built."""
    customer.write("film.yaml", SPEC)
    customer.built("--yes")
    return customer


def clone_of(stage: Stage, folder: Path) -> Stage:
    """A clone elsewhere, with an empty store and without a key."""
    return stage.copy(folder / "clone", store=folder / "empty").using(AIMLAPI_API_KEY="")


@pytest.mark.parametrize("name", ["film.tar", "folder"])
def test_a_clone_builds_the_same_film_without_a_request(
    bought: Stage, vendor: Simulator, tmp_path: Path, name: str
) -> None:
    """Exported here, imported there, `--frozen`: the same bytes, nothing sent, no key."""
    target = str(tmp_path / name)
    exported = bought.run("cache", "export", "film.yaml", target, "--json")
    assert (0, 3, []) == (exported.code, exported.json["clips"], exported.json["lost"])
    before = len(vendor.received())
    clone = clone_of(bought, tmp_path)
    assert 3 == clone.build("--frozen").code
    assert 3 == clone.run("cache", "import", target, "--json").json["clips"]
    done = clone.built("--frozen")
    assert {"pad": "reused", "sky": "reused", "sky.take2": "reused", "card": "ran"} == done.outcomes
    assert digest_of(bought.film()) == digest_of(clone.film())
    assert before == len(vendor.received())
    assert (bought.root / "film.lock").read_bytes() == (clone.root / "film.lock").read_bytes()
    assert 0 == clone.run("cache", "verify").code


def test_a_tar_of_one_lock_is_always_the_same(bought: Stage, tmp_path: Path) -> None:
    """Byte for byte, and it can be read as a store after it was unpacked."""
    first, second = tmp_path / "first.tar", tmp_path / "second.tar"
    for target in (first, second):
        assert 0 == bought.run("cache", "export", "film.yaml", str(target)).code
    assert first.read_bytes() == second.read_bytes()
    assert 0 == bought.run("cache", "import", str(first)).code
    shutil.unpack_archive(first, tmp_path / "unpacked", "tar", filter="data")
    there = bought.run("cache", "verify", "--cache-dir", str(tmp_path / "unpacked"))
    assert 0 == there.code


def test_only_what_the_lock_names_is_exported(bought: Stage, tmp_path: Path) -> None:
    """Not the clip of an older request, not what is free."""
    bought.edit("steam", "smoke")
    bought.built("--yes")
    shared = bought.run("cache", "export", "film.yaml", str(tmp_path / "folder"), "--json").json
    assert (3, 3) == (shared["clips"], shared["traces"])
    assert 3 == len(list((tmp_path / "folder" / "cas").glob("*/*")))


def test_a_lost_clip_is_told_and_the_others_are_exported(bought: Stage, tmp_path: Path) -> None:
    """Exit 3 with its name."""
    bought.blob_of("pad").unlink()
    done = bought.run("cache", "export", "film.yaml", str(tmp_path / "film.tar"), "--json")
    assert (3, 2, ["pad"]) == (done.code, done.json["clips"], done.json["lost"])


def test_a_clip_that_is_not_what_its_name_says_is_not_taken_in(bought: Stage, tmp_path: Path) -> None:
    """Exit 4, and the store has nothing of it."""
    folder = tmp_path / "folder"
    bought.run("cache", "export", "film.yaml", str(folder))
    name = digest_of(bought.clip("pad"))
    spoil(folder / "cas" / name[:2] / name)
    clone = clone_of(bought, tmp_path)
    done = clone.run("cache", "import", str(folder))
    assert (4, True) == (done.code, "error[E614]" in done.stderr)
    assert "lost" == clone.plan().verdicts["pad"]


@pytest.mark.parametrize("share", [0.3, 0.5, 0.97])
def test_a_tar_file_that_ends_early_gives_nothing(bought: Stage, tmp_path: Path, share: float) -> None:
    """Wherever it was cut: exit 4, told as such, and the store has nothing of it."""
    whole = tmp_path / "film.tar"
    bought.run("cache", "export", "film.yaml", str(whole))
    content = whole.read_bytes().rstrip(b"\0")
    whole.write_bytes(content[: round(len(content) * share)])
    clone = clone_of(bought, tmp_path)
    done = clone.run("cache", "import", str(whole))
    assert (4, True) == (done.code, "error[E640]" in done.stderr)
    assert "nothing was taken in" in done.stderr
    assert 0 == clone.run("cache", "stats", "--json").json["clips"]


def test_verify_tells_what_is_lost_of_what_was_bought(bought: Stage) -> None:
    """Exit 3 where a lock of a project on record names a clip that is not there; a free one may be cleared away."""
    bought.blob_of("card").unlink()
    assert 0 == bought.run("cache", "verify").code
    clip = bought.blob_of("pad")
    clip.unlink()
    done = bought.run("cache", "verify", "--json")
    lock = str(bought.root / "film.lock")
    assert (3, [{"lock": lock, "take": "pad", "sha256": clip.name}]) == (done.code, done.json["lost_paid"])
    assert "renderer cache import" in bought.run("cache", "verify").stderr


@pytest.mark.parametrize("name", ["nothing", "empty", "a.png", "film.tar"])
def test_what_is_no_store_is_refused(bought: Stage, name: str) -> None:
    """A missing file, an empty folder, a picture, a tar file that is none."""
    (bought.root / "empty").mkdir()
    bought.write("film.tar", b"no tar")
    done = bought.run("cache", "import", name)
    assert (2, True) == (done.code, "error[U070]" in done.stderr)


def test_an_export_spreads_nothing_among_other_files(bought: Stage) -> None:
    """A folder with something else in it is refused; so is a storyboard without a lock."""
    assert "error[U070]" in bought.run("cache", "export", "film.yaml", ".").stderr
    (bought.root / "film.lock").unlink()
    assert "error[U071]" in bought.run("cache", "export", "film.yaml").stderr


def test_a_clip_that_was_picked_goes_along(bought: Stage, tmp_path: Path) -> None:
    """Also one of an older request, which the lock does not name: the clone's film is the same."""
    old = digest_of(bought.clip("pad"))
    bought.edit("steam", "smoke")
    bought.built("--yes")
    assert 0 == bought.run("pick", "film.yaml", "pad", f"@{old}").code
    bought.built()
    assert 0 == bought.run("cache", "export", "film.yaml", str(tmp_path / "film.tar")).code
    clone = clone_of(bought, tmp_path)
    assert 0 == clone.run("cache", "import", str(tmp_path / "film.tar")).code
    clone.built("--frozen")
    assert digest_of(bought.film()) == digest_of(clone.film())
