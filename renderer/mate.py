"""A mate: another process of this program, that computes while this one goes on.

Python runs one thread at a time, so what computes long and starts no tool is given to a mate, on a core of its own: functions of
ours that take JSON and return it. A mate is started ahead and imports what it will need; it is asked over its pipes, a
line each way, one thing at a time. It ends at once when this process closes them, or is killed. Owns that process, and
nothing that it is asked for.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

from renderer import errors
from renderer.errors import RendererError

if TYPE_CHECKING:
    import subprocess

COLLECT_SELDOM = (200_000, 20, 100)
BOOT = (
    "import sys; ahead, sys.path[:] = sys.argv[1], sys.argv[2:]; from renderer.mate import main; main(ahead)"
)
IDLE = "idle"
LOAD = "importlib:import_module"
Call = Callable[[str, Mapping[str, Any]], Any]
"""Calls a function, by its `module:name`, with arguments of JSON, and returns what it returned, JSON too."""


def here(function: str, given: Mapping[str, Any]) -> Any:
    """Call a function in this process."""
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)(**given)


class Mates:
    """Lends who computes: a mate where there is one and nobody has it, and else this process. A mate that ends before its time is done without.

    `prepare` starts one where a core of its own is there for it; it imports the modules `ahead`, in this order.
    """

    def __init__(self, *, cores: int, ahead: Sequence[str]) -> None:
        self._cores, self._ahead = cores, ahead
        self._mate: Mate | None = None
        self._gone: list[Mate] = []
        self._is_lent = False

    def prepare(self) -> None:
        """Have a mate. It takes 0.1 s to be ready, which nobody waits for, and 70 MB."""
        if self._mate is None and self._cores > 1:
            self._mate = Mate.start(self._ahead)

    @property
    def are_there(self) -> bool:
        """Whether there is one."""
        return self._mate is not None

    def mention(self, function: str, given: Iterable[Mapping[str, Any]]) -> None:
        """Have the mate, if there is one, call a function with each of these while nobody asks for anything: it remembers what it learns. Waits for nothing."""
        if self._mate:
            self._mate.mention(function, given)

    @contextmanager
    def lend(self) -> Iterator[Call]:
        """Who computes, for a while. Whatever ends that while by a raise ends the mate, too: a thread may wait for it still."""
        mate = None if self._is_lent else self._mate
        if mate is None:
            yield here
            return
        self._is_lent = True
        try:
            yield partial(_ask_or_do, mate)
        except BaseException:
            self.let_go()
            raise
        finally:
            self._is_lent = False

    def let_go(self) -> None:
        """End the mate at once, whatever it does."""
        if self._mate:
            self._mate.let_go()
            self._gone.append(self._mate)
            self._mate = None

    def close(self) -> None:
        """End the mate and all that was held for it."""
        self.let_go()
        while self._gone:
            self._gone.pop().close()


ALONE = Mates(cores=1, ahead=())
"""Nobody beside this process."""


class _EndedError(Exception):
    """The mate has ended, of itself or not."""


class Mate:
    """A process that calls functions. One thread at a time may ask it. `is_let_go` says that nobody waits for it any more."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self.is_let_go = False

    @classmethod
    def start(cls, ahead: Sequence[str]) -> Self | None:
        """Start one, and wait for nothing; None where no process can be started."""
        import subprocess  # noqa: PLC0415 - a mate starts nobody

        if not sys.executable:
            return None
        # `-P`: a module that lies in the folder in which somebody builds is none of ours.
        alone = "-I" if sys.flags.isolated else "-P"
        command = [sys.executable, alone, "-c", BOOT, ",".join(ahead), *sys.path]
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        try:
            # A session of its own keeps the terminal's Ctrl-C away from it.
            return cls(
                subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, start_new_session=True)
            )
        except OSError:
            return None

    def ask(self, function: str, given: Mapping[str, Any]) -> Any:
        """What a function returns there. Raises what it raised, as far as that is for a user."""
        stdin, stdout = self._child.stdin, self._child.stdout
        assert stdin
        assert stdout
        try:
            stdin.write(_line([function, given]))
            stdin.flush()
            line = stdout.readline()
        except (OSError, ValueError):
            line = b""
        if not line.endswith(b"\n"):
            raise _EndedError
        returned, raised = json.loads(line)
        if raised:
            raise _error(*raised)
        return returned

    def mention(self, function: str, given: Iterable[Mapping[str, Any]]) -> None:
        """Have it call a function with each of these, one by one, while nobody asks for anything; nothing of that is told."""
        with contextlib.suppress(OSError, ValueError):
            assert self._child.stdin
            self._child.stdin.write(b"".join(_line([function, one, IDLE]) for one in given))
            self._child.stdin.flush()

    def let_go(self) -> None:
        """End it, whatever it does."""
        self.is_let_go = True
        self._child.kill()

    def close(self) -> None:
        """Wait for its end, and close its pipes."""
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


def _ask_or_do(mate: Mate, function: str, given: Mapping[str, Any]) -> Any:
    try:
        return mate.ask(function, given)
    except _EndedError:
        if mate.is_let_go:
            raise
        return here(function, given)


def main(ahead: str) -> None:
    """Be a mate: call, one after another, what is asked for on stdin, until it is closed: then this process ends at once."""
    # What a library prints is no answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    gc.set_threshold(*COLLECT_SELDOM)
    lines: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(lines,), daemon=True).start()
    idle: deque[tuple[str, Mapping[str, Any]]] = deque(
        (LOAD, {"name": name}) for name in ahead.split(",") if name
    )
    while True:
        try:
            function, given, *when = json.loads(lines.get(block=not idle))
        except Empty:
            _answer(*idle.popleft())
            continue
        if when:
            idle.append((function, given))
            continue
        answers.write(_line(_answer(function, given)))
        answers.flush()


def _listen(lines: SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        lines.put(line)
    os._exit(0)


def _answer(function: str, given: Mapping[str, Any]) -> tuple[Any, Any]:
    try:
        return here(function, given), None
    except Exception as error:  # noqa: BLE001 - told where it was asked for, and a bug is told from a failure there
        return None, _told(error)


def _told(error: Exception) -> tuple[Any, ...]:
    if isinstance(error, RendererError):
        return type(error).__name__, error.message, error.code, error.hint, error.facts
    if isinstance(error, OSError):
        return "OSError", error.errno, error.strerror, error.filename and str(error.filename)
    return "", f"{type(error).__name__}: {error}"


def _error(kind: str, *told: Any) -> Exception:
    """The error that was told."""
    if kind == "OSError":
        return OSError(*told)
    if not kind:
        return RuntimeError(*told)
    message, code, hint, facts = told
    made: RendererError = getattr(errors, kind)(message, code=code, hint=hint, facts=map(tuple, facts))
    return made


def _line(value: Sequence[Any]) -> bytes:
    # ASCII: names of files are bytes, and those that are no text are carried as lone surrogates.
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"
