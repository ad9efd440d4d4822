"""Running ffmpeg: one process at a time, its own process group, stopped when its task is cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from renderer.errors import MediaError, MediaToolError, StoreError

STDERR_TAIL_BYTES = 4000
OUT_OF_MEMORY = (
    "where nobody killed it, memory ran out: close other programs, or make fewer shots at once with `-j 1`"
)
RUN_TIMEOUT_S = 6 * 3600.0
PRELUDE = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y")


async def run_ffmpeg(
    program: Path,
    arguments: Sequence[str],
    *,
    stdin: bytes | int | None = None,
    stdout: int | None = None,
    cwd: Path | None = None,
    variables: Mapping[str, str] | None = None,
    timeout_s: float = RUN_TIMEOUT_S,
) -> str:
    """Run ffmpeg to its end and return what it said on stderr (warnings; empty when all is well).

    `arguments` follow a fixed prelude (quiet, no terminal, overwrite). A session of its own keeps the
    terminal's Ctrl-C away from it; cancelling the task ends it. `stdin` is fed bytes or an open descriptor,
    `stdout` an open descriptor; both stay open here. `variables` are added to the environment. Raises `MediaToolError` when it cannot be
    started, `StoreError` when the disk is full, `MediaError` with argv and the end of stderr otherwise.
    """
    argv = [str(program), *PRELUDE, *arguments]
    try:
        child = await asyncio.create_subprocess_exec(
            *argv,
            stdin=_source(stdin),
            stdout=asyncio.subprocess.DEVNULL if stdout is None else stdout,
            stderr=asyncio.subprocess.PIPE,
            cwd=cwd,
            env={**os.environ, **variables} if variables else None,
            start_new_session=True,
        )
    except OSError as error:
        raise MediaToolError(
            "ffmpeg cannot be started", facts=[("program", program), ("error", error)]
        ) from error
    try:
        async with asyncio.timeout(timeout_s):
            ended = child.communicate(stdin if isinstance(stdin, bytes) else None)
            (_, stderr), _ = await asyncio.gather(ended, asyncio.to_thread(_get_ready))
    except TimeoutError as error:
        raise MediaError(
            f"ffmpeg did not end within {timeout_s:g} s", code="E622", facts=[("argv", " ".join(argv))]
        ) from error
    finally:
        await _stop(child)
    text = stderr[-STDERR_TAIL_BYTES:].decode("utf-8", "replace").strip()
    if child.returncode:
        _raise_failure(argv, text, child.returncode)
    return text


def _get_ready() -> None:
    # Whatever ffmpeg made is looked at with PyAV, which takes 30 ms to import: spent while ffmpeg is at work.
    import_module("av")


def _source(stdin: bytes | int | None) -> int:
    if stdin is None:
        return asyncio.subprocess.DEVNULL
    return asyncio.subprocess.PIPE if isinstance(stdin, bytes) else stdin


def _raise_failure(argv: Sequence[str], stderr: str, status: int) -> None:
    facts = [("argv", " ".join(argv)), ("stderr", stderr or "(nothing)")]
    ended_by = _signal_of(status)
    if "No space left on device" in stderr or ended_by == "SIGXFSZ":
        raise StoreError(
            "the disk is full",
            code="E611",
            facts=facts,
            hint="free some space and run the same command again",
        )
    message = f"ffmpeg was ended by {ended_by}" if ended_by else f"ffmpeg ended with status {status}"
    raise MediaError(message, code="E621", facts=facts, hint=OUT_OF_MEMORY if ended_by == "SIGKILL" else None)


def _signal_of(status: int) -> str:
    """The name of the signal that ended a program, empty where it ended of its own."""
    if status >= 0:
        return ""
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


async def _stop(child: asyncio.subprocess.Process) -> None:
    # Killed, not asked: what it was writing is thrown away, and asked to end it would first finish its file.
    if child.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        _kill(child)
    await child.wait()


def _kill(child: asyncio.subprocess.Process) -> None:
    # The whole session, since `RENDERER_FFMPEG` may be a script that starts the real one.
    if hasattr(os, "killpg"):
        os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()
