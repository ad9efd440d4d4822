"""The simulator as tests use it: a process of its own, told what to do over its control endpoint.

It stands for two vendors, AI/ML API and Runway, over real HTTP on the loopback interface, and for the file server
behind both. Nothing of `renderer` is imported here, so that the two can agree by the wire alone. In a test:

with Simulator.start(generation_s=(2, 3)) as simulator:
    simulator.script(submit="accept-then-reset")
    ...
    assert set(simulator.charges_by_request().values()) == {1}

By hand: `python -m tests.simulator --port 8080 --wild`, and `AIMLAPI_API_BASE=http://127.0.0.1:8080`.

What is fact here, and what is guess? Each module says it for what it does. In short:

- Documented: addresses, fields and their bounds, status words, forms of `video`, `error` and `meta`, tracing and cost
  headers, error bodies, 401, 403 for money, 429; holds, charges after the end, nothing for failures; balance, ledger,
  log and models with their pages, windows and limits; Runway's tasks, tiers and codes.
- Recorded in samples: ids of six forms, `succeeded`, arrays of links, `error.detail`, three kinds of links that live
  600 s or longer.
- Looked for by other clients: `failed`, `cancelled`, `timeout`, `expired`, `processing`.
- Guessed, and therefore a setting or a fault: unknown fields refused; the largest data URI; the limit in flight;
  Retry-After; 404 soon after a submission; when rows of the log appear, whether they lack ids or never come; 201 and
  202; a fresh link at each poll; 403, 404 and 421 of the file server.
- What networks do: resets, stalls, cuts, pages of proxies, wrong lengths. `faults` has the words.

Laws that hold whatever is set: a request is accepted or not before anything is answered, and that is on record; every
accepted job is decided at once, so that balance, ledger and log follow from the jobs and the time; a clip's bytes
follow from its request alone (with `similar`, each purchase gives other ones); a key is on no record.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from .jobs import Job, read_job
from .record import Received
from .settings import WILD, Settings

ROOT = Path(__file__).parents[2]
CONTROL_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


class DoubleCharge(NamedTuple):
    """A request that was bought again; `was_logged` where the first one's row could be found in the log by then."""

    first: Job
    again: Job
    was_logged: bool


