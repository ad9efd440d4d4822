"""AI/ML API: sells clips of many vendors' models by one key. Strict in what is sent, tolerant in what is taken.

A request has no idempotency key there and cannot be cancelled, so it is sent once, under an id of ours
(`X-Client-Request-Id`) by which the account's log names it later. Free questions may be asked again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import quote

from renderer.errors import ProviderRefused, ProviderUnavailable, UsageError
from renderer.job import Frozen
from renderer.model import Json
from renderer.providers.account import Account, read_account
from renderer.providers.aimlapi import shapes
from renderer.providers.aimlapi.listing import listings_of
from renderer.providers.base import Answer, LogRow, Look, Standing, standing_of
from renderer.providers.clips import LIMITS
from renderer.providers.lister import Listings
from renderer.providers.remote import Remote
from renderer.providers.replay import connect
from renderer.providers.sorting import unavailable
from renderer.wire.client import Wire
from renderer.wire.download import Limits
from renderer.wire.outcome import Reply, date_of
from renderer.wire.pace import PACE, Pace

Endpoint = Literal["universal", "legacy"]

NAME = "aimlapi"
HOME = "https://api.aimlapi.com"
KEY_VARIABLES = ("AIMLAPI_API_KEY", "AIML_API_KEY")
BASE_VARIABLE, ENDPOINT_VARIABLE = "AIMLAPI_API_BASE", "AIMLAPI_ENDPOINT"
UNIVERSAL = "/v2/video/generations"
LOG, LOG_ROWS, LOG_PAGES_MAX = "/v2/logs", 100, 20
ATTEMPTS_MAX, PAUSE_S_MAX = 4, 60.0
LOG_DAYS_MAX = 92
MODELS, NAMES_ASKED_MAX = "/v1/models", 50
UNHEARD_OF = frozenset({400, 404, 410, 422})


class AimlApi(Remote):
    """A `Seller` and a `Lister`. `endpoint` is which of its two addresses new requests go to; old ones are polled at their own."""

    name = NAME
    has_log = True
    can_cancel = False

    def __init__(
        self,
        account: Account,
        *,
        endpoint: Endpoint = "universal",
        wire: Wire | None = None,
        pace: Pace = PACE,
        limits: Limits = LIMITS,
    ) -> None:
        super().__init__(account, wire=wire, pace=pace, limits=limits)
        self.endpoint = endpoint

    def freeze(self, body: Mapping[str, Json], *, vendor: str) -> Frozen:
        """The request for a body in the model's wire names; the legacy address names the model's maker. Pure."""
        is_legacy = self.endpoint == "legacy"
        return Frozen(
            f"/v2/generate/video/{quote(vendor, safe='')}/generation" if is_legacy else UNIVERSAL, body
        )

    async def submit(self, frozen: Frozen, *, media: Mapping[str, Path], intent: str) -> Answer:
        """Send the request once. Spends money where it is `Accepted`, perhaps where `Unknown`."""
        return await self._send(
            frozen,
            media=media,
            headers={"X-Client-Request-Id": intent},
            job_of=shapes.job_of,
            price_of=shapes.price_of,
        )

    async def poll(self, job: str, *, address: str) -> Look:
        """Ask once how a job stands; free. Raises `ProviderUnavailable` and its kinds where no answer came."""
        headers = self._account.headers()
        outcome = await self._wire.get(address, query={"generation_id": job}, headers=headers)
        if isinstance(outcome, Reply) and outcome.status in UNHEARD_OF and not outcome.is_page:
            return Look(Standing.ABSENT, str(outcome.status))
        content, fields = self._content(outcome)
        word, link = shapes.word_of(content), shapes.link_of(content)
        standing = standing_of(word) if word else Standing.DONE if link else Standing.WAITING
        failed = standing is Standing.FAILED
        return Look(
            standing,
            self._account.clean(word),
            link=link if standing is Standing.DONE else None,
            price_usd=shapes.price_of(content, fields),
            error=self._failure(shapes.failure_of(content), job=job, otherwise=word) if failed else None,
        )

    async def log(self, *, since: datetime, until: datetime) -> AsyncIterator[LogRow]:
        """The account's log between two times with zones, newest first, 2,000 rows at most; free.

        The vendor gives 92 days at a time; what is older is not asked for. A 429 is waited out a few times.
        """
        since = max(since, until - timedelta(days=LOG_DAYS_MAX))
        query = {"start": _iso(since), "end": _iso(until), "limit": str(LOG_ROWS)}
        offset = 0
        for _ in range(LOG_PAGES_MAX):
            asked = {**query, "offset": str(offset)}
            page, _ = await self._asked(LOG, query=asked, headers=self._account.headers())
            for row in shapes.rows_of(page):
                yield row
            offset += shapes.rows_read(page)
            if not (shapes.has_more(page) and shapes.rows_read(page)):
                return

    async def cancel(self, job: str) -> None:
        """Raises `ProviderRefused`: this API has no way to end a job."""
        raise ProviderRefused(
            f"`{NAME}` has no way to cancel a job",
            code="P711",
            facts=[("job", job)],
            hint="let it end; the next build collects its clip",
        )

    async def listings(self, names: Sequence[str] = ()) -> Listings:
        """The models of some ids or aliases, of all where none is given; free, and asked without the key.

        Raises `ProviderUnavailable` and its kinds where there is no list. Of more than 50 names all models are read.
        """
        query = {"include": "pricing"}
        if 0 < len(names) <= NAMES_ASKED_MAX:
            query["id"] = ",".join(names)
        content, fields = await self._asked(MODELS, query=query, headers={"Accept": "application/json"})
        found = tuple(listings_of(content))
        if not found and not (names and shapes.is_list(content)):
            raise unavailable(f"`{NAME}` does not list its models", answer="it has no list of models")
        read_at = date_of(fields.get("date", "")) or self._pace.now()
        return Listings(found, f"{self._account.base}{MODELS}", read_at.astimezone(UTC))

    async def _asked(
        self, path: str, *, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[Json, Mapping[str, str]]:
        """The answer to a free question and its headers; what may pass is waited out a few times."""
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return self._content(await self._wire.get(path, query=query, headers=headers))
            except ProviderUnavailable as error:
                is_final = attempt == ATTEMPTS_MAX or (error.pause_s or 0) > PAUSE_S_MAX
                if is_final or type(error) is not ProviderUnavailable:
                    raise
                await self._pace.back_off(attempt, asked_s=error.pause_s)
        raise AssertionError("BUG: the last attempt returns or raises")


def open_aimlapi(environ: Mapping[str, str], *, pace: Pace = PACE) -> AimlApi:
    """The adapter as the environment sets it up. Raises `UsageError` U040, U041; a missing key is told when asked for."""
    account = read_account(
        environ, provider=NAME, key_variables=KEY_VARIABLES, base_variable=BASE_VARIABLE, home=HOME
    )
    account, wire = connect(account, environ)
    return AimlApi(account, endpoint=_endpoint(environ), wire=wire, pace=pace)


def _endpoint(environ: Mapping[str, str]) -> Endpoint:
    word = environ.get(ENDPOINT_VARIABLE, "").strip() or "universal"
    for known in get_args(Endpoint):
        if word == known:
            return known  # type: ignore[no-any-return]
    raise UsageError(
        f"`{ENDPOINT_VARIABLE}` is `universal` or `legacy`, not `{word}`",
        code="U040",
        hint="leave it unset for `universal`",
    )


def _iso(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
