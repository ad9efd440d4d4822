"""Runway's own API: sells clips of its models, and of a few others, as tasks.

It has no log of requests and no idempotency key, so a submission whose answer was lost stays unknown. It can cancel.
An answer never names a price: what a task costs is in the catalogue, in dollars by the second.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

from renderer.errors import ProviderFailed, ProviderRefused
from renderer.job import Frozen
from renderer.model import Json
from renderer.providers.account import read_account
from renderer.providers.base import Answer, LogRow, Look, Standing, Why, standing_of
from renderer.providers.remote import Remote
from renderer.providers.replay import connect
from renderer.providers.sorting import complaint, why_refused
from renderer.wire.outcome import Reply
from renderer.wire.pace import PACE, Pace

NAME = "runway"
HOME = "https://api.dev.runwayml.com"
KEY_VARIABLES, BASE_VARIABLE = ("RUNWAYML_API_SECRET",), "RUNWAYML_BASE_URL"
VERSION = {"X-Runway-Version": "2024-11-06"}
TASKS = "/v1/tasks/"
FROM_IMAGE, FROM_VIDEO, FROM_TEXT = "/v1/image_to_video", "/v1/video_to_video", "/v1/text_to_video"
STARTS = {"videoUri": FROM_VIDEO, "promptVideo": FROM_VIDEO, "promptImage": FROM_IMAGE}
"""What a body starts from tells its address (github.com/runwayml/sdk-python v5.13.0)."""
POOR = "enough credits"
"""Being out of credits is a 400 here, told by its words (github.com/runwayml/sdk-node, issue 28)."""
HINTS = {
    "SAFETY.INPUT": "the prompt or an image was refused by moderation: change them",
    "SAFETY.OUTPUT": "what was made was refused by moderation: change the prompt",
    "ASSET": "an input cannot be used: replace it",
}
"""By the beginning of a failure code (docs.dev.runwayml.com, errors/task-failures, read 2026-11-22)."""
MODERATED, CANCELLED = "SAFETY", "CANCELLED"


class Runway(Remote):
    """A `Seller`."""

    name = NAME
    endpoint = "universal"
    has_log = False
    can_cancel = True

    def freeze(self, body: Mapping[str, Json], *, vendor: str) -> Frozen:  # noqa: ARG002 - the port's form
        """The request for a body in the model's wire names. Pure."""
        return Frozen(next((STARTS[name] for name in STARTS if name in body), FROM_TEXT), body)

    async def submit(self, frozen: Frozen, *, media: Mapping[str, Path], intent: str) -> Answer:  # noqa: ARG002
        """Send the request once. Spends money where it is `Accepted`, perhaps where `Unknown`."""
        return await self._send(
            frozen, media=media, headers=VERSION, job_of=_job_of, price_of=_price_of, why=_why_refused
        )

    async def poll(self, job: str, *, address: str) -> Look:  # noqa: ARG002 - tasks of all kinds are asked after alike
        """Ask once how a task stands; free. `progress` is not looked at, since it promises nothing."""
        outcome = await self._wire.get(_task(job), query={}, headers=self._headers())
        if isinstance(outcome, Reply) and outcome.status in {404, 410} and not outcome.is_page:
            return Look(Standing.ABSENT, str(outcome.status))
        content, _ = self._content(outcome)
        content = content if isinstance(content, dict) else {}
        word = str(content.get("status") or "")
        standing = standing_of(word)
        return Look(
            standing,
            self._account.clean(word),
            link=_link_of(content) if standing is Standing.DONE else None,
            error=self._failed(content, job=job, word=word) if standing is Standing.FAILED else None,
        )

    async def log(self, *, since: datetime, until: datetime) -> AsyncIterator[LogRow]:  # noqa: ARG002
        """Nothing: this vendor has no log."""
        rows: tuple[LogRow, ...] = ()
        for row in rows:
            yield row

    async def cancel(self, job: str) -> None:
        """End a task that has not ended. Raises `ProviderRefused` P717 for one that has: it would be deleted."""
        look = await self.poll(job, address="")
        if look.standing is not Standing.WAITING:
            raise ProviderRefused(
                f"the job has ended already: `{look.word}`",
                code="P717",
                facts=[("job", job)],
                hint="the next build collects its clip",
            )
        outcome = await self._wire.delete(_task(job), headers=self._headers())
        if not (isinstance(outcome, Reply) and 200 <= outcome.status < 300):
            raise complaint(outcome, account=self._account, now=self._pace.now())

    def _headers(self) -> dict[str, str]:
        return {**self._account.headers(), **VERSION}

    def _failed(self, content: Mapping[str, Json], *, job: str, word: str) -> ProviderFailed:
        code = self._account.clean(str(content.get("failureCode") or ""))
        error = self._failure(content.get("failure"), job=job, otherwise=code or word)
        error.facts += (("failure code", code),) if code else ()
        error.code = "P719" if code.startswith(MODERATED) else "P716" if word == CANCELLED else error.code
        error.hint = next((hint for start, hint in HINTS.items() if code.startswith(start)), None)
        return error


def open_runway(environ: Mapping[str, str], *, pace: Pace = PACE) -> Runway:
    """The adapter as the environment sets it up. Raises `UsageError` U041; a missing key is told when asked for."""
    account = read_account(
        environ, provider=NAME, key_variables=KEY_VARIABLES, base_variable=BASE_VARIABLE, home=HOME
    )
    account, wire = connect(account, environ)
    return Runway(account, wire=wire, pace=pace)


def _task(job: str) -> str:
    return f"{TASKS}{quote(job, safe='')}"


def _job_of(content: Json) -> str | None:
    job = content.get("id") if isinstance(content, dict) else None
    return job if isinstance(job, str) and job.strip() else None


def _price_of(_: Json, __: Mapping[str, str]) -> Decimal | None:
    return None


def _link_of(content: Mapping[str, Json]) -> str | None:
    output = content.get("output")
    links = output if isinstance(output, list) else [output]
    return next((link for link in links if isinstance(link, str) and link), None)


def _why_refused(reply: Reply) -> Why:
    """403 speaks of the model here (`Model variant … is not available`), and 400 of money, among others."""
    if reply.status == 400 and POOR in reply.body.decode(errors="replace"):
        return Why.BROKE
    return Why.REFUSED if reply.status == 403 and not reply.is_page else why_refused(reply)
