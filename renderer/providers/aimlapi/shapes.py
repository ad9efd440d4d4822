"""The forms that AI/ML API's answers take: strict in nothing, since the documents and the records differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from renderer.model import Json
from renderer.providers.base import LogRow

CREDITS_PER_USD = 2_000_000  # docs/faq/how-can-i-track-my-funds.md of github.com/aimlapi/api-docs, 2026-08-21
JOB_CHARACTERS_MAX = 512
AMOUNT_MAX = 10**15


def job_of(content: Json) -> str | None:
    """The job's name in an answer: `id` or `generation_id`, a string or a whole number; opaque.

    >>> job_of({"generation_id": 7351})
    '7351'
    """
    found = (name_of(at(content, field)) for field in ("id", "generation_id"))
    return next((name for name in found if name), None)


def word_of(content: Json) -> str:
    """The status, in the vendor's word; empty where there is none."""
    word = at(content, "status")
    return word.strip() if isinstance(word, str) else ""


def link_of(content: Json) -> str | None:
    """The first link to a clip: `video` is a link, an object with `url`, or a list of either.

    >>> link_of({"video": [{"url": "https://example.org/a.mp4"}]}), link_of({"video": None})
    ('https://example.org/a.mp4', None)
    """
    return next(_links(at(content, "video")), None)


def failure_of(content: Json) -> Json:
    """What an answer says of a failure, in any of its forms."""
    return at(content, "error") or at(content, "message")


def price_of(content: Json, headers: Mapping[str, str]) -> Decimal | None:
    """What the generation costs in exact US dollars; credits are whole numbers, so they are asked first.

    >>> price_of({"meta": {"usage": {"credits_used": 525000}}}, {})
    Decimal('0.2625')
    """
    usage = at(at(content, "meta"), "usage")
    credits_used = (at(usage, "credits_used"), headers.get("x-aimlapi-credits-used"))
    usd = (at(usage, "usd_spent"), headers.get("x-aimlapi-usd-spent"))
    # A price of nothing is none yet: polls are free, and may say so of themselves.
    return _price(credits_used, usd) or None


def rows_of(content: Json) -> Iterator[LogRow]:
    """The rows of a page of the log; one without a job's name says nothing and is left out."""
    for row in entries_of(content):
        job = name_of(at(row, "inference_id"))
        if job:
            cost, intent, status = at(row, "cost"), at(row, "client_request_id"), at(row, "status")
            yield LogRow(
                job=job,
                intent=intent if isinstance(intent, str) and intent else None,
                model=str(at(row, "model") or ""),
                succeeded={"succeeded": True, "failed": False}.get(status)
                if isinstance(status, str)
                else None,
                price_usd=_price((at(cost, "credits"),), (at(cost, "usd"),)),
                created_at=str(at(row, "created") or ""),
            )


def rows_read(content: Json) -> int:
    """How many rows a page has, read or not; 0 where it is no page."""
    return len(entries_of(content))


def has_more(content: Json) -> bool:
    """Whether another page follows."""
    return at(at(content, "pagination"), "has_more") is True


def is_list(content: Json) -> bool:
    """Whether an answer has a list, if only an empty one.

    >>> is_list({"object": "list", "data": []}), is_list({"message": "hello"})
    (True, False)
    """
    return any(isinstance(found, list) for found in _places(content))


def entries_of(content: Json) -> list[Json]:
    """The list in an answer, empty where there is none.

    The envelope of the rows is not documented by name; all places that a list may stand in are read.
    """
    return next((found for found in _places(content) if isinstance(found, list)), [])


def _places(content: Json) -> tuple[Json, ...]:
    return (content, *(at(content, name) for name in ("data", "rows", "logs", "items")))


def at(content: Json, field: str) -> Json:
    """A field of an object, None where there is none."""
    return content.get(field) if isinstance(content, dict) else None


def name_of(value: Json) -> str | None:
    """A name that the vendor gives: a string or a whole number; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    is_name = isinstance(value, str) and value.strip() and len(value) <= JOB_CHARACTERS_MAX
    return value.strip() if is_name else None


def _links(video: Json) -> Iterator[str]:
    if isinstance(video, str) and video.strip():
        yield video.strip()
    elif isinstance(video, dict):
        yield from _links(video.get("url"))
    elif isinstance(video, list):
        for item in video:
            yield from _links(item)


def _price(credits_used: tuple[Json, ...], usd: tuple[Json, ...]) -> Decimal | None:
    for value in map(amount_of, credits_used):
        if value is not None:
            return value / CREDITS_PER_USD
    return next((value for value in map(amount_of, usd) if value is not None), None)


def amount_of(value: Json) -> Decimal | None:
    """An amount from 0, exact; None where it is no number."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount <= AMOUNT_MAX else None
