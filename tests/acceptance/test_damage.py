"""What is lost or damaged is noticed, and only that is made again."""

import shutil
from pathlib import Path

import pytest

from .stage import Stage, digest_of, frames_in, spoil


def zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scribble(path: Path) -> None:
    path.write_bytes(b"not a database" * 300)


def delete(path: Path) -> None:
    shutil.rmtree(path.parent)


@pytest.mark.parametrize("harm", [zero, truncate, scribble, delete], ids=lambda harm: harm.__name__)
def test_the_index_decides_nothing(built: Stage, harm: object) -> None:
    """Zeroed, cut short, written over or deleted: nothing runs and nothing is written."""
    assert callable(harm)
    before = built.files()
    harm(built.store / "index" / "cache.db")
    assert [] == built.built().ran
    assert [] == built.built().ran
    assert before == built.files()


def test_a_deleted_copy_is_put_back_without_a_run(built: Stage) -> None:
    """Clips and film in `build/` are copies; the store has them."""
    before = {name: digest for name, (digest, _) in built.files().items()}
    built.clip("crew").unlink()
    built.film().unlink()
    assert [] == built.built().ran
    assert before == {name: digest for name, (digest, _) in built.files().items()}


def test_the_whole_of_build_may_be_deleted(built: Stage) -> None:
    """Everything comes back, the same bytes."""
    film = digest_of(built.film())
    shutil.rmtree(built.root / "build")
    assert [] == built.built().ran
    assert film == digest_of(built.film())


@pytest.mark.parametrize("name", ["film.mp4", "film/crew.mp4"])
def test_an_edited_copy_is_restored(built: Stage, name: str) -> None:
    """A copy of other bytes, even of the same length, is no longer the clip."""
    before = digest_of(built.film(name))
    spoil(built.film(name))
    assert [] == built.built().ran
    assert before == digest_of(built.film(name))


def test_a_copy_is_never_the_stored_file_itself(built: Stage) -> None:
    """Writing over a copy leaves the store whole."""
    for path in [built.film(), built.clip("pad")]:
        path.write_bytes(b"scribbled over")
    assert 0 == built.run("cache", "verify").code


def test_a_deleted_clip_of_the_store_is_made_again(built: Stage) -> None:
    """That shot alone; the film comes out as it was."""
    film = digest_of(built.film())
    built.blob_of("crew").unlink()
    assert ["crew"] == built.built().ran
    assert film == digest_of(built.film())


def test_an_emptied_store_is_filled_again(built: Stage) -> None:
    """With the store gone all is made again, to the same film."""
    film = digest_of(built.film())
    shutil.rmtree(built.store)
    assert ["pad", "crew", "sky"] == built.built().ran
    assert film == digest_of(built.film())


def test_a_damaged_clip_is_found_set_aside_and_made_again(built: Stage) -> None:
    """`verify` finds it, `repair` moves it away, and the next build makes that shot alone."""
    crew, film = built.blob_of("crew"), digest_of(built.film())
    spoil(crew)
    found = built.run("cache", "verify", "--json")
    assert (4, [crew.name]) == (found.code, found.json["damaged_clips"])
    assert 0 == built.run("cache", "repair").code
    assert [crew.name] == [path.name[:64] for path in (built.store / "damaged").iterdir()]
    assert ["crew"] == built.built().ran
    assert film == digest_of(built.film())
    assert 0 == built.run("cache", "verify").code


def test_a_damaged_clip_that_is_needed_is_made_again_at_once(built: Stage) -> None:
    """A new cut reads the clip: its bytes are checked, set aside, made again and used, in one command."""
    crew = built.blob_of("crew")
    spoil(crew)
    built.edit("prompt: galaxies", "prompt: galaxies, use: 0.25")
    assert ["crew"] == built.built().ran
    assert 15 == frames_in(built.film())
    assert [crew.name] == [path.name[:64] for path in (built.store / "damaged").iterdir()]
    assert 0 == built.run("cache", "verify").code


def test_a_clip_that_is_gone_is_told_beside_what_is_sound(built: Stage) -> None:
    """Nothing is damaged, so the exit code is 0; but nobody reads that all is there."""
    crew = built.blob_of("crew")
    crew.unlink()
    done = built.run("cache", "verify")
    first, second = done.stdout.splitlines()
    assert 0 == done.code
    assert first.endswith("read: all sound; 1 on record and not here")
    assert f"lost: {crew.name}" == second


def test_a_damaged_clip_never_reaches_build(built: Stage) -> None:
    """A copy is hashed on its way out, and made again where it is free."""
    before = digest_of(built.clip("crew"))
    spoil(built.blob_of("crew"))
    built.clip("crew").unlink()
    assert ["crew"] == built.built().ran
    assert before == digest_of(built.clip("crew"))
    assert 0 == built.run("cache", "verify").code


def test_a_damaged_trace_is_as_if_never_made(built: Stage) -> None:
    """It is moved aside, and its shot runs."""
    key = built.built().json["shots"][1]["key"]
    trace = built.store / "ac" / key[:2] / f"{key}.json"
    spoil(trace)
    shutil.rmtree(built.store / "index")
    assert ["crew"] == built.built().ran
    assert 0 == built.run("cache", "verify").code


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("name", "asked", "ended"),
    [
        ("build/.owners.json", ["build", "--json"], (0, [])),
        ("plan.json", ["build", "--plan", "plan.json", "--json"], (2, ["U083"])),
        ("film.picks.yaml", ["build", "--json"], (2, ["D101"])),
        ("../store/projects/*/*.json", ["cache", "gc", "--json"], (3, ["E632"])),
        ("../store/pinned/*.json", ["cache", "pins", "--json"], (3, ["E634"])),
    ],
)
def test_what_is_nested_without_end_is_told_as_what_it_is(
    built: Stage, name: str, asked: list[str], ended: tuple[int, list[str]]
) -> None:
    """A reader of its own depth is nobody's bug: each file is what it would be with anything else that is none."""
    built.built()
    assert 0 == built.run("cache", "pin", "film.yaml", "pad").code
    for path in [*built.root.glob(name)] or [built.root / name]:
        path.unlink(missing_ok=True)
        path.write_text(DEEP[:20_000] if name.endswith("yaml") else DEEP)
    done = built.run(*asked)
    assert ended == (done.code, [error["code"] for error in done.json.get("errors", ())])