@dataclass
class Simulator:
    """A running simulator. Settings are given by name to `start` and `change`; see tests/simulator/settings.py."""

    settings: dict[str, Any]
    arguments: Sequence[str]
    url: str = ""
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @classmethod
    def start(
        cls,
        *,
        clock_scale: float = 1.0,
        seed: int = 7,
        state: Path | None = None,
        schemas: Path | None = None,
        wild: bool = False,
        **settings: Any,
    ) -> Self:
        """Start a simulator on a free port; raises `TypeError` for a setting that there is not."""
        every = {**(WILD if wild else {}), **settings}
        Settings().changed(every)
        arguments = ["--clock-scale", str(clock_scale), "--seed", str(seed)]
        arguments += ["--state", str(state)] if state else []
        arguments += ["--schemas", str(schemas)] if schemas else []
        simulator = cls(every, arguments)
        simulator._open(port=0)
        return simulator

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def environ(self) -> dict[str, str]:
        """The variables that lead a client here, with the keys that are taken."""
        settings = Settings().changed(self.settings)
        return {
            "AIMLAPI_API_KEY": settings.key,
            "AIMLAPI_API_BASE": self.url,
            "RUNWAYML_API_SECRET": settings.runway_key,
            "RUNWAYML_BASE_URL": self.url,
        }

    def script(
        self,
        *,
        about: str | None = None,
        times: int = 1,
        **names: str | Sequence[str],
    ) -> None:
        """What the next requests of a kind meet: `script(submit="accept-then-reset", poll=["404", "500"])`.

        Kinds are submit, poll, download, logs, billing, models, task, and job for what becomes of a job. With
        `about`, only requests whose prompt holds that text meet it.
        """
        for kind, given in names.items():
            one = [given] if isinstance(given, str) else list(given)
            self._control("POST", "script", {"kind": kind, "names": one * times, "about": about})

    def clear(self) -> None:
        """Forget the lines of scripts that nothing has met yet."""
        self._control("POST", "clear", {})

    def reset(self, **settings: Any) -> None:
        """Forget all that happened and begin anew at the same address; nothing goes to a state file any more."""
        self._control("POST", "reset", settings)
        self.settings = settings

    def change(self, **settings: Any) -> None:
        """Change settings from the next request on; they outlast a restart."""
        self._control("POST", "settings", settings)
        self.settings |= settings

    def advance(self, seconds: float) -> None:
        """Move the clock on."""
        self._control("POST", "clock", {"seconds": seconds})

    def top_up(self, amount: int) -> None:
        """Pay some credits in."""
        self._control("POST", "topup", {"credits": amount})

    def standing(self) -> dict[str, Any]:
        """The clock, the balance, what is in flight, the most that ever was, the lines that nothing met."""
        return dict(self._control("GET", "standing"))

    def peak(self, vendor: str = "aimlapi") -> int:
        """The most jobs that were ever in flight at once."""
        return int(self.standing()["peaks"].get(vendor, 0))

    def jobs(self) -> list[Job]:
        """Every job ever accepted, in order."""
        return [read_job(_without(job, "row_s", "logged_s")) for job in self._control("GET", "jobs")]

    def logged(self) -> set[str]:
        """The jobs whose row, with the client's own id, is to be seen in the log by now."""
        now_s = self.standing()["now_s"]
        return {job for job, row_s in self.rows_s().items() if row_s is not None and row_s <= now_s}

    def received(self, kind: str | None = None) -> list[Received]:
        """Every request so far, in order, or those of one kind."""
        record = [Received(**received) for received in self._control("GET", "record")]
        return [received for received in record if kind in {None, received.kind}]

    def charges_by_request(self) -> Counter[str]:
        """How often each distinct request is paid for, charges to come included; by the digest of its body."""
        return Counter(job.digest for job in self.jobs() if job.earns)

    def double_charges(self) -> list[DoubleCharge]:
        """Every job of a request that had a job already that earns."""
        rows_s, earlier, found = self.rows_s(), dict[str, Job](), list[DoubleCharge]()
        for job in self.jobs():
            first = earlier.setdefault(job.digest, job) if job.earns else job
            if first is not job:
                row_s = rows_s[first.id]
                found.append(DoubleCharge(first, job, row_s is not None and row_s <= job.accepted_s))
        return found

    def credits_charged(self) -> int:
        """All that is charged or will be, in credits."""
        return sum(job.price for job in self.jobs() if job.earns and job.vendor == "aimlapi")

    def saw(self, client_request_id: str) -> list[Received]:
        """The submissions that carried this id, accepted or not."""
        return [one for one in self.received("submit") if one.client_request_id == client_request_id]

    def polls(self) -> dict[str, list[float]]:
        """When each job was polled, on the simulator's clock."""
        times: defaultdict[str, list[float]] = defaultdict(list)
        for received in self.received():
            if received.kind in {"poll", "task"} and received.job is not None:
                times[received.job].append(received.at_s)
        return dict(times)

    def waits_s(self) -> dict[str, float]:
        """How long after its end each job was first polled; jobs that nobody saw end are left out."""
        polls = self.polls()
        late = {job.id: [at_s - job.ends_s for at_s in polls.get(job.id, [])] for job in self.jobs()}
        return {
            id_: first
            for id_, all_ in late.items()
            if (first := min((s for s in all_ if s >= 0), default=-1.0)) >= 0
        }

    def clips(self) -> dict[str, str]:
        """The sha256 of each job's clip."""
        return dict(self._control("GET", "clips"))

    def kill(self) -> None:
        """End the process at once; what it knew is in its state file."""
        self._end(hard=True)

    def stop(self) -> None:
        self._end(hard=False)

    def restart(self) -> None:
        """Stop and start on the same port; jobs, ledger and record go on where a state file is kept."""
        port = self.port
        self._end(hard=False)
        self._open(port=port)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def rows_s(self) -> dict[str, float | None]:
        return {job["id"]: job["row_s"] for job in self._control("GET", "jobs")}

    def logged_s(self) -> list[float]:
        """When each row is to be seen that ever is, those too that do not name the client's id."""
        times_s = [job["logged_s"] for job in self._control("GET", "jobs")]
        return [at_s for at_s in times_s if at_s is not None]

    def _open(self, *, port: int) -> None:
        command = [sys.executable, "-m", "tests.simulator", "--port", str(port), *self.arguments]
        command += ["--settings", json.dumps(self.settings)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the simulator did not start"
        self.url = json.loads(line)["url"]

    def _end(self, *, hard: bool) -> None:
        running, self._process = self._process, None
        if running is None:
            return
        if hard:
            running.kill()
        else:
            running.terminate()
        running.wait(STOP_TIMEOUT_S)
        assert running.stdout is not None
        running.stdout.close()

    def _control(self, method: str, act: str, wish: Mapping[str, Any] | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=CONTROL_TIMEOUT_S)
        try:
            body = None if wish is None else json.dumps(wish)
            connection.request(method, f"/_control/{act}", body)
            answer = connection.getresponse()
            value = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise ValueError(value["error"])
        return value


def _without(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: one for key, one in value.items() if key not in names}
