"""The store among processes that are killed, run at once, fill the disk or may not write."""

import asyncio
import faulthandler
import itertools
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import renderer.store.textcache  # noqa: F401 - imported before a child gives up the right to read it
from renderer.digest import action_key, digest_bytes
from renderer.errors import StoreError
from renderer.model import Asker, Result
from renderer.store import Store
from tests.builders import NOON

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

KILLS_MAX = 60
STEPS_MAX = 1000
CHILD_TIMEOUT_S = 120
FILM = b"film" * 5000


def fork(work: Callable[[], None]) -> int:
    """Start a process that does `work` and ends with status 0, or 1 after printing what was raised, or where it stands still."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            faulthandler.dump_traceback_later(CHILD_TIMEOUT_S, exit=True, file=2)
            work()
            status = 0
        except BaseException:  # noqa: BLE001
            traceback.print_exc()
        finally:
            os._exit(status)
    return child


def ended(child: int) -> int:
    """Wait for a child; its exit status, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_at(number: int) -> None:
    """End this process without warning before its `number`th call to the system that Python audits."""
    calls = itertools.count()

    def count(event: str, _: object) -> None:
        if event.startswith(("open", "os.", "fcntl.", "shutil.", "sqlite3.")) and next(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def manifest_of(prompt: str) -> dict[str, str]:
    return {"action": "generate", "prompt": prompt}


def make(store: Store, prompt: str, *, shot: str = "pad", clip: bytes | None = None) -> str:
    manifest = manifest_of(prompt)
    with store.scratch() as folder:
        (folder / "clip.mp4").write_bytes(prompt.encode() * 500 if clip is None else clip)
        digest = store.put_file(folder / "clip.mp4")
    key = action_key(manifest)
    store.record(key, manifest=manifest, result=Result(digest), askers=[Asker("p", "s", shot, 1)], now=NOON)
    return key


def work(root: Path, film: Path, prompt: str, acknowledged: int) -> None:
    """All that a run does to a store, saying on a pipe what it may be held to."""
    with Store.open(root) as store:
        store.lookup_many([action_key(manifest_of(prompt))])
        key = make(store, prompt)
        os.write(acknowledged, f"{key}\n".encode())
        make(store, prompt, clip=b"another")
        store.copy_out(store.put_bytes(FILM), film)
        store.fetched.put("https://example.org/", digest_bytes(FILM))
        store.digests_of([film])
        store.memos.put("storyboard", key, {"shots": [prompt]})


def test_a_run_that_is_killed_anywhere_leaves_a_sound_store(tmp_path: Path) -> None:
    """Before whichever call it dies: every file is whole, what was acknowledged is there, the film is whole."""
    root, film = tmp_path / "store", tmp_path / "build" / "film.mp4"
    stride, number, kills = 1, 0, 0
    while number < STEPS_MAX:
        reader, writer = os.pipe()

        def run(number: int = number, writer: int = writer) -> None:
            kill_at(number)
            work(root, film, f"shot {number}", writer)

        status = ended(fork(run))
        os.close(writer)
        acknowledged = os.read(reader, 1000).decode().split()
        os.close(reader)
        with Store.open(root) as store:
            check = store.audit.verify()
            assert ((), ()) == (check.damaged_blobs, check.damaged_traces)
            assert () == check.lost
            assert all(store.lookup_many(acknowledged))
            assert not film.exists() or FILM == film.read_bytes()
        if status == 0:
            break
        assert -signal.SIGKILL == status
        kills += 1
        number, stride = number + stride, 1 + kills // 8
    assert 20 <= kills <= KILLS_MAX
    assert [film] == list(film.parent.iterdir())
    assert [] == list((root / "tmp").iterdir())


def at_once(count: int, act: Callable[[int], None]) -> list[int]:
    """Run `act` in so many processes that wait for one another at the start; their exit statuses."""
    reader, writer = os.pipe()

    def run(number: int) -> None:
        os.close(writer)
        os.read(reader, 1)
        act(number)

    children = [fork(partial(run, number)) for number in range(count)]
    os.close(reader)
    os.close(writer)
    return [ended(child) for child in children]


def test_processes_that_write_the_same_keys_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each trace names every asker and each result once, whoever came first."""
    root = tmp_path / "store"

    def record(number: int) -> None:
        with Store.open(root) as store:
            for prompt in range(10):
                make(store, f"prompt {prompt}", shot=f"shot{number}")

    assert [0, 0, 0] == at_once(3, record)
    with Store.open(root) as store:
        traces = list(store.audit.traces())
        assert [["shot0", "shot1", "shot2"]] * 10 == [sorted(a.shot for a in t.askers) for t in traces]
        assert [1] * 10 == [len(trace.results) for trace in traces]
        assert store.audit.verify().is_sound


def test_each_action_runs_once_in_all_processes(tmp_path: Path) -> None:
    """Whoever does not get the lock waits, then finds the result."""
    root, log = tmp_path / "store", tmp_path / "log"

    async def build(store: Store, prompt: str) -> None:
        key = action_key(manifest_of(prompt))
        async with store.lock(key, timeout_s=20):
            if store.lookup(key) is None:
                with log.open("a") as file:
                    file.write(f"{prompt}\n")
                make(store, prompt)

    async def build_all(store: Store) -> None:
        async with asyncio.TaskGroup() as group:
            for prompt in "abcdefgh":
                group.create_task(build(store, prompt))

    def run(_: int) -> None:
        with Store.open(root) as store:
            asyncio.run(build_all(store))

    assert [0, 0, 0] == at_once(3, run)
    assert list("abcdefgh") == sorted(log.read_text().split())


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    """Nothing has to be cleaned up after a kill."""
    root = tmp_path / "store"
    reader, writer = os.pipe()

    def hold() -> None:
        held = Store.open(root).try_lock("a")
        os.write(writer, b"held" if held else b"free")
        signal.pause()

    child = fork(hold)
    assert b"held" == os.read(reader, 4)
    with Store.open(root) as store:
        assert store.try_lock("a") is None
        os.kill(child, signal.SIGKILL)
        assert -signal.SIGKILL == ended(child)
        assert store.try_lock("a") is not None


def test_a_disk_that_takes_no_more_is_said_and_harms_nothing(tmp_path: Path) -> None:
    """A write that fails half-way leaves no part, and what was stored is still sound."""

    def fill() -> None:
        with Store.open(tmp_path / "store") as store:
            small = store.put_bytes(b"moon")
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
            with pytest.raises(StoreError) as caught:
                store.put_bytes(FILM)
            assert "E611" == caught.value.code
            assert not store.has(digest_bytes(FILM))
            with pytest.raises(StoreError) as caught:
                make(store, "a trace of more than a page" * 200, clip=b"star")
            assert "E611" == caught.value.code
            store.verify(small)
            assert store.audit.verify().is_sound

    assert 0 == ended(fork(fill))


FULL = """
import sys
from pathlib import Path
from renderer.errors import StoreError
from renderer.store import Store

root = Path(sys.argv[1]) / "store"
stored = []
with Store.open(root) as store:
    try:
        for number in range(1000):
            stored.append(store.put_bytes(bytes([number % 256]) * 50_000 + b"%d" % number))
            store.memos.put(str(number), "key", "x" * 10_000)
            store.digests_of([store.path(stored[-1])])
    except StoreError as error:
        print(error.code, error.message, error.hint, sep="; ")
with Store.open(root) as store:
    assert len(stored) > 5
    assert store.audit.verify().is_sound
    assert all(store.has(digest) for digest in stored)
    store.path(stored.pop()).unlink()
    store.put_bytes(b"room again")
"""


def test_a_full_disk_is_said_and_harms_nothing(tmp_path: Path) -> None:
    """On a filesystem of one megabyte: E611, every stored file is sound, and it goes on when there is room."""
    flags = "-m" if os.geteuid() == 0 else "-Urm"
    mount = ["unshare", flags, "sh", "-c", 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"', str(tmp_path)]
    if not shutil.which("unshare") or subprocess.call([*mount, "true"], stderr=subprocess.DEVNULL):
        pytest.skip("no filesystem can be mounted here")
    said = subprocess.run(
        [*mount, sys.executable, "-c", FULL, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ("", 0) == (said.stderr, said.returncode)
    assert "E611; the disk is full; free some space and run the same command again\n" == said.stdout


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, as pytest's own are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)


def test_a_store_that_may_not_be_written_is_read(open_folder: Path) -> None:
    """Everything that is there can be had; only storing is refused, with the path and the user."""
    root, outside = open_folder / "store", open_folder / "outside"
    outside.mkdir()
    outside.chmod(0o777)
    with Store.open(root) as store:
        key = make(store, "a rocket")
        assert all(store.lookup_many([key]))
    for path in (root, *root.rglob("*")):
        if path.is_dir():
            path.chmod(0o555)

    def read() -> None:
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        with Store.open(root) as store:
            (result,) = store.lookup_many([key])
            assert result is not None
            store.verify(result.digest)
            store.copy_out(result.digest, outside / "film.mp4")
            assert key == next(store.audit.traces()).key
            with pytest.raises(StoreError) as caught:
                store.put_bytes(b"moon")
            assert "E613" == caught.value.code
            assert ("user", str(os.getuid())) in caught.value.facts

    assert 0 == ended(fork(read))


def test_importing_the_store_imports_no_database_and_no_loop() -> None:
    """`renderer --help` does not pay for what it does not use."""
    code = "import sys, renderer.store; print(sorted({'sqlite3', 'diskcache', 'asyncio', 'httpx', 'tempfile'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]\n" == said.stdout
