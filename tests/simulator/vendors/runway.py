"""Runway's own API: image to video, tasks, and an organization's credits.

Documented: addresses, the version header, task states, THROTTLED over the concurrency of a tier, 429 over the count of 24
hours, failure codes, DELETE, fresh links on another GET, `error` in refusals, 403 for a model that is not available.
Guesses: the order of checks, 404 after DELETE of a task that had ended, the exact words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jsonschema_rs

from tests.simulator.cdn import fresh_link
from tests.simulator.clock import iso
from tests.simulator.jobs import Asked, Job
from tests.simulator.message import Answer, Request, json_answer
from tests.simulator.schemas import uri_problems
from tests.simulator.world import World

CREATE = "/v1/image_to_video"
TASKS = "/v1/tasks/"
DAY_S = 86_400.0
CREDITS_PER_S = 5
DEFAULT_FAILURE = "INTERNAL.BAD_OUTPUT.CODE01"
FRAME = {
    "type": "object",
    "properties": {"uri": {"type": "string"}, "position": {"enum": ["first", "last"]}},
    "required": ["uri", "position"],
    "additionalProperties": False,
}
FRAMES = {"anyOf": [{"type": "string"}, {"type": "array", "items": FRAME, "minItems": 1, "maxItems": 2}]}
FIRST_ONLY = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "array",
            "maxItems": 1,
            "items": {**FRAME, "properties": {"uri": {"type": "string"}, "position": {"const": "first"}}},
        },
    ]
}
COMMON: Mapping[str, Any] = {
    "promptText": {"type": "string", "maxLength": 1000},
    "seed": {"type": "integer", "minimum": 0, "maximum": 4294967295},
    "contentModeration": {
        "type": "object",
        "properties": {"publicFigureThreshold": {"enum": ["auto", "low"]}},
        "additionalProperties": False,
    },
}
MODELS: Mapping[str, Mapping[str, Any]] = {
    "gen3a_turbo": {
        "properties": {
            **COMMON,
            "model": {"const": "gen3a_turbo"},
            "promptImage": FRAMES,
            "duration": {"enum": [5, 10]},
            "ratio": {"enum": ["1280:768", "768:1280"]},
        },
        "required": ["model", "promptImage", "promptText"],
        "additionalProperties": False,
    },
    "gen4_turbo": {
        "properties": {
            **COMMON,
            "model": {"const": "gen4_turbo"},
            "promptImage": FIRST_ONLY,
            "duration": {"type": "integer", "minimum": 2, "maximum": 10},
            "ratio": {"enum": ["1280:720", "720:1280", "1104:832", "832:1104", "960:960", "1584:672"]},
        },
        "required": ["model", "promptImage", "ratio"],
        "additionalProperties": False,
    },
}


def create(world: World, request: Request, *, body: Any) -> Answer:
    """Begin a task; the only request here that costs money."""
    if problem := _is_refused(world, request):
        return problem
    model = body.get("model") if isinstance(body, dict) else None
    if isinstance(model, str) and model not in MODELS:
        return _refusal(403, f"Model variant {model} is not available")
    if problems := _problems(world, body):
        return _refusal(400, "; ".join(problems))
    asked = _asked(body)
    if _today(world) >= world.settings.runway_daily_max:
        return _refusal(429, "You have reached your daily task limit")
    if _credits_left(world) < asked.price:
        return _refusal(400, "You do not have enough credits to run this task.")
    job = world.accept(asked, at_once_max=world.settings.runway_concurrent_max)
    return replace(json_answer({"id": job.id}), job=job.id, accepted=True)


def task(world: World, request: Request, *, job: Job | None) -> Answer:
    """How a task stands; each answer of a finished one has a fresh link."""
    if problem := _is_refused(world, request):
        return problem
    if job is None or job.deleted:
        return _refusal(404, "Could not find a task with that ID.")
    answer = json_answer({"id": job.id, "createdAt": iso(job.accepted_s), **_standing(world, job)})
    return replace(answer, job=job.id)


def delete(world: World, request: Request, *, job: Job | None) -> Answer:
    """Cancel a task that has not ended; delete one that has."""
    if problem := _is_refused(world, request):
        return problem
    if job is None or job.deleted:
        return _refusal(404, "Could not find a task with that ID.")
    if job.is_over(world.now_s):
        world.delete(job)
    else:
        world.cancel(job)
    return Answer(204, job=job.id)


def organization(world: World, request: Request) -> Answer:
    """What is left of the credits."""
    return _is_refused(world, request) or json_answer({"creditBalance": _credits_left(world)})


def _is_refused(world: World, request: Request) -> Answer | None:
    if request.key != world.settings.runway_key:
        return _refusal(401, "You did not provide a valid API key.")
    if request.headers.get("x-runway-version") != world.settings.runway_version:
        return _refusal(400, "The X-Runway-Version header is missing or not supported.")
    return None


def _refusal(status: int, message: str) -> Answer:
    return json_answer({"error": message}, status=status)


def _problems(world: World, body: Any) -> list[str]:
    if not isinstance(body, dict) or "model" not in body:
        return ["model is required"]
    validator = jsonschema_rs.Draft202012Validator(dict(MODELS[body["model"]]))
    found = [error.message[:200] for error in validator.iter_errors(body)]
    return found or uri_problems(body, settings=world.settings)


def _asked(body: Mapping[str, Any]) -> Asked:
    duration_s = float(body.get("duration") or 10)
    ratio = str(body.get("ratio") or "1280:768")
    price = int(CREDITS_PER_S * duration_s)
    return Asked("runway", body["model"], body, price, duration_s, ratio.replace(":", "x"), None)


def _standing(world: World, job: Job) -> dict[str, Any]:
    now_s = world.now_s
    if job.cancelled_s is not None:
        return {"status": "CANCELLED"}
    if now_s < job.starts_s:
        return {"status": "THROTTLED"}
    if now_s < job.ends_s:
        share = (now_s - job.starts_s) / (job.ends_s - job.starts_s)
        return {"status": "PENDING"} if share < 0.05 else {"status": "RUNNING", "progress": round(share, 2)}
    if job.fails:
        code = job.fates["error"]
        known = {"failureCode": code or DEFAULT_FAILURE} if code != "without-code" else {}
        return {"status": "FAILED", "failure": "The task could not be completed.", **known}
    return {"status": "SUCCEEDED", "output": [fresh_link(world, job)]}


def _today(world: World) -> int:
    since_s = world.now_s - DAY_S
    return sum(job.vendor == "runway" and job.accepted_s > since_s for job in world.jobs)


def _credits_left(world: World) -> int:
    return world.settings.runway_credits - world.jobs.committed["runway"]
