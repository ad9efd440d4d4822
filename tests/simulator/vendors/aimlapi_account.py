"""AI/ML API's account endpoints.

Documented: all forms, parameters, bounds and status codes here; that filters of the log do not split at commas. Guess:
the exact words of refusals.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from tests.simulator.account import in_usd
from tests.simulator.clock import read_iso
from tests.simulator.message import Answer, Request, json_answer
from tests.simulator.vendors.aimlapi import is_refused_key, refusal
from tests.simulator.world import World

LOGS_DAYS_MAX = 92
LOGS_WINDOW_S = 60.0
PERIOD = re.compile(r"([1-9][0-9]*)([hd])")
UNIT_S = {"h": 3600.0, "d": 86400.0}


def billing(world: World, request: Request) -> Answer:
    """The balance in US dollars, without holds."""
    if problem := is_refused_key(world, request):
        return problem
    balance = in_usd(world.account.balance(settings=world.settings, now_s=world.now_s))
    return json_answer({"current_balance": float(balance), "currency": "USD"})


def transactions(world: World, request: Request) -> Answer:
    """The ledger, newest first, by pages of a cursor."""
    if problem := is_refused_key(world, request):
        return problem
    rows = world.account.transactions(settings=world.settings, now_s=world.now_s)
    try:
        limit, start = _limit(request), _cursor(request)
        rows = [row for row in rows if _is_wanted(row, request)]
    except ValueError as error:
        return refusal(world, request, status=400, message=f"Query validation error: {error}")
    end = start + limit
    has_more = end < len(rows)
    cursor = base64.urlsafe_b64encode(str(end).encode()).decode() if has_more else None
    return json_answer({"data": rows[start:end], "pagination": {"next_cursor": cursor, "has_more": has_more}})


def logs(world: World, request: Request) -> Answer:
    """One row per request, newest first, by limit and offset; 200 requests in 60 s."""
    if problem := is_refused_key(world, request):
        return problem
    if world.recent("logs", within_s=LOGS_WINDOW_S) >= world.settings.log_requests_max:
        return refusal(world, request, status=429, message="Too Many Requests")
    if request.asked("key_prefix") is not None:
        return refusal(world, request, status=403, message="A management key is required")
    try:
        since_s, until_s = _window(request, civil_s=world.civil_s)
        limit, offset = _limit(request), _whole(request, "offset", default=0)
        statuses = _statuses(request)
    except ValueError as error:
        return refusal(world, request, status=400, message=f"Query validation error: {error}")
    skew_s, models = world.settings.clock_skew_s, request.query.get("model")
    rows = [
        row
        for at_s, row in world.account.log(settings=world.settings, now_s=world.now_s)
        if since_s <= at_s + skew_s <= until_s
        and row["status"] in statuses
        and (models is None or row["model"] in models or row["model"].rpartition("/")[2] in models)
    ]
    page = rows[offset : offset + limit]
    more = offset + len(page) < len(rows)
    paging = {"limit": limit, "offset": offset, "total": len(rows), "has_more": more}
    return json_answer({"data": page, "pagination": paging})


def _window(request: Request, *, civil_s: float) -> tuple[float, float]:
    period, start, end = (request.asked(name) for name in ("period", "start", "end"))
    if (period is None) == (start is None and end is None):
        raise ValueError("either period, or both start and end")
    if period is not None:
        match = PERIOD.fullmatch(period)
        if not match:
            raise ValueError("malformed period")
        since_s, until_s = civil_s - int(match[1]) * UNIT_S[match[2]], civil_s
    elif start is None or end is None:
        raise ValueError("start and end go together")
    else:
        since_s, until_s = read_iso(start), read_iso(end)
    if until_s < since_s or until_s - since_s > LOGS_DAYS_MAX * UNIT_S["d"]:
        raise ValueError(f"the window must end after it starts, and not exceed {LOGS_DAYS_MAX} days")
    return since_s, until_s


def _statuses(request: Request) -> set[str]:
    asked = set(request.query.get("status", ["succeeded", "failed"]))
    if asked - {"succeeded", "failed"}:
        raise ValueError("status: Invalid enum value. Expected 'succeeded' | 'failed'")
    return asked


def _is_wanted(row: dict[str, Any], request: Request) -> bool:
    since, until = request.asked("from"), request.asked("to")
    created_s = read_iso(row["created_at"])
    return (
        (request.asked("direction") in {None, row["direction"]})
        and (request.asked("type") in {None, row["type"]})
        and (since is None or created_s >= read_iso(since))
        and (until is None or created_s < read_iso(until))
    )


def _limit(request: Request) -> int:
    limit = _whole(request, "limit", default=50)
    if not 1 <= limit <= 100:
        raise ValueError("limit: 1 to 100")
    return limit


def _whole(request: Request, name: str, *, default: int) -> int:
    text = request.asked(name)
    if text is not None and not text.isdecimal():
        raise ValueError(f"{name}: Expected number")
    return default if text is None else int(text)


def _cursor(request: Request) -> int:
    text = request.asked("cursor")
    return 0 if text is None else int(base64.urlsafe_b64decode(text.encode()))
