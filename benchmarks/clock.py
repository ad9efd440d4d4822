"""Races between whole programs: what each takes on the clock and in memory, in turns, in one run.

Not a benchmark itself. It imports nothing of `renderer`: a process that is started reports at least the memory
of the one that started it, so whoever times must stay small.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

RENDERER = str(Path(sys.executable).with_name("renderer"))
KIB_PER_MIB = 1 << 10
RSS_PER_KIB = 1 << 10 if sys.platform == "darwin" else 1


@dataclass(frozen=True, slots=True)
class Runner:
    """A command, the folder in which it runs and what it finds in its environment beyond ours."""

    name: str
    command: Sequence[str]
    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """One run of a program: seconds from start to end, and the most memory that it held."""

    elapsed_s: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Score:
    """The turns of one program, by their medians."""

    elapsed_s: float
    peak_mib: float

    @classmethod
    def of(cls, turns: Sequence[Turn]) -> Score:
        return cls(
            statistics.median(turn.elapsed_s for turn in turns),
            statistics.median(turn.peak_mib for turn in turns),
        )


def race(runners: Sequence[Runner], *, rounds: int) -> dict[str, Score]:
    """Each runner once to warm up, then all in turns (A B C A B C …); scores by name."""
    for runner in runners:
        clock(runner)
    turns: dict[str, list[Turn]] = {runner.name: [] for runner in runners}
    for _ in range(rounds):
        for runner in runners:
            turns[runner.name].append(clock(runner))
    return {name: Score.of(taken) for name, taken in turns.items()}


def clock(runner: Runner) -> Turn:
    """Run a whole process, its output thrown away; raises `SystemExit` where it fails."""
    started = time.perf_counter()
    child = subprocess.Popen(
        runner.command,
        cwd=runner.folder,
        env=surroundings(runner.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    elapsed_s = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{runner.name}: `{' '.join(runner.command)}` ended with {child.returncode}")
    return Turn(elapsed_s, usage.ru_maxrss / RSS_PER_KIB / KIB_PER_MIB)


def say(command: Sequence[str], *, folder: Path, environ: Mapping[str, str] | None = None) -> str:
    """What a command says, errors too; raises `SystemExit` where it fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=surroundings(environ or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"`{' '.join(command)}` ended with {done.returncode}: {done.stdout[-2000:]}")
    return done.stdout


def surroundings(more: Mapping[str, str]) -> dict[str, str]:
    """Our environment and more. Python may keep its bytecode, as it does where a program is installed."""
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**ours, "NO_COLOR": "1", **more}


def memory(score: Score) -> str:
    """The peak, or that it is no more than what the timing process itself holds."""
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / RSS_PER_KIB / KIB_PER_MIB
    return f"{score.peak_mib:.0f} MiB" if score.peak_mib > floor else f"≤ {floor:.0f} MiB"


def peak_bytes(process: int) -> int:
    """The most memory that a running process held since it began its program; 0 where it is gone, or nobody tells."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    peaks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(peaks[0]) << 10 if peaks else 0


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def seconds(elapsed_s: float) -> str:
    return f"{elapsed_s:.2f} s" if elapsed_s >= 1 else f"{elapsed_s * 1000:.0f} ms"
