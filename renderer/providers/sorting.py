"""What became of a submission, and what an answer without success means: one table for all vendors over HTTP.

A 4xx but 408 and 409 was not accepted; a 2xx with a job's name was; all else is unknown, since a gateway that gave up
waiting (5xx) may have passed the request on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus

from renderer.errors import ProviderBroke, ProviderError, ProviderRefused, ProviderUnavailable
from renderer.model import Json
from renderer.providers.account import Account
from renderer.providers.base import Accepted, Answer, NotAccepted, Unknown, Why
from renderer.providers.words import spoken
from renderer.wire.outcome import NoAnswer, NotSent, Outcome, Reply, pause_s

UNDECIDED = frozenset({408, 409})
WHY: Mapping[int, Why] = {
    401: Why.UNAUTHORISED,
    402: Why.BROKE,
    403: Why.BROKE,
    407: Why.UNREACHABLE,
    425: Why.BUSY,
    429: Why.BUSY,
}
"""What a refusal's status means; one that is not here speaks of the request itself."""

Prices = Callable[[Json, Mapping[str, str]], Decimal | None]


def why_refused(reply: Reply) -> Why:
    """Why a 4xx came; a web page in place of an answer is not the vendor's, and says nothing of the request."""
    if reply.is_page and reply.status not in {401, 429}:
        return Why.UNREACHABLE
    return WHY.get(reply.status, Why.REFUSED)


def sort_submission(
    outcome: Outcome,
    *,
    account: Account,
    job_of: Callable[[Json], str | None],
    price_of: Prices,
    now: datetime,
    why: Callable[[Reply], Why] = why_refused,
) -> Answer:
    """Accepted, not accepted or unknown. `job_of` and `price_of` read the vendor's form of an answer."""
    match outcome:
        case NotSent(reason):
            return NotAccepted(Why.UNREACHABLE, unreachable(account, reason))
        case NoAnswer(reason):
            return Unknown(account.clean(reason))
        case Reply(status) if 200 <= status < 300:
            return _accepted(outcome, account=account, job_of=job_of, price_of=price_of)
        case Reply(status) if 400 <= status < 500 and status not in UNDECIDED:
            return _not_accepted(outcome, account=account, why=why(outcome), now=now)
    return Unknown(f"the answer was {said(outcome, account=account)}")


def _accepted(
    reply: Reply, *, account: Account, job_of: Callable[[Json], str | None], price_of: Prices
) -> Answer:
    try:
        content = reply.json()
    except ValueError:
        return Unknown(f"the answer cannot be read: {said(reply, account=account)}")
    job = job_of(content)
    if job is None:
        return Unknown(f"the answer names no job: {said(reply, account=account)}")
    return Accepted(job, price_of(content, reply.headers))


def _not_accepted(reply: Reply, *, account: Account, why: Why, now: datetime) -> NotAccepted:
    pause = pause_s(reply.headers, now=now)
    return NotAccepted(why, refusal(reply, account=account, why=why, pause=pause), pause)


def refusal(reply: Reply, *, account: Account, why: Why, pause: float | None = None) -> ProviderError:
    """The error for an answer that is not success, by what it means, with the vendor's words."""
    error = _refusal(reply, account=account, why=why, pause=pause)
    error.words = said(reply, account=account)
    return error


def _refusal(reply: Reply, *, account: Account, why: Why, pause: float | None) -> ProviderError:
    answer, name = said(reply, account=account), account.provider
    if why is Why.UNAUTHORISED:
        return account.unauthorised(f"`{name}` does not take the key", answer=answer)
    if why is Why.REFUSED:
        return ProviderRefused(
            f"`{name}` refused the request", facts=[("answer", answer)], hint="change the shot"
        )
    if why is Why.BROKE:
        return ProviderBroke(
            f"the account at `{name}` may not buy: it is out of credits, or its plan does not allow this",
            facts=[("answer", answer)],
            hint="top up the account and run the same command again",
        )
    message = "takes no more requests now" if why is Why.BUSY else "cannot be used now"
    return unavailable(f"`{name}` {message}", answer=answer, pause=pause)


def complaint(outcome: Outcome, *, account: Account, now: datetime) -> ProviderError:
    """The error for a free question that was not answered, or not with success; another try may help."""
    if not isinstance(outcome, Reply):
        return unreachable(account, outcome.reason)
    why = why_refused(outcome) if 400 <= outcome.status < 500 else Why.UNREACHABLE
    why = Why.UNREACHABLE if why is Why.REFUSED else why
    return refusal(outcome, account=account, why=why, pause=pause_s(outcome.headers, now=now))


def unreachable(account: Account, reason: str) -> ProviderUnavailable:
    return unavailable(f"`{account.provider}` cannot be reached", answer=account.clean(reason))


def unavailable(message: str, *, answer: str, pause: float | None = None) -> ProviderUnavailable:
    error = ProviderUnavailable(message, facts=[("answer", answer)], hint="run the same command again later")
    error.pause_s = pause
    return error


def said(reply: Reply, *, account: Account) -> str:
    """Status and words of an answer, in one line: `400 Bad Request: prompt is too long`."""
    try:
        title = f"{reply.status} {HTTPStatus(reply.status).phrase}"
    except ValueError:
        title = str(reply.status)
    words = account.clean(_words(reply))
    return f"{title}: {words}" if words and words != title.partition(" ")[2] else title


def _words(reply: Reply) -> str:
    if reply.is_page:
        return "a web page"
    try:
        return spoken(reply.json())
    except ValueError:
        return reply.body[:1000].decode(errors="replace")
