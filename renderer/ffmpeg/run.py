"""Running ffmpeg: one process at a time, its own process group, stopped when its task is cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path

from renderer.errors import MediaError, MediaToolError, StoreError

STDERR_TAIL_BYTES = 4000
KILL_TIMEOUT_S = 5.0
RUN_TIMEOUT_S = 6 * 3600.0
PRELUDE = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y")


async def run_ffmpeg(
    program: Path,
    arguments: Sequence[str],
    *,
    stdin: bytes | int | None = None,
    stdout: int | None = None,
    cwd: Path | None = None,
    timeout_s: float = RUN_TIMEOUT_S,
) -> str:
    """Run ffmpeg to its end and return what it said on stderr (warnings; empty when all is well).

    `arguments` follow a fixed prelude (quiet, no terminal, overwrite). A session of its own keeps the
    terminal's Ctrl-C away from it; cancelling the task ends it. `stdin` is fed bytes or an open descriptor,
    `stdout` an open descriptor; both stay open here. Raises `MediaToolError` when it cannot be
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
            start_new_session=True,
        )
    except OSError as error:
        raise MediaToolError(
            "ffmpeg cannot be started", facts=[("program", program), ("error", error)]
        ) from error
    try:
        async with asyncio.timeout(timeout_s):
            _, stderr = await child.communicate(stdin if isinstance(stdin, bytes) else None)
    except TimeoutError as error:
        raise MediaError(
            f"ffmpeg did not end within {timeout_s:g} s", facts=[("argv", " ".join(argv))]
        ) from error
    finally:
        await _stop(child)
    text = stderr[-STDERR_TAIL_BYTES:].decode("utf-8", "replace").strip()
    if child.returncode:
        _raise_failure(argv, text, child.returncode)
    return text


def _source(stdin: bytes | int | None) -> int:
    if stdin is None:
        return asyncio.subprocess.DEVNULL
    return asyncio.subprocess.PIPE if isinstance(stdin, bytes) else stdin


def _raise_failure(argv: Sequence[str], stderr: str, status: int) -> None:
    facts = [("argv", " ".join(argv)), ("stderr", stderr or "(nothing)")]
    if "No space left on device" in stderr:
        raise StoreError(
            "the disk is full",
            code="E611",
            facts=facts,
            hint="free some space and run the same command again",
        )
    raise MediaError(f"ffmpeg ended with status {status}", facts=facts)


async def _stop(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(KILL_TIMEOUT_S):
            await child.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
