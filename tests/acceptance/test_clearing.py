"""`renderer cache gc` with real projects, repositories, builds and kills: what goes, what stays, and what stops it."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from .director import Director
from .ledger import Books
from .stage import THREE_SHOTS, Finished, Stage, blob, digest_of, playing

PAID = """\
version: 1
output: {fps: 4}
defaults: {provider: aimlapi, model: gen3a_turbo, duration: 5, ratio: "16:9", use: 0.25}
shots:
  - {id: pad, prompt: steam, image: a.png}
"""
DAY_S = 86_400
LEFT = 3000


def git(folder: Path, *arguments: str) -> str:
    names = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode()


def blobs(stage: Stage) -> set[str]:
    return {path.name for path in (stage.store / "cas").glob("*/*")}


def gc(stage: Stage, *arguments: str) -> Finished:
    done = stage.run("cache", "gc", "--json", *arguments)
    assert 0 == done.code, done.stdout + done.stderr
    return done


def goes(done: Finished) -> dict[str, int]:
    return {share["what"]: share["count"] for share in done.json["goes"]}


def stays(done: Finished) -> dict[tuple[str, str], int]:
    return {(share["what"], share["why"]): share["count"] for share in done.json["stays"]}


def age(stage: Stage, days: float) -> None:
    """Make all that is in a store older, uses on record too."""
    for path in [
        path for room in ("cas", "ac") for path in (stage.store / room).rglob("*") if path.is_file()
    ]:
        status = path.stat()
        os.utime(path, (status.st_atime, status.st_mtime - days * DAY_S))
    for path in (stage.store / "projects").rglob("*.json"):
        value = json.loads(path.read_bytes())
        for use in value["uses"]:
            use["at"] = "2020-01-01T00:00:00+00:00"
        path.chmod(0o644)
        path.write_text(json.dumps(value))
        os.utime(path, (0, 0))


@pytest.fixture
def bought(customer: Stage) -> Stage:
    """One clip, bought, in a repository whose branch `main` has its lock; all of it is a month old."""
    customer.write("film.yaml", PAID)
    customer.write(".gitignore", "build/\n")
    customer.built("--yes")
    git(customer.root, "init", "-q")
    git(customer.root, "add", ".")
    git(customer.root, "commit", "-qm", "first")
    age(customer, 30)
    return customer


def clip_of(stage: Stage) -> str:
    return digest_of(stage.clip("pad"))


def test_what_was_made_lately_stays(built: Stage) -> None:
    """A build of today loses nothing, and the next one has nothing to do."""
    before = blobs(built)
    done = gc(built, "--delete")
    assert ({}, before) == (goes(done), blobs(built))
    assert [] == built.built().ran


def test_nothing_is_deleted_without_the_word(built: Stage) -> None:
    """What would go is told, by sort and size, and is still there."""
    age(built, 30)
    before = blobs(built)
    done = gc(built)
    assert {"free clips": 3, "films": 1, "traces": 4} == goes(done)
    assert (False, before) == (done.json["deleted"], blobs(built))
    told = built.run("cache", "gc")
    assert "goes   free clips        3" in told.stdout
    assert "nothing was deleted, `--delete` does it" in told.stderr


def test_what_was_cleared_away_is_made_again(built: Stage) -> None:
    """The store is sound, and a build makes the same film."""
    film = digest_of(built.film())
    age(built, 30)
    assert {"free clips": 3, "films": 1, "traces": 4} == goes(gc(built, "--delete"))
    assert set() == blobs(built)
    assert 0 == built.run("cache", "verify").code
    assert ["pad", "crew", "sky"] == built.built().ran
    assert film == digest_of(built.film())


def test_a_build_with_nothing_to_do_is_a_use(built: Stage) -> None:
    """Clips that were made long ago and are shown today stay, and so does what the film was joined of."""
    built.edit("fps: 12}", "fps: 12}\nsequence: [pad, {shot: crew, use: {in: 0.25, out: 0.5}}, sky]")
    built.built()
    before = blobs(built)
    age(built, 30)
    assert [] == built.built().ran
    gone = before - blobs(built) if goes(gc(built, "--delete")) else set()
    assert 1 == len(gone), "the film of the first build alone"
    assert [] == built.built().ran


def test_what_was_used_least_recently_goes_first(built: Stage) -> None:
    """Only until the store holds no more than it may."""
    age(built, 30)
    oldest = blob(built.store, digest_of(built.film()))
    os.utime(oldest, (0, 0))
    size = gc(built).json["bytes"]
    assert {} == goes(gc(built, "--max-size", "1GB", "--delete"))
    assert {"films": 1, "traces": 1} == goes(gc(built, "--max-size", str(size - 1), "--delete"))
    assert not oldest.exists()
    assert [] == built.built().ran


def test_a_paid_clip_goes_only_with_the_word(bought: Stage) -> None:
    """Not while a lock names it; then with `--paid` alone."""
    clip = blob(bought.store, clip_of(bought))
    assert 1 == stays(gc(bought, "--paid", "--delete"))["paid clips", "named by a lock or picks file"]
    shutil.rmtree(bought.root / ".git")
    (bought.root / "film.lock").unlink()
    assert 1 == stays(gc(bought, "--delete"))["paid clips", "paid for: goes with `--paid` alone"]
    assert clip.exists()
    assert 1 == goes(gc(bought, "--paid", "--delete"))["paid clips"]
    assert not clip.exists()
    assert 0 == bought.run("cache", "verify").code


@pytest.mark.parametrize("where", ["branch", "tag", "remote", "stash", "staged", "detached", "worktree"])
def test_a_lock_anywhere_in_git_holds_on_to_its_clips(bought: Stage, tmp_path: Path, where: str) -> None:
    """The work tree and the branch at hand have no lock any more; something else in the repository has."""
    root, clip = bought.root, blob(bought.store, clip_of(bought))
    lock = (root / "film.lock").read_text()
    git(root, "rm", "-q", "film.lock")
    git(root, "commit", "-qm", "without")
    git(root, "checkout", "-q", "--orphan", "fresh")
    git(root, "commit", "-qm", "fresh")
    git(root, "branch", "-D", "main")
    assert 1 == goes(gc(bought, "--paid"))["paid clips"]
    (root / "film.lock").write_text(lock)
    git(root, "add", "film.lock")
    if where == "staged":
        (root / "film.lock").unlink()
    elif where == "stash":
        git(root, "stash")
        (root / "other.txt").write_text("later")
        git(root, "add", "other.txt")
        git(root, "stash")
    else:
        git(root, "commit", "-qm", "locked")
        if where == "detached":
            git(root, "worktree", "add", "-q", "--detach", str(tmp_path / "other"))
            (tmp_path / "other" / "film.lock").unlink()
        if where == "worktree":
            git(root, "worktree", "add", "-q", "--detach", str(tmp_path / "other"), "HEAD~1")
            (tmp_path / "other" / "film.lock").write_text(lock)
        names = {"branch": ["branch", "kept"], "tag": ["tag", "-a", "-m", "a cut", "kept"]}
        names["remote"] = ["update-ref", "refs/remotes/origin/kept", "HEAD"]
        if where in names:
            git(root, *names[where])
        git(root, "reset", "-q", "--hard", "HEAD~1")
    assert not (root / "film.lock").exists()
    assert 1 == stays(gc(bought, "--paid", "--delete"))["paid clips", "named by a lock or picks file"]
    assert clip.exists()


def test_a_shallow_clone_is_asked_too(bought: Stage, tmp_path: Path) -> None:
    """Its tips are all that it has, and all that counts."""
    git(tmp_path, "clone", "-q", "--depth", "1", bought.root.as_uri(), "clone")
    clone = Stage(tmp_path / "clone", bought.store, bought.environ)
    assert [] == clone.built("--frozen").ran
    bought.run("cache", "forget", str(bought.root))
    shutil.rmtree(bought.root)
    git(clone.root, "checkout", "-q", "-b", "work")
    git(clone.root, "rm", "-q", "film.lock")
    git(clone.root, "commit", "-qm", "without")
    age(clone, 30)
    assert 1 == stays(gc(clone, "--paid"))["paid clips", "named by a lock or picks file"]


def test_a_work_tree_of_a_bare_repository_is_asked(bought: Stage, tmp_path: Path) -> None:
    """Branches of the bare one count."""
    git(tmp_path, "clone", "-q", "--bare", str(bought.root), "bare.git")
    git(tmp_path / "bare.git", "worktree", "add", "-q", "-b", "work", str(tmp_path / "tree"))
    tree = Stage(tmp_path / "tree", bought.store, bought.environ)
    assert [] == tree.built("--frozen").ran
    bought.run("cache", "forget", str(bought.root))
    git(tree.root, "rm", "-q", "film.lock")
    git(tree.root, "commit", "-qm", "without")
    age(tree, 30)
    assert 1 == stays(gc(tree, "--paid"))["paid clips", "named by a lock or picks file"]


def test_a_lock_in_the_middle_of_a_merge_holds_on_to_both_sides(bought: Stage) -> None:
    """Files are searched, not understood."""
    shutil.rmtree(bought.root / ".git")
    text = (bought.root / "film.lock").read_text()
    (bought.root / "film.lock").write_text(f"<<<<<<< ours\n{text}=======\nwhatever\n>>>>>>> theirs\n")
    assert 1 == stays(gc(bought, "--paid"))["paid clips", "named by a lock or picks file"]


def test_a_pin_holds_on(bought: Stage) -> None:
    """By the start of a digest or by shot; listed with its reason, and let go of."""
    clip = clip_of(bought)
    shutil.rmtree(bought.root / ".git")
    bought.run("cache", "pin", f"@{clip[:6]}", "--reason", "the producer likes it")
    (bought.root / "film.lock").unlink()
    age(bought, 30)
    assert 1 == stays(gc(bought, "--paid", "--delete"))["paid clips", "pinned"]
    bought.run("cache", "pin", f"@{clip[:8]}")  # without a reason the one that was given stays
    pins = bought.run("cache", "pins", "--json").json["pins"]
    assert [(clip, "the producer likes it", True)] == [(p["sha256"], p["reason"], p["there"]) for p in pins]
    assert any(row["pinned"] for row in bought.run("cache", "ls", "--json").json["traces"])
    assert 0 == bought.run("cache", "unpin", f"@{clip[:8]}").code
    assert 1 == goes(gc(bought, "--paid"))["paid clips"]
    assert 0 == bought.run("cache", "pin", "film.yaml", "p*").code
    assert [clip] == [p["sha256"] for p in bought.run("cache", "pins", "--json").json["pins"]]
    assert 0 == bought.run("cache", "unpin", "film.yaml").code
    assert [] == bought.run("cache", "pins", "--json").json["pins"]


@pytest.mark.parametrize(
    ("words", "code"), [(("@ffff",), "U090"), (("@",), "U090"), (("film.yaml", "crew"), "U093")]
)
def test_what_is_not_there_is_not_pinned(stage: Stage, words: tuple[str, ...], code: str) -> None:
    """With the code that says why."""
    stage.write("film.yaml", THREE_SHOTS)
    done = stage.run("cache", "pin", *words)
    assert (2, True) == (done.code, f"error[{code}]" in done.stderr)


def test_what_is_not_pinned_is_told_from_what_is_not_there(built: Stage) -> None:
    """A clip that is stored is there, whether or not anybody pinned it."""
    clip = digest_of(built.clip("pad"))
    done = built.run("cache", "unpin", f"@{clip[:8]}")
    assert (2, f"error[U090]: the clip `@{clip[:8]}` is not pinned") == (
        done.code,
        done.stderr.splitlines()[0],
    )
    assert "there is no clip `@ffffffff`" in built.run("cache", "unpin", "@ffffffff").stderr


def test_a_project_that_is_gone_stops_it(built: Stage, first_night: Stage, tmp_path: Path) -> None:
    """Its disk may only be unplugged; a person strikes it off, by name or by root."""
    built.run("cache", "forget", str(first_night.root))
    built.built()
    age(built, 30)
    before = blobs(built)
    moved = built.root.rename(tmp_path / "elsewhere")
    stage = Stage(moved, built.store)
    done = stage.run("cache", "gc", "--delete", "--json")
    assert (3, ["E632"], before) == (done.code, done.codes, blobs(built))
    listed = stage.run("cache", "projects", "--json").json["projects"]
    assert [(str(built.root), False)] == [(one["root"], one["there"]) for one in listed]
    assert f"gone  {built.root}" in stage.run("cache", "gc").stderr
    assert 2 == stage.run("cache", "forget", "/nowhere").code
    assert 0 == stage.run("cache", "forget", listed[0]["name"]).code
    assert [] == stage.run("cache", "projects", "--json").json["projects"]
    assert 3 == goes(gc(stage, "--delete"))["free clips"]


def test_a_repository_that_git_cannot_read_stops_it(bought: Stage) -> None:
    """A branch that points at nothing may have named anything."""
    (bought.root / ".git" / "refs" / "heads" / "main").write_text("1" * 40 + "\n")
    done = bought.run("cache", "gc", "--paid", "--delete", "--json")
    assert (3, ["E633"]) == (done.code, done.codes)
    assert blob(bought.store, clip_of(bought)).exists()


def test_a_file_that_cannot_be_read_stops_it(built: Stage) -> None:
    """It may be a lock."""
    built.built()
    (built.root / "old.lock").symlink_to("old.lock")
    done = built.run("cache", "gc", "--json")
    assert (3, ["E632"]) == (done.code, done.codes)


def test_below_a_folder_without_a_mark_nothing_is_asked(built: Stage) -> None:
    """Without a repository a storyboard's own folder is the project: it may be anybody's home."""
    built.built()
    (built.root / "below").mkdir()
    (built.root / "below" / "old.lock").symlink_to("old.lock")
    assert 0 == built.run("cache", "gc").code
    built.write("renderer.toml", "")
    assert 3 == built.run("cache", "gc").code


def test_a_hook_of_another_repository_does_not_mislead_it(bought: Stage, tmp_path: Path) -> None:
    """Git names the hook's repository in variables, which win over folders."""
    git(tmp_path, "init", "-q", "other")
    (bought.root / "film.lock").unlink()
    hooked = bought.using(GIT_DIR=str(tmp_path / "other" / ".git"), GIT_INDEX_FILE=".git/index")
    assert 1 == stays(gc(hooked, "--paid"))["paid clips", "named by a lock or picks file"]


