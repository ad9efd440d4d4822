"""The control endpoint, `/_control/…`: how tests look behind the scenes. No part of any API, and on no record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from .jobs import job_value
from .message import Answer, Request, json_answer
from .world import World, checked

PREFIX = "/_control/"
VENDORS = ("aimlapi", "runway")


def control(world: World, request: Request) -> Answer:
    """Do what a test asks; 400 with the reason where it makes no sense."""
    act = ACTS.get((request.method, request.path.removeprefix(PREFIX)))
    if act is None:
        return json_answer({"error": f"there is no `{request.method} {request.path}`"}, status=404)
    try:
        return json_answer(act(world, json.loads(request.body or b"{}")))
    except (ValueError, TypeError, KeyError) as error:
        return json_answer({"error": str(error)}, status=400)


def _script(world: World, wish: Mapping[str, Any]) -> Any:
    world.write_script(wish["kind"], wish["names"], about=wish.get("about"))
    return world.script.left()


def _clear(world: World, _: Mapping[str, Any]) -> Any:
    world.script.clear()
    return {}


def _change(world: World, wish: Mapping[str, Any]) -> Any:
    world.settings = checked(world.settings.changed(wish))
    return asdict(world.settings)


def _advance(world: World, wish: Mapping[str, Any]) -> Any:
    world.advance(float(wish["seconds"]))
    return {"now_s": world.now_s}


def _top_up(world: World, wish: Mapping[str, Any]) -> Any:
    world.top_up(int(wish["credits"]))
    return {"credits": world.account.available(settings=world.settings)}


def _standing(world: World, _: Mapping[str, Any]) -> Any:
    now_s, settings = world.now_s, world.settings
    return {
        "now_s": now_s,
        "civil_s": world.civil_s,
        "peaks": {vendor: world.jobs.peak(vendor) for vendor in VENDORS},
        "in_flight": {vendor: len(world.jobs.in_flight(vendor, now_s=now_s)) for vendor in VENDORS},
        "balance_credits": world.account.balance(settings=settings, now_s=now_s),
        "available_credits": world.account.available(settings=settings),
        "script": world.script.left(),
    }


def _jobs(world: World, _: Mapping[str, Any]) -> Any:
    account, settings = world.account, world.settings
    return [
        {
            **job_value(job),
            "row_s": account.row_s(job, settings=settings),
            "logged_s": account.logged_s(job, settings=settings),
        }
        for job in world.jobs
    ]


def _record(world: World, wish: Mapping[str, Any]) -> Any:
    return [received._asdict() for received in world.record[wish.get("since", 0) :]]


def _clips(world: World, _: Mapping[str, Any]) -> Any:
    return {job.id: hashlib.sha256(world.clip(job)).hexdigest() for job in world.jobs}


ACTS: Mapping[tuple[str, str], Callable[[World, Mapping[str, Any]], Any]] = {
    ("POST", "script"): _script,
    ("POST", "clear"): _clear,
    ("POST", "settings"): _change,
    ("POST", "clock"): _advance,
    ("POST", "topup"): _top_up,
    ("GET", "standing"): _standing,
    ("GET", "jobs"): _jobs,
    ("GET", "record"): _record,
    ("GET", "clips"): _clips,
}
