"""The ports that providers fill, the values that pass through them, and the one table of job states.

A provider turns one order into one clip. It knows nothing of plans, keys, stores, journals or other shots. A `Maker` is
free and does so in one act; a `Seller` takes money, and so does it in acts that can each be put on record: submit,
poll, fetch.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from renderer.errors import ProviderError
from renderer.job import Frozen
from renderer.model import Json, Size
from renderer.row import Row

if TYPE_CHECKING:
    from renderer.mate import Mates


class Order(Row):
    """All that a maker is told about one take: the manifest's fields and the input files.

    `manifest` is the action's own manifest, so that what was keyed is what is made. `inputs` maps a field
    (`image`, `last_image`) to a file holding the original bytes whose digest the manifest names.
    """

    manifest: Mapping[str, Json]
    inputs: Mapping[str, Path]


class Maker(Protocol):
    """A free source of clips, limited by cores alone."""

    @property
    def name(self) -> str: ...

    def identity(self, *, size: Size, fps: Fraction) -> Mapping[str, Json]:
        """What of the provider itself decides the result, merged into the manifest.

        Its name, picture size, rate, ffmpeg's build, encoder settings and thread count.
        """
        ...

    async def generate(self, order: Order, *, output: Path, mates: Mates | None = None) -> None:
        """Write the clip of `order` to `output` (a fresh path ending in `.mp4`), spending nothing; `mates` compute beside this process, if any do.

        Raises `MediaError`; leaves nothing behind at `output` then. Cancellation stops it at once.
        """
        ...


class Standing(Enum):
    """Where a job stands with the vendor, whatever words it uses."""

    WAITING = "it is queued or being made"
    DONE = "it is complete, and a link leads to its clip"
    FAILED = "it ended without a clip, or the vendor gave it up"
    ABSENT = "the vendor does not know it, or not yet"


STANDINGS: Mapping[str, Standing] = {
    **dict.fromkeys(
        ("queued", "generating", "waiting", "active", "processing", "pending", "throttled", "running"),
        Standing.WAITING,
    ),
    **dict.fromkeys(("completed", "succeeded"), Standing.DONE),
    **dict.fromkeys(("error", "failed", "cancelled", "canceled", "expired", "timeout"), Standing.FAILED),
}
"""Every word that any vendor is known to use, in lower case. A word that is not here keeps waiting: a deadline, not a
guess, decides about it."""


def standing_of(word: str) -> Standing:
    """What a vendor's word means; an unknown one means waiting.

    >>> standing_of("SUCCEEDED").name, standing_of("dreaming").name
    ('DONE', 'WAITING')
    """
    return STANDINGS.get(word.strip().lower(), Standing.WAITING)


class Accepted(Row):
    """The vendor took the request: its own name for the job, and the price if it named one already."""

    job: str
    price_usd: Decimal | None = None


class Why(Enum):
    """Why a request was certainly not accepted."""

    REFUSED = "this very request will be refused again"
    BUSY = "too many at once: later"
    UNAUTHORISED = "the key is missing or not taken"
    BROKE = "the account is out of credits"
    UNREACHABLE = "the request never left: no name, no connection, no TLS"
    UNREADABLE = "the request never left: a medium of it cannot be read on this machine"

    @property
    def is_about_request(self) -> bool:
        """Whether another request may fare better; else the next one would meet the same."""
        return self in {Why.REFUSED, Why.UNREADABLE}

    INTERRUPTED = "a person stopped before it was sent"


class NotAccepted(Row):
    """Nothing was bought. `pause_s` is how long the vendor asks us to wait, if it does."""

    why: Why
    error: ProviderError
    pause_s: float | None = None


class Unknown(Row):
    """The request may have been accepted: the answer was lost, late, or made no sense."""

    reason: str


Answer = Accepted | NotAccepted | Unknown


class Look(Row):
    """What one poll saw. `word` is the vendor's own; `error` is set for `FAILED`."""

    standing: Standing
    word: str
    link: str | None = None
    price_usd: Decimal | None = None
    error: ProviderError | None = None


class LogRow(Row):
    """One row of the account's log. `intent` is the id that we sent along, None where the vendor does not tell.

    `created_at` is as the vendor writes it; `succeeded` None where the row does not say.
    """

    job: str
    intent: str | None
    model: str
    succeeded: bool | None
    price_usd: Decimal | None
    created_at: str


class LinkExpired(ProviderError):  # noqa: N818 - named for what it states
    """The link does not lead to the clip any more; another poll may give a fresh one."""

    code = "P707"


class Seller(Protocol):
    """A source of clips for money. Only `submit` can spend any, and it never sends a request twice.

    `account` is a fingerprint of the key; asking for it raises `ProviderUnauthorised` where there is no key. `base` is
    the address in use, empty for the vendor's own. `endpoint` names which of a model's wire names it speaks. A
    vendor without a log (`has_log`) or without a way to cancel (`can_cancel`) says so.
    """

    @property
    def name(self) -> str: ...

    @property
    def account(self) -> str: ...

    @property
    def base(self) -> str: ...

    @property
    def endpoint(self) -> str: ...

    @property
    def has_log(self) -> bool: ...

    @property
    def can_cancel(self) -> bool: ...

    def freeze(self, body: Mapping[str, Json], *, vendor: str) -> Frozen:
        """The request for a body in the model's wire names; `vendor` is the model's maker. Pure."""
        ...

    async def submit(self, frozen: Frozen, *, media: Mapping[str, Path], intent: str) -> Answer:
        """Send the request once, and say what became of it. Spends money where it is `Accepted`, perhaps where `Unknown`.

        `media` holds, for each blob of the body, the file to send; `intent` goes along as the client's request id.
        Raises nothing but cancellation, after which the outcome is unknown.
        """
        ...

    async def poll(self, job: str, *, address: str) -> Look:
        """Ask once how a job stands; free. `address` is the one of its request.

        Raises `ProviderUnavailable` where another try may help (its `pause_s` says when, if the vendor does),
        `ProviderUnauthorised` where the key is not taken.
        """
        ...

    async def fetch(self, link: str, *, output: Path) -> None:
        """Write the clip that a link leads to at `output`, whole; free. Resumes what was cut, within limits.

        Raises `LinkExpired`, `ProviderUnavailable` when it cannot be had now, `ProviderFailed` when what comes is not
        a clip or too large, `StoreError` where the disk refuses. Leaves nothing at `output` then.
        """
        ...

    def log(self, *, since: datetime, until: datetime) -> AsyncIterator[LogRow]:
        """The account's log between two times, newest first, at most a few pages; free. Empty without a log.

        Raises as `poll`.
        """
        ...

    async def cancel(self, job: str) -> None:
        """End a job if the vendor can. Raises as `poll`, and `ProviderRefused` where it cannot."""
        ...

    async def close(self) -> None:
        """Let go of all connections. Raises `StoreError` E624 after that where they were recorded, and not all of it was."""
        ...