def test_a_damaged_trace_stops_it(bought: Stage) -> None:
    """Nobody knows whether its clip was paid for; after `repair` its clip counts as paid."""
    trace = next((bought.store / "ac").glob("*/*.json"))
    trace.chmod(0o644)
    trace.write_text(trace.read_text()[:-20])
    done = bought.run("cache", "gc", "--paid", "--delete", "--json")
    assert (3, ["E634"]) == (done.code, done.codes)


def test_open_jobs_hold_on_to_their_inputs(built: Stage) -> None:
    """The frozen request names bytes that are sent again, or were sent."""
    still = built.still("a.png")
    name = digest_of(still)
    target = blob(built.store, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(still, target)
    age(built, 30)
    books = Books(built)
    assert 1 == goes(gc(built))["left by runs that ended"]
    books.sent("one", ago=timedelta(days=60), inputs=(name,))
    assert {1} == {number for (_, why), number in stays(gc(built)).items() if "job" in why}


def test_a_build_at_work_keeps_it_out(built: Stage, director: Director) -> None:
    """Nothing is deleted while a build runs; after it, its clips are fresh."""
    age(built, 30)
    built.edit("galaxies", "nebulae")
    directed = director.direct(built)
    director.cue("wait", "-frames:v")
    door = director.listen()
    with playing(directed.start("build", "--json")) as building:
        director.heard(door)
        before = blobs(built)
        done = built.run("cache", "gc", "--delete", "--json")
        assert (3, ["E631"]) == (done.code, done.codes)
        assert 0 == built.run("cache", "gc").code, "looking is allowed"
        assert before == blobs(built)
        building.send_signal(signal.SIGKILL)
    assert 0 == built.run("cache", "gc", "--delete").code, "a killed build leaves no seat"


def test_a_kill_at_any_time_leaves_a_sound_store(first_night: Stage, tmp_path: Path) -> None:
    """Killed again and again while it deletes: no trace promises what is gone, and the next one ends the work."""
    store = tmp_path / "store"
    stage = Stage(first_night.root, store)
    shutil.copytree(first_night.store, store)
    folder = store / "cas" / "ab"
    folder.mkdir(exist_ok=True)
    for number in range(LEFT):
        (folder / f"ab{number:062x}").write_bytes(b"x")
    age(stage, 30)
    for left in range(LEFT - 1, 0, -LEFT // 5):
        with playing(stage.start("cache", "gc", "--delete")) as clearing:
            while clearing.poll() is None and len(blobs(stage)) > left:
                pass
            clearing.kill()
        check = stage.run("cache", "verify", "--json").json
        assert ([], [], []) == (check["damaged_traces"], check["lost"], check["damaged_journal_lines"])
    gc(stage, "--delete")
    assert set() == blobs(stage)
    assert [] == list((store / "ac").glob("*/*.json"))


Act = Callable[[Stage], object]


@pytest.mark.parametrize(
    "act",
    [
        lambda stage: stage.plan(),
        lambda stage: stage.run("takes", "film.yaml", "pad"),
        lambda stage: stage.build(),
    ],
)
def test_whoever_looks_a_storyboard_up_puts_its_project_on_record(built: Stage, act: Act) -> None:
    """Once is enough, and a second time writes nothing."""
    for project in built.run("cache", "projects", "--json").json["projects"]:
        built.run("cache", "forget", project["name"])
    act(built)
    record = next((built.store / "projects").rglob("*.json"))
    before = record.stat().st_mtime_ns
    act(built)
    assert before == record.stat().st_mtime_ns
