"""How the simulated vendors behave. A field that holds several choices has one drawn for each job or answer.

The defaults are the plainest service that the documentation describes. `WILD` opens every choice that any page,
sample or recorded answer shows; what is a guess is said to be one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Span = tuple[float, float]
Choices = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """Times are seconds of the simulator's clock, but where a field says real; spans are drawn from evenly."""

    # The account. Documented: a bearer key, a balance in US dollars, holds, 403 when credits are out.
    key: str = "aimlapi-key-of-the-simulator"
    runway_key: str = "key_" + "5" * 128
    balance_usd: str = "1000"
    charge_delay_s: Span = (0, 0)

    # Forms of answers. Documented or recorded: all of them.
    ids: Choices = ("uuid",)
    waiting_words: Choices = ("queued", "generating")
    done_words: Choices = ("completed",)
    failed_words: Choices = ("error",)
    videos: Choices = ("object",)
    errors: Choices = ("named",)
    credits: Choices = ("submit",)
    says_usd: tuple[bool, ...] = (True,)
    says_null: tuple[bool, ...] = (False,)
    says_model: tuple[bool, ...] = (False,)
    id_fields: Choices = ("id",)
    submit_statuses: tuple[int, ...] = (200,)
    status_code_types: Choices = ("string", "number")

    # Requests. Guesses: whether unknown fields and numbers in quotes are refused, the largest data URI.
    unknown_fields_refused: bool = True
    images_decoded: bool = True
    uri_max_bytes: int = 3_000_000
    body_max_bytes: int = 64_000_000

    # Generation. Documented: about 25 s, and 70 to 80 s recorded; limits exist, their numbers are not published.
    generation_s: Span = (25, 80)
    generation_s_of: Mapping[str, Span] = field(default_factory=dict)
    in_flight_max: int | None = None
    retry_after: Choices = ("none",)
    unseen_s: Span = (0, 0)
    price_usd_per_s: str = "0.0525"
    price_usd_of: Mapping[str, str] = field(default_factory=dict)

    # The list of models. A price that is given here is the whole section `pricing` of a model. Documented: all forms.
    models: Choices = ("gen3a_turbo",)
    unlisted: Choices = ()
    pricing_of: Mapping[str, Any] = field(default_factory=dict)
    aliases_of: Mapping[str, Choices] = field(default_factory=dict)
    types_of: Mapping[str, str] = field(default_factory=dict)

    # The log. Documented: rows of succeeded and failed requests, 200 requests in 60 s. Guesses: when rows appear.
    log_from: str = "end"
    log_delay_s: Span = (0, 0)
    log_null_share: float = 0.0
    log_lost_share: float = 0.0
    log_requests_max: int = 200

    # Clocks. `clock_skew_s` moves all that the service tells of the time, `date_skew_s` the Date header alone.
    clock_skew_s: float = 0.0
    date_skew_s: float = 0.0

    # Clips and their links. Recorded: all kinds of links; lives from 600 s to two days. Every clip is that of `clip_file`, if there is one.
    clip_s: float | None = None
    clip_size: str | None = None
    clip_rate_fps: int = 24
    clip_padding_bytes: int = 0
    clip_file: str | None = None
    similar: bool = False
    links: Choices = ("jwt",)
    link_life_s: float = 86_400.0
    link_host: str | None = None
    link_hops: int = 0
    ranges: bool = True
    etags: bool = True
    lengths: bool = True

    # Runway. Documented: tiers of concurrency, over which a task is THROTTLED, and a count of 24 hours, over which 429.
    runway_version: str = "2024-11-06"
    runway_concurrent_max: int = 5
    runway_daily_max: int = 1000
    runway_credits: int = 1_000_000

    # Shares of requests, by kind, that meet a fault: {"submit": {"accept-then-reset": 0.1}}; kind `job` is a job's fate.
    faults: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    stall_real_s: float = 600.0

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """These settings with some changed; raises `TypeError` for a name that there is not."""
        return dataclasses.replace(self, **{name: _frozen(value) for name, value in changes.items()})


WILD: Mapping[str, Any] = {
    "ids": ("uuid", "uuid-model", "digits-model", "digits", "cgt", "nanoid"),
    "waiting_words": ("queued", "generating", "waiting", "active", "processing", "dreaming"),
    "done_words": ("completed", "succeeded"),
    "failed_words": ("error", "failed", "cancelled", "timeout", "expired"),
    "videos": ("object", "strings", "objects", "with-duration"),
    "errors": ("named", "detail", "text", "null"),
    "credits": ("submit", "end", "both", "headers", "nowhere"),
    "says_usd": (True, False),
    "says_null": (True, False),
    "says_model": (True, False),
    "id_fields": ("id", "generation_id", "both"),
    "submit_statuses": (200, 201, 202),
    "retry_after": ("none", "1", "date"),
    "links": ("jwt", "plain", "expires"),
}
"""Every form of answer that is documented, recorded or looked for by anybody; no faults."""


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
