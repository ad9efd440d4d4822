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
from threading import Thread, Timer
from typing import TYPE_CHECKING, Any, Self

from renderer.errors import MediaError, MediaToolError, ProviderRefused, RendererError, StoreError

if TYPE_CHECKING:
    import subprocess

BOOT = """\
import gc, sys
gc.set_threshold(*{threshold})
ahead, sys.path[:] = sys.argv[1], sys.argv[2:]
from renderer.mate import main
main(ahead)
"""
ASK_TIMEOUT_S = 3600.0
CLOSE_TIMEOUT_S = 10.0
TOLD = {kind.__name__: kind for kind in (MediaError, MediaToolError, StoreError, ProviderRefused)}
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
            # It writes no more when this is left: the folder that it writes into goes.
            self.close()
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


class _SilentError(Exception):
    """The mate has ended, of itself or not, or met what it cannot tell."""


@contextmanager
def _limited(timeout_s: float, end: Callable[[], None]) -> Iterator[None]:
    timer = Timer(timeout_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


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
        boot = BOOT.format(threshold=gc.get_threshold())
        command = [sys.executable, alone, "-c", boot, ",".join(ahead), *sys.path]
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        try:
            # A session of its own keeps the terminal's Ctrl-C away from it.
            return cls(
                subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, start_new_session=True)
            )
        except OSError:
            return None

    def ask(self, function: str, given: Mapping[str, Any]) -> Any:
        """What a function returns there. Raises what it raised, as far as that can be told, and `_SilentError` where there is no answer."""
        stdout = self._child.stdout
        assert stdout
        with _limited(ASK_TIMEOUT_S, self._child.kill):
            self._say(_line([function, given]))
            try:
                line = stdout.readline()
            except (OSError, ValueError):
                line = b""
        if not line.endswith(b"\n"):
            raise _SilentError
        returned, raised, is_told = json.loads(line)
        if not is_told:
            raise _SilentError
        if raised:
            raise _error(*raised)
        return returned

    def mention(self, function: str, given: Iterable[Mapping[str, Any]]) -> None:
        """Have it call a function with each of these, one by one, while nobody asks for anything; nothing of that is told, and nothing waited for."""
        lines = b"".join(_line([function, one, IDLE]) for one in given)
        # A pipe takes 64 kB, and the mate may be busy.
        Thread(target=self._say, args=(lines,), daemon=True).start()

    def _say(self, lines: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):
            assert self._child.stdin
            self._child.stdin.write(lines)
            self._child.stdin.flush()

    def let_go(self) -> None:
        """End it, whatever it does."""
        self.is_let_go = True
        self._child.kill()

    def close(self) -> None:
        """Wait for its end, and close its pipes."""
        import subprocess  # noqa: PLC0415 - see above

        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(CLOSE_TIMEOUT_S)
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


def _ask_or_do(mate: Mate, function: str, given: Mapping[str, Any]) -> Any:
    try:
        return mate.ask(function, given)
    except _SilentError:
        if mate.is_let_go:
            raise
        return here(function, given)  # where it fails again it tells more


def main(ahead: str) -> None:
    """Be a mate: call, one after another, what is asked for on stdin, until it is closed: then this process ends at once."""
    # What a library prints is no answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
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


def _answer(function: str, given: Mapping[str, Any]) -> tuple[Any, Any, bool]:
    """What was returned, what was raised, and whether that is all: any but a plain error for users, with its place in the code, is not told."""
    try:
        return here(function, given), None, True
    except RendererError as error:
        kind = type(error).__name__
        return None, (kind, error.message, error.code, error.hint, error.facts), kind in TOLD
    except Exception:  # noqa: BLE001 - whoever asked will meet it
        return None, None, False


def _error(
    kind: str, message: str, code: str, hint: str | None, facts: Iterable[Sequence[str]]
) -> RendererError:
    """The error that was told."""
    return TOLD[kind](message, code=code, hint=hint, facts=[(name, value) for name, value in facts])


def _line(value: Sequence[Any]) -> bytes:
    # ASCII: names of files are bytes, and those that are no text are carried as lone surrogates.
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"
