"""All that the simulated vendors share: settings, clock, jobs, account, clips, scripts and the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .account import Account
from .clips import Base, Clips, base_of
from .clock import Clock
from .draw import dice
from .faults import Line, Script, check_name
from .jobs import Asked, Job, Jobs, job_value, read_job
from .record import Received, State
from .schemas import Schemas
from .settings import Settings


class World:
    """One simulated world. `port` is set once it is known, since links name it."""

    def __init__(
        self,
        *,
        settings: Settings,
        seed: int,
        clock_scale: float,
        state: Path | None = None,
        schemas: Schemas,
        clips: Clips,
    ) -> None:
        self.settings = checked(settings)
        self.seed = seed
        self.port = 0
        self.jobs = Jobs(seed=seed)
        self.account = Account(seed=seed, jobs=self.jobs)
        self.script = Script(seed=seed)
        self.schemas = schemas
        self.clips = clips
        self.record: list[Received] = []
        self.links: Counter[str] = Counter()
        self.state = State(state)
        self.clock = Clock(scale=clock_scale)
        self._restore()

    @property
    def now_s(self) -> float:
        return self.clock.now_s()

    @property
    def civil_s(self) -> float:
        """The time as the service tells it."""
        return self.now_s + self.settings.clock_skew_s

    def dice(self, *names: object) -> Any:
        return dice(self.seed, *names)

    def renewed(self, settings: Mapping[str, Any]) -> World:
        """A world in which nothing has happened yet, at the same address, with the same base clips."""
        fresh = World(
            settings=Settings().changed(settings),
            seed=self.seed,
            clock_scale=self.clock.scale,
            schemas=self.schemas,
            clips=self.clips,
        )
        fresh.port = self.port
        return fresh

    def accept(self, asked: Asked, *, at_once_max: int | None = None) -> Job:
        """Take a request on: from now on it costs money."""
        shares = self.settings.faults.get("job", {})
        fate = self.script.next("job", about=asked.prompt, shares=shares) or ""
        job = self.jobs.accept(
            asked,
            settings=self.settings,
            fate="" if fate == "ok" else fate,
            now_s=self.now_s,
            at_once_max=at_once_max,
        )
        self.clips.prepare(self.base(job))
        self.state.add("job", job_value(job))
        return job

    def cancel(self, job: Job) -> None:
        self.state.add("job", job_value(self.jobs.cancel(job, now_s=self.now_s)))

    def delete(self, job: Job) -> None:
        self.state.add("job", job_value(self.jobs.delete(job)))

    def clip(self, job: Job) -> bytes:
        if self.settings.clip_file:
            return Path(self.settings.clip_file).read_bytes()
        return self.clips.clip(
            self.base(job), picture=job.picture, padding_bytes=self.settings.clip_padding_bytes
        )

    def base(self, job: Job) -> Base:
        seconds = self.settings.clip_s or job.duration_s
        size = self.settings.clip_size or job.size
        return base_of(job.picture, size=size, seconds=seconds, rate_fps=self.settings.clip_rate_fps)

    def receive(self, received: Received) -> None:
        self.record.append(received)
        self.state.add("request", received._asdict())

    def top_up(self, amount: int) -> None:
        self.account.topups.append((self.now_s, amount))
        self.state.add("topup", {"at_s": self.now_s, "credits": amount})

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.state.add("clock", {"seconds": seconds})

    def recent(self, kind: str, *, within_s: float, vendor: str = "aimlapi") -> int:
        """How many requests of a kind came within the last seconds; the record is in order of time."""
        since_s, count = self.now_s - within_s, 0
        for received in reversed(self.record):
            if received.at_s < since_s:
                break
            count += received.kind == kind and received.vendor == vendor
        return count

    def write_script(self, kind: str, names: list[str], *, about: str | None) -> None:
        for name in names:
            self.script.add(kind, Line(name, about))

    def close(self) -> None:
        self.state.close()

    def _restore(self) -> None:
        has_begun = False
        for event, value in self.state.read():
            if event == "began":
                has_begun = True
                self.clock = Clock(scale=self.clock.scale, began_s=value["began_s"])
            elif event == "job":
                self.jobs.restore(read_job(value))
            elif event == "topup":
                self.account.topups.append((value["at_s"], value["credits"]))
            elif event == "clock":
                self.clock.advance(value["seconds"])
            elif event == "request":
                self.record.append(Received(**value))
        self.state.open()
        if not has_begun:
            self.state.add("began", {"began_s": self.clock.began_s})


def checked(settings: Settings) -> Settings:
    """The settings; raises `ValueError` where they name faults that there are not."""
    for kind, shares in settings.faults.items():
        for name in shares:
            check_name(kind, name)
    return settings


def prompt_of(body: Any) -> str:
    """The words by which a script may know a submission."""
    return str(body.get("prompt") or body.get("promptText") or "") if isinstance(body, dict) else ""
