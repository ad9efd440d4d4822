"""A mate computes what this process would, tells the same errors, and never outlives whoever asked."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from renderer.errors import MediaError, StoreError
from renderer.mate import ALONE, Call, Mates, here
from tests.running import runs

SPLICER = "renderer.media.splicer"
PID: tuple[str, dict[str, Any]] = ("os:getpid", {})
WAIT_MAX_S = 20.0
TASKS = """\
import os, time
learnt = []

def wait(*, seconds):
    time.sleep(seconds)

def say():
    print("no answer", flush=True)
    os.system("echo no answer")

def learn(*, what):
    learnt.append(what)

def what_was_learnt():
    return learnt
"""
STARTER = """\
import sys, time
from renderer.mate import Mates
mates = Mates(cores=2, ahead=())
mates.prepare()
with mates.lend() as call:
    print(call("os:getpid", {}), flush=True)
    if "busy" in sys.argv:
        call("tasks_of_a_mate:wait", {"seconds": 600})
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that a mate can import, as this process can."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "tasks_of_a_mate.py").write_text(TASKS)
    monkeypatch.syspath_prepend(tmp_path / "modules")


@contextmanager
def a_mate(*ahead: str) -> Iterator[Mates]:
    """One that is ready."""
    mates = Mates(cores=2, ahead=ahead)
    mates.prepare()
    try:
        yield mates
    finally:
        mates.close()


def parts(film: Path) -> dict[str, Any]:
    """Those of a film."""
    told: dict[str, Any] = {
        "pictures": [],
        "frames": [12],
        "fps": "24",
        "size": "64x36",
        "sound": None,
        "notes": {},
    }
    return {"parts": {**told, "output": str(film)}}


def told(call: Call, function: str, given: dict[str, Any]) -> tuple[Any, ...]:
    """What is told of the error that a call raises."""
    with pytest.raises((MediaError, StoreError)) as caught:
        call(function, given)
    error = caught.value
    return type(error), error.message, error.code, error.hint, error.facts


def becomes_true(asked: Callable[[], bool]) -> bool:
    """Whether it does in good time."""
    until = time.monotonic() + WAIT_MAX_S
    while not asked() and time.monotonic() < until:
        time.sleep(0.01)
    return asked()


def test_it_is_another_process_that_answers() -> None:
    """One after another, each with its own."""
    with a_mate() as mates, mates.lend() as call:
        assert os.getpid() != call(*PID)
        assert [1, [2.5, None, "\udce4"]] == call("json:loads", {"s": json.dumps([1, [2.5, None, "\udce4"]])})
        assert call(*PID) == call(*PID)


def test_what_goes_wrong_there_is_told_as_it_is_here(tmp_path: Path) -> None:
    """An error for users in all its parts, whatever its file is called; any other by computing the same here."""
    odd = os.fsencode(tmp_path) + b"/film-\xe4.mp4"
    Path(os.fsdecode(odd)).write_bytes(b"no film")
    ask = f"{SPLICER}:check_packets", parts(Path(os.fsdecode(odd)))
    with a_mate() as mates, mates.lend() as call:
        assert told(here, *ask) == told(call, *ask)
    with a_mate() as mates, mates.lend() as call, pytest.raises(FileNotFoundError) as caught:
        call("os:stat", {"path": str(tmp_path / "none")})
    assert str(tmp_path / "none") == caught.value.filename
    with a_mate() as mates, mates.lend() as call, pytest.raises(ModuleNotFoundError):
        call("no_such_module:name", {})


def test_what_it_prints_is_no_answer() -> None:
    """Nor is what a library of C would write."""
    with a_mate() as mates, mates.lend() as call:
        assert call("tasks_of_a_mate:say", {}) is None
        assert os.getpid() != call(*PID)


def test_it_goes_to_whoever_comes_first() -> None:
    """Others compute themselves meanwhile, and so does everybody where there is no mate."""
    with a_mate() as mates:
        with mates.lend() as one, mates.lend() as other:
            assert [False, True] == [os.getpid() == call(*PID) for call in (one, other)]
        with mates.lend() as call:
            assert os.getpid() != call(*PID)
    with ALONE.lend() as call:
        assert os.getpid() == call(*PID)


def test_there_is_none_on_a_single_core() -> None:
    """It would only take turns with this process."""
    mates = Mates(cores=1, ahead=())
    mates.prepare()
    assert not mates.are_there


def test_a_mate_that_was_killed_is_done_without() -> None:
    """What was asked of it is computed here; the next time there is none, or another one."""
    with a_mate() as mates, mates.lend() as call:
        os.kill(call(*PID), signal.SIGKILL)
        assert os.getpid() == call(*PID)


def test_whoever_breaks_off_waits_for_nothing() -> None:
    """A task that is cancelled ends the mate, in whose thread nobody computes the rest."""

    async def broken_off(mates: Mates) -> None:
        with mates.lend() as call:
            waiting = asyncio.to_thread(call, "tasks_of_a_mate:wait", {"seconds": 600})
            async with asyncio.timeout(0.2):
                await waiting

    with a_mate() as mates:
        with pytest.raises(TimeoutError):
            asyncio.run(broken_off(mates))
        assert not mates.are_there


@pytest.mark.parametrize("how", ["idle", "busy"])
def test_it_does_not_outlive_whoever_started_it(how: str) -> None:
    """Nor what it is busy with, where that process is killed."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sys.path))}
    command = [sys.executable, "-c", STARTER, how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environ) as starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        assert runs(pid)
        starter.kill()
    assert becomes_true(lambda: not runs(pid))


def test_modules_of_the_folder_are_none_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `json.py` where somebody builds is neither read nor run."""
    (tmp_path / "json.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    with a_mate("json") as mates, mates.lend() as call:
        assert os.getpid() != call(*PID)


def test_what_is_mentioned_is_done_while_nobody_asks() -> None:
    """In order, before the next question where there is time, and wrong ones without a word."""
    with a_mate() as mates:
        mates.mention("no_such_module:name", [{}])
        mates.mention("tasks_of_a_mate:learn", [{"what": what} for what in "abc"])
        with mates.lend() as call:
            assert becomes_true(lambda: list("abc") == call("tasks_of_a_mate:what_was_learnt", {}))


def test_nobody_waits_for_a_mate_that_takes_nothing_in() -> None:
    """What is mentioned is more than a pipe holds, and the mate stands still: that is for it to read some day, or not."""
    with a_mate() as mates:
        with mates.lend() as call:
            pid = call(*PID)
        os.kill(pid, signal.SIGSTOP)
        mates.mention("tasks_of_a_mate:learn", [{"what": "x" * 1000} for _ in range(1000)])
    assert becomes_true(lambda: not runs(pid))
