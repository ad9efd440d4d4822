"""Takes as lines for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from renderer.digest import Digest
from renderer.model import Json, dollars
from renderer.report.cells import age, table
from renderer.report.run import id_json
from renderer.report.visible import visible


class TakeLine(Protocol):
    """One take, or a clip of an older request, whose `take` is None; `clip` is None where there is none yet."""

    @property
    def shot(self) -> str: ...
    @property
    def take(self) -> int | None: ...
    @property
    def verdict(self) -> str: ...
    @property
    def clip(self) -> Digest | None: ...
    @property
    def seed(self) -> int | None: ...
    @property
    def model(self) -> str | None: ...
    @property
    def price_usd(self) -> Decimal | None: ...
    @property
    def made_at(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def marks(self) -> tuple[str, ...]: ...


def take_lines(takes: Sequence[TakeLine], *, now: datetime) -> list[str]:
    """A line for each: shot, number, digest, verdict, seed, model, price, age, what was decided, file."""
    cells = [
        [
            take.shot,
            "-" if take.take is None else str(take.take),
            take.clip.short if take.clip else "-",
            "older" if take.take is None else take.verdict.replace("_", " "),
            "-" if take.seed is None else str(take.seed),
            take.model or "-",
            _price(take),
            age(take.made_at, now=now) if take.made_at else "",
            ", ".join(take.marks),
            visible(take.file),
        ]
        for take in takes
    ]
    return [line.rstrip() for line in table(cells, right={1, 4, 6})]


def take_json(take: TakeLine) -> dict[str, Json]:
    """One take for machines."""
    return {
        **id_json(take.shot, take.take),
        "verdict": take.verdict,
        "sha256": take.clip.sha256 if take.clip else None,
        "bytes": take.clip.size_bytes if take.clip else None,
        "seed": take.seed,
        "model": take.model,
        "price_usd": None if take.price_usd is None else float(take.price_usd),
        "made_at": take.made_at or None,
        "file": take.file or None,
        "key": take.key or None,
        "marks": list(take.marks),
    }


def _price(take: TakeLine) -> str:
    if take.price_usd is None:
        return "unknown"
    return dollars(take.price_usd) if take.price_usd else "free"
