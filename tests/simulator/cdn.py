"""Where clips are fetched: links that expire, are signed or not, lead on, or lead nowhere.

Recorded in samples: links signed by a JWT with `exp`, plain links, links with `Expires`; lives of 600 s to two days. Documented
for Runway only: another poll gives a fresh link. Guesses: 403 after the end, as object stores answer; a clip that is gone
gives 404 whatever is polled; a key is refused with 400, as object stores refuse a second kind of authority.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from urllib.parse import urlencode

from .clock import http_date
from .draw import pick
from .jobs import ANIMALS, Job
from .message import Answer, Request
from .world import World

PATH = re.compile(r"/cdn/(?:generations/)?[a-z]+/(?:[0-9]+-)?([A-Za-z0-9_=-]+)\.mp4")
DENIED = (
    b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'
)
XML = {"content-type": "application/xml"}


def fresh_link(world: World, job: Job) -> str:
    """A link to a job's clip, another one each time, that lives from now on."""
    world.links[job.id] += 1
    stale = world.links[job.id] <= int(job.fates.get("stale-links") or 0)
    life_s = float(job.fates.get("short-link") or world.settings.link_life_s)
    ends_s = world.civil_s + (-1 if stale else life_s)
    host = world.settings.link_host or "127.0.0.1"
    form = pick(world.settings.links, world.dice("link", job.id))
    path, query = _forms(world, job, form=form, ends_s=ends_s)
    return f"http://{host}:{world.port}{path}{'?' if query else ''}{urlencode(query)}"


def job_of(world: World, path: str) -> Job | None:
    """The job whose clip a path names."""
    match = PATH.fullmatch(path)
    if match is None:
        return None
    try:
        name = base64.urlsafe_b64decode(match[1]).decode()
    except ValueError:
        return None
    return world.jobs.by_id.get(name)


def download(world: World, request: Request, *, job: Job | None) -> Answer:
    """The bytes of a clip, or a part of them, or why not."""
    if "authorization" in request.headers:
        return Answer(
            400, b"Only one auth mechanism allowed", XML, note="a key was sent to where it is not needed"
        )
    host = world.settings.link_host or "127.0.0.1"
    if request.headers.get("host") != f"{host}:{world.port}":
        return Answer(421, b"Misdirected Request")
    if job is None or job.deleted or not job.is_over(world.now_s) or "dead-link" in job.fates:
        return Answer(404, b"<Error><Code>NoSuchKey</Code></Error>", XML, job=job.id if job else None)
    if not _is_valid(world, request, job):
        return Answer(403, DENIED, XML, job=job.id)
    hops = int(request.asked("hop") or 0)
    if hops < world.settings.link_hops:
        there = f"{request.target}{'&' if '?' in request.target else '?'}hop={hops + 1}"
        return Answer(302, headers={"location": there}, job=job.id)
    return replace(_content(world, request, world.clip(job), name=job.picture), job=job.id)


def _forms(world: World, job: Job, *, form: str, ends_s: float) -> tuple[str, dict[str, str]]:
    name = base64.urlsafe_b64encode(job.id.encode()).decode()
    animal = ANIMALS[len(job.id) % len(ANIMALS)]
    if form == "plain":
        return f"/cdn/generations/{animal}/{int(job.ends_s * 1000)}-{name}.mp4", {}
    path = f"/cdn/{animal}/{name}.mp4"
    if form == "expires":
        ends = str(int(ends_s))
        query = {
            "Expires": ends,
            "Signature": _signature(world, f"{path}?{ends}"),
            "n": str(world.links[job.id]),
        }
        return path, query
    claims = {
        "keyHash": job.digest[:12],
        "bucket": "runway-task-artifacts",
        "stage": "prod",
        "nonce": world.links[job.id],
        "exp": int(ends_s),
    }
    middle = f"{_encoded({'alg': 'HS256', 'typ': 'JWT'})}.{_encoded(claims)}"
    return path, {"_jwt": f"{middle}.{_signature(world, path + middle)}"}


def _is_valid(world: World, request: Request, job: Job) -> bool:
    if "/cdn/generations/" in request.path:
        return "plain" in world.settings.links
    token, ends = request.asked("_jwt"), request.asked("Expires")
    if token is not None and token.count(".") == 2:
        middle, _, signature = token.rpartition(".")
        is_signed = signature == _signature(world, request.path + middle)
        return is_signed and _claimed_end_s(middle) > world.civil_s
    if ends is not None and ends.isdecimal():
        is_signed = request.asked("Signature") == _signature(world, f"{request.path}?{ends}")
        return is_signed and int(ends) > world.civil_s
    return False


def _content(world: World, request: Request, body: bytes, *, name: str) -> Answer:
    settings = world.settings
    etag = f'"{hashlib.sha256(name.encode()).hexdigest()[:32]}-{len(body):x}"'
    headers = {"content-type": "video/mp4", "last-modified": http_date(world.clock.began_s)}
    headers |= {"etag": etag} if settings.etags else {}
    headers |= {"accept-ranges": "bytes"} if settings.ranges else {}
    announced = "true" if settings.lengths else "none"
    asked = re.fullmatch(r"bytes=([0-9]+)-([0-9]*)", request.headers.get("range", ""))
    if not settings.ranges or asked is None or request.headers.get("if-range", etag) != etag:
        return Answer(200, body, headers, announced=announced)
    start, end = int(asked[1]), min(int(asked[2] or len(body) - 1), len(body) - 1)
    if start >= len(body):
        return Answer(416, headers={"content-range": f"bytes */{len(body)}"})
    part = {**headers, "content-range": f"bytes {start}-{end}/{len(body)}"}
    return Answer(206, body[start : end + 1], part, announced=announced)


def _signature(world: World, text: str) -> str:
    return hashlib.sha256(f"{world.seed}/{text}".encode()).hexdigest()[:32]


def _encoded(value: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _claimed_end_s(middle: str) -> float:
    claims = middle.rpartition(".")[2]
    return float(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"])
