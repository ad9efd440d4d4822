"""The server: which vendor answers what, with which fault, and what is put on record."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from .cdn import download, job_of
from .clock import http_date
from .connection import Reception, converse
from .control import PREFIX, control
from .faults import Fault, spoil
from .jobs import Job
from .message import Answer, Ending, Request, json_answer, with_headers
from .record import Received
from .vendors import aimlapi, runway
from .vendors.aimlapi import message_of
from .vendors.aimlapi_account import billing, logs, transactions
from .vendors.aimlapi_models import models
from .world import World, prompt_of

SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


class Errand(NamedTuple):
    """What a request is about: whose it is, its kind, the job that it names, and who answers it."""

    vendor: str
    kind: str
    job: Job | None
    serve: Callable[[Any], Answer]


class Server:
    """Answers requests for one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.reception = Reception(
            self.greet, self.answer, self._date, lambda: self._world.settings.body_max_bytes
        )

    def greet(self, request: Request) -> Answer | None:
        """What is said to a head already: a reset, before any of the body is read; mostly nothing."""
        if request.path.startswith(PREFIX):
            return None
        errand, shares = self._errand(request), self._world.settings.faults
        if not self._world.script.meets_unread(errand.kind, shares=shares.get(errand.kind, {})):
            return None
        answer = Answer(silent=True, ending=Ending.RESET)
        self._note(request, errand, answer, fault="reset-unread", digest=None)
        return answer

    def answer(self, request: Request) -> Answer:
        """The answer to a whole request, spoiled where a script or chance wants it."""
        if request.path == f"{PREFIX}reset":
            self._world = self._world.renewed(json.loads(request.body))
            return json_answer({})
        if request.path.startswith(PREFIX):
            return control(self._world, request)
        errand, body = self._errand(request), _json(request)
        fault = self._fault(errand, prompt=errand.job.prompt if errand.job else prompt_of(body))
        if fault is None or fault.is_after or fault.word == "ok":
            answer = errand.serve(body)
        else:
            answer = Answer(job=errand.job.id if errand.job else None)
        if fault is not None:
            answer = self._spoiled(request, answer, fault, vendor=errand.vendor)
        if request.method == "HEAD":
            answer = replace(answer, sent_max=0, ending=Ending.CLOSE)
        digest = hashlib.sha256(request.body).hexdigest() if request.body else None
        self._note(request, errand, answer, fault=fault.name if fault else None, digest=digest)
        return answer

    def _errand(self, request: Request) -> Errand:
        world, path, asked = self._world, request.path, (request.method, request.path)
        jobs = world.jobs.by_id
        if path == aimlapi.UNIVERSAL or aimlapi.LEGACY.fullmatch(path):
            if request.method == "POST":
                return Errand(
                    "aimlapi", "submit", None, lambda body: aimlapi.submit(world, request, body=body)
                )
            if request.method == "GET":
                job = _of_vendor(jobs.get(request.asked("generation_id") or ""), "aimlapi")
                return Errand("aimlapi", "poll", job, lambda _: aimlapi.poll(world, request, job=job))
        if asked in PAGES:
            kind, serve = PAGES[asked]
            return Errand("aimlapi", kind, None, lambda _: serve(world, request))
        if path.startswith("/cdn/") and request.method in {"GET", "HEAD"}:
            job = job_of(world, path)
            return Errand("cdn", "download", job, lambda _: download(world, request, job=job))
        return self._runway_errand(request)

    def _runway_errand(self, request: Request) -> Errand:
        world, asked = self._world, (request.method, request.path)
        if asked == ("POST", runway.CREATE):
            return Errand("runway", "submit", None, lambda body: runway.create(world, request, body=body))
        if asked == ("GET", "/v1/organization"):
            return Errand("runway", "billing", None, lambda _: runway.organization(world, request))
        if request.path.startswith(runway.TASKS):
            name = request.path.removeprefix(runway.TASKS)
            job = _of_vendor(world.jobs.by_id.get(name), "runway")
            serve = {"GET": runway.task, "DELETE": runway.delete}.get(request.method)
            if serve is not None:
                return Errand("runway", "task", job, lambda _: serve(world, request, job=job))
        return Errand("nobody", "unknown", None, lambda _: _nowhere(world, request))

    def _fault(self, errand: Errand, *, prompt: str) -> Fault | None:
        shares = self._world.settings.faults.get(errand.kind, {})
        name = self._world.script.next(errand.kind, about=prompt, shares=shares)
        return None if name is None else Fault.read(name)

    def _spoiled(self, request: Request, answer: Answer, fault: Fault, *, vendor: str) -> Answer:
        spoiled = spoil(answer, fault)
        if spoiled.note != "error":
            return spoiled
        message, headers = message_of(spoiled.status), dict(spoiled.headers)
        if headers.get("retry-after") == "date":
            headers["retry-after"] = http_date(self._world.civil_s + 2)
        if vendor == "runway":
            told = json_answer({"error": message}, status=spoiled.status)
        else:
            told = aimlapi.refusal(self._world, request, status=spoiled.status, message=message)
        return replace(with_headers(told, headers), job=spoiled.job, accepted=spoiled.accepted)

    def _note(
        self, request: Request, errand: Errand, answer: Answer, *, fault: str | None, digest: str | None
    ) -> None:
        kept = {name: value for name, value in request.headers.items() if name not in SECRET_HEADERS}
        self._world.receive(
            Received(
                at_s=self._world.now_s,
                vendor=errand.vendor,
                kind=errand.kind,
                method=request.method,
                target=request.target,
                headers=kept,
                authorised="authorization" in request.headers,
                body_bytes=len(request.body),
                digest=digest,
                client_request_id=request.headers.get("x-client-request-id"),
                said=0 if answer.silent else answer.status,
                accepted=answer.accepted,
                job=answer.job,
                fault=fault,
                note=answer.note,
            )
        )

    def _date(self) -> str:
        return http_date(self._world.civil_s + self._world.settings.date_skew_s)


PAGES: dict[tuple[str, str], tuple[str, Callable[[World, Request], Answer]]] = {
    ("GET", "/v2/billing"): ("billing", billing),
    ("GET", "/v2/billing/transactions"): ("billing", transactions),
    ("GET", "/v2/logs"): ("logs", logs),
    ("GET", "/v1/models"): ("models", models),
}


async def serve(world: World, *, port: int, ready: Callable[[int], None], until: asyncio.Event) -> None:
    """Serve on the loopback interface until the event is set; `ready` is told the port."""
    reception = Server(world).reception
    server = await asyncio.start_server(
        partial(converse, reception=reception), "127.0.0.1", port, backlog=256, limit=1 << 20
    )
    world.port = server.sockets[0].getsockname()[1]
    ready(world.port)
    await until.wait()
    server.close()


def _of_vendor(job: Job | None, vendor: str) -> Job | None:
    return job if job is not None and job.vendor == vendor else None


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body) if request.body else None
    except ValueError:
        return None


def _nowhere(world: World, request: Request) -> Answer:
    return aimlapi.refusal(world, request, status=404, message=f"Cannot {request.method} {request.path}")
