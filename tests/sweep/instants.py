"""When a build is killed: at a time, or right after something was seen on the wire or in the journal."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LOOK_PAUSE_S = 0.001
LIFE_S = 6.0
NTH_MEAN = 3.0
DELAY_S_MAX = 0.02
WAIT_TIMEOUT_S = 180.0

SIGHTS = {
    "time": 35,
    "submit": 18,
    "accept": 8,
    "poll": 5,
    "download": 8,
    "logs": 4,
    "intent": 6,
    "accepted": 4,
    "unknown": 3,
    "ready": 4,
    "stored": 5,
}
"""What may be seen, and how often of a hundred it is waited for.

`submit`, `poll`, `download` and `logs` are requests that the vendor met, `accept` is one that it took on; what follows
are lines of the journal. `time` is nothing but a span since the build began.
"""


class Instant(NamedTuple):
    """`delay_s` after the `nth` sight since the build began, or after its beginning where the sight is `time`."""

    sight: str
    nth: int
    delay_s: float

    def __str__(self) -> str:
        seen = "its beginning" if self.sight == "time" else f"`{self.sight}` no. {self.nth}"
        return f"{self.delay_s * 1000:.1f} ms after {seen}"


def draw(chance: random.Random) -> Instant:
    """An instant by chance: early sights and short delays more often than late and long ones."""
    (sight,) = chance.choices(list(SIGHTS), weights=list(SIGHTS.values()))
    if sight == "time":
        return Instant(sight, 0, chance.random() ** 2 * LIFE_S)
    return Instant(sight, 1 + int(chance.expovariate(1 / NTH_MEAN)), chance.uniform(0, DELAY_S_MAX) ** 2 * 50)


class Watch:
    """Sees what goes on since it was made. `state` is the vendor's file, `journal` the folder of the store's journal."""

    def __init__(self, state: Path, journal: Path) -> None:
        self._state, self._journal = state, journal
        self._ends: dict[Path, int] = {path: _size(path) for path in self._paths()}
        self._seen: Counter[str] = Counter()

    def until(self, instant: Instant, *, build: subprocess.Popen[bytes]) -> bool:
        """Wait for the instant; whether it came before the build ended."""
        began_s = time.monotonic()
        while instant.sight != "time" and self._seen[instant.sight] < instant.nth:
            if build.poll() is not None or time.monotonic() - began_s > WAIT_TIMEOUT_S:
                return False
            time.sleep(LOOK_PAUSE_S)
            self._look()
        return _wait(build, instant.delay_s)

    def _look(self) -> None:
        for path in self._paths():
            for line in self._new_lines(path):
                self._seen[_sight(line)] += 1

    def _paths(self) -> list[Path]:
        return [self._state, *sorted(self._journal.glob("*.jsonl"))]

    def _new_lines(self, path: Path) -> Iterator[bytes]:
        start = self._ends.get(path, 0)
        if _size(path) <= start:
            return
        with path.open("rb") as stream:
            stream.seek(start)
            whole = stream.read().rpartition(b"\n")[0]
        self._ends[path] = start + len(whole) + bool(whole)
        yield from whole.splitlines()


def _wait(build: subprocess.Popen[bytes], delay_s: float) -> bool:
    try:
        build.wait(delay_s)
    except subprocess.TimeoutExpired:
        return True
    return False


def _sight(line: bytes) -> str:
    try:
        seen = json.loads(line[line.index(b"{") :])
    except ValueError:
        return ""
    event = str(seen.get("event", ""))
    return {"request": str(seen.get("kind")), "job": "accept"}.get(event, event)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
