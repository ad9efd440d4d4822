"""AI/ML API's video generations: submit and poll, at the universal address and at the vendor-named one.

Documented: addresses, fields, the query parameter `generation_id`, status words, the forms of `video`, `error` and
`meta`, tracing and cost headers, error bodies, 401 for keys, 403 for credits, 429 for limits. Recorded in samples: ids,
`succeeded`, arrays in `video`, `error.detail`. Guesses: the order of the checks; 404 for an id that is not known yet;
Retry-After; which status a submission gets besides 200.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.simulator.account import in_credits, in_usd
from tests.simulator.cdn import fresh_link
from tests.simulator.clips import size_for
from tests.simulator.clock import http_date, iso
from tests.simulator.draw import pick
from tests.simulator.jobs import Asked, Job
from tests.simulator.message import Answer, Request, json_answer, with_headers
from tests.simulator.schemas import universal_body
from tests.simulator.vendors.aimlapi_models import usd_of
from tests.simulator.world import World

UNIVERSAL = "/v2/video/generations"
LEGACY = re.compile(r"/v2/generate/video/(kling|minimax|runway|pixverse|bytedance|alibaba|google)/generation")
CLIENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
CREDITS_OUT = "You've run out of credits. Please top up your balance: https://aimlapi.com/app/billing/"
KEY_NEEDED = "A valid API key is required. You can get one at https://aimlapi.com/app/keys"


MESSAGES = {
    401: KEY_NEEDED,
    403: CREDITS_OUT,
    404: "Not Found",
    429: "Too Many Requests",
    502: "Bad Gateway",
    503: "Service unavailable",
    504: "Generation timeout",
}


def message_of(status: int) -> str:
    """What the pages show for a status."""
    return MESSAGES.get(status, "Something wrong with the server. Please, try again later.")


def refusal(world: World, request: Request, *, status: int, message: str) -> Answer:
    """An error in the documented form; whether `statusCode` is text or a number differs from answer to answer."""
    chance = world.dice("refusal", len(world.record))
    as_text = pick(world.settings.status_code_types, chance) == "string"
    body = {
        "message": message,
        "path": request.path,
        "requestId": f"{chance.getrandbits(64):016x}",
        "statusCode": str(status) if as_text else status,
        "timestamp": iso(world.civil_s),
    }
    return json_answer(body, status=status)


def is_refused_key(world: World, request: Request) -> Answer | None:
    """401 for a key that is missing or another one."""
    if request.key == world.settings.key:
        return None
    return refusal(world, request, status=401, message=KEY_NEEDED)


def submit(world: World, request: Request, *, body: Any) -> Answer:
    """Accept a generation and hold its price; the only request here that costs money."""
    legacy = request.path != UNIVERSAL
    if problem := is_refused_key(world, request):
        return problem
    if "application/json" not in request.headers.get("content-type", "") or body is None:
        return refusal(world, request, status=400, message="Body validation error: JSON is expected")
    wanted = universal_body(body) if legacy else body
    if problems := world.schemas.problems(wanted, settings=world.settings, legacy=legacy):
        return refusal(world, request, status=400, message=f"Body validation error: {'; '.join(problems)}")
    asked = _asked(world, request, body=wanted)
    return _limit(world, request, asked=asked) or _accept(world, asked, legacy=legacy)


def poll(world: World, request: Request, *, job: Job | None) -> Answer:
    """How a generation stands. Free."""
    if problem := is_refused_key(world, request):
        return problem
    if not request.asked("generation_id"):
        return refusal(world, request, status=400, message="Body validation error: generation_id is required")
    if job is None or world.now_s < job.accepted_s + job.unseen_s:
        return refusal(world, request, status=404, message="Not Found")
    answer = json_answer(_standing(world, job, legacy=request.path != UNIVERSAL))
    return _told(world, job, answer, ended=job.is_over(world.now_s))


def _asked(world: World, request: Request, *, body: Mapping[str, Any]) -> Asked:
    model = str(body["model"])
    duration_s = float(body.get("duration") or 5)
    sent = request.headers.get("x-client-request-id", "")
    return Asked(
        vendor="aimlapi",
        model=model,
        body=body,
        price=in_credits(usd_of(world, model, body=body, duration_s=duration_s)),
        duration_s=duration_s,
        size=size_for(body.get("aspect_ratio") or body.get("ratio") or body.get("frame_size")),
        client_request_id=sent if CLIENT_ID.fullmatch(sent) else None,
    )


def _limit(world: World, request: Request, *, asked: Asked) -> Answer | None:
    settings = world.settings
    in_flight = len(world.jobs.in_flight("aimlapi", now_s=world.now_s))
    if settings.in_flight_max is not None and in_flight >= settings.in_flight_max:
        answer = refusal(world, request, status=429, message="Too Many Requests")
        wait = pick(settings.retry_after, world.dice("retry-after", len(world.record)))
        after = http_date(world.civil_s + 2) if wait == "date" else wait
        return answer if wait == "none" else with_headers(answer, {"retry-after": after})
    if world.account.available(settings=settings) < asked.price:
        return refusal(world, request, status=403, message=CREDITS_OUT)
    return None


def _accept(world: World, asked: Asked, *, legacy: bool) -> Answer:
    job = world.accept(asked)
    settings, chance = world.settings, world.dice("accepted", job.id)
    value = {**_named(world, job), "status": settings.waiting_words[0]}
    if _credits(world, job) in {"submit", "both"}:
        value["meta"] = _meta(world, job)
    answer = json_answer(value, status=pick(settings.submit_statuses, chance))
    return _told(world, job, answer, ended=False, accepted=True)


def _standing(world: World, job: Job, *, legacy: bool) -> dict[str, Any]:
    settings, chance = world.settings, world.dice("style", job.id)
    value = _named(world, job)
    if pick(settings.says_null, chance):
        value |= {"video": None, "error": None, "meta": None}
    if not job.is_over(world.now_s):
        return {**value, "status": _waiting_word(world, job)}
    if job.fails:
        form = job.fates["error"] or pick(settings.errors, chance)
        return {**value, "status": pick(settings.failed_words, chance), "error": error_of(form)}
    link = fresh_link(world, job)
    form = "strings" if legacy else pick(settings.videos, chance)
    value |= {"status": pick(settings.done_words, chance), "video": video_of(form, link, job=job)}
    return value | ({"meta": _meta(world, job)} if _credits(world, job) in {"end", "both"} else {})


def _waiting_word(world: World, job: Job) -> str:
    words = world.settings.waiting_words
    share = (world.now_s - job.starts_s) / (job.ends_s - job.starts_s)
    return words[min(int(share * len(words)), len(words) - 1)]


def _named(world: World, job: Job) -> dict[str, Any]:
    chance = world.dice("name", job.id)
    field = pick(world.settings.id_fields, chance)
    names = {"id": job.id} if field != "generation_id" else {}
    names |= {"generation_id": job.id} if field != "id" else {}
    return names | ({"model": job.model} if pick(world.settings.says_model, chance) else {})


def video_of(form: str, link: str, *, job: Job) -> Any:
    """The forms in which samples show the result."""
    forms = {
        "object": {"url": link},
        "strings": [link],
        "objects": [{"url": link}],
        "with-duration": {"url": link, "duration": job.duration_s},
        "text": link,
    }
    return forms[form]


def error_of(form: str) -> Any:
    """The forms in which a failed generation tells why; the second is a recorded one."""
    detail = {"loc": ["body", "image_url"], "msg": "no face was found", "type": "face_detection_error"}
    forms = {
        "named": {"name": "GenerationError", "message": "the content was refused by moderation"},
        "detail": {"detail": [detail]},
        "text": "the generation failed",
        "null": None,
        "empty": {},
    }
    return forms[form]


def _credits(world: World, job: Job) -> str:
    return pick(world.settings.credits, world.dice("credits", job.id))


def _meta(world: World, job: Job) -> dict[str, Any]:
    says_usd = pick(world.settings.says_usd, world.dice("usd", job.id))
    usage = {"credits_used": job.price} | ({"usd_spent": float(in_usd(job.price))} if says_usd else {})
    return {"usage": usage}


def _told(world: World, job: Job, answer: Answer, *, ended: bool, accepted: bool = False) -> Answer:
    headers = {"x-inference-id": job.id}
    if job.client_request_id is not None and accepted:
        headers["x-client-request-id"] = job.client_request_id
    if _credits(world, job) != "nowhere" and (accepted or ended):
        used = 0 if job.fails and ended else job.price
        headers |= {"x-aimlapi-credits-used": str(used), "x-aimlapi-usd-spent": f"{in_usd(used):.9f}"}
    told = with_headers(answer, headers)
    return replace(told, job=job.id, accepted=accepted)
