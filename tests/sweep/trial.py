"""One trial: a fresh project, a vendor in bad weather, a build killed again and again, and then a careful customer."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from tests.acceptance.stage import Stage
from tests.simulator.draw import dice
from tests.simulator.simulator import Simulator

from .audit import audit
from .customer import Customer
from .film import BUILD_TIMEOUT_S, SHOTS, set_stage
from .instants import Instant, Watch, draw
from .weather import CLOCK_SCALE, weather

BUILDS_MAX = 20
ENDINGS = frozenset({0, 1, 3, 4, -9})
RIVAL_SHARE = 0.2
RIVAL_S_MAX = 3.0
"""How often another build runs at the same time, and how long it goes on at most when the first was killed."""

JOBS = (1, 2, 4, 8)
ENDPOINTS = ("universal", "legacy")
CUSTOMER_SHARE = 0.6
"""How often the customer answers after a kill; after a build that ended with a question always."""


class Outcome(NamedTuple):
    """What one trial came to. `kills` are the sights after which a running build was killed; `error` is empty if all held."""

    seed: int
    kills: Counter[str]
    acts: Counter[str]
    seen: Counter[str]
    error: str = ""


@dataclass
class Trial:
    """One trial. `log` is what happened in it, for whoever has to repeat it."""

    seed: int
    stage: Stage
    vendor: Simulator
    state: Path
    customer: Customer
    kills: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)

    def disturb(self, kills_max: int) -> None:
        """Build and kill, until so many builds were killed or one has made the film."""
        chance, code = dice(self.seed, "kills"), -9
        for number in range(2 * kills_max):
            if self.kills.total() >= kills_max:
                return
            instant = draw(chance)
            is_asked = chance.random() < CUSTOMER_SHARE or code > 0
            answers = self.customer.answers() if is_asked else []
            options = ["-j", str(chance.choice(JOBS)), *answers]
            stage = self.stage.using(AIMLAPI_ENDPOINT=chance.choice(ENDPOINTS))
            rivals = [chance.uniform(0, RIVAL_S_MAX)] if chance.random() < RIVAL_SHARE else []
            with ExitStack() as stack:
                for lead_s in rivals:
                    stack.enter_context(self._rival(number, lead_s=lead_s))
                code = self._build_until(instant, stage=stage, number=number, options=options)
            beside = f", beside another for {rivals[0]:.1f} s more" if rivals else ""
            self.log.append(f"build {number}: {instant}{beside}: {code} {' '.join(options)}")
            if code == 0:
                return

    def settle(self) -> None:
        """Build as a careful customer does, until the film is there; then hear what everything cost."""
        for _ in range(BUILDS_MAX):
            answers = self.customer.answers()
            visible = self.customer.visible()
            done = self.stage.build("-y", *answers, timeout_s=BUILD_TIMEOUT_S)
            self.log.append(f"settled: {done.code} {' '.join(answers)}")
            assert "BUG" not in done.stdout + done.stderr, done.stdout + done.stderr
            self._check_adopted(visible)
            if done.code == 0:
                self.customer.settle_prices()
                return
        raise AssertionError(f"no film after {BUILDS_MAX} builds: {done.stdout[-3000:]}")

    def _check_adopted(self, visible: set[str]) -> None:
        """A request whose row was there before the build began is known after it, unless the log was out of order."""
        is_clear = not self.vendor.settings["faults"].get("logs")
        overlooked = [
            job
            for job in self.customer.jobs()
            if job["state"] == "unknown" and job["intent"] in visible and is_clear
        ]
        assert not overlooked, f"not adopted, although the log had it: {overlooked}"

    def _build_until(self, instant: Instant, *, stage: Stage, number: int, options: Sequence[str]) -> int:
        """Build, and kill it at that instant; the exit code, -9 where it was killed."""
        words = self.stage.root.parent / f"build-{number:02}.txt"
        watch = Watch(self.state, self.stage.store / "journal")
        with _building(stage, options, words=words) as build:
            if watch.until(instant, build=build):
                build.kill()
            code = build.wait(BUILD_TIMEOUT_S)
        self.kills[instant.sight] += code < 0
        return code

    @contextmanager
    def _rival(self, number: int, *, lead_s: float) -> Iterator[None]:
        """Another build of a clone, on the same store, which is killed so long after what it runs beside has ended."""
        clone = self.stage.root.with_name("clone")
        rival = replace(self.stage, root=clone) if clone.exists() else self.stage.copy(clone)
        words = self.stage.root.parent / f"rival-{number:02}.txt"
        with _building(rival, ["-j", "4"], words=words) as build:
            yield
            with suppress(subprocess.TimeoutExpired):
                build.wait(lead_s)
            build.kill()
            self.kills["rival"] += build.wait(BUILD_TIMEOUT_S) < 0


def run_trial(seed: int, *, folder: Path, film: str, kills_max: int, shots: int = SHOTS) -> Outcome:
    """Run one trial in a folder of its own; says what happened, and what did not hold."""
    with open_trial(seed, folder=folder, shots=shots) as trial:
        error = ""
        try:
            trial.disturb(kills_max)
            trial.vendor.change(faults={**trial.vendor.settings["faults"], "logs": {}})
            trial.settle()
            audit(trial.stage, trial.vendor, shots=shots, film=film)
        except (AssertionError, subprocess.SubprocessError) as failure:
            error = f"seed {seed}: {failure}\n" + "\n".join(trial.log)
        return Outcome(seed, trial.kills, trial.customer.acts, _seen(trial), error)


@contextmanager
def _building(stage: Stage, options: Sequence[str], *, words: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A build whose words go to a file; however it ends, there must be no bug in them."""
    with words.open("wb") as output:
        build = stage.start("build", "-y", *options, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield build
        finally:
            build.kill()
            build.wait()
    said = words.read_text()
    assert not {"Traceback", "BUG"} & set(said.replace(":", " ").split()), said
    assert build.returncode in ENDINGS, f"exit {build.returncode}: {said}"


@contextmanager
def open_trial(seed: int, *, folder: Path, shots: int = SHOTS, **settings: Any) -> Iterator[Trial]:
    """A trial that is ready to begin; `settings` change its weather."""
    folder.mkdir(parents=True)
    state = folder / "vendor.jsonl"
    wishes: Mapping[str, Any] = {**weather(seed), **settings}
    with Simulator.start(clock_scale=CLOCK_SCALE, seed=seed, state=state, wild=True, **wishes) as vendor:
        stage = set_stage(folder, shots=shots).using(**vendor.environ)
        yield Trial(seed, stage, vendor, state, Customer(stage, vendor))


def _seen(trial: Trial) -> Counter[str]:
    """What the vendor had to do with, and how many lost jobs were found in the log."""
    received = trial.vendor.received()
    journal = sorted((trial.stage.store / "journal").glob("*.jsonl"))
    lines = "".join(path.read_text() for path in journal)
    return Counter(
        {
            "requests": len(received),
            "faults met": sum(one.fault is not None for one in received),
            "submissions": sum(one.kind == "submit" for one in received),
            "jobs charged": sum(job.earns for job in trial.vendor.jobs()),
            "jobs found in the log": lines.count('"how":"log"'),
        }
    )
