"""What all sellers over HTTP have in common: an account, a wire, submitting once, asking freely, fetching clips."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

from renderer.errors import ProviderFailed, ProviderUnauthorised, ProviderUnavailable
from renderer.job import Frozen
from renderer.model import Json
from renderer.providers.account import Account
from renderer.providers.base import Answer, NotAccepted, Why
from renderer.providers.clips import LIMITS, fetch_clip
from renderer.providers.payload import body_of
from renderer.providers.sorting import complaint, sort_submission, why_refused
from renderer.providers.words import spoken
from renderer.wire.client import Client, Wire
from renderer.wire.download import Limits
from renderer.wire.outcome import Outcome, Reply
from renderer.wire.pace import PACE, Pace


class Remote:
    """The part of a `Seller` that does not depend on the vendor. Its key goes to its base address alone."""

    def __init__(
        self, account: Account, *, wire: Wire | None = None, pace: Pace = PACE, limits: Limits = LIMITS
    ) -> None:
        self._account = account
        self._pace = pace
        self._limits = limits
        self._wire = wire or Client(account.base)

    @property
    def account(self) -> str:
        return self._account.fingerprint

    @property
    def base(self) -> str:
        return self._account.own_base

    async def fetch(self, link: str, *, output: Path) -> None:
        """Write the clip that a link leads to at `output`, whole; free."""
        await fetch_clip(
            self._wire, link, account=self._account, output=output, limits=self._limits, pace=self._pace
        )

    async def close(self) -> None:
        await self._wire.close()

    async def _send(
        self,
        frozen: Frozen,
        *,
        media: Mapping[str, Path],
        headers: Mapping[str, str],
        job_of: Callable[[Json], str | None],
        price_of: Callable[[Json, Mapping[str, str]], Decimal | None],
        why: Callable[[Reply], Why] = why_refused,
    ) -> Answer:
        """Send a request once, and sort what became of it. Spends money where it is accepted, perhaps where unknown."""
        try:
            sent = {**self._account.headers(), **headers}
            body = body_of(frozen.body, media=media)
        except ProviderUnauthorised as error:
            return NotAccepted(Why.UNAUTHORISED, error)
        except OSError as error:
            return NotAccepted(Why.UNREADABLE, _unreadable(error))
        try:
            outcome = await self._wire.post(frozen.address, body=body, headers=sent)
        except ProviderUnavailable as error:  # a recording without this request
            return NotAccepted(Why.UNREACHABLE, error)
        return sort_submission(
            outcome,
            account=self._account,
            job_of=job_of,
            price_of=price_of,
            now=self._pace.now(),
            why=why,
        )

    def _content(self, outcome: Outcome) -> tuple[Json, Mapping[str, str]]:
        """The JSON of a successful answer, and its headers; raises `ProviderUnavailable` or a kind of it for all else."""
        with contextlib.suppress(ValueError):
            if isinstance(outcome, Reply) and 200 <= outcome.status < 300:
                return outcome.json(), outcome.headers
        raise complaint(outcome, account=self._account, now=self._pace.now())

    def _failure(self, words: Json, *, job: str, otherwise: str) -> ProviderFailed:
        """The error for a generation that the vendor gave up, in its own words, or `otherwise` where it has none."""
        reason = self._account.clean(spoken(words) or otherwise)
        error = ProviderFailed(
            f"`{self._account.provider}` could not make the clip",
            facts=[("job", job), ("reason", reason)],
            hint="change the shot, or try the same once more with `--retry-failed SHOT`",
        )
        error.words = reason
        return error


def _unreadable(error: OSError) -> ProviderUnavailable:
    facts = [("file", error.filename), ("reason", error.strerror or type(error).__name__)]
    return ProviderUnavailable(
        "a medium of the request cannot be read, so nothing was sent",
        code="P718",
        facts=[(name, value) for name, value in facts if value],
        hint="see that the file can be read, then run the same command again",
    )
